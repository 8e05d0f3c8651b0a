/*
 * Goal: what rots in the vault or in a locked bucket is found by the real daemon, and healed although it is killed at each write of it; what the disk refuses to
 * give changes nothing; and a person sees all of it in both languages. Method: a card is taken in and archived on a real Ceph RGW with versions and locks. Bytes are
 * changed on the disk and in the storage below the gateway; the daemon kills itself at each write, and the next one ends it. strace refuses the reads of one file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sha256Hex } from '#domain/canonical-json';
import { type Rgw, startRgw } from '#test/support/archive/rgw';
import { clientOf } from '#test/support/archive/s3-server';
import { expectWhole } from '#test/support/card/card-check';
import { makeSmallCard } from '#test/support/card/small-card';
import { evidock, ROOT, temporaryDirectory } from '#test/support/evidock';
import { lockedBucket, makeStationUser } from '#test/support/locked-bucket';

const BUCKET = 'scrubbed';
/** The byte that rots: each file has as many. */
const AT = 9;
const WAIT = { timeout: 180_000, interval: 200 };

interface Kept {
  readonly id: string;
  readonly recording: string;
  readonly key: string;
  readonly sha256: string;
  readonly version: string;
}

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;
let state: string;
let rgw: Rgw;
/** With the key of the station: what it stored is its own. */
let client: S3Client;
let env: Record<string, string>;

beforeAll(async () => {
  home = await temporaryDirectory();
  [card, state] = [join(home.path, 'card'), join(home.path, 'state')];
  const made = makeSmallCard(card);
  rgw = await startRgw();
  await makeStationUser(rgw);
  const bucket = await lockedBucket(rgw, BUCKET);
  bucket.owner.destroy();
  client = clientOf(bucket.server);
  env = {
    ...{ EVIDOCK_STATION_ID: 'test1', EVIDOCK_HTTP_PORT: '0', EVIDOCK_ARCHIVE_KIND: 's3', EVIDOCK_ARCHIVE_VERIFY: 'head' },
    ...{ EVIDOCK_ARCHIVE_S3_ENDPOINT: rgw.endpoint, EVIDOCK_ARCHIVE_S3_BUCKET: BUCKET, EVIDOCK_ARCHIVE_S3_LOCK_MODE: 'GOVERNANCE' },
    ...{ EVIDOCK_ARCHIVE_S3_ACCESS_KEY_ID: bucket.server.accessKeyId },
    ...{ EVIDOCK_ARCHIVE_S3_SECRET_ACCESS_KEY: bucket.server.secretAccessKey },
  };
  await made;
  const taken = await evidock(['--state', state, 'ingest', card, '--slot', '1', '--serial', 'T000001', '--wait'], {
    env,
    timeoutMs: 240_000,
  });
  expect(taken.status, taken.stderr).toBe(0);
}, 360_000);
afterAll(async () => {
  client?.destroy();
  await rgw?.stop();
  await home?.remove();
});

describe('kill -9 while a copy is healed', () => {
  it.each(['w38-corrupt-aside', 'w39-copy-restored'] as const)(
    '%s: the file of the vault is whole again, from the locked version in the bucket',
    async (point) => {
      const original = kept(point === 'w38-corrupt-aside' ? /_0008\.MP4$/ : /\.log$/i);
      const bad = rotInVault(original);
      await order('run', 'vault');
      expect(await ended(run({ EVIDOCK_FAULT_POINT: point }))).toBe('SIGKILL');
      expect(existsSync(inVault(original))).toBe(point === 'w39-copy-restored');
      expect(setAside(original)).toEqual([bad]);
      await healedByNext(original, 'vault');
      expect(sha256Hex(readFileSync(inVault(original)))).toBe(original.sha256);
      expect(setAside(original)).toEqual([bad]);
      expect((await history(original)).filter((line) => line.includes('holds the sealed bytes again'))).toHaveLength(1);
      await expectWhole(state, card, env);
    },
    480_000,
  );

  it('w45-bad-copy-withdrawn: the bucket gets a new version that was read back whole, and keeps the bad one', async () => {
    const original = kept(/\.JPG$/i);
    await rgw.rot({ key: original.key, version: original.version }, AT);
    const bad = await versionBytes(original);
    expect(sha256Hex(bad)).not.toBe(original.sha256);
    await order('run', 's3');
    expect(await ended(run({ EVIDOCK_FAULT_POINT: 'w45-bad-copy-withdrawn' }))).toBe('SIGKILL');
    expect((await history(original)).at(-1)).not.toContain('holds the sealed bytes again');
    await healedByNext(original, 's3');
    const now = kept(/\.JPG$/i);
    expect(now.version).not.toBe(original.version);
    expect(sha256Hex(await versionBytes(now))).toBe(original.sha256);
    expect((await versionBytes(original)).equals(bad)).toBe(true);
    const told = (await history(original)).filter((line) => /sealed bytes again|not what was sealed|archived/.test(line));
    // The one transaction of the archiving says both.
    expect(told.slice(-2)).toEqual([
      expect.stringContaining('holds the sealed bytes again'),
      expect.stringContaining('archived and verified'),
    ]);
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: original.key }));
    expect(Versions.filter(({ Key }) => Key === original.key).map(({ VersionId }) => VersionId)).toEqual(
      expect.arrayContaining([now.version, original.version]),
    );
    await expectWhole(state, card, env);
  }, 480_000);
});

describe('a file that the disk refuses to give', () => {
  it('is told in both languages, by doctor and metrics, stays where it is, and is good once it can be read', async () => {
    const original = kept(/_0007\.MP4$/);
    await order('run', 'vault');
    const refused = run({}, ['-P', inVault(original), '-e', 'trace=read,pread64,preadv', '-e', 'inject=read,pread64,preadv:error=EIO']);
    await vi.waitFor(() => expect(faultsOf(original, 'vault')).toMatchObject([{ kind: 'unread', ended_at: null }]), WAIT);
    const metrics = await asked('/metrics');
    expect(metrics).toMatch(/^evidock_scrub_faults\{place="vault"\} 1$/m);
    expect(metrics).toMatch(/^evidock_scrub_faults\{place="s3"\} 0$/m);
    refused.kill('SIGTERM');
    await ended(refused);
    expect(sha256Hex(readFileSync(inVault(original)))).toBe(original.sha256);
    expect(setAside(original)).toEqual([]);
    expect((await told(['scrub', 'show'], 'en')).stdout).toContain('  1 copy is bad or cannot be read');
    expect((await told(['scrub', 'show'], 'zh-CN')).stdout).toContain('1 个副本损坏或无法读取');
    const doctor = await told(['doctor'], 'en');
    expect([doctor.status, doctor.stdout]).toEqual([1, expect.stringMatching(/reading again.*vault: 1 copy is bad or cannot be read/)]);
    expect((await told(['doctor'], 'zh-CN')).stdout).toMatch(/定期重新读取.*本地库：1 个副本损坏或无法读取/);
    await healedByNext(original, 'vault');
    // Another file of the recording was healed before.
    const ofThis = (await history(original)).filter((line) => line.includes(original.key));
    expect(ofThis.join('\n')).not.toContain('holds the sealed bytes again');
    await expectWhole(state, card, env);
  }, 480_000);
});

describe('evidock scrub', () => {
  it('says in both languages what it did and what there is, and refuses a place that there is not', async () => {
    const lines: readonly [readonly string[], string, string][] = [
      [['pause', '--place', 's3'], 'Nothing in s3 is read again until', 's3 已暂停'],
      [['resume', '--place', 's3'], 'Reading again of s3 goes on.', 's3 继续重新读取'],
      [['run'], 'Everything in vault is read again', 'vault 的全部内容将'],
      [['confirm'], 'Confirmed. What is bad in vault', '已确认。vault 中损坏的副本'],
    ];
    for (const [args, english, chinese] of lines) {
      for (const [language, words] of [
        ['en', english],
        ['zh-CN', chinese],
      ] as const) {
        const said = await told(['scrub', ...args], language);
        expect([said.status, said.stdout + said.stderr], args[0]).toEqual([0, expect.stringContaining(words)]);
      }
    }
    const shown = await told(['scrub', 'show'], 'en');
    expect(shown.stdout).toMatch(/^vault: \d+ originals, .*; each within 90 days, a round takes 81 days; oldest check 2/m);
    expect(shown.stdout).toMatch(/^s3: \d+ originals, .*; each within 180 days, a round takes 162 days/m);
    expect((await told(['scrub', 'show'], 'zh-CN')).stdout).toMatch(/^vault：\d+ 个原始文件，.*每 90 天各读一次，一轮需 81 天/m);
    for (const language of ['en', 'zh-CN'] as const) {
      const refused = await told(['scrub', 'run', '--place', 'tape'], language);
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(language === 'en' ? /nothing is kept in tape/ : /tape/)]);
    }
  }, 480_000);
});

/** Each is a command of its own, on a station that is opened for it. */
const told = (args: readonly string[], language: 'en' | 'zh-CN') =>
  evidock(['--state', state, ...args], { env: { ...env, EVIDOCK_LANG: language } });

async function order(what: 'run' | 'confirm', place: string): Promise<void> {
  const { status, stderr } = await told(['scrub', what, '--place', place], 'en');
  expect(status, stderr).toBe(0);
}

const history = async ({ recording }: Kept) => (await told(['recording', recording], 'en')).stdout.split('\n');

/** The daemon; `strace`: under strace, with these arguments. */
function run(more: Record<string, string>, strace?: readonly string[]): ChildProcess {
  const command = [join(ROOT, 'scripts/evidock'), '--state', state, 'run'];
  const traced = ['strace', '-D', '-f', '-q', '--seccomp-bpf', '-o', join(home.path, 'trace'), '-e', 'signal=none', ...(strace ?? [])];
  const [program = '', ...args] = strace ? [...traced, ...command] : command;
  return spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env, ...more }, timeout: 240_000 });
}

async function ended(child: ChildProcess): Promise<string | number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode ?? child.exitCode;
}

/** A person has looked at the fault, and the next daemon takes it up at once; then it ends by itself. */
async function healedByNext(original: Kept, place: string): Promise<void> {
  await order('confirm', place);
  const daemon = run({});
  await vi.waitFor(() => expect(faultsOf(original, place)).toMatchObject([{ ended_at: expect.any(Number) }]), WAIT);
  daemon.kill('SIGTERM');
  expect(await ended(daemon)).toBe(0);
}

function inLedger<T>(sql: string, ...values: string[]): T[] {
  const raw = new DatabaseSync(join(state, 'ledger', 'ledger.sqlite'), { readOnly: true });
  try {
    return raw.prepare(sql).all(...values) as T[];
  } finally {
    raw.close();
  }
}

const faultsOf = ({ id }: Kept, place: string) =>
  inLedger<{ kind: string; ended_at: number | null }>('SELECT * FROM scrub_faults WHERE item_id = ? AND place = ?', id, place);

function kept(name: RegExp): Kept {
  const found = inLedger<Kept & { path: string }>(`SELECT originals.id, originals.recording_id AS recording, originals.vault_key AS key,
      originals.sha256, originals.card_path AS path, copies.version_id AS version
    FROM originals JOIN copies ON copies.item_id = originals.id AND copies.place = 's3'`);
  const one = found.find(({ path }) => name.test(path));
  if (!one) throw new Error(`no original is like ${name}: ${found.map(({ path }) => path).join(', ')}`);
  return one;
}

const inVault = ({ key }: Kept) => join(state, 'vault', key);

/** Flips a bit on the disk behind the station's back. Returns what is there then. */
function rotInVault(original: Kept): Buffer {
  const bytes = readFileSync(inVault(original));
  bytes[AT] = (bytes[AT] ?? 0) ^ 1;
  chmodSync(inVault(original), 0o600);
  writeFileSync(inVault(original), bytes);
  return bytes;
}

function setAside({ key }: Kept): Buffer[] {
  const place = join(state, 'vault/quarantine');
  const names = existsSync(place) ? readdirSync(place) : [];
  return names.filter((name) => name.startsWith(key.replaceAll('/', '_'))).map((name) => readFileSync(join(place, name)));
}

async function versionBytes({ key, version }: Kept): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key, VersionId: version }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

/** What the control socket of the daemon answers. */
function asked(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const going = request({ socketPath: join(state, 'run/control.sock'), path, headers: { host: 'localhost' } }, (answer) => {
      text(answer).then(resolve, reject);
    });
    going.on('error', reject).end();
  });
}
