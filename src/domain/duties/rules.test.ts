/*
 * Goal: each kind of duty is there exactly from its limit on, and an acknowledgement lasts as long as it says. Method: facts by hand at both sides of each limit; an
 * oracle of random turns for the comparison.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DutyChange, dutyChanges } from './compare.ts';
import { acknowledgementFault, type Duty, type DutyKind, type FoundDuty, isOverdue } from './duty.ts';
import type { RecorderDutyFacts, RecordingDutyFacts, StationDutyFacts } from './facts.ts';
import { dutiesOfRecorder, dutiesOfRecording, dutiesOfStation } from './rules.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DOCKED = Date.UTC(2026, 5, 20);
const LIMITS = { lateMs: DAY, untaggedMs: 3 * DAY, archiveMs: DAY, absentMs: 7 * DAY, clockMs: 60_000, answerMs: 3 * DAY };
const WELL: RecordingDutyFacts = {
  ...{ id: 'rec-1', kind: 'video', state: 'archived', unit: 'unt-a', startMs: DOCKED - 2 * HOUR, durationMs: HOUR, dockedMs: DOCKED },
  ...{
    category: 'penalty',
    cases: 0,
    damaged: false,
    conflict: false,
    maximumMs: null,
    archivedMs: DOCKED + HOUR,
    numbersMissing: null,
    onShift: true,
  },
  locks: { neededUntil: 'open', unlocked: 0, endsMs: DOCKED + 400 * DAY, refusedSinceMs: null },
};
const locks = (over: Partial<RecordingDutyFacts['locks']>) => ({ locks: { ...WELL.locks, ...over } });
const kindsOf = (over: Partial<RecordingDutyFacts>, nowMs = DOCKED, archives = true) =>
  dutiesOfRecording({ ...WELL, ...over }, { limits: LIMITS, nowMs, archives }).map(({ kind }) => kind);

describe('duties about a recording', () => {
  it('are none where all is well', () => expect(kindsOf({}, DOCKED + 90 * DAY)).toEqual([]));

  const cases: readonly (readonly [string, Partial<RecordingDutyFacts>, number, readonly DutyKind[]])[] = [
    ['docked exactly at the limit', { startMs: DOCKED - DAY - HOUR }, 0, []],
    ['docked a millisecond later', { startMs: DOCKED - DAY - HOUR - 1 }, 0, ['late-docked']],
    ['of no known length', { startMs: DOCKED - DAY - 1, durationMs: null }, 0, ['late-docked']],
    ['of no known time', { startMs: null }, 0, []],
    ['untagged before its time', { category: null }, 3 * DAY - 1, []],
    ['untagged from then on', { category: null }, 3 * DAY, ['untagged']],
    ['in a case', { category: null, cases: 1 }, 3 * DAY, []],
    ['a log', { category: null, kind: 'log' }, 3 * DAY, []],
    ['a photo', { category: null, kind: 'photo' }, 3 * DAY, ['untagged']],
    ['not archived before its time', { state: 'derived' }, DAY - 1, []],
    ['not archived', { state: 'sealed' }, DAY, ['not-archived']],
    ['damaged', { damaged: true }, 0, ['damaged']],
    ['in conflict', { conflict: true }, 0, ['retention-conflict']],
    ['at its maximum', { maximumMs: DOCKED + DAY }, DAY, ['retention-overdue']],
    ['not yet at its maximum', { maximumMs: DOCKED + DAY }, DAY - 1, []],
    ['in conflict and beyond its maximum', { conflict: true, maximumMs: DOCKED }, DAY, ['retention-conflict']],
    ['without a lock that it needs', locks({ unlocked: 2 }), 0, ['lock-missing']],
    ['without a lock that nobody asks for', locks({ unlocked: 2, neededUntil: null }), 0, []],
    ['without a lock, when its term is over', locks({ unlocked: 2, neededUntil: DOCKED + DAY }), DAY, []],
    ['locked for more than a week', locks({ endsMs: DOCKED + 7 * DAY }), 0, []],
    ['locked for less than a week', locks({ endsMs: DOCKED + 7 * DAY - 1 }), 0, ['lock-missing']],
    ['locked as long as its term', locks({ endsMs: DOCKED + DAY, neededUntil: DOCKED + DAY }), 0, []],
    ['locked for less than its term', locks({ endsMs: DOCKED + DAY - 1, neededUntil: DOCKED + DAY }), 0, ['lock-missing']],
    ['refused a lock', locks({ refusedSinceMs: DOCKED }), 0, ['lock-missing']],
    ['followed by numbers that are nowhere', { numbersMissing: { count: 2, sinceMs: DOCKED } }, 0, ['numbers-missing']],
    ['replaced', { state: 'replaced', damaged: true, category: null }, 90 * DAY, []],
    ['disposed', { state: 'disposed', damaged: true, conflict: true }, 90 * DAY, []],
    ['not whole yet', { state: 'copying', category: null }, 90 * DAY, []],
  ];
  it.each(cases)('of one that is %s', (_, over, afterMs, kinds) => expect(kindsOf(over, DOCKED + afterMs)).toEqual(kinds));

  it('ask for no archive where none is configured', () => expect(kindsOf({ state: 'derived' }, DOCKED + 9 * DAY, false)).toEqual([]));

  it('name the unit, and are due so long after they began', () => {
    const [found] = dutiesOfRecording({ ...WELL, category: null }, { limits: LIMITS, nowMs: DOCKED + 5 * DAY, archives: true });
    const sinceMs = DOCKED + 3 * DAY;
    expect(found).toEqual({
      ...{ kind: 'untagged', subject: { kind: 'recording', id: 'rec-1' }, owner: { role: 'custodian', unit: 'unt-a' } },
      ...{ sinceMs, dueMs: sinceMs + 3 * DAY },
    });
  });
});

describe('duties about a recorder', () => {
  const SEEN: RecorderDutyFacts = { serial: 'DSJ1', unit: null, lastSeenMs: DOCKED, docked: false, clockOffsetMs: 0 };
  const of = (over: Partial<RecorderDutyFacts>, nowMs = DOCKED) =>
    dutiesOfRecorder({ ...SEEN, ...over }, LIMITS, nowMs).map(({ kind }) => kind);

  it('begin when it was not docked for days', () => {
    expect(of({}, DOCKED + 7 * DAY - 1)).toEqual([]);
    expect(of({}, DOCKED + 7 * DAY)).toEqual(['recorder-absent']);
    expect(of({ docked: true }, DOCKED + 9 * DAY)).toEqual([]);
    expect(of({ lastSeenMs: null }, DOCKED + 9 * DAY)).toEqual([]);
  });

  it('begin when its clock is off to either side by more than the limit', () => {
    expect([60_000, 60_001, -60_000, -60_001].map((clockOffsetMs) => of({ clockOffsetMs }).length)).toEqual([0, 1, 0, 1]);
    expect(of({ clockOffsetMs: null })).toEqual([]);
  });
});

describe('duties about the station', () => {
  const WELL_VAULT = { place: 'vault', oldestCheckMs: DOCKED - 90 * DAY, periodMs: 90 * DAY, faultSinceMs: null, haltedAtMs: null };
  const WELL_STATION: StationDutyFacts = {
    ...{
      holds: [],
      unmirrored: [],
      unconfirmed: [],
      bucket: { name: 's3', findings: 0 },
      sourcesMissing: [],
      holidaysMissing: [],
      clock: { kind: 'steady' },
      scrubs: [WELL_VAULT],
    },
  };
  const of = (over: Partial<StationDutyFacts>) => dutiesOfStation({ ...WELL_STATION, ...over }, LIMITS, DOCKED);

  it('are none where all is well', () => expect(of({})).toEqual([]));

  it.each<readonly [DutyKind, Partial<StationDutyFacts>, string, number]>([
    ['hold-review', { holds: [{ id: 'lgh-1', reviewAtMs: DOCKED }] }, 'lgh-1', DOCKED],
    ['look-unconfirmed', { unconfirmed: [{ id: 'req-1', dueAtMs: DOCKED - 5 }] }, 'req-1', DOCKED - 5],
    ['archive-findings', { bucket: { name: 's3', findings: 1 } }, 's3', DOCKED],
    ['source-missing', { sourcesMissing: ['local-records'] }, 'local-records', DOCKED],
    ['holidays-missing', { holidaysMissing: [2027] }, '2027', DOCKED],
    ['station-clock', { clock: { kind: 'went-back', byMs: 1, seenAtMs: DOCKED - 7 } }, 'station', DOCKED - 7],
    ['scrub-overdue', { scrubs: [{ ...WELL_VAULT, oldestCheckMs: DOCKED - 90 * DAY - 5 }] }, 'vault', DOCKED - 5],
    ['scrub-faults', { scrubs: [{ ...WELL_VAULT, faultSinceMs: DOCKED - 9, haltedAtMs: DOCKED - 3 }] }, 'vault', DOCKED - 9],
    ['scrub-faults', { scrubs: [{ ...WELL_VAULT, haltedAtMs: DOCKED - 3 }] }, 'vault', DOCKED - 3],
  ])('%s', (kind, over, id, sinceMs) => {
    expect(of(over)).toMatchObject([{ kind, subject: { id }, sinceMs, dueMs: sinceMs + 3 * DAY }]);
  });

  it('of a hold that the storage does not know are due a day after it reached its recording, however long other duties may wait', () => {
    const [found] = of({ unmirrored: [{ id: 'lgh-1', sinceMs: DOCKED - 5 }] });
    expect(found).toEqual({
      ...{ kind: 'hold-unmirrored', subject: { kind: 'hold', id: 'lgh-1' }, owner: { role: 'custodian', unit: null } },
      ...{ sinceMs: DOCKED - 5, dueMs: DOCKED - 5 + DAY },
    });
  });

  it('leave a hold alone before its review', () => expect(of({ holds: [{ id: 'lgh-1', reviewAtMs: DOCKED + 1 }] })).toEqual([]));
});

describe('an acknowledgement', () => {
  const open = { kind: 'untagged', state: 'open' } as const;
  it.each([
    ['without an end', open, null, 'needs-end'],
    ['without an end, of what has happened', { ...open, kind: 'late-docked' }, null, null],
    ['that ends now', open, DOCKED, 'end-outside'],
    ['that ends later', open, DOCKED + 1, null],
    ['that ends in 90 days', open, DOCKED + 90 * DAY, null],
    ['that ends after that', open, DOCKED + 90 * DAY + 1, 'end-outside'],
    ['of what is done', { ...open, state: 'done' }, DOCKED + 1, 'is-done'],
    ['once more', { ...open, state: 'acknowledged' }, DOCKED + 1, null],
  ] as const)('%s', (_, duty, untilMs, fault) => expect(acknowledgementFault(duty, untilMs, DOCKED)).toBe(fault));

  it('puts off what is overdue', () => {
    expect(isOverdue({ state: 'open', dueMs: 5 }, 5)).toBe(true);
    expect(isOverdue({ state: 'open', dueMs: 6 }, 5)).toBe(false);
    expect(isOverdue({ state: 'acknowledged', dueMs: 5 }, 5)).toBe(false);
  });
});

describe('the comparison', () => {
  const found = (n: number, unit: string | null = null): FoundDuty => ({
    ...{ kind: 'damaged', subject: { kind: 'recording', id: `rec-${n}` }, owner: { role: 'custodian', unit }, sinceMs: 1, dueMs: 2 },
  });

  it('opens what is new, ends what is gone, puts back what ran out, and leaves all else', () => {
    const one = fc.record({
      n: fc.integer({ min: 0, max: 9 }),
      there: fc.boolean(),
      moved: fc.boolean(),
      known: fc.constantFrom('no', 'open', 'for-good', 'put-off', 'over'),
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: ({ n }) => n }), (all) => {
        const UNTIL = { 'for-good': null, 'put-off': 101, over: 100 } as const;
        const standing = all.flatMap(({ n, known }): Duty[] => {
          if (known === 'no') return [];
          const untilMs = known === 'open' ? null : UNTIL[known];
          const acknowledgement = known === 'open' ? null : { by: 'usr', atMs: 1, untilMs, reason: 'why' };
          const state = known === 'open' ? 'open' : 'acknowledged';
          return [{ ...found(n), id: `dty-${n}`, state, openedAtMs: 1, doneAtMs: null, acknowledgement }];
        });
        const there = all.filter((each) => each.there).map(({ n, moved }) => ({ ...found(n, moved ? 'unt-b' : null), sinceMs: 77 }));
        const expected = all.flatMap(({ n, there: is, moved, known }): string[] => {
          if (known === 'no') return is ? [`open rec-${n}`] : [];
          if (!is) return [`end dty-${n}`];
          return [...(moved ? [`hand-over dty-${n}`] : []), ...(known === 'over' ? [`return dty-${n}`] : [])];
        });
        const told = (change: DutyChange) => `${change.does} ${change.does === 'open' ? change.found.subject.id : change.id}`;
        expect(dutyChanges(there, standing, 100).map(told).toSorted()).toEqual(expected.toSorted());
      }),
    );
  });
});
