import { setImmediate as nextTurn } from 'node:timers/promises';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { type DryRunResult, type DryRunSums, DryRunTally, dryRunResult } from '#domain/retention/dry-run';
import type { LedgerReader } from '#ports/ledger';
import { caseDates, factsOfRow } from './facts-of-row.ts';
import type { ScheduleShelf } from './schedule-shelf.ts';

/** Recordings of a step where others use the thread too. Each step takes a few milliseconds, and they have their turn in between. */
const STEP = 250;

/** What a dry run is of. Plain JSON, so that it can be handed to a thread. */
export interface TallyPlan {
  /** The proposal. */
  readonly version: number;
  /** The version in force; null: none. */
  readonly against: number | null;
  readonly atMs: number;
  readonly inForceAtMs: number;
}

interface Parts {
  readonly ledger: Pick<LedgerReader, 'retention'>;
  readonly shelf: ScheduleShelf;
}

/** How many recordings are done, or, in the end, what comes of it. */
export type TallyLine = { readonly recordings: number } | { readonly result: DryRunResult };

/** Tries a plan on every recording. Ends with an error when the signal is aborted. */
export type Tallier = (parts: Parts, plan: TallyPlan, signal: AbortSignal) => AsyncGenerator<TallyLine>;

/** Some of the recordings, by their ids. */
export interface TallyPart {
  /** The first one after this id; '': from the first. */
  readonly after: string;
  /** The last one is this id, or before it; null: to the end. */
  readonly upTo: string | null;
}

/** Sums of a part, and of which schedules. */
export interface PartSums {
  readonly sums: DryRunSums;
  readonly about: Parameters<typeof dryRunResult>[0];
}

/** In the thread of the caller, step by step: for a ledger that only one process can read. */
export async function* tallyHere(parts: Parts, plan: TallyPlan, signal: AbortSignal): AsyncGenerator<TallyLine> {
  for await (const line of tallyPart({ ...parts, step: STEP }, plan, { after: '', upTo: null }, signal))
    yield 'sums' in line ? { result: dryRunResult(line.about, [line.sums]) } : line;
}

/** Tries a plan on some of the recordings. */
export async function* tallyPart(
  { ledger, shelf, step }: Parts & { readonly step: number },
  { version, against, atMs, inForceAtMs }: TallyPlan,
  { after: first, upTo }: TallyPart,
  signal: AbortSignal,
): AsyncGenerator<{ readonly recordings: number } | PartSums> {
  const { retention } = ledger;
  const versions = new Map((await retention.schedules({ limit: 1000 })).map((each) => [each.version, each]));
  const of = (number: number) => {
    const found = versions.get(number);
    if (!found) throw new EvidockError('station.internal', because('no-schedule-version', { version: number }));
    return shelf.of(found);
  };
  const proposed = of(version);
  const sha256 = versions.get(version)?.sha256 ?? '';
  const inForce = against === null ? null : of(against);
  const tally = new DryRunTally({ proposed, sha256, inForce, of, atMs, inForceAtMs });
  let recordings = 0;
  let after = first;
  for (;;) {
    signal.throwIfAborted();
    const read = await addStep(retention, { tally, after, upTo, step, days: proposed.calendar.days });
    if (read === null) break;
    ({ after } = read);
    recordings += read.recordings;
    yield { recordings };
    await nextTurn();
  }
  yield { sums: tally.sums(), about: { sha256, against: inForce?.version ?? null, atMs, inForceAtMs } };
}

interface Step {
  readonly tally: DryRunTally;
  readonly after: string;
  readonly upTo: string | null;
  readonly step: number;
  readonly days: Parameters<typeof factsOfRow>[1];
}

/** Adds the next recordings; null: there are no more. */
async function addStep(
  retention: LedgerReader['retention'],
  { tally, after, upTo, step, days }: Step,
): Promise<{ after: string; recordings: number } | null> {
  const found = await retention.rowsAfter(after, step);
  const rows = upTo === null ? found : found.filter(({ recordingId }) => recordingId <= upTo);
  const last = rows.at(-1);
  if (!last) return null;
  const before = new Map((await retention.terms(rows.map(({ recordingId }) => recordingId))).map((term) => [term.recordingId, term]));
  const numbers = new Set([...before.values()].flatMap(({ bases }) => bases.flatMap(({ cases }) => cases.map(({ number }) => number))));
  const cases = new Map(numbers.size === 0 ? [] : (await retention.cases([...numbers])).map((row) => [row.number, row]));
  const datesOf = (number: string) => {
    const row = cases.get(number);
    return row && caseDates(row, days);
  };
  for (const row of rows) {
    const { recordingId, durationMs, bytes } = row;
    tally.add({ facts: factsOfRow(row, days), before: before.get(recordingId) ?? null, durationMs, bytes, datesOf });
  }
  return { after: last.recordingId, recordings: rows.length };
}
