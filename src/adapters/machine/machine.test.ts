/*
 * Goal: disks, arrays and space are read as far as they let themselves be read, and whatever keeps them from that is told in words: a tool that is missing, hangs, is
 * denied or prints rubbish, and a report that is missing, old or broken. Method: the real smartctl on the disks of this machine; a program in its place; a /sys by hand.
 */
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listOf } from '#domain/machine/machine';
import { english } from '#domain/reason';
import { ROOT, runProgram, temporaryDirectory } from '#test/support/evidock';
import { HARD_DISK, NVME } from '#test/support/machine/smart';
import { readMachine } from './machine.ts';

const NOW = Date.UTC(2026, 5, 20);
const DAY = 86_400_000;
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let sys: string;

beforeEach(async () => {
  home = await temporaryDirectory();
  sys = join(home.path, 'sys');
  await mkdir(join(sys, 'block'), { recursive: true });
});
afterEach(() => home.remove());

/** A device below the machine's buses, and its name among the disks. */
async function device(name: string, files: Readonly<Record<string, string>>, bus = 'pci0000:00'): Promise<void> {
  const place = join(sys, 'devices', bus, name);
  for (const [file, text] of Object.entries({ size: '1000', removable: '0', ...files })) {
    await mkdir(join(place, file, '..'), { recursive: true });
    await writeFile(join(place, file), text);
  }
  await symlink(place, join(sys, 'block', name));
}

async function program(script: string): Promise<string> {
  const file = join(home.path, 'smartctl');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

const options = (smartctl: string, more: object = {}) => ({
  ...{ report: '', smartctl, directory: home.path, samples: join(home.path, 'space.json'), reserveBytes: 0, sys, dev: '/dev', ...more },
});
const disksOf = async (smartctl: string, more: object = {}) =>
  (await readMachine(options(smartctl, more), { nowMs: NOW, keeps: false })).disks;
/** Each disk as one line: its id, how it is, and why. */
const told = (disks: Awaited<ReturnType<typeof disksOf>>) =>
  'code' in disks ? english(disks) : disks.map(({ id, health, signs }) => [id, health, ...signs.map(english)].join(' '));

describe('disks', () => {
  it('are asked by name; parts, memory and recorders on USB are not', async () => {
    await device('nvme0n1', { 'device/serial': 'NV1 \n' });
    await device('sda', { 'device/vpd_pg80': '\0\x80\0\x08   VK0AB' });
    await device('sdb', {}, 'pci0000:00/usb2/2-1');
    for (const name of ['loop0', 'zram0', 'dm-0', 'md0', 'sr0', 'nvme0c0n1']) await device(name, {});
    await device('sdc', { size: '0' });
    await device('sdd', { removable: '1' });
    const log = join(home.path, 'asked');
    const told = { nvme0n1: NVME, sda: HARD_DISK };
    for (const [name, text] of Object.entries(told)) await writeFile(join(home.path, name), JSON.stringify(text));
    const asks = await program(`echo "$@" >> ${log}; cat ${home.path}/$(basename $5)`);
    expect(listOf(await disksOf(asks)).map(({ name, health, model }) => [name, health, model])).toEqual([
      ['nvme0n1', 'good', NVME.model_name],
      ['sda', 'good', HARD_DISK.model_name],
    ]);
    const asked = ['nvme0n1', 'sda'].map((name) => `--json=c --info --health --attributes /dev/${name}`);
    expect((await readFile(log, 'utf8')).trim().split('\n')).toEqual(asked);
  });

  it('are unread, in words, where the tool is missing, denied, prints rubbish or too much, or is killed', async () => {
    await device('sda', { 'device/vpd_pg80': '\0\x80\0\x08VK0AB' });
    expect(told(await disksOf(join(home.path, 'none')))).toEqual([expect.stringMatching(/^VK0AB unread .*none is not installed/)]);
    const denied = {
      json_format_version: [1, 0],
      smartctl: { messages: [{ string: 'Smartctl open device: /dev/sda failed: Permission denied' }] },
    };
    expect(told(await disksOf(await program(`echo '${JSON.stringify(denied)}'; exit 2`)))).toEqual([
      expect.stringContaining('Permission denied'),
    ]);
    expect(told(await disksOf(await program('echo Bus error')))).toEqual(['VK0AB unread what smartctl printed is not understood']);
    expect(told(await disksOf(await program('head -c 2000000 /dev/zero')))).toEqual([
      'VK0AB unread what smartctl printed is not understood',
    ]);
    await writeFile(join(home.path, 'sda'), JSON.stringify(HARD_DISK));
    expect(told(await disksOf(await program(`cat ${home.path}/sda; kill -9 $$`)))).toEqual([
      expect.stringContaining('could not ask it (exit status -1)'),
    ]);
  });

  it('that hang are given up when the station stops', async () => {
    await device('sda', {});
    const stop = new AbortController();
    const hung = readMachine(options(await program('exec sleep 600')), { nowMs: NOW, keeps: false, signal: stop.signal });
    setTimeout(() => stop.abort(), 200);
    expect(told((await hung).disks)).toEqual([expect.stringMatching(/^sda unread /)]);
  });

  it('of this machine are asked by the real smartctl, and a virtual one is unread', async () => {
    const { disks } = await readMachine({ ...options('smartctl'), sys: '/sys' }, { nowMs: NOW, keeps: false });
    for (const { name, health, signs } of listOf(disks)) {
      if (!name.startsWith('vd')) continue;
      expect(health, name).toBe('unread');
      expect(signs.map(english).join()).toMatch(/does not know this kind of disk|not installed/);
    }
  });

  it('are named by nobody: that is told too', async () => {
    expect(told(await disksOf('smartctl'))).toBe('no disk of this machine can be seen');
    await rm(join(sys, 'block'), { recursive: true });
    expect(told(await disksOf('smartctl'))).toMatch(/ENOENT/);
  });
});

describe('the report of the reader', () => {
  const report = () => join(home.path, 'report.json');
  const read = async (nowMs = Date.now()) => told((await readMachine(options('', { report: report() }), { nowMs, keeps: false })).disks);

  it('is what the station sees, until it is old', async () => {
    await device('sda', {});
    await writeFile(join(home.path, 'sda'), JSON.stringify(HARD_DISK));
    const args = ['--report', report(), '--smartctl', await program(`cat ${home.path}/sda`), '--sys', sys];
    const outcome = await runProgram(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      join(ROOT, 'src/disk-reader.ts'),
      ...args,
    ]);
    expect(outcome.stderr).toContain('"disks":1,"answered":1');
    expect(await read()).toEqual(['VK0ABCDE good']);
    expect(await read(Date.now() + 4 * 3_600_000)).toMatch(/is \d h \d+ min old: evidock-disks.timer does not run/);
    const missing = await runProgram(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      join(ROOT, 'src/disk-reader.ts'),
      ...args.with(3, '/nowhere/x'),
    ]);
    expect(missing.status).toBe(0);
    expect(await read()).toEqual([expect.stringMatching(/^sda unread .*not installed/)]);
  });

  it('that is missing or broken is told', async () => {
    expect(await read()).toMatch(/is not there: evidock-disks.service has not run/);
    const atMs = Date.now();
    for (const text of [
      '',
      '[]',
      '{"version":2}',
      '{"version":1}',
      `{"version":1,"atMs":${atMs},"disks":[{}]}`,
      `{"version":1,"atMs":${atMs},"disks":[{"name":"sda"}]}`,
    ]) {
      await writeFile(report(), text);
      expect(await read(), text).toMatch(/report.json is not understood/);
    }
    await writeFile(report(), `{"version":1,"atMs":${atMs},"disks":[]}`);
    expect(await read()).toBe('no disk of this machine can be seen');
  });
});

it('arrays are read from the kernel', async () => {
  const md = (over: object) => ({
    'md/level': 'raid1\n',
    'md/array_state': 'clean\n',
    'md/raid_disks': '2\n',
    'md/degraded': '0\n',
    'md/sync_action': 'idle\n',
    ...over,
  });
  await device('md0', md({ 'md/dev-sda1/state': 'in_sync\n' }));
  await device('md1', md({ 'md/degraded': '1\n', 'md/array_state': 'active\n' }));
  await device('md127', md({ 'md/dev-sdb1/state': 'faulty\n' }));
  const { arrays } = await readMachine(options('smartctl'), { nowMs: NOW, keeps: false });
  expect(listOf(arrays).map(({ words }) => english(words))).toEqual([
    'md0 (raid1): whole, 2 disks',
    'md1 (raid1): 1 of 2 disks missing',
    'md127 (raid1): faulty disks: sdb1',
  ]);
});

it('samples of free space are kept, four a day, and begin anew where they cannot be read', async () => {
  const file = join(home.path, 'space.json');
  const look = (nowMs: number, keeps = true) => readMachine(options('smartctl'), { nowMs, keeps });
  const samples = async () => JSON.parse(await readFile(file, 'utf8')).samples.map(({ atMs }: { atMs: number }) => (atMs - NOW) / DAY);
  await look(NOW, false);
  await expect(readFile(file)).rejects.toThrow('ENOENT');
  for (const days of [0, 0.1, 0.25, 1, 3.5]) await look(NOW + days * DAY);
  expect(await samples()).toEqual([0, 0.25, 1, 3.5]);
  expect((await look(NOW + 3.6 * DAY)).space).toMatchObject({ bytesPerDay: expect.any(Number), freeBytes: expect.any(Number) });
  await look(NOW + 40 * DAY);
  expect(await samples()).toEqual([40]);
  await writeFile(file, '{"samples":[{');
  expect((await look(NOW + 41 * DAY)).space).toMatchObject({ bytesPerDay: null });
  expect(await samples()).toEqual([41]);
});
