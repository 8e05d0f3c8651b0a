/*
 * Goal: sealed files of an installed station are immutable, duplicates still share their blocks, and every change that the station makes by right goes through.
 * Method: a disk of its own (ext4 in a file) with the state of another user on it, and the real mount helper with exactly the capabilities of its unit. The real
 * program takes cards in, kills itself where the attribute is lifted, evicts and fetches back; lsattr and rm as root say what holds.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DiskVault } from '#adapters/disk/disk-vault';
import { diskEraser } from '#adapters/disk/original-eraser';
import { SealedAttributes } from '#adapters/disk/sealed-attributes';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import { HelperImmutable } from '#adapters/usb-dock/helper-immutable';
import { sealedKeys } from '#domain/vault/sealed-keys';
import { evictFile } from '#evict/evict-file';
import { StoredFiles } from '#evict/stored-files';
import { ImmutableKeeper } from '#seal/immutable-keeper';
import { DAY_MS, evictingStation } from '#test/support/eviction/evicting-station';
import { immutableAttribute } from '../../src/doctor/immutable-check.ts';
import { evidock, ROOT, temporaryDirectory } from '../support/evidock.ts';

const NOBODY = 65_534;
/** On a machine that is busy with other things. */
const LATE_MS = 300_000;
const root = process.getuid?.() === 0;
const [, UNIT = ''] = /^CapabilityBoundingSet=(.*)$/m.exec(readFileSync(join(ROOT, 'systemd/evidock-mount.service'), 'utf8')) ?? [];
const CAPABILITIES = UNIT.toLowerCase().replaceAll('cap_', '+').split(' ').join(',');

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let state: string;
let loop: string;
const started: ChildProcess[] = [];
const at = (...parts: string[]) => join(home.path, ...parts);
const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function ownDirectory(path: string): string {
  mkdirSync(path, { recursive: true });
  chownSync(path, NOBODY, NOBODY);
  return path;
}

/** A mount helper for the vault below `of`; `capabilities` as setpriv names them. */
async function helper(name: string, of: string, { capabilities = CAPABILITIES, owner = 'nobody' } = {}): Promise<string> {
  const socket = at(`${name}.sock`);
  writeFileSync(at(`${name}.yaml`), `station:\n  state: ${of}\n`);
  const args = [
    join(ROOT, 'src/mount-helper.ts'),
    '--owner',
    owner,
    '--socket',
    socket,
    '--directory',
    at('mnt'),
    '--config',
    at(`${name}.yaml`),
  ];
  const bounds = [`--bounding-set=-all,${capabilities}`, '--inh-caps=-all', '--', process.execPath];
  started.push(spawn('setpriv', [...bounds, ...args], { stdio: 'ignore' }));
  await vi.waitFor(() => expect(existsSync(socket)).toBe(true), { timeout: 30_000, interval: 50 });
  chownSync(socket, NOBODY, NOBODY);
  return socket;
}

let socket: string;
const env = () => ({
  ...{ EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: at('disk/archive'), EVIDOCK_HTTP_PORT: '0', EVIDOCK_INTAKE_RESERVE: '64' },
  EVIDOCK_DOCK_MOUNT_HELPER: socket,
});
const isImmutable = (path: string) => /^\S*i\S* /.test(run('lsattr', path));
/** The vault's files whose names match. */
function files(pattern: RegExp): string[] {
  return readdirSync(join(state, 'vault'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
const SEALED = /^original-\d+\.(?:\w+|manifest\.json)$/;
const originals = () => files(/^original-\d+\.(?!blocks$)\w+$/).filter((path) => statSync(path).size > 0);
const bare = () => files(SEALED).filter((path) => !isImmutable(path));

async function daemon(more: Record<string, string>, until?: () => void): Promise<string | number | null> {
  const all = { ...process.env, ...env(), ...more };
  const child = spawn(join(ROOT, 'scripts/evidock'), ['--state', state, 'run'], {
    stdio: 'ignore',
    env: all,
    timeout: LATE_MS,
    killSignal: 'SIGTERM',
  });
  started.push(child);
  const exit = once(child, 'exit');
  if (until) await vi.waitFor(until, { timeout: LATE_MS, interval: 200 });
  if (until) child.kill('SIGTERM');
  await exit;
  return child.signalCode ?? child.exitCode;
}

/** A file of the station's own in the vault of `name`. */
function own(name: string, key: string, bytes: Uint8Array): void {
  const path = at('disk', name, 'vault', key);
  ownDirectory(dirname(path));
  writeFileSync(path, bytes);
  chownSync(path, NOBODY, NOBODY);
}

async function attributesOf(
  name: string,
  namesOf: (key: string) => Promise<readonly string[]>,
  owner = 'nobody',
): Promise<SealedAttributes> {
  ownDirectory(at('disk', name, 'vault'));
  const files = new HelperImmutable({ socketPath: await helper(name, at('disk', name), { owner }) });
  return new SealedAttributes({ files, namesOf, faults: NO_FAULTS });
}

const vaultAt = (name: string, attributes: SealedAttributes) =>
  new DiskVault({ directory: at('disk', name, 'vault'), reserveBytes: 0, rereadThreads: 1, attributes });

const EMPTYING = { EVIDOCK_EVICTION_HIGH_WATER: '1', EVIDOCK_EVICTION_LOW_WATER: '0', EVIDOCK_EVICTION_EVERY_SECONDS: '1' };
const NO_FAULTS = { reached: () => undefined };

describe.skipIf(!root)('immutable files', { timeout: 3 * LATE_MS }, () => {
  beforeAll(async () => {
    home = await temporaryDirectory();
    chmodSync(home.path, 0o755);
    run('truncate', '-s', '400M', at('disk.img'));
    run('mke2fs', '-q', '-t', 'ext4', at('disk.img'));
    for (const name of ['disk', 'ram', 'mnt']) mkdirSync(at(name));
    loop = run('losetup', '--show', '-f', at('disk.img')).trim();
    // A test of the mount helper that was killed leaves the device read-only for its next user.
    run('blockdev', '--setrw', loop);
    run('mount', loop, at('disk'));
    run('mount', '-t', 'ramfs', 'none', at('ram'));
    chmodSync(at('ram'), 0o755);
    state = ownDirectory(at('disk/state'));
    for (const path of ['disk/archive', 'disk/other/vault/a/b', 'disk/other/vault/a', 'disk/other/vault', 'ram/vault'])
      ownDirectory(at(path));
    socket = await helper('helper', state);
    // Nothing can be derived of these bytes, which takes no time.
    mkdirSync(at('card/DCIM'), { recursive: true });
    const bytes = randomBytes(6 * 1024 * 1024);
    for (const name of ['A0001.MP4', 'A0002.MP4']) writeFileSync(at('card/DCIM', name), bytes);
    writeFileSync(at('card/DCIM/A0003.MP4'), randomBytes(5000));
  }, 240_000);

  afterAll(async () => {
    for (const child of started) {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    // A child of one that was killed may still be ending.
    for (const name of ['disk', 'ram']) await vi.waitFor(() => run('umount', at(name)), { timeout: 30_000, interval: 500 });
    run('losetup', '-d', loop);
    await home.remove();
  });

  it('is what the station makes of what it has sealed, and of nothing else', async () => {
    const ingest = ['--state', state, 'ingest', at('card'), '--slot', '1', '--serial', 'T000001'];
    const { status, stderr } = await evidock(ingest, { env: env(), timeoutMs: LATE_MS });
    expect(status, stderr).toBe(0);
    expect(files(SEALED)).toHaveLength(8);
    expect(files(/\.blocks$/)).toHaveLength(2);
    expect(bare()).toEqual([]);
    expect(run('lsattr', '-R', join(state, 'ledger'), join(state, 'run'))).not.toMatch(/^\S*i\S* /m);
    for (const path of [originals()[0] ?? '', files(/manifest/)[0] ?? '']) {
      expect(() => run('rm', '-f', path)).toThrow(/Operation not permitted/);
      expect(() => writeFileSync(path, 'x')).toThrow(/EPERM/);
    }
  });

  it('is lifted for an eviction; what a kill there leaves without it has it again after the next start, and nothing else goes', async () => {
    run('chattr', '-i', files(/manifest/)[0] ?? '');
    expect(await daemon({ ...EMPTYING, EVIDOCK_FAULT_POINT: 'w44-immutable-lifted' })).toBe('SIGKILL');
    const lifted = originals().filter((path) => !isImmutable(path));
    expect(lifted.length).toBeGreaterThan(0);
    // A station that evicts nothing any more: what the kill left is as it was.
    expect(await daemon({ EVIDOCK_EVICTION_ON: 'false' }, () => expect(bare()).toEqual([]))).toBe(0);
    expect(originals()).toHaveLength(3);
    expect(await daemon(EMPTYING, () => expect(originals()).toEqual([]))).toBe(0);
    expect(files(SEALED)).toHaveLength(5);
    expect(bare()).toEqual([]);
  });

  it('makes room for another name at the cost of no block, and is set again under both', async () => {
    const attributes = await attributesOf('linked', async (key) => [key]);
    const vault = vaultAt('linked', attributes);
    own('linked', 'a/one.mp4', randomBytes(1_000_000));
    expect(await vault.makeImmutable(['a/one.mp4'])).toEqual({ power: 'yes' });
    const blocks = () => Number(run('du', '-s', '-B512', at('disk/linked/vault/a')).split('\t')[0]);
    const before = blocks();
    expect(await Promise.all([vault.link('a/one.mp4', 'a/two.mp4'), vault.link('a/one.mp4', 'a/three.mp4')])).toEqual([
      'created',
      'created',
    ]);
    expect(blocks()).toBe(before);
    expect(statSync(at('disk/linked/vault/a/one.mp4')).nlink).toBe(3);
    expect(isImmutable(at('disk/linked/vault/a/three.mp4'))).toBe(true);
    // Where nobody lifts it, a second name is a copy.
    const alone = new SealedAttributes({
      files: new HelperImmutable({ socketPath: at('nowhere') }),
      namesOf: async () => [],
      faults: NO_FAULTS,
    });
    expect(await vaultAt('linked', alone).link('a/one.mp4', 'a/four.mp4')).toBe('created');
    expect(blocks()).toBeGreaterThan(before);
    await expect(vaultAt('linked', alone).quarantine('a/one.mp4')).rejects.toThrow(/mount helper cannot lift/);
  });

  it('is on what was fetched back, and is mended by a walk over what is sealed', async () => {
    const station = await evictingStation({
      home: ownDirectory(at('disk/whole')),
      attributes: await attributesOf('whole', async (key) => [key], 'root'),
    });
    const content = randomBytes(10_000);
    const original = await station.both(content);
    const keys = sealedKeys(original).map((key) => station.pathOf(key));
    const keeper = new ImmutableKeeper({ ledger: station.ledger, vault: station.vault, log: station.log });
    expect(keys.map(isImmutable)).toEqual([false, false]);
    await keeper.mend();
    expect(keys.map(isImmutable)).toEqual([true, true]);
    const [facts] = await new StoredFiles(station.ledger, station.inUse).ofRecording({ recordingId: original.recordingId });
    if (!facts) throw new Error('none');
    await evictFile({ ...station, needs: { copies: 1, freshMs: 100 * DAY_MS, readBack: true } }, facts, 'asked');
    expect(keys.map((path) => existsSync(path) && isImmutable(path))).toEqual([false, true]);
    await station.fetchBack.fetch(original.id);
    expect(keys.map(isImmutable)).toEqual([true, true]);
    await station.close();
  });

  it('stays on the other names of a file of which one is destroyed', async () => {
    const other = at('disk/other');
    const names = ['a/b/one.mp4', 'a/b/two.mp4'] as const;
    writeFileSync(join(other, 'vault', names[0]), 'bytes');
    chownSync(join(other, 'vault', names[0]), NOBODY, NOBODY);
    linkSync(join(other, 'vault', names[0]), join(other, 'vault', names[1]));
    const attributes = await attributesOf('other', async () => names);
    expect(await attributes.set(names)).toEqual({ power: 'yes' });
    const parts = { where: 'vault', directory: join(other, 'vault'), errors: VAULT_WRITE_ERRORS, ready: async () => undefined };
    await expect(diskEraser(parts).erase({ key: names[0], version: null })).rejects.toThrow(/EPERM|read-only/);
    await diskEraser({ ...parts, attributes }).erase({ key: names[0], version: null });
    expect(existsSync(join(other, 'vault', names[0]))).toBe(false);
    expect(isImmutable(join(other, 'vault', names[1]))).toBe(true);
    const vault = new DiskVault({ directory: join(other, 'vault'), reserveBytes: 0, rereadThreads: 1, attributes });
    const aside = join(other, 'vault', await vault.quarantine(names[1]));
    await vault.close();
    expect(readFileSync(aside, 'utf8')).toBe('bytes');
  });

  it('is set by the helper on nothing but regular files of the station’s own in its vault, through no link', async () => {
    const vault = join(at('disk/other'), 'vault');
    const client = new HelperImmutable({ socketPath: at('other.sock') });
    writeFileSync(join(vault, 'of-root'), 'x');
    writeFileSync(at('disk/other/outside'), 'x');
    chownSync(at('disk/other/outside'), NOBODY, NOBODY);
    symlinkSync(at('disk/other/outside'), join(vault, 'link'));
    symlinkSync(at('disk/other'), join(vault, 'way'));
    const { power, outcomes } = await client.change('set', ['of-root', 'link', 'way/outside', 'a', 'none', 'a/none/none']);
    expect({ power, outcomes }).toEqual({ power: 'yes', outcomes: ['refused', 'refused', 'refused', 'refused', 'gone', 'gone'] });
    for (const key of ['../outside', '/etc/passwd', 'a/../of-root', '.hidden', 'A', '', 'a//b', 'a\nb'])
      await expect(client.change('set', [key]), key).rejects.toThrow(/no file of the vault/);
    await expect(
      client.change(
        'set',
        Array.from({ length: 65 }, (_, index) => `f${index}`),
      ),
    ).rejects.toThrow(/refused/);
    for (const path of ['of-root', 'a']) expect(run('lsattr', '-d', join(vault, path))).toMatch(/^-{4}-/);
    expect(isImmutable(at('disk/other/outside'))).toBe(false);
  });

  it('is told of in doctor: set, not there, not allowed, nobody to ask', async () => {
    expect(await immutableAttribute(socket)).toMatchObject({ reason: { code: 'immutable-set' } });
    const ram = new HelperImmutable({ socketPath: await helper('ram', at('ram')) });
    writeFileSync(at('ram/vault/file'), 'x');
    chownSync(at('ram/vault/file'), NOBODY, NOBODY);
    expect(await ram.change('set', ['file'])).toEqual({ power: 'none', outcomes: [] });
    expect(await immutableAttribute(at('ram.sock'))).toEqual({ reason: { code: 'immutable-none', params: {} } });
    const bound = await helper('bound', state, { capabilities: CAPABILITIES.replace(',+linux_immutable', '') });
    expect(await immutableAttribute(bound)).toMatchObject({ warn: { code: expect.stringMatching(/forbidden|thing-said/) } });
    expect(await immutableAttribute('')).toMatchObject({ reason: { code: 'immutable-no-helper' } });
    expect(await immutableAttribute(at('nowhere.sock'))).toMatchObject({ warn: { code: 'helper-silent' } });
  });
});
