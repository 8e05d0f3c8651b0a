import { because, type Reason } from '#domain/reason';
import type { Disposal, DisposalItem } from './disposal.ts';

/** What decides whether a file of an approved list may go, as it stands in the transaction of this one deletion. */
export interface DisposalFacts {
  readonly disposal: Disposal;
  readonly item: DisposalItem | null;
  /** SHA-256 of the list as it stands now; an approval counts for the list that it names. */
  readonly digest: string;
  /** What the recording holds now, as `DisposalItem.contents`. */
  readonly contents: string;
  /** Whether a legal hold covers the recording. */
  readonly held: boolean;
  /** When the term in force ends, ms; null: it has no end yet (permanent, or waiting for something). */
  readonly dueMs: number | null;
  /** Until when the archive has a copy of it locked, ms; `hold`: without end; null: it is not locked. */
  readonly locked: number | 'hold' | null;
  /** Whether work of the recording waits or runs. */
  readonly busy: boolean;
  /** Whether the clock can be believed (src/ports/clock-watch.ts). */
  readonly steady: boolean;
  /** A place of which so many copies were found bad that nothing is healed there until a person confirms; null: none. */
  readonly failing: string | null;
  readonly nowMs: number;
}

/** Why a file of this recording may not be destroyed; null if it may. */
export function disposalFault(recordingId: string, facts: DisposalFacts): Reason | null {
  return approvalFault(facts) ?? itemFault(recordingId, facts) ?? termFault(recordingId, facts);
}

/** Why this list may not be carried out; null if it may. */
export function approvalFault({
  disposal,
  digest,
  steady,
  failing,
  nowMs,
}: Pick<DisposalFacts, 'disposal' | 'digest' | 'steady' | 'failing' | 'nowMs'>): Reason | null {
  const { id, proposed, approved, waitsUntilMs } = disposal;
  if (!steady) return because('disposal-clock', {});
  // What a bad medium says of its copies proves nothing, and the other place may hold the last good ones.
  if (failing !== null) return because('disposal-scrub-halted', { place: failing });
  if (disposal.state !== 'running') return because('disposal-not-running', { id, state: disposal.state });
  if (approved === null || waitsUntilMs === null) return because('disposal-not-approved', { id });
  if (approved.person === proposed.person) return because('disposal-own', { id });
  if (approved.digest !== digest || disposal.digest !== digest) return because('disposal-list-changed', { id });
  return nowMs < waitsUntilMs ? because('disposal-waits', { id, span: waitsUntilMs - nowMs }) : null;
}

function itemFault(recordingId: string, { disposal: { id }, item, contents }: DisposalFacts): Reason | null {
  if (item === null || item.recordingId !== recordingId || item.disposalId !== id)
    return because('disposal-not-listed', { id, recording: recordingId });
  if (item.state !== 'listed') return because('disposal-item-state', { recording: recordingId, state: item.state });
  return item.contents === contents ? null : because('disposal-item-changed', { recording: recordingId });
}

/** A hold and a longer term win, however late they come (rules 1 and 2). */
function termFault(recordingId: string, { held, dueMs, locked, busy, nowMs }: DisposalFacts): Reason | null {
  if (held) return because('disposal-held', { recording: recordingId });
  if (dueMs === null || dueMs > nowMs) return because('disposal-not-due', { recording: recordingId });
  if (locked === 'hold' || (locked !== null && locked > nowMs)) return because('disposal-locked', { recording: recordingId });
  return busy ? because('destroy-busy', { id: recordingId }) : null;
}
