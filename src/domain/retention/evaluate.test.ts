/*
 * Goal: each rule of conflict in docs/design.md ("Retention") that is pure holds, with dates that people can check on a calendar. Method: small schedules of the rules in question; the ones
 * that come with the software where a rule is about law.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSchedule } from '#desk/retention/read-schedule';
import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import { calendarOf, caseOf, factsOf, ruleOf, scheduleOfRules, shanghai } from '#test/support/retention/facts';
import { evaluate } from './evaluate.ts';
import type { RetentionFacts } from './facts.ts';
import type { RetentionSchedule } from './schedule.ts';
import { ScheduleFileSchema } from './schedule-schema.ts';
import { standingOf } from './standing.ts';
import { earnedSince, longerOf } from './until.ts';

const CALENDAR = calendarOf();
const termOf = (schedule: RetentionSchedule, facts: RetentionFacts) => evaluate(schedule, CALENDAR, facts);
/** The first moment after the end of a day in Shanghai. */
const afterDay = (day: string) => ({ kind: 'instant', ms: shanghai(`${day}T00:00:00`) + 86_400_000 });
const shipped = (name: string) =>
  readSchedule(readFileSync(new URL(`../../../config/retention/${name}.yaml`, import.meta.url), 'utf8'), 1, name);
const BASE = ruleOf({ id: 'base', minimum: 'P6M' });

describe('retention beats deletion (2), and a maximum counts only once every minimum is over (4)', () => {
  const schedule = scheduleOfRules(
    ruleOf({ id: 'keep', minimum: 'P3M' }),
    ruleOf({ id: 'gone', match: { kinds: ['video'] }, maximum: 'P4M' }),
    ruleOf({ id: 'audio', match: { kinds: ['audio'] }, minimum: 'P5M' }),
    ruleOf({ id: 'audio-gone', match: { kinds: ['audio'] }, maximum: 'P2M' }),
  );

  it('a recording may go after its minimum, and must after its maximum', () => {
    const term = termOf(schedule, factsOf());
    expect([term.minimum, term.maximum, term.conflict]).toEqual([afterDay('2026-09-20'), afterDay('2026-10-20'), false]);
    const standing = (day: string) => standingOf(term, shanghai(`${day}T12:00:00`));
    expect(['2026-09-20', '2026-09-21', '2026-10-20', '2026-10-21'].map(standing)).toEqual(['kept', 'may-go', 'may-go', 'must-go']);
  });

  it('one whose maximum is over first is kept, and is a conflict', () => {
    const term = termOf(schedule, factsOf({ kind: 'audio' }));
    expect([term.minimum, term.maximum, term.conflict]).toEqual([afterDay('2026-11-20'), afterDay('2026-08-20'), true]);
    const standing = (day: string) => standingOf(term, shanghai(`${day}T12:00:00`));
    expect(['2026-08-20', '2026-08-21', '2026-11-20', '2026-11-21'].map(standing)).toEqual(['kept', 'conflict', 'conflict', 'must-go']);
  });

  it.each(['permanent', 'waiting'])('a %s minimum is longer than any maximum', (kind) => {
    const keeps = ruleOf(kind === 'permanent' ? { minimum: 'permanent', start: 'never' } : { minimum: 'P1D', start: 'archived' });
    const term = termOf(scheduleOfRules(BASE, keeps, ruleOf({ maximum: 'P9Y' })), factsOf());
    expect([term.minimum.kind, term.conflict, standingOf(term, shanghai('2090-01-01T00:00:00'))]).toEqual([kind, true, 'conflict']);
  });

  it('the shortest maximum counts', () => {
    const term = termOf(
      scheduleOfRules(BASE, ruleOf({ maximum: 'P3Y' }), ruleOf({ maximum: 'P9M' }), ruleOf({ maximum: 'P2Y' })),
      factsOf(),
    );
    expect(term.maximum).toEqual(afterDay('2027-03-20'));
  });
});

describe('the longest minimum of every rule and every case wins (3), and a special rule only lengthens (5)', () => {
  it('whatever the order of the rules', () => {
    const rules = [
      BASE,
      ruleOf({ id: 'short', match: { kinds: ['video'], important: true }, minimum: 'P10D' }),
      ruleOf({ id: 'long', match: { damaged: true }, minimum: 'P14M' }),
    ];
    const facts = factsOf({ important: true, damaged: true });
    for (const order of [rules, rules.toReversed()]) {
      const term = termOf(scheduleOfRules(...order), facts);
      expect([term.minimum, term.winner]).toEqual([afterDay('2027-08-20'), 'long']);
      expect(term.matched.map(({ rule }) => rule).sort()).toEqual(['base', 'long', 'short']);
    }
    expect(termOf(scheduleOfRules(...rules), factsOf({ important: true }))).toMatchObject({
      winner: 'base',
      minimum: afterDay('2026-12-20'),
    });
  });

  it('permanent is longer than anything', () => {
    const schedule = scheduleOfRules(
      ruleOf({ id: 'century', minimum: 'P100Y' }),
      ruleOf({ id: 'good', match: { levelMin: 'secret' }, start: 'never', minimum: 'permanent' }),
    );
    expect(termOf(schedule, factsOf({ level: 'top-secret' }))).toMatchObject({ minimum: { kind: 'permanent' }, winner: 'good' });
    expect(termOf(schedule, factsOf({ level: 'internal' }))).toMatchObject({ winner: 'century' });
  });

  it('of three cases, the one that was decided last', () => {
    const schedule = scheduleOfRules(BASE, ruleOf({ id: 'decided', match: { case: 'any' }, start: 'case-decided', minimum: 'P2Y' }));
    const decided = (number: string, day: string) => caseOf({ number, decidedMs: shanghai(`${day}T00:00:00`) });
    const facts = factsOf({ cases: [decided('A', '2026-07-01'), decided('B', '2028-02-29'), decided('C', '2027-01-01')] });
    const term = termOf(schedule, facts);
    // 29 February 2028 + 2 years: February 2030 has 28 days.
    expect([term.minimum, term.winner]).toEqual([afterDay('2030-02-28'), 'decided']);
    expect(term.matched.map((each) => each.case)).toEqual([null, 'A', 'B', 'C']);
  });

  it('the most careful end and the strongest lock of all that match', () => {
    const lock = (mode: 'none' | 'governance' | 'compliance', hold: boolean, horizonDays: number) => ({ mode, hold, horizonDays });
    const schedule = scheduleOfRules(
      ruleOf({ minimum: 'P9M', lock: lock('governance', false, 30) }),
      ruleOf({ match: { foundInBin: true }, minimum: 'P1M', action: 'review', lock: lock('none', true, 900) }),
      ruleOf({ match: { damaged: true }, minimum: 'P1M', action: 'transfer', lock: lock('compliance', false, 1) }),
    );
    expect(termOf(schedule, factsOf())).toMatchObject({ action: 'propose', lock: lock('governance', false, 30) });
    expect(termOf(schedule, factsOf({ foundInBin: true }))).toMatchObject({ action: 'review', lock: lock('governance', true, 900) });
    expect(termOf(schedule, factsOf({ foundInBin: true, damaged: true }))).toMatchObject({
      action: 'transfer',
      lock: lock('compliance', true, 900),
    });
  });
});

describe('what has not happened is without end (6)', () => {
  const schedule = scheduleOfRules(
    BASE,
    ruleOf({ id: 'closed', match: { case: 'any' }, start: 'case-closed', minimum: 'P30D' }),
    ruleOf({ id: 'archived', match: { kinds: ['photo'] }, start: 'archived', minimum: 'P1D' }),
  );

  it('an open case keeps a recording, though another one was closed', () => {
    const facts = factsOf({
      cases: [
        caseOf({ number: 'A', closedMs: shanghai('2026-08-01T09:00:00') }),
        caseOf({ number: 'B', decidedMs: shanghai('2026-08-02T00:00:00') }),
      ],
    });
    const term = termOf(schedule, facts);
    expect([term.minimum, term.waitsFor]).toEqual([
      { kind: 'waiting', for: 'case-closed' },
      [{ for: 'case-closed', rule: 'closed', case: 'B' }],
    ]);
    expect(standingOf(term, shanghai('2099-01-01T00:00:00'))).toBe('kept');
  });

  it('once it is closed the term begins, and reopened it is without end again (7)', () => {
    const closed = termOf(schedule, factsOf({ cases: [caseOf({ closedMs: shanghai('2027-03-01T23:59:59') })] }));
    expect(closed.minimum).toEqual(afterDay('2027-03-31'));
    expect(termOf(schedule, factsOf({ cases: [caseOf()] })).minimum).toEqual({ kind: 'waiting', for: 'case-closed' });
  });

  it('what is not archived yet waits for that', () => {
    expect(termOf(schedule, factsOf({ kind: 'photo' })).minimum).toEqual({ kind: 'waiting', for: 'archived' });
    const { starts } = factsOf();
    const archived = factsOf({ kind: 'photo', starts: { ...starts, archivedMs: shanghai('2027-01-31T00:30:00') } });
    expect(termOf(schedule, archived)).toMatchObject({ minimum: afterDay('2027-02-01'), winner: 'archived' });
  });
});

describe('what was earned never falls (7, 8)', () => {
  const schedule = scheduleOfRules(
    BASE,
    ruleOf({ match: { categories: ['coercion'] }, minimum: 'P2Y' }),
    ruleOf({ match: { case: 'any' }, start: 'case-decided', minimum: 'P3Y' }),
  );
  const inForce = (facts: RetentionFacts, earned: ReturnType<typeof earnedSince>) => {
    const term = termOf(schedule, facts);
    const since = earnedSince(earned, term.earned);
    return { since, minimum: since === null ? term.minimum : longerOf(since, term.minimum) };
  };

  it('by another category, by a shorter schedule, by a case reopened and closed earlier', () => {
    const first = inForce(factsOf({ category: 'coercion' }), null);
    expect(first.minimum).toEqual(afterDay('2028-06-20'));
    expect(inForce(factsOf({ category: 'permit' }), first.since).minimum).toEqual(afterDay('2028-06-20'));
    const decided = (day: string) => factsOf({ cases: [caseOf({ decidedMs: shanghai(`${day}T00:00:00`) })] });
    const late = inForce(decided('2027-05-05'), first.since);
    expect(late.minimum).toEqual(afterDay('2030-05-05'));
    const reopened = inForce(factsOf({ cases: [caseOf()] }), late.since);
    expect([reopened.minimum, reopened.since]).toEqual([{ kind: 'waiting', for: 'case-decided' }, afterDay('2030-05-05')]);
    expect(inForce(decided('2026-09-01'), reopened.since).minimum).toEqual(afterDay('2030-05-05'));
    expect(earnedSince(late.since, termOf(scheduleOfRules(ruleOf({ minimum: 'P1D' })), factsOf()).earned)).toEqual(afterDay('2030-05-05'));
  });

  it('a case or a category that was taken away goes on counting until two persons have corrected it', () => {
    const former = factsOf({ category: 'permit', formerCategories: ['coercion'], cases: [caseOf({ tie: 'former' })] });
    expect(termOf(schedule, former)).toMatchObject({ minimum: { kind: 'waiting', for: 'case-decided' }, earned: afterDay('2028-06-20') });
  });

  it('permanent stays, and nothing earned is nothing', () => {
    expect(earnedSince({ kind: 'permanent' }, { kind: 'instant', ms: 9e15 })).toEqual({ kind: 'permanent' });
    expect([earnedSince(null, null), earnedSince(null, { kind: 'permanent' })]).toEqual([null, { kind: 'permanent' }]);
  });
});

describe('an unknown category is kept as the one that is kept longest (9)', () => {
  const schedule = scheduleOfRules(
    BASE,
    ruleOf({ id: 'permit', match: { categories: ['permit', 'fee'] }, minimum: 'P1Y' }),
    ruleOf({ id: 'coercion', match: { categories: ['coercion'], kinds: ['video'] }, minimum: 'P5Y', maximum: 'P6Y' }),
    ruleOf({ id: 'audio', match: { categories: ['levy'], kinds: ['audio'] }, minimum: 'P9Y' }),
  );

  it.each([null, 'use-of-force', ''])('%j', (category) => {
    const term = termOf(schedule, factsOf({ category }));
    expect(term).toMatchObject({ minimum: afterDay('2031-06-20'), winner: 'coercion', maximum: null, earned: afterDay('2026-12-20') });
    expect(term.doubts).toEqual(['category-unknown']);
    expect(term.matched.map(({ rule, assumed }) => [rule, assumed])).toEqual([
      ['base', null],
      ['permit', 'category-unknown'],
      ['coercion', 'category-unknown'],
    ]);
  });

  it('a case tells nothing of the recording itself', () => {
    const term = termOf(schedule, factsOf({ category: null, cases: [caseOf({ category: 'permit' })] }));
    expect([term.winner, term.earned]).toEqual(['coercion', afterDay('2027-06-20')]);
  });

  it('one that is known has its own', () => {
    expect(termOf(schedule, factsOf({ category: 'fee' }))).toMatchObject({ minimum: afterDay('2027-06-20'), doubts: [] });
  });
});

it('Waukesha: footage of force that was tagged as something lighter is kept as what it overlaps', () => {
  const schedule = scheduleOfRules(
    ruleOf({ id: 'crash', match: {}, minimum: 'P6M' }),
    ruleOf({ id: 'force', match: { categories: ['coercion'] }, start: 'case-closed', minimum: 'P5Y' }),
  );
  const wrong = factsOf({ category: 'inspection', cases: [caseOf({ number: 'F-7', tie: 'suggested', category: 'coercion' })] });
  const term = termOf(schedule, wrong);
  expect([term.minimum, term.matched.at(-1)]).toMatchObject([
    { kind: 'waiting', for: 'case-closed' },
    { rule: 'force', case: 'F-7', assumed: 'case-suggested' },
  ]);
  // Tried and over: five years from then, and what was only assumed is not earned.
  const over = {
    ...wrong,
    cases: [caseOf({ number: 'F-7', tie: 'suggested', category: 'coercion', closedMs: shanghai('2027-11-30T00:00:00') })],
  };
  expect(termOf(schedule, over)).toMatchObject({ minimum: afterDay('2032-11-30'), earned: afterDay('2026-12-20') });
  // Declined by a person: the six months of its own category.
  expect(termOf(schedule, { ...wrong, cases: [] }).minimum).toEqual(afterDay('2026-12-20'));
});

describe('an unknown or impossible start counts from the latest time that is known (10)', () => {
  const schedule = scheduleOfRules(ruleOf({ start: 'recorded', minimum: 'P30D' }));
  const { starts } = factsOf();
  const at = (over: Partial<RetentionFacts['starts']>) => termOf(schedule, factsOf({ starts: { ...starts, ...over } }));

  it.each([
    ['it is plain', {}, '2026-07-20', []],
    ['nobody knows it', { recordedMs: null, claimedMs: null }, '2026-07-20', ['start-unknown']],
    [
      'nobody knows it, and it was sealed a day later',
      { recordedMs: null, claimedMs: null, sealedMs: shanghai('2026-06-22T01:00:00') },
      '2026-07-22',
      ['start-unknown'],
    ],
    [
      'only a claim is there, later than the docking',
      { recordedMs: null, claimedMs: shanghai('2026-08-01T00:00:00') },
      '2026-08-31',
      ['start-unknown'],
    ],
    ['it is later than the docking', { recordedMs: shanghai('2026-06-25T00:00:00') }, '2026-07-25', ['start-implausible']],
    ['it is years before the docking', { recordedMs: shanghai('2017-01-01T00:00:00') }, '2026-07-20', ['start-implausible']],
    ['it is no number', { recordedMs: Number.NaN }, '2026-07-20', ['start-unknown']],
    ['it is before 1970', { recordedMs: -1 }, '2026-07-20', ['start-unknown']],
    ['it is eleven months before the docking', { recordedMs: shanghai('2025-07-20T00:00:00') }, '2025-08-19', []],
  ] as const)('%s', (_, over, day, doubts) => {
    const term = at(over);
    expect([term.minimum, term.doubts]).toEqual([afterDay(day), doubts]);
  });

  it('a docking under a clock that had lost its time counts from the sealing', () => {
    const docked = scheduleOfRules(ruleOf({ minimum: 'P1D' }));
    const term = termOf(
      docked,
      factsOf({ starts: { ...starts, dockedMs: shanghai('2001-01-01T00:00:00'), recordedMs: null, claimedMs: null } }),
    );
    expect([term.minimum, term.doubts]).toEqual([afterDay('2026-06-21'), ['start-implausible']]);
  });

  it('a copy in the archive that is older than what was sealed counts from the latest', () => {
    const archived = scheduleOfRules(ruleOf({ start: 'archived', minimum: 'P1D' }));
    const term = termOf(archived, factsOf({ starts: { ...starts, archivedMs: shanghai('2026-06-01T00:00:00') } }));
    expect([term.minimum, term.doubts]).toEqual([afterDay('2026-06-21'), ['start-implausible']]);
  });

  it('where no time is known at all, it is kept until one is', () => {
    const none = { recordedMs: null, claimedMs: null, dockedMs: Number.NaN, sealedMs: null };
    expect(at(none).minimum).toEqual({ kind: 'waiting', for: 'start' });
  });
});

describe('terms end with a local day, and months clamp (11)', () => {
  it.each([
    ['2026-08-31', 'P6M', '2027-02-28'],
    ['2027-08-30', 'P6M', '2028-02-29'],
    ['2028-02-29', 'P1Y', '2029-02-28'],
    ['2028-02-29', 'P4Y', '2032-02-29'],
    ['2026-10-31', 'P1M', '2026-11-30'],
    ['2026-12-31', 'P2M', '2027-02-28'],
    ['2026-01-31', 'P1Y1M', '2027-02-28'],
    ['2026-01-31', 'P1M1D', '2026-03-01'],
    ['2026-06-20', 'P2W', '2026-07-04'],
    ['2027-12-25', 'P10D', '2028-01-04'],
  ])('%s + %s: to the end of %s', (from, minimum, until) => {
    for (const time of ['00:00:00', '12:00:00', '23:59:59']) {
      const { starts } = factsOf();
      const docked = { ...starts, recordedMs: null, claimedMs: null, sealedMs: null, dockedMs: shanghai(`${from}T${time}`) };
      expect(termOf(scheduleOfRules(ruleOf({ minimum })), factsOf({ starts: docked })).minimum).toEqual(afterDay(until));
    }
  });
});

it('a recording is one unit (12): no rule can ask for one of its files, and no fact is about one', () => {
  // Kind, bin and damage are those of the recording. Whoever adds a name here thinks of what it means for segments, sidecars and derivatives.
  const conditions = Object.keys(ScheduleFileSchema.properties.rules.items.properties.match.properties);
  const ofRecordings = ['kinds', 'categories', 'stages', 'important', 'case', 'units', 'levelMin', 'foundInBin', 'damaged'];
  expect(conditions).toEqual([...ofRecordings, 'sectors', 'regions']);
  expect(Object.keys(factsOf()).filter((name) => /original|segment|sidecar|derivative/i.test(name))).toEqual([]);
});

describe('working days', () => {
  const schedule = scheduleOfRules(ruleOf({ id: 'days', minimum: '3 working-days' }));
  const year = (n: number) => ({ year: n, source: 'test', holidays: [`${n}-01-01`], workdays: [] });
  const evaluated = (years: readonly number[]) => {
    const calendar = new RetentionCalendar({ zone: 'Asia/Shanghai', years: years.map(year), holidays: 'own' });
    const { starts } = factsOf();
    return evaluate(
      schedule,
      calendar,
      factsOf({ starts: { ...starts, recordedMs: null, claimedMs: null, sealedMs: null, dockedMs: shanghai('2026-12-30T20:00:00') } }),
    );
  };

  it('of a known year end a term', () => {
    // Thursday 31 December, Monday 4 and Tuesday 5 January; 1 January is off.
    expect(evaluated([2026, 2027])).toMatchObject({ minimum: afterDay('2027-01-05'), doubts: [] });
  });

  it('of an unknown year keep what they are about, and say which year is missing', () => {
    const term = evaluated([2026]);
    expect(term).toMatchObject({
      minimum: { kind: 'waiting', for: 'holidays' },
      doubts: ['holidays-missing'],
      matched: [{ missingYear: 2027 }],
    });
  });
});

describe('the schedules that come with the software', () => {
  it('China: six months from docking, and the four classes of art. 13 for good', () => {
    const schedule = shipped('china');
    const day = (facts: RetentionFacts) => termOf(schedule, facts);
    expect(day(factsOf({ category: null }))).toMatchObject({ minimum: afterDay('2026-12-20'), winner: 'six-months', action: 'propose' });
    expect(day(factsOf({ cases: [caseOf({ closedMs: shanghai('2026-07-01T00:00:00') })] }))).toMatchObject({
      minimum: { kind: 'permanent' },
      winner: 'evidence',
      action: 'transfer',
    });
    const important = day(factsOf({ important: true }));
    expect(important.minimum).toEqual({ kind: 'permanent' });
    expect(important.matched.map(({ rule }) => rule)).toEqual(['six-months', 'obstruction', 'major-emergency', 'major-matter']);
    expect(day(factsOf({ foundInBin: true }))).toMatchObject({ minimum: afterDay('2027-06-20'), action: 'review' });
  });

  it('China: case evidence of another agency is kept no shorter than the case file', () => {
    const schedule = { ...shipped('china'), agency: { sectors: ['other'], region: 'CN-33' } } as const;
    expect(termOf(schedule, factsOf({ cases: [caseOf()] })).minimum).toEqual({ kind: 'waiting', for: 'case-closed' });
    expect(termOf(schedule, factsOf({ cases: [caseOf({ closedMs: shanghai('2027-02-28T00:00:00') })] })).minimum).toEqual(
      afterDay('2057-02-28'),
    );
  });

  it.each([
    [{ sectors: ['market-supervision'], region: 'CN-33' }, 'market-supervision'],
    [{ sectors: ['police', 'transport'], region: 'CN' }, 'transport'],
    [{ sectors: ['urban-management'], region: 'CN-44' }, 'urban-management'],
    [{ sectors: ['emergency-management'], region: 'CN-11' }, 'emergency-management'],
    [{ sectors: ['police'], region: 'CN-37' }, 'shandong'],
  ] as const)('China: %j keeps everything until the source of %s is found', (agency, rule) => {
    const term = termOf({ ...shipped('china'), agency }, factsOf());
    expect(term).toMatchObject({
      minimum: { kind: 'waiting', for: 'source' },
      winner: rule,
      earned: afterDay('2026-12-20'),
      doubts: ['source-missing'],
    });
    expect(term.waitsFor).toEqual([{ for: 'source', rule, case: null }]);
  });

  it('Illinois: ninety days, gone within 120 unless flagged or in a case', () => {
    const calendar = calendarOf('America/Chicago');
    const chicago = (day: string) => ({ kind: 'instant', ms: Date.parse(`${day}T05:00:00Z`) + 86_400_000 });
    const of = (over: Partial<RetentionFacts>) =>
      evaluate(
        shipped('us'),
        calendar,
        factsOf({
          starts: { ...factsOf().starts, recordedMs: Date.parse('2026-06-02T04:30:00Z'), dockedMs: Date.parse('2026-06-02T15:00:00Z') },
          ...over,
        }),
      );
    expect(of({})).toMatchObject({ minimum: chicago('2026-08-30'), maximum: chicago('2026-09-29'), conflict: false });
    expect(of({ important: true })).toMatchObject({ maximum: null, winner: 'flagged' });
    expect(of({ cases: [caseOf({ tie: 'suggested' })] })).toMatchObject({
      maximum: null,
      minimum: { kind: 'waiting', for: 'case-closed' },
    });
  });

  it('France: one month at most, unless it was extracted for a procedure', () => {
    const calendar = calendarOf('Europe/Paris');
    const paris = (text: string) => ({ kind: 'instant', ms: Date.parse(text) });
    const recorded = {
      ...factsOf().starts,
      recordedMs: Date.parse('2026-09-30T12:00:00+02:00'),
      dockedMs: Date.parse('2026-09-30T18:00:00+02:00'),
    };
    // Summer time ends on 25 October.
    expect(evaluate(shipped('eu'), calendar, factsOf({ starts: recorded }))).toMatchObject({
      minimum: paris('2026-10-22T00:00:00+02:00'),
      maximum: paris('2026-10-31T00:00:00+01:00'),
    });
    expect(evaluate(shipped('eu'), calendar, factsOf({ starts: recorded, cases: [caseOf()] }))).toMatchObject({ maximum: null });
  });
});

it('a unit means those below it too', () => {
  const schedule = scheduleOfRules(BASE, ruleOf({ match: { units: ['unt-2'] }, minimum: 'P2Y' }));
  expect(termOf(schedule, factsOf({ units: ['unt-5', 'unt-2', 'unt-1'] })).minimum).toEqual(afterDay('2028-06-20'));
  expect(termOf(schedule, factsOf({ units: ['unt-1'] })).minimum).toEqual(afterDay('2026-12-20'));
});

it('a stage is that of the recording, or of a case of it', () => {
  const schedule = scheduleOfRules(BASE, ruleOf({ match: { stages: ['execution'] }, minimum: 'P2Y' }));
  const longer = [
    factsOf({ stage: 'execution' }),
    factsOf({ cases: [caseOf({ stage: 'filing' }), caseOf({ number: 'B', stage: 'execution' })] }),
  ];
  for (const facts of longer) expect(termOf(schedule, facts).minimum).toEqual(afterDay('2028-06-20'));
  expect(termOf(schedule, factsOf({ stage: 'service', cases: [caseOf({ stage: 'review' })] })).minimum).toEqual(afterDay('2026-12-20'));
});
