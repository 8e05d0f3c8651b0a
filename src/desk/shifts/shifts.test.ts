/*
 * Goal: a file of shifts is read as the agency means it (its zone, nights, summer time), shown before it counts, taken over with custody, and makes the duties of shifts.
 * Method: files by hand; a real ledger with footage; the log makes the same rows.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAtRecordings, lookAtShifts } from '#desk/duties/look';
import type { ImportText } from '#desk/imports';
import { EvidockError } from '#domain/errors';
import { english } from '#domain/reason';
import { START_MS, STATION_ID } from '#test/support/builders';
import { ROOT_ACTOR } from '#test/support/clock-watch';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { importShifts } from './import-shifts.ts';
import { readShifts } from './read-shifts.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONE = 'Asia/Shanghai';
const csv = (...lines: string[]): ImportText => ({ format: 'csv', text: lines.join('\n') });
const times = (source: ImportText, zone = ZONE) =>
  readShifts(source, zone).map(({ officer, startMs, endMs }) =>
    [officer, new Date(startMs).toISOString(), new Date(endMs).toISOString()].join(' '),
  );
const fault = (source: ImportText, zone = ZONE) => {
  try {
    readShifts(source, zone);
  } catch (error) {
    if (error instanceof EvidockError) return `${error.code} ${english(error.reason)}`;
    throw error;
  }
  return 'none';
};

describe('a file', () => {
  it('has a date and times of day, in Chinese too; what ends no later than it begins ends the next day', () => {
    expect(
      times(
        csv(
          '警号,姓名,日期,上班时间,下班时间',
          '041234,王敏,2026/6/20,8:00,17:30',
          '7,李,2026-06-20,22:00,06:00',
          '8,赵,2026-06-30,8:00,24:00',
        ),
      ),
    ).toEqual([
      '041234 2026-06-20T00:00:00.000Z 2026-06-20T09:30:00.000Z',
      '7 2026-06-20T14:00:00.000Z 2026-06-20T22:00:00.000Z',
      '8 2026-06-30T00:00:00.000Z 2026-06-30T16:00:00.000Z',
    ]);
  });

  it('has whole times, in the zone or with an offset, as CSV or JSON', () => {
    const wanted = ['7 2026-06-20T14:00:00.000Z 2026-06-20T22:00:00.000Z'];
    expect(times(csv('officer,start,end', '7,2026-06-20 22:00,2026-06-21T06:00+08:00'))).toEqual(wanted);
    const text = JSON.stringify([{ officer: 7, date: '2026-06-20', start: '22:00', end: '06:00' }]);
    expect(times({ format: 'json', text })).toEqual(wanted);
  });

  it('counts the hours that the clock shows: a night in which it is set has 7 or 9 of them', () => {
    const nights = csv('officer,date,start,end', '7,2026-03-07,22:00,06:00', '7,2026-10-31,22:00,06:00');
    const hours = readShifts(nights, 'America/New_York').map(({ startMs, endMs }) => (endMs - startMs) / HOUR);
    expect(hours).toEqual([7, 9]);
  });

  it.each<readonly [string, ImportText, RegExp]>([
    ['has a day that is none', csv('officer,date,start,end', '7,2026-02-30,08:00,09:00'), /row 2: .*08:00 and 09:00 do not fit/],
    ['has a time that is none', csv('officer,date,start,end', '7,2026-02-20,25:00,09:00'), /row 2/],
    ['begins at 24:00', csv('officer,date,start,end', '7,2026-02-20,24:00,09:00'), /row 2/],
    ['has a time without a day', csv('officer,start,end', '7,08:00,09:00'), /row 2/],
    ['ends early', csv('officer,start,end', '7,2026-06-20 08:00,2026-06-20 08:00'), /ends before it begins/],
    ['is too long', csv('officer,start,end', '7,2026-06-20 08:00,2026-06-21 20:01'), /longer than 1 d 12 h/],
    ['has no officer', csv('officer,date,start,end', ',2026-06-20,08:00,09:00'), /officer/],
    [
      'has one shift over another',
      csv('officer,date,start,end', '7,2026-06-20,22:00,06:00', '7,2026-06-21,05:59,07:00'),
      /row 3: officer 7 .* row 2/,
    ],
    ['has one twice', csv('officer,date,start,end', '7,2026-06-20,08:00,09:00', '7,2026-06-20,08:00,09:00'), /row 3: officer 7/],
    ['lacks a column', csv('officer,start', '7,2026-06-20 08:00'), /end/],
    ['has a column too many', csv('officer,start,end,x', '7,2026-06-20 08:00,2026-06-20 09:00,1'), /x/],
    ['has no rows', csv('officer,start,end'), /not/],
    [
      'has too many rows',
      csv('officer,date,start,end', ...Array.from({ length: 50_001 }, (_, n) => `${n},2026-06-20,08:00,09:00`)),
      /50000/,
    ],
  ])('that %s is refused as a whole', (_, source, why) => {
    expect(fault(source)).toMatch(/^request\.invalid /);
    expect(fault(source)).toMatch(why);
  });

  it('may have shifts that touch, and those of others at the same time', () => {
    expect(
      times(csv('officer,date,start,end', '7,2026-06-20,22:00,06:00', '7,2026-06-21,06:00,07:00', '8,2026-06-20,22:00,06:00')),
    ).toHaveLength(3);
  });
});

describe('an import', () => {
  let station: ServedStation;
  beforeEach(async () => {
    station = await servedStation();
    await station.ledger.transaction(async (writer) => {
      for (const id of ['041234', '7']) await writer.registry.upsertOfficer({ id, name: 'A', unit: null });
    });
  });
  afterEach(() => station.close());

  const take = (source: ImportText, more: { whole?: boolean; dryRun?: boolean } = {}, within: string | null = null) =>
    importShifts(
      station.deps,
      { rows: readShifts(source, ZONE), text: source.text, whole: false, dryRun: false, ...more },
      { actor: ROOT_ACTOR, within },
    );
  const figures = ({ added, changed, removed, same, unmatched }: Awaited<ReturnType<typeof take>>) => [
    added.length,
    changed.length,
    removed.length,
    same,
    unmatched.length,
  ];
  const known = async () => (await station.ledger.shifts.list({ limit: 99 })).map(({ id }) => id);
  const FILE = csv(
    'officer,date,start,end',
    '041234,2026-06-18,08:00,17:00',
    '041234,2026-06-19,08:00,17:00',
    '7,2026-06-19,22:00,06:00',
    '9,2026-06-19,22:00,06:00',
  );

  it('is shown without a trace, and does then what it said', async () => {
    const head = await station.ledger.custody.head();
    const shown = await take(FILE, { dryRun: true });
    expect(figures(shown)).toEqual([3, 0, 0, 0, 1]);
    expect(shown.unmatched).toEqual([{ line: 5, officer: '9' }]);
    expect(await station.ledger.custody.head()).toEqual(head);
    expect(await known()).toEqual([]);
    expect(await take(FILE)).toEqual(shown);
    expect(await known()).toHaveLength(3);
    const after = await station.ledger.custody.head();
    expect(figures(await take(FILE))).toEqual([0, 0, 0, 3, 1]);
    expect(await station.ledger.custody.head()).toEqual(after);
  });

  it('changes and removes on its days, and is on record with each officer', async () => {
    await take(FILE);
    const next = csv('officer,date,start,end', '041234,2026-06-19,08:00,18:00', '041234,2026-06-20,08:00,17:00');
    expect(figures(await take(next))).toEqual([1, 1, 0, 0, 0]);
    expect(figures(await take(csv('officer,date,start,end', '041234,2026-06-19,09:00,18:00')))).toEqual([1, 0, 1, 0, 0]);
    // Another officer of these days stays, unless the file is whole.
    expect(await known()).toContain('shf-7-20260619T140000Z');
    expect(figures(await take(csv('officer,date,start,end', '041234,2026-06-19,09:00,18:00'), { whole: true }))).toEqual([0, 0, 1, 1, 0]);
    expect(await known()).toEqual(['shf-041234-20260618T000000Z', 'shf-041234-20260619T010000Z', 'shf-041234-20260620T000000Z']);
    const history = await station.ledger.custody.of({ kind: 'officer', id: '041234' }, { limit: 9 });
    expect(history.map(({ type }) => type)).toEqual(Array.from({ length: 3 }, () => 'officer.shifts-changed'));
    const contradictions = contradictionsIn(join(station.directory, 'ledger.sqlite'));
    expect(contradictions.filter(({ table }) => table === 'shifts')).toEqual([]);
  });

  it('of an officer of another unit is refused, all of it', async () => {
    await station.ledger.transaction(async (writer) => {
      await writer.people.upsertUnit({ id: 'unt-b', name: 'B', parent: null, createdAtMs: START_MS, closedAtMs: null });
      await writer.registry.upsertOfficer({ id: '7', name: 'A', unit: 'unt-b' });
    });
    await expect(take(FILE, {}, 'unt-a')).rejects.toThrow(expect.objectContaining({ code: 'request.forbidden' }));
    expect(await known()).toEqual([]);
    expect(figures(await take(FILE, {}, 'unt-b'))[0]).toBe(3);
  });

  it('makes duties: a shift without footage once the time for docking is over, and footage while off duty', async () => {
    const { ledger, clock, deps } = station;
    const limits = { lateMs: DAY, untaggedMs: 99 * DAY, archiveMs: DAY, absentMs: 99 * DAY, clockMs: 60_000, answerMs: 3 * DAY };
    const look = async () => {
      const looking = {
        ...{ ledger, clock, clockWatch: deps.clockWatch, archive: null, stationId: STATION_ID, limits, schedule: async () => null },
        ...{ machine: { state: () => null, limits: { wearPercent: 90, fullWithinMs: DAY, answerMs: DAY } }, heartbeat: null },
      };
      await lookAtShifts(looking, '');
      await lookAtRecordings(looking, '');
      return (await ledger.duties.list({ limit: 99 })).map(({ kind, subject: { id } }) => `${kind} ${id}`).toSorted();
    };
    // START_MS is 2026-06-20 16:00 in the zone.
    const { id } = await station.addRecording(randomBytes(9), { officerId: '7', startMs: START_MS - 10 * HOUR });
    expect(await look()).toEqual([]);
    await take(csv('officer,date,start,end', '041234,2026-06-20,08:00,17:00', '7,2026-06-20,08:00,17:00'));
    expect(await look()).toEqual([`footage-without-shift ${id}`]);
    // An hour before and after the shift belongs to it.
    await station.addRecording(randomBytes(9), { officerId: '7', startMs: START_MS - 8 * HOUR - 30 * 60_000 });
    clock.advance(25 * HOUR - 1);
    expect(await look()).toEqual([`footage-without-shift ${id}`]);
    clock.advance(1);
    const [mine, other] = ['shift-without-footage shf-041234-20260620T000000Z', 'shift-without-footage shf-7-20260620T000000Z'];
    expect(await look()).toEqual([`footage-without-shift ${id}`, mine, other].toSorted());
    // Footage of the shift is docked late, and the shifts of the other officer are corrected: both are done.
    await station.addRecording(randomBytes(9), { officerId: '041234', startMs: START_MS - 2 * HOUR });
    await take(csv('officer,date,start,end', '7,2026-06-20,05:30,17:00'));
    expect((await look()).filter((duty) => !duty.startsWith('late-docked'))).toEqual([]);
  });
});
