/*
 * Goal: a disk, an array and free space are good only where somebody says so; every sign of trouble is told, and what is not understood is never good.
 * Method: what smartctl and the kernel print for drives and arrays, by hand in their documented formats, at both sides of each limit.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dutiesOfMachine } from '#domain/duties/machine-rules';
import { because } from '#domain/reason';
import { HARD_DISK, NVME, SATA_SSD, withAttribute, withLog } from '#test/support/machine/smart';
import { type ArrayFiles, arrayStateOf } from './array.ts';
import { diskStateOf } from './disk.ts';
import { spaceStateOf } from './growth.ts';
import type { DiskState, MachineState } from './machine.ts';

const judged = (told: unknown, status = 0) =>
  diskStateOf({ name: 'sda', serial: 'SYS1', answer: { status, stdout: typeof told === 'string' ? told : JSON.stringify(told) } });
const codes = ({ signs }: DiskState) => signs.map(({ code }) => code);

describe('a disk', () => {
  it.each([
    ['NVMe', NVME, { id: 'S675NX0T123456', wearPercent: 7 }],
    ['a SATA SSD', SATA_SSD, { id: 'S6PTNL0T123456', wearPercent: 8 }],
    ['a hard disk', HARD_DISK, { id: 'VK0ABCDE', wearPercent: null }],
  ])('that says it is well is good: %s', (_, told, state) => {
    expect(judged(told)).toMatchObject({ health: 'good', signs: [], model: told.model_name, ...state });
  });

  it.each<readonly [string, unknown, number, readonly string[]]>([
    ['says so', { ...HARD_DISK, smart_status: { passed: false } }, 8, ['disk-says-failing']],
    ['says so by the exit status alone', HARD_DISK, 8, ['disk-says-failing']],
    ['has spare blocks used up', withLog({ critical_warning: 1 }), 0, ['disk-spare-used']],
    ['takes no writes', withLog({ critical_warning: 8 }, { smart_status: { passed: false } }), 8, ['disk-says-failing', 'disk-read-only']],
    ['has errors of the medium', withLog({ media_errors: 1 }), 0, ['disk-media-errors']],
    ['has sectors that cannot be read', withAttribute(HARD_DISK, 197, { raw: { value: 8 } }), 0, ['disk-unreadable-sectors']],
    ['has an attribute that failed', withAttribute(SATA_SSD, 5, { when_failed: 'now' }), 16, ['disk-attribute-failed']],
    ['has an attribute below its threshold, by the exit status', SATA_SSD, 16, ['disk-attribute-below']],
  ])('that %s is failing', (_, told, status, signs) => {
    const state = judged(told, status);
    expect({ health: state.health, signs: codes(state) }).toEqual({ health: 'failing', signs });
  });

  it('is not failing by what failed once and is over', () => {
    expect(judged(withAttribute(SATA_SSD, 5, { when_failed: 'past' }), 32).health).toBe('good');
  });

  it.each<readonly [string, unknown, number, string]>([
    ['rubbish', 'Segmentation fault', 0, 'disk-not-understood'],
    ['nothing', '', 0, 'disk-not-understood'],
    ['JSON of something else', { passed: true }, 0, 'disk-not-understood'],
    ['a text that was cut off', JSON.stringify(NVME).slice(0, -9), 0, 'disk-not-understood'],
    [
      'no type of device',
      { json_format_version: [1, 0], smartctl: { messages: [{ string: 'Unable to detect device type' }] } },
      1,
      'disk-type-unknown',
    ],
    ['that it was denied', { json_format_version: [1, 0], smartctl: { messages: [{ string: 'Permission denied' }] } }, 2, 'disk-tool-says'],
    ['nothing of its health', { ...NVME, smart_status: undefined }, 0, 'disk-has-no-smart'],
    ['that a command failed, and no verdict', { ...HARD_DISK, smart_status: {} }, 4, 'disk-has-no-smart'],
    ['no SMART', { ...HARD_DISK, smart_support: { available: false } }, 4, 'disk-has-no-smart'],
    ['SMART that is off', { ...HARD_DISK, smart_support: { available: true, enabled: false } }, 0, 'disk-smart-off'],
    ['all well, and was killed', NVME, -1, 'disk-not-asked'],
    ['a verdict of another type', { ...NVME, smart_status: { passed: 'true' } }, 0, 'disk-has-no-smart'],
  ])('of which smartctl tells %s is unread', (_, told, status, code) => {
    const state = judged(told, status);
    expect({ health: state.health, signs: codes(state) }).toEqual({ health: 'unread', signs: [code] });
  });

  it('that could not be asked says why, and is called by the serial number that the kernel knows', () => {
    const why = because('not-installed', { program: 'smartctl' });
    expect(diskStateOf({ name: 'vda', serial: null, answer: why })).toEqual({
      ...{ name: 'vda', id: 'vda', model: null, health: 'unread', signs: [why], wearPercent: null },
    });
    expect(diskStateOf({ name: 'vda', serial: 'SYS1', answer: why }).id).toBe('SYS1');
  });

  it('is never good by chance', () => {
    fc.assert(fc.property(fc.json(), fc.integer({ min: -1, max: 255 }), (text, status) => judged(text, status).health !== 'good'));
  });
});

describe('an array', () => {
  const WHOLE: ArrayFiles = {
    ...{ name: 'md0', level: 'raid1', array_state: 'clean', raid_disks: '2', degraded: '0', sync_action: 'idle', metadata_version: '1.2' },
    members: { sda1: 'in_sync', sdb1: 'in_sync' },
  };
  it.each<readonly [string, Partial<ArrayFiles>, string, string]>([
    ['whole', {}, 'good', 'array-whole'],
    ['whole and read only until the first write', { array_state: 'read-auto' }, 'good', 'array-whole'],
    ['being checked', { sync_action: 'check' }, 'good', 'array-whole'],
    ['striped', { level: 'raid0', degraded: null }, 'good', 'array-whole'],
    ['lacking a disk', { degraded: '1' }, 'failing', 'array-degraded'],
    ['being rebuilt', { degraded: '1', sync_action: 'recover' }, 'failing', 'array-rebuilding'],
    ['holding a faulty disk', { members: { sda1: 'in_sync', sdb1: 'faulty' } }, 'failing', 'array-faulty'],
    ['broken', { level: 'raid0', degraded: null, array_state: 'broken' }, 'failing', 'array-stopped'],
    ['not running', { array_state: 'inactive' }, 'failing', 'array-stopped'],
    ['of a state that nobody can read', { array_state: null }, 'unread', 'array-unread'],
    ['mirrored, with a count that nobody can read', { degraded: null }, 'unread', 'array-unread'],
    ['mirrored, with a count that is none', { degraded: 'x' }, 'unread', 'array-unread'],
  ])('that is %s', (_, over, health, code) => {
    expect(arrayStateOf({ ...WHOLE, ...over })).toMatchObject({ health, words: { code } });
  });

  it('is none where it only holds others', () => {
    expect(arrayStateOf({ ...WHOLE, level: '', array_state: 'inactive', metadata_version: 'external:imsm' })).toBeNull();
  });
});

describe('growth', () => {
  const DAY = 86_400_000;
  const NOW = Date.UTC(2026, 5, 20);
  const filling = (days: number, perDay: number) =>
    Array.from({ length: days * 4 + 1 }, (_, n) => ({ atMs: NOW - (n * DAY) / 4, usedBytes: 1e12 - (n * perDay) / 4 }));

  it('tells the day on which the disk is full', () => {
    const { bytesPerDay, fullAtMs } = spaceStateOf(50e9, filling(10, 5e9), NOW);
    expect(bytesPerDay).toBeCloseTo(5e9, -3);
    expect(Math.abs((fullAtMs ?? 0) - (NOW + 10 * DAY))).toBeLessThan(60_000);
  });

  it('is not known before three days, and never by samples of before or of a clock that was ahead', () => {
    expect(spaceStateOf(50e9, filling(2, 5e9), NOW)).toMatchObject({ bytesPerDay: null, fullAtMs: null });
    const old = filling(10, 5e9).map(({ atMs, usedBytes }) => ({ atMs: atMs - 28 * DAY - 1, usedBytes }));
    const ahead = filling(10, 5e9).map(({ atMs, usedBytes }) => ({ atMs: atMs + 11 * DAY, usedBytes }));
    expect(spaceStateOf(50e9, [...old, ...ahead], NOW).bytesPerDay).toBeNull();
  });

  it('of a disk that empties, or fills for longer than ten years, has no day; a full one is full now', () => {
    expect(spaceStateOf(50e9, filling(10, -5e9), NOW).fullAtMs).toBeNull();
    expect(spaceStateOf(50e9, filling(10, 0), NOW).fullAtMs).toBeNull();
    expect(spaceStateOf(50e9, filling(10, 13e6), NOW).fullAtMs).toBeNull();
    expect(spaceStateOf(0, [], NOW).fullAtMs).toBe(NOW);
  });
});

describe('duties of the machine', () => {
  const NOW = 1000;
  const disk = (over: Partial<DiskState>): DiskState => ({
    name: 'sda',
    id: 'S1',
    model: null,
    health: 'good',
    signs: [],
    wearPercent: 8,
    ...over,
  });
  const WELL: MachineState = { disks: [disk({})], arrays: [], space: { freeBytes: 1, bytesPerDay: null, fullAtMs: null } };
  const of = (over: Partial<MachineState>) =>
    dutiesOfMachine({ ...WELL, ...over }, { wearPercent: 90, fullWithinMs: 500, answerMs: 3 }, NOW).map(
      ({ kind, subject }) => `${kind} ${subject.kind} ${subject.id}`,
    );
  const why = because('disks-none', {});
  const space = (fullAtMs: number | null) => ({ space: { freeBytes: 1, bytesPerDay: 1, fullAtMs } });
  const array = (health: 'good' | 'failing' | 'unread') => ({ arrays: [{ name: 'md0', health, words: why, missing: 0 }] });

  it.each<readonly [string, Partial<MachineState>, readonly string[]]>([
    ['all is well', {}, []],
    ['a disk fails', { disks: [disk({ health: 'failing' })] }, ['disk-failing disk S1']],
    ['a disk is unread', { disks: [disk({ health: 'unread', wearPercent: null })] }, ['machine-unread disk S1']],
    ['a disk is not worn yet', { disks: [disk({ wearPercent: 89 })] }, []],
    ['a disk is worn', { disks: [disk({ wearPercent: 90 })] }, ['disk-worn disk S1']],
    [
      'a failing disk has two names',
      { disks: [disk({ health: 'failing' }), disk({ name: 'sdb', health: 'failing' })] },
      ['disk-failing disk S1'],
    ],
    ['no disk can be named', { disks: why }, ['machine-unread disk disks']],
    ['an array is whole', array('good'), []],
    ['an array lacks a disk', array('failing'), ['array-degraded array md0']],
    ['an array is unread', array('unread'), ['machine-unread array md0']],
    ['no array can be named', { arrays: why }, ['machine-unread array arrays']],
    ['the vault is full later', space(NOW + 501), []],
    ['the vault is full soon', space(NOW + 500), ['disk-filling volume vault']],
    ['the space is unread', { space: why }, ['machine-unread volume vault']],
  ])('where %s', (_, over, duties) => expect(of(over)).toEqual(duties));
});
