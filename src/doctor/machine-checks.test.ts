/* Goal: the doctor calls a machine well only where it was read and is well. Method: states by hand. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '#config/load';
import type { MachineState } from '#domain/machine/machine';
import { because, english } from '#domain/reason';
import { temporaryDirectory } from '#test/support/evidock';
import { heartbeatChecks, machineLines } from './machine-checks.ts';

const NOW = Date.UTC(2026, 5, 20);
const DAY = 86_400_000;
const disk = { name: 'sda', id: 'VK0AB', model: 'WD80', health: 'good', signs: [], wearPercent: null } as const;
const WELL: MachineState = { disks: [disk], arrays: [], space: { freeBytes: 5 * 2 ** 30, bytesPerDay: 2 ** 30, fullAtMs: NOW + 31 * DAY } };
const why = because('disk-has-no-smart', {});
const lines = (over: Partial<MachineState>) =>
  machineLines({ ...WELL, ...over }, { wear: 90, fullWithin: 30 }, NOW).map(({ name, ok, warn, reason, remedy }) => {
    const verdict = !ok ? 'fails' : warn ? 'warns' : 'ok';
    expect(remedy === null).toBe(verdict === 'ok');
    return `${verdict} ${name}: ${english(reason)}`;
  });

it('of a machine that is well', () => {
  expect(lines({})).toEqual([
    'ok disks: sda WD80 VK0AB: well',
    'ok raid: no array of the kernel',
    'ok disk growth: 5.0 GiB free; 1.0 GiB more each day; full on 2026-07-21',
  ]);
});

it.each<readonly [string, Partial<MachineState>, string]>([
  [
    'failing',
    { disks: [{ ...disk, health: 'failing', signs: [because('disk-too-hot', {})] }] },
    'fails disks: sda WD80 VK0AB: failing (too hot)',
  ],
  [
    'unread',
    { disks: [{ ...disk, model: null, id: 'sda', health: 'unread', signs: [why] }] },
    'warns disks: sda: not known (it does not tell how it is (no SMART))',
  ],
  ['worn', { disks: [{ ...disk, wearPercent: 90 }] }, 'warns disks: sda WD80 VK0AB: well, 90 % of its writing life used'],
  ['not worn', { disks: [{ ...disk, wearPercent: 89 }] }, 'ok disks: sda WD80 VK0AB: well, 89 % of its writing life used'],
  ['not to be named', { disks: why }, 'warns disks: it does not tell how it is (no SMART)'],
  [
    'in an array that fails',
    { arrays: [{ name: 'md0', health: 'failing', words: why, missing: 1 }] },
    'fails raid: it does not tell how it is (no SMART)',
  ],
  [
    'in an array that is unread',
    { arrays: [{ name: 'md0', health: 'unread', words: why, missing: 0 }] },
    'warns raid: it does not tell how it is (no SMART)',
  ],
  ['in arrays that nobody can name', { arrays: why }, 'warns raid: it does not tell how it is (no SMART)'],
  [
    'soon full',
    { space: { freeBytes: 2 ** 30, bytesPerDay: 2 ** 30, fullAtMs: NOW + DAY } },
    'warns disk growth: 1.0 GiB free; 1.0 GiB more each day; full on 2026-06-21',
  ],
  [
    'of a growth that is not known',
    { space: { freeBytes: 2 ** 30, bytesPerDay: null, fullAtMs: null } },
    'ok disk growth: 1.0 GiB free; how fast it fills is known after three days',
  ],
  [
    'not filling',
    { space: { freeBytes: 2 ** 30, bytesPerDay: -5, fullAtMs: null } },
    'ok disk growth: 1.0 GiB free; not full in the next ten years',
  ],
])('of a disk that is %s', (_, over, line) => expect(lines(over)).toContain(line));

it('says since when nobody outside has heard of the station', async () => {
  const home = await temporaryDirectory();
  const of = async (silentMs: number | null, url = 'http://127.0.0.1/') => {
    const { config } = loadConfig({
      file: null,
      state: home.path,
      env: { EVIDOCK_HEARTBEAT_URL: url, EVIDOCK_HEARTBEAT_SECRET_FILE: '/s' },
      root: home.path,
    });
    if (silentMs !== null) await writeFile(join(home.path, 'heartbeat.json'), JSON.stringify({ silentSinceMs: NOW - silentMs }));
    return (await heartbeatChecks(config, NOW)).map(({ warn, reason }) => `${warn ? 'warns' : 'ok'}: ${english(reason)}`);
  };
  expect(await of(null, '')).toEqual([]);
  expect(await of(null)).toEqual(['warns: none was tried yet']);
  expect(await of(15 * 60_000)).toEqual(['ok: nobody outside has taken one for 15 min 0 s']);
  expect(await of(15 * 60_000 + 1000)).toEqual(['warns: nobody outside has taken one for 15 min 1 s']);
  await home.remove();
});
