/*
 * Goal: a schedule counts after a dry run, a second person who names its digest, and a waiting period; what recordings have earned stays; nothing that is being
 * counted is due, also after the station was killed; the accidents of Axon (a shorter category), Oakland (the wrong box ticked) and Waukesha (a wrong tag) cannot
 * happen here. Method: a real ledger, the real keeper and dry run; what the ledger holds in the end is compared with what its log alone makes.
 */

import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaseClosed, CaseReopened } from '#domain/custody/case-entries';
import { UserAdded } from '#domain/custody/people-entries';
import { subject } from '#domain/custody/subject';
import { refused } from '#test/contract/ledger-support';
import { aCase, aUser } from '#test/support/builders';
import { aCaseDraft } from '#test/support/custody';
import { LI, RetentionLife, WU } from '#test/support/retention/living';
import { scheduleText } from '#test/support/retention/parts';
import { decideCorrection, proposeCorrection } from './corrections.ts';
import { dryRun } from './dry-run.ts';
import { explainRecording } from './explain.ts';
import { adoptSchedule, endSchedule, proposeFile, proposeSchedule } from './versions.ts';

const DAY_MS = 86_400_000;
const QUARTER = scheduleText({ all: { minimum: 'P90D' }, important: { minimum: 'permanent', match: '{ important: true }' } });
const WEEK = scheduleText({ all: { minimum: 'P7D' } });
const YEAR = scheduleText({ all: { minimum: 'P1Y' } });
const OF_CASES = scheduleText({ all: { minimum: 'P30D' }, case: { minimum: 'P1Y', match: '{ case: any }', start: 'case-closed' } });

let life: RetentionLife;
beforeEach(async () => {
  life = await RetentionLife.begin();
});
afterEach(async () => {
  expect(life.contradictions()).toEqual([]);
  await life.end();
});

const deps = () => ({ ledger: life.ledger, clock: life.clock, waitingDays: life.parts.waitingDays });
const propose = (text: string) => proposeSchedule({ ...deps(), read: life.parts.read }, { text, by: LI });
const termOf = (id: string) => life.ledger.retention.termOf(id);
const daysOf = async (id: string) => {
  const term = await termOf(id);
  return term?.earnedUntilMs === null || term?.earnedUntilMs === undefined
    ? term?.earnedKind
    : Math.round((term.earnedUntilMs - START) / DAY_MS);
};
let START = 0;

async function openCase(number: string): Promise<void> {
  await life.ledger.transaction(async (writer) => {
    await writer.cases.upsert({ ...aCase({ number }), title: 'a case', stage: 'filing', category: null, officerIds: [] });
    await writer.custody.append(aCaseDraft(number));
  });
}

async function step(number: string, kind: 'closed' | 'reopened', on: string): Promise<void> {
  const steps =
    kind === 'closed'
      ? [
          { step: 'decided' as const, on },
          { step: 'closed' as const, on },
        ]
      : [
          { step: 'decided' as const, on },
          { step: 'closed' as const, on },
          { step: 'reopened' as const, on },
        ];
  const type = kind === 'closed' ? CaseClosed : CaseReopened;
  await life.ledger.transaction(async (writer) => {
    await writer.cases.update(number, { steps });
    const { data, personal } = type.example as { data: Record<string, unknown>; personal?: object };
    const about = { atMs: life.clock.nowMs(), actor: LI.actor, subject: subject('case', number) };
    await writer.custody.append(type.make({ ...about, data: { ...data, course: steps }, ...(personal ? { personal } : {}) } as never));
  });
}

describe('a schedule', () => {
  it('is adopted by a second person who names the digest of its dry run, and counts after a waiting period', async () => {
    const id = await life.addRecording(1, { category: 'inspection' });
    life.clock.advance(200 * DAY_MS);
    const { version } = await propose(QUARTER);
    const adopt = (digest: string, by = WU) => adoptSchedule(deps(), { version, digest, by });
    expect((await refused(adopt('ab'.repeat(32)))).reason).toMatchObject({ code: 'schedule-no-dry-run' });
    const digest = await life.dryRun(version);
    expect((await refused(adopt('ab'.repeat(32)))).reason).toMatchObject({ code: 'schedule-digest' });
    expect((await refused(adopt(digest, LI))).reason).toMatchObject({ code: 'schedule-own' });
    await adopt(digest);
    await life.keeper.look();
    expect([await life.dueIds(), (await termOf(id))?.floor]).toEqual([[], null]);
    life.clock.advance(7 * DAY_MS - 1);
    await life.keeper.look();
    expect(await life.dueIds()).toEqual([]);
    life.clock.advance(1);
    await life.keeper.look();
    expect([await life.dueIds(), (await life.ledger.retention.inForce())?.version]).toEqual([[id], version]);
  });

  it('is not adopted by an account that its proposer has made', async () => {
    const { version } = await propose(QUARTER);
    const digest = await life.dryRun(version);
    await life.ledger.transaction(async (writer) => {
      const { data, personal } = UserAdded.example;
      const about = { atMs: life.clock.nowMs(), actor: LI.actor, subject: subject('user', WU.person) };
      await writer.custody.append(UserAdded.make({ ...about, data: { ...data, officer: null, unit: null }, personal }));
      await writer.people.upsertUser(aUser({ id: WU.person }));
    });
    const tied = await refused(adoptSchedule(deps(), { version, digest, by: WU }));
    expect(tied.reason).toMatchObject({ code: 'second-person-made' });
  });

  it('does not come into force while the clock is in doubt', async () => {
    await life.adopt(QUARTER);
    life.clock.advance(30 * DAY_MS);
    life.clockState = { kind: 'jumped', byMs: 30 * DAY_MS, seenAtMs: life.clock.nowMs() };
    await life.keeper.look();
    expect(await life.ledger.retention.inForce()).toBeNull();
    life.clockState = { kind: 'steady' };
    await life.keeper.look();
    expect(await life.ledger.retention.inForce()).not.toBeNull();
  });

  it('is not adopted by a dry run that is old, of another schedule in force, or whose kept result was changed', async () => {
    const first = await propose(QUARTER);
    const digest = await life.dryRun(first.version);
    life.clock.advance(7 * DAY_MS);
    expect((await refused(adoptSchedule(deps(), { version: first.version, digest, by: WU }))).reason).toMatchObject({
      code: 'schedule-dry-run-old',
    });
    const other = await propose(YEAR);
    const otherDigest = await life.dryRun(other.version);
    expect(other.version).toBe(2);
    await adoptSchedule(deps(), { version: first.version, digest: await life.dryRun(first.version), by: WU });
    const waits = await refused(adoptSchedule(deps(), { version: other.version, digest: otherDigest, by: WU }));
    expect(waits.reason).toMatchObject({ code: 'schedule-waits' });
    life.clock.advance(7 * DAY_MS);
    await life.keeper.look();
    const late = await refused(adoptSchedule(deps(), { version: other.version, digest: otherDigest, by: WU }));
    expect(late.reason).toMatchObject({ code: 'schedule-against' });
    const fresh = await life.dryRun(other.version);
    const raw = new DatabaseSync(life.file);
    raw.exec(`UPDATE retention_dry_runs SET result = replace(result, '"recordings":0', '"recordings":1') WHERE version = 2`);
    raw.close();
    const changed = await refused(adoptSchedule(deps(), { version: other.version, digest: fresh, by: WU }));
    expect(changed.reason).toMatchObject({ code: 'schedule-result-changed' });
  });

  it('that was adopted by mistake is taken back before it counts, and terms are as before', async () => {
    await life.bringIntoForce(WEEK);
    const id = await life.addRecording(1, { category: 'inspection' });
    const { version } = await life.adopt(QUARTER);
    await life.keeper.look();
    START = life.clock.nowMs();
    expect(await daysOf(id)).toBe(90);
    await endSchedule(deps(), { version, how: 'refusal', reason: 'the wrong file', actor: WU.actor });
    expect(await life.dueIds(START + 1000 * DAY_MS)).toEqual([]);
    await life.keeper.look();
    expect(await daysOf(id)).toBe(7);
  });

  it('of the site is proposed once by the station, and changes nothing', async () => {
    const id = await life.addRecording(1);
    for (const text of [QUARTER, QUARTER, YEAR]) await proposeFile({ ...deps(), read: life.parts.read }, text);
    const states = (await life.ledger.retention.schedules({ limit: 9 })).map(({ state, proposedPerson }) => [state, proposedPerson]);
    expect(states).toEqual([
      ['proposed', 'station'],
      ['withdrawn', 'station'],
    ]);
    life.clock.advance(5000 * DAY_MS);
    await life.keeper.look();
    expect([await life.dueIds(), await termOf(id)]).toEqual([[], null]);
  });
});

describe('what was earned', () => {
  it('stays under a shorter schedule; what comes later gets the shorter term (Axon)', async () => {
    await life.bringIntoForce(QUARTER);
    START = life.clock.nowMs();
    const before = await life.addRecording(1, { category: 'inspection' });
    await life.keeper.look();
    await life.bringIntoForce(WEEK);
    const later = await life.addRecording(2, { category: 'inspection' });
    await life.keeper.look();
    expect([await daysOf(before), await daysOf(later)]).toEqual([90, 14]);
    life.clock.advance(30 * DAY_MS);
    expect(await life.dueIds()).toEqual([later]);
  });

  it('stays after a tag was taken away, also one that nobody had counted yet (Waukesha)', async () => {
    await life.bringIntoForce(OF_CASES);
    START = life.clock.nowMs();
    await openCase('A-1');
    const [counted, hasty] = [
      await life.addRecording(1, { category: 'inspection' }),
      await life.addRecording(2, { category: 'inspection' }),
    ];
    await life.keeper.look();
    await life.tag(counted, { cases: { old: [], new: ['A-1'] } });
    await life.keeper.look();
    await life.tag(counted, { cases: { old: ['A-1'], new: [] } });
    await life.tag(hasty, { cases: { old: [], new: ['A-1'] } });
    await life.tag(hasty, { cases: { old: ['A-1'], new: [] } });
    await life.keeper.look();
    life.clock.advance(400 * DAY_MS);
    expect([await daysOf(counted), await daysOf(hasty), await life.dueIds()]).toEqual(['waiting', 'waiting', []]);
    await step('A-1', 'closed', '2026-07-01');
    expect(await life.dueIds(START + 9000 * DAY_MS)).toEqual([]);
    await life.keeper.look();
    const closedDays = await daysOf(counted);
    expect([closedDays, await daysOf(hasty)]).toEqual([closedDays, closedDays]);
    expect((await life.dueIds(START + 9000 * DAY_MS)).toSorted()).toEqual([counted, hasty].toSorted());
    await step('A-1', 'reopened', '2026-07-01');
    await life.keeper.look();
    expect([await daysOf(counted), (await termOf(counted))?.floor?.kind]).toEqual(['waiting', 'instant']);
  });

  it('is counted after a restart, and nothing that is to be counted is due before', async () => {
    await life.bringIntoForce(WEEK);
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.push(await life.addRecording(n, { category: 'inspection' }));
    await life.keeper.look();
    life.clock.advance(30 * DAY_MS);
    const [marked = ''] = ids;
    await life.tag(marked, { important: { old: false, new: true } });
    await life.restart();
    expect((await life.dueIds()).includes(marked)).toBe(false);
    expect(await life.dueIds()).toHaveLength(4);
    await life.keeper.look();
    expect(await life.ledger.retention.staleCount()).toBe(0);
    expect(await life.dueIds()).toHaveLength(5);
  });

  it('is corrected by two persons only, and not where the archive has it locked', async () => {
    await life.bringIntoForce(QUARTER);
    START = life.clock.nowMs();
    const id = await life.addRecording(1, { category: 'inspection' });
    await life.tag(id, { important: { old: false, new: true } });
    await life.keeper.look();
    await life.tag(id, { important: { old: true, new: false } });
    await life.keeper.look();
    expect(await daysOf(id)).toBe('permanent');
    const correcting = {
      ledger: life.ledger,
      clock: life.clock,
      stationId: 'test',
      shelf: life.parts.shelf,
    };
    await life.archive(id);
    await life.lock(id, { untilMs: START + 400 * DAY_MS, hold: false });
    const say = { recordingId: id, reason: 'the wrong recording', by: LI };
    expect((await refused(proposeCorrection(correcting, say))).reason).toMatchObject({ code: 'correction-locked' });
    life.clock.advance(400 * DAY_MS);
    const { number } = await proposeCorrection(correcting, say);
    expect((await refused(proposeCorrection(correcting, say))).reason).toMatchObject({ code: 'corrections-waiting' });
    expect((await refused(decideCorrection(correcting, { number, approve: true, by: LI }))).reason).toMatchObject({
      code: 'correction-own',
    });
    await life.lock(id, { untilMs: START + 400 * DAY_MS, hold: true });
    expect((await refused(decideCorrection(correcting, { number, approve: true, by: WU }))).reason).toMatchObject({
      code: 'correction-locked-for-good',
    });
    await life.lock(id, { untilMs: START + 400 * DAY_MS, hold: false });
    expect(await decideCorrection(correcting, { number, approve: true, by: WU })).toMatchObject({ state: 'approved' });
    expect([await daysOf(id), (await termOf(id))?.corrections]).toEqual([90, 1]);
    await life.keeper.look();
    expect(await daysOf(id)).toBe(90);
  });
});

describe('a dry run', () => {
  it('tells what becomes longer, what is not asked to be kept any more, and what ends when, in counts, hours, bytes and names (Oakland)', async () => {
    await life.bringIntoForce(QUARTER);
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push(await life.addRecording(n, { category: 'inspection' }));
    await life.tag(ids[2] ?? '', { important: { old: false, new: true } });
    await life.keeper.look();
    const { version } = await propose(WEEK);
    const digest = await life.dryRun(version);
    const run = await life.ledger.retention.dryRun(version);
    const result = JSON.parse(run?.result ?? '');
    expect(run).toMatchObject({ digest, against: 1 });
    expect(result.whole).toMatchObject({ recordings: 3, bytes: 3 * 2 ** 22 });
    expect(result).toMatchObject({ longer: { recordings: 0 }, disposable: { recordings: 0 }, permanent: { recordings: 1 } });
    // All three are not asked to be kept so long any more, and all three keep what they have earned.
    expect(result.notKept).toMatchObject({ recordings: 3, more: 0 });
    expect(result.notKept.names.map(({ recording }: { recording: string }) => recording).toSorted()).toEqual(ids.toSorted());
    expect(result.rules).toEqual([
      expect.objectContaining({ from: 'all', to: 'all', change: 'shorter', recordings: 2 }),
      expect.objectContaining({ from: 'important', to: 'all', change: 'shorter', recordings: 1 }),
    ]);
    expect(result.ending.map(({ recordings }: { recordings: number }) => recordings)).toEqual([0, 0, 2, 0, 0]);
    const longer = await propose(YEAR);
    await life.dryRun(longer.version);
    expect(JSON.parse((await life.ledger.retention.dryRun(longer.version))?.result ?? '')).toMatchObject({
      longer: { recordings: 2 },
      notKept: { recordings: 1 },
    });
  });

  it('of the first schedule tells what could be disposed of when it comes into force, and another result has another digest', async () => {
    await life.addRecording(1, { category: 'inspection' });
    life.clock.advance(100 * DAY_MS);
    const { version } = await propose(QUARTER);
    const digest = await life.dryRun(version);
    const result = JSON.parse((await life.ledger.retention.dryRun(version))?.result ?? '');
    expect(result).toMatchObject({ against: null, disposable: { recordings: 1 }, longer: { recordings: 1 } });
    await life.addRecording(2, { category: 'inspection' });
    expect(await life.dryRun(version)).not.toBe(digest);
  });

  it('that is broken off leaves nothing', async () => {
    for (let n = 0; n < 3; n += 1) await life.addRecording(n);
    const { version } = await propose(QUARTER);
    const head = (await life.ledger.custody.head())?.seq;
    const aborter = new AbortController();
    const lines = dryRun({ ...deps(), ...life.parts }, { version, actor: LI.actor, signal: aborter.signal });
    const first = await lines.next();
    expect(first.value).toEqual({ type: 'progress', recordings: 3, recordingsTotal: 3 });
    aborter.abort();
    await expect(lines.next()).rejects.toThrow();
    expect([await life.ledger.retention.dryRun(version), (await life.ledger.custody.head())?.seq]).toEqual([null, head]);
  });
});

describe('an explanation', () => {
  it('tells in both languages until when, by which rule, and what was earned before', async () => {
    await life.bringIntoForce(QUARTER);
    const id = await life.addRecording(1, { category: 'inspection' });
    await life.keeper.look();
    await life.bringIntoForce(WEEK);
    const { term, sentences } = await explainRecording(life.ledger, life.parts.shelf, id);
    expect(term).toMatchObject({ winner: 'all', version: 1, stale: false });
    expect(sentences('en').verdict).toMatchObject({ code: 'earned-to-day', params: { version: 1, rule: 'all' } });
    expect(sentences('en').whys.map(({ code }) => code)).toEqual(expect.arrayContaining(['kept-to-day', 'rule-counts', 'term-basis']));
    expect((await refused(explainRecording(life.ledger, life.parts.shelf, 'rec-none'))).reason).toMatchObject({ code: 'no-term' });
  });
});

describe('whoever writes into the file', () => {
  it('is refused by the ledger where a term falls, and found by verify where its triggers were taken away', async () => {
    await life.bringIntoForce(QUARTER);
    const id = await life.addRecording(1, { category: 'inspection' });
    await life.keeper.look();
    const raw = new DatabaseSync(life.file);
    for (const statement of [
      'UPDATE retention_terms SET floor_ms = 1',
      "UPDATE retention_terms SET floor_kind = 'none'",
      'DELETE FROM retention_terms',
    ])
      expect(() => raw.exec(statement)).toThrow(/does not fall/);
    expect(() => raw.exec("UPDATE retention_schedules SET text = 'x'")).toThrow(/append-only/);
    const { sql } = raw.prepare("SELECT sql FROM sqlite_schema WHERE name = 'retention_terms_never_fall'").get() as { sql: string };
    raw.exec('DROP TRIGGER retention_terms_never_fall');
    const { floor_ms: floor, earned_until: until } = raw.prepare('SELECT floor_ms, earned_until FROM retention_terms').get() as Record<
      string,
      number
    >;
    raw.exec('UPDATE retention_terms SET floor_ms = 1, earned_until = 1');
    expect(life.contradictions().map(({ table, row, column }) => [table, row, column])).toEqual([
      ['retention_terms', id, 'earned_until'],
      ['retention_terms', id, 'floor_ms'],
    ]);
    raw.exec(`UPDATE retention_terms SET floor_ms = ${floor}, earned_until = ${until}`);
    raw.exec(sql);
    raw.close();
  });
});
