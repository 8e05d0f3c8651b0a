import type { Actor } from '#domain/custody/actor';
import { RetentionDryRun } from '#domain/custody/retention-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { type DryRunResult, dryRunDigest } from '#domain/retention/dry-run';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { ScheduleShelf } from './schedule-shelf.ts';
import type { Tallier, TallyPlan } from './tally.ts';
import { mustHaveSchedule } from './versions.ts';

const DAY_MS = 86_400_000;

interface Deps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly shelf: ScheduleShelf;
  readonly waitingDays: number;
  readonly tally: Tallier;
}

export type DryRunLine =
  | { readonly type: 'progress'; readonly recordings: number; readonly recordingsTotal: number }
  | { readonly type: 'result'; readonly version: number; readonly digest: string; readonly result: DryRunResult };

/**
 * Tries a proposed schedule on every recording, and keeps the result in the end, with its digest. What is cancelled before leaves nothing. Throws
 * request.not-found, request.conflict for a version that waits no more.
 */
export async function* dryRun(
  { ledger, clock, shelf, waitingDays, tally }: Deps,
  { version, actor, signal }: { readonly version: number; readonly actor: Actor; readonly signal: AbortSignal },
): AsyncGenerator<DryRunLine> {
  const proposal = await mustHaveSchedule(ledger, version);
  if (proposal.state !== 'proposed') throw new EvidockError('request.conflict', because('schedule-decided', { version }));
  const against = await ledger.retention.inForce();
  const atMs = clock.nowMs();
  const plan: TallyPlan = { version, against: against?.version ?? null, atMs, inForceAtMs: atMs + waitingDays * DAY_MS };
  const { recordings: recordingsTotal } = await ledger.counts();
  let result: DryRunResult | null = null;
  for await (const line of tally({ ledger, shelf }, plan, signal)) {
    if ('result' in line) ({ result } = line);
    else yield { type: 'progress', recordings: line.recordings, recordingsTotal };
  }
  if (result === null) throw new EvidockError('station.internal', because('dry-run-ended', {}));
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
