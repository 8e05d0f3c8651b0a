import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Actor } from '#domain/custody/actor';
import { RetentionDryRun } from '#domain/custody/retention-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { type DryRunResult, DryRunTally, dryRunDigest } from '#domain/retention/dry-run';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import { caseDates, factsOfRow } from './facts-of-row.ts';
import type { ScheduleShelf } from './schedule-shelf.ts';
import { mustHaveSchedule } from './versions.ts';

/** Recordings of a step. Each step takes a few milliseconds, and the station goes on with its other work in between. */
const STEP = 250;
const DAY_MS = 86_400_000;

interface Deps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly shelf: ScheduleShelf;
  readonly waitingDays: number;
}

export type DryRunLine =
  | { readonly type: 'progress'; readonly recordings: number; readonly recordingsTotal: number }
  | { readonly type: 'result'; readonly version: number; readonly digest: string; readonly result: DryRunResult };

/**
 * Tries a proposed schedule on every recording, step by step, and keeps the result in the end, with its digest. What is cancelled before leaves nothing. Throws
 * request.not-found, request.conflict for a version that waits no more.
 */
export async function* dryRun(
  { ledger, clock, shelf, waitingDays }: Deps,
  { version, actor, signal }: { readonly version: number; readonly actor: Actor; readonly signal: AbortSignal },
): AsyncGenerator<DryRunLine> {
  const proposal = await mustHaveSchedule(ledger, version);
  if (proposal.state !== 'proposed') throw new EvidockError('request.conflict', because('schedule-decided', { version }));
  const against = await ledger.retention.inForce();
  const versions = new Map((await ledger.retention.schedules({ limit: 1000 })).map((each) => [each.version, each]));
  const of = (number: number) => {
    const found = versions.get(number);
    if (!found) throw new EvidockError('station.internal', because('no-schedule-version', { version: number }));
    return shelf.of(found);
  };
  const proposed = shelf.of(proposal);
  const atMs = clock.nowMs();
  const inForceAtMs = atMs + waitingDays * DAY_MS;
  const tally = new DryRunTally({ proposed, sha256: proposal.sha256, inForce: against && shelf.of(against), of, atMs, inForceAtMs });
  const { recordings: recordingsTotal } = await ledger.counts();
  let recordings = 0;
  let after = '';
  for (;;) {
    signal.throwIfAborted();
    const read = await addStep(ledger, { tally, after, days: proposed.calendar.days });
    if (read === null) break;
    ({ after } = read);
    recordings += read.recordings;
    yield { type: 'progress', recordings, recordingsTotal };
    await nextTurn();
  }
  const result = tally.result();
  const digest = dryRunDigest(result);
  signal.throwIfAborted();
  await ledger.transaction(async (writer) => {
    const current = await mustHaveSchedule(writer, version);
    if (current.state !== 'proposed') throw new EvidockError('request.conflict', because('schedule-decided', { version }));
    const kept = { version, digest, against: result.against, by: actor, atMs: clock.nowMs(), result: JSON.stringify(result) };
    await writer.retention.keepDryRun(kept);
    const data = {
      ...{ digest, against: result.against, recordings: result.whole.recordings, longer: result.longer.recordings },
      ...{ notKept: result.notKept.recordings, disposable: result.disposable.recordings },
    };
    await writer.custody.append(RetentionDryRun.make({ atMs: kept.atMs, actor, subject: subject('schedule', String(version)), data }));
  });
  yield { type: 'result', version, digest, result };
}

interface Step {
  readonly tally: DryRunTally;
  readonly after: string;
  readonly days: Parameters<typeof factsOfRow>[1];
}

/** Adds the next recordings; null: there are no more. */
async function addStep(
  { retention }: Pick<Ledger, 'retention'>,
  { tally, after, days }: Step,
): Promise<{ after: string; recordings: number } | null> {
  const rows = await retention.rowsAfter(after, STEP);
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
