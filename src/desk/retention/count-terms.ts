import { STATION } from '#domain/custody/actor';
import { TermsCounted } from '#domain/custody/retention-entries';
import { subject } from '#domain/custody/subject';
import { asksMore, lockNeedOf } from '#domain/lock/need';
import { isTakenIn } from '#domain/recording';
import { type CountedTerm, countTerm, type WhatCounts } from '#domain/retention/count-term';
import type { RetentionFacts } from '#domain/retention/facts';
import type { KeptTerm } from '#domain/retention/kept-term';
import type { Clock } from '#ports/clock';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { CaseRow, PassedTags, RetentionRow } from '#ports/ledger/retention';
import { caseDates, factsOfRow } from './facts-of-row.ts';
import type { ScheduleShelf } from './schedule-shelf.ts';

export interface CountDeps {
  readonly shelf: ScheduleShelf;
  readonly clock: Clock;
  readonly stationId: string;
}

interface Counted extends CountedTerm {
  readonly before: KeptTerm | null;
  readonly row: RetentionRow;
}

/**
 * Counts the terms of these recordings, and writes those that have changed, with one custody entry. Returns how many have changed; null:
 * no schedule counts, so nothing is counted.
 */
export async function countTerms(writer: LedgerWriter, ids: readonly string[], deps: CountDeps): Promise<number | null> {
  const before = await writer.retention.terms(ids);
  const counts = await deps.shelf.whatCounts(writer, before);
  if (counts === null) return null;
  const counted = await countedOf(writer, ids, { before, counts });
  return putTerms(writer, { ids, counted }, deps);
}

/** Writes the terms that have changed, and notes that all of `ids` were counted. */
export async function putTerms(
  writer: LedgerWriter,
  { ids, counted }: { readonly ids: readonly string[]; readonly counted: readonly Pick<Counted, 'before' | 'kept'>[] },
  { clock, stationId }: Pick<CountDeps, 'clock' | 'stationId'>,
): Promise<number> {
  const turn = await writer.retention.turn();
  // The entry of this very count tells no fact of a recording.
  const at = { turn, seq: (await writer.custody.head())?.seq ?? -1 };
  const changed = counted.filter(({ before, kept }) => before === null || !isSame(before, kept));
  const atMs = clock.nowMs();
  for (const { before, kept } of changed) {
    await writer.retention.putTerm(kept, at);
    // The storage is to hold a longer term at its next turn: until then that is the station's word alone.
    if (asksMore(lockNeedOf(before), lockNeedOf(kept))) await writer.archive.dueLocks(kept.recordingId, atMs);
  }
  await writer.retention.markCounted(ids, at);
  if (changed.length === 0) return 0;
  const about = { atMs, actor: STATION, subject: subject('station', stationId) };
  await writer.custody.append(
    TermsCounted.make({ ...about, data: { turn }, lists: { terms: changed.map(({ kept }) => described(kept)) } }),
  );
  return changed.length;
}

/** The terms of these recordings as the ledger is now. Recordings that the vault did not take in have none. `forgets`: what was told since the last count and is told no more does not count. */
export async function countedOf(
  ledger: Pick<LedgerReader, 'retention'>,
  ids: readonly string[],
  { before, counts, forgets = false }: { readonly before: readonly KeptTerm[]; readonly counts: WhatCounts; readonly forgets?: boolean },
): Promise<readonly Counted[]> {
  const { retention } = ledger;
  const rows = (await retention.rows(ids)).filter(({ state }) => isTakenIn(state));
  const beforeOf = new Map(before.map((term) => [term.recordingId, term]));
  const firstMs = await retention.firstInForceMs();
  const passed = firstMs === null || forgets ? [] : await retention.passed(ids, firstMs);
  const passedOf = new Map(passed.map((each) => [each.recordingId, each]));
  const numbers = [
    ...before.flatMap(({ bases }) => bases.flatMap(({ cases }) => cases.map(({ number }) => number))),
    ...passed.flatMap(({ cases }) => cases),
  ];
  const cases = new Map((await retention.cases([...new Set(numbers)])).map((row) => [row.number, row]));
  const { days } = (counts.inForce ?? counts.adopted)?.calendar ?? {};
  if (!days) return [];
  return rows.map((row) => {
    const facts = factsOfRow(row, days);
    const found = beforeOf.get(row.recordingId) ?? null;
    const then = thenOf(facts, passedOf.get(row.recordingId), cases);
    const dates = (number: string) => {
      const of = cases.get(number) ?? row.cases.find((each) => each.number === number);
      return of && caseDates(of, days);
    };
    return { row, before: found, ...countTerm({ before: found, facts, passed: then, counts, datesOf: dates }) };
  });
}

/** The facts with what was told for a while: one for each category, with every case and the mark. */
function thenOf(facts: RetentionFacts, passed: PassedTags | undefined, cases: ReadonlyMap<string, CaseRow>): readonly RetentionFacts[] {
  if (!passed) return [];
  const tagged = facts.cases.filter(({ tie }) => tie === 'tagged');
  const more = passed.cases.filter((number) => !tagged.some((each) => each.number === number)).flatMap((number) => cases.get(number) ?? []);
  const important = facts.important || passed.important;
  const categories = new Set([facts.category, ...passed.categories]);
  if (more.length === 0 && important === facts.important && categories.size === 1) return [];
  const all = [
    ...tagged,
    ...more.map(({ number, category, stage }) => ({
      number,
      tie: 'tagged' as const,
      category,
      stage,
      openedMs: null,
      decidedMs: null,
      closedMs: null,
    })),
  ];
  return [...categories].map((category) => ({ ...facts, category, important, cases: all }));
}

function isSame({ stale: _, ...before }: KeptTerm, kept: CountedTerm['kept']): boolean {
  return JSON.stringify(described(before)) === JSON.stringify(described(kept));
}

function described(term: CountedTerm['kept']) {
  const { recordingId: recording, version, floor, maximum, action, lock, winner, conflict, corrections } = term;
  const earned = {
    kind: term.earnedKind,
    ...(term.earnedUntilMs === null ? {} : { ms: term.earnedUntilMs }),
    ...(term.waitsFor === null ? {} : { for: term.waitsFor }),
  };
  const bases = term.bases.map((basis) => ({ ...basis, units: [...basis.units], cases: basis.cases.map((each) => ({ ...each })) }));
  return {
    ...{ recording, version, earned, floor: floor && { ...floor }, maximum: maximum && { ...maximum }, action, lock: { ...lock }, winner },
    ...{ conflict, bases, corrections },
  };
}
