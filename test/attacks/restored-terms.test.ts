/*
 * Goal: what is restored, a ledger from its backup or an original from the archive, is under the full schedule again and under no shorter one (rule 14). Method: the parts of the
 * simulated station on a clock that is moved; its ledger is backed up, goes on, and is put back as an administrator does it.
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { START_MS } from '#test/support/builders';
import { temporaryDirectory } from '#test/support/evidock';
import { scheduleText } from '#test/support/retention/parts';
import { DEEDS } from '#test/support/simulation/deeds';
import { Killer } from '#test/support/simulation/killer';
import { lockedDisk } from '#test/support/simulation/locked-disk';
import { STATION, StationLife } from '#test/support/simulation/station-life';
import { HeadKeeper } from '../../src/station/head-keeper.ts';
import { checkLedger } from '../../src/station/ledger-check.ts';

const DAY_MS = 86_400_000;
const BEGIN_MS = Math.floor(START_MS / DAY_MS) * DAY_MS;
const SHORT = scheduleText({ all: { minimum: 'P30D' } });
const LONG = scheduleText({ all: { minimum: 'P180D' } });

let directory: string;
let remove: () => Promise<void>;
let life: StationLife;

const at = (day: number) => ({ wallMs: BEGIN_MS + day * DAY_MS, bootMs: day * DAY_MS });
const open = (day: number) =>
  StationLife.open({
    ...{ directory, killer: new Killer(), now: at(day) },
    storage: ({ clock, killer }) => lockedDisk(join(directory, 'archive'), { clock, faults: killer }),
  });
async function onDay(day: number): Promise<void> {
  life.clock.set(at(day));
  await DEEDS.keep(life, { passedMs: DAY_MS });
}
const adopt = (text: string) => DEEDS.adopt(life, { text, who: 'li' });
async function docked(): Promise<string> {
  const path = 'DCIM/20260630/DSJ0000001_0001_20260630080000_0001.MP4';
  await life.dock('DSJ0000001', [{ path, content: 'footage '.repeat(100), atMs: BEGIN_MS + 10 * DAY_MS }]);
  const [found] = await life.ledger.recordings.list({ limit: 1 });
  return found?.recording.id ?? expect.fail('nothing was docked');
}
const dueIds = async () => (await DEEDS.due(life)).ids;
const endOf = async (id: string) => (await life.ledger.retention.termOf(id))?.earnedUntilMs;

beforeEach(async () => {
  const home = await temporaryDirectory();
  directory = home.path;
  remove = () => home.remove();
  life = await open(0);
});
afterEach(async () => {
  await life.close();
  await remove();
});

it('a ledger that was put back from a backup lets nothing go before all of it was counted anew, by the full schedule', async () => {
  await adopt(SHORT);
  await onDay(8);
  life.clock.set(at(11));
  const id = await docked();
  await onDay(11);
  const thirty = await endOf(id);
  const backup = join(directory, 'backup.sqlite');
  await (life.ledger as SqliteLedger).upkeep.backup(backup);
  await adopt(LONG);
  await onDay(20);
  expect(await endOf(id)).toBe((thirty ?? 0) + 150 * DAY_MS);
  const { ledger, vault, clock, log } = life;
  await new HeadKeeper({ ledger, vault, archive: null, stationId: STATION, clock, log }).keep();
  await life.close();
  for (const end of ['-wal', '-shm']) rmSync(join(directory, `ledger.sqlite${end}`), { force: true });
  copyFileSync(backup, join(directory, 'ledger.sqlite'));

  life = await open(45);
  // The term of the ledger that was put back is over, and nobody is told so before it was counted.
  const context = { config: { station: { id: STATION } }, clock: life.clock, env: {}, log } as unknown as Parameters<typeof checkLedger>[0];
  const opened = life.ledger as SqliteLedger;
  const given = { ledger: life.ledger, upkeep: opened.upkeep, vault: life.vault, archive: null };
  await expect(checkLedger(context, { ...given, accept: false })).rejects.toMatchObject({ code: 'ledger.rolled-back' });
  await checkLedger(context, { ...given, accept: true });
  expect(await dueIds()).toEqual([]);
  expect((await life.ledger.retention.termOf(id))?.stale).toBe(true);
  await life.keeper.look();
  expect(await endOf(id)).toBe(thirty);
  expect(await dueIds()).toEqual([id]);
}, 120_000);

it('an original that was fetched back has the term that it had', async () => {
  await adopt(LONG);
  await onDay(8);
  life.clock.set(at(11));
  const id = await docked();
  await onDay(12);
  const before = await life.ledger.retention.termOf(id);
  const [original] = await life.ledger.originals.ofRecording(id);
  expect(await DEEDS.evict(life, { bytes: 1 })).toBeGreaterThan(0);
  expect((await life.ledger.originals.get(original?.id ?? ''))?.evictedAtMs).not.toBeNull();
  await onDay(30);
  await DEEDS.fetch(life, { original: original?.id ?? '' });
  await onDay(31);
  expect((await life.ledger.originals.get(original?.id ?? ''))?.evictedAtMs).toBeNull();
  expect(await life.ledger.retention.termOf(id)).toEqual(before);
  expect(before?.earnedUntilMs).toBeGreaterThanOrEqual(BEGIN_MS + 190 * DAY_MS);
}, 120_000);
