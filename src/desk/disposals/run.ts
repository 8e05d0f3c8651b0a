import type { Actor } from '#domain/custody/actor';
import { DisposalBegan, DisposalEnded, DisposalHalted } from '#domain/custody/disposal-entries';
import { subject } from '#domain/custody/subject';
import type { Disposal, DisposalItem } from '#domain/destruction/disposal';
import { approvalFault } from '#domain/destruction/disposal-facts';
import { listDigest } from '#domain/destruction/list';
import { asEvidockError, EvidockError, isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import type { DisposalKey, OriginalEraser } from '#ports/original-eraser';
import { disposeOfRecording } from './dispose-recording.ts';
import { keepRecording } from './keep.ts';
import { allItems, failingOf, mustHaveDisposal } from './lists.ts';
import type { DisposalDeps } from './parts.ts';
import { tellAbout } from './tell.ts';

export type RunLine =
  | {
      readonly type: 'recording';
      readonly recording: string;
      readonly state: 'destroyed' | 'kept';
      readonly reason: Reason | null;
      readonly left: number;
    }
  | { readonly type: 'halted'; readonly reason: Reason; readonly left: number }
  | {
      readonly type: 'summary';
      readonly state: Disposal['state'];
      readonly destroyed: number;
      readonly kept: number;
      readonly left: number;
      readonly bytes: number;
    };

/** A reason for which one recording stays and the others go on. Everything else stops the whole run. */
const KEEPS: readonly string[] = ['disposal-held', 'disposal-not-due', 'disposal-locked', 'destroy-busy', 'disposal-item-changed'];

interface Asked {
  readonly id: string;
  readonly key: DisposalKey | null;
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

/**
 * Carries an approved list out, or goes on with one that was interrupted. Yields what became of each recording. It stops by itself where something is not as it
 * should be: the list is another one than was approved, the clock is not steady, a place refuses, something is left or was gone before. An abort leaves the list
 * as it is: a later run goes on. Throws request.not-found, request.conflict, request.forbidden before anything is destroyed.
 */
export async function* runDisposal(deps: DisposalDeps, { id, key, actor, signal }: Asked): AsyncGenerator<RunLine> {
  const { running } = deps.disposals;
  if (running.has(id)) throw new EvidockError('request.conflict', because('disposal-running', { id }));
  running.add(id);
  try {
    // Whether it may be carried out is told first, then a key that cannot be read, and only then the list counts as running.
    await mustMayBegin(deps.ledger, deps, id);
    const { places, close } = await deps.disposals.open(key);
    try {
      await begin(deps, id, actor);
      const halted = yield* batches(deps, { id, places, actor, signal });
      if (halted) yield { type: 'halted', reason: halted, left: await halt(deps, id, halted, actor) };
      else await end(deps, id, actor);
    } finally {
      await close();
    }
    yield summaryOf(await mustHaveDisposal(deps.ledger, id), await allItems(deps.ledger, id));
  } finally {
    running.delete(id);
  }
}

async function begin(deps: DisposalDeps, id: string, actor: Actor): Promise<void> {
  await deps.ledger.transaction(async (writer) => {
    const { digest, items, atMs } = await mustMayBegin(writer, deps, id);
    await writer.disposals.update(id, { state: 'running', beganAtMs: atMs, why: null });
    const about = { atMs, actor, subject: subject('disposal', id) };
    await writer.custody.append(DisposalBegan.make({ ...about, data: { digest, left: listed(items).length } }));
  });
}

/** Throws request.not-found, request.conflict. */
async function mustMayBegin(ledger: Pick<LedgerReader, 'disposals'>, { clock, disposals }: DisposalDeps, id: string) {
  const disposal = await mustHaveDisposal(ledger, id);
  if (!['approved', 'running', 'halted'].includes(disposal.state))
    throw new EvidockError('request.conflict', because('disposal-not-in-state', { id, state: disposal.state }));
  const items = await allItems(ledger, id);
  const atMs = clock.nowMs();
  const digest = listDigest(disposal, items);
  // Which places there are is known when they are open; the first batch asks.
  const known = { digest, steady: disposals.isSteady(), failing: null, nowMs: atMs };
  const fault = approvalFault({ disposal: { ...disposal, state: 'running' }, ...known });
  if (fault) throw new EvidockError('request.conflict', fault);
  return { digest, items, atMs };
}

interface Running extends Omit<Asked, 'key'> {
  readonly places: readonly OriginalEraser[];
}

/** Returns why it stopped by itself; null: every recording is destroyed or kept. */
async function* batches(deps: DisposalDeps, { id, places, actor, signal }: Running): AsyncGenerator<RunLine, Reason | null> {
  for (;;) {
    const disposal = await mustHaveDisposal(deps.ledger, id);
    const items = await allItems(deps.ledger, id);
    const left = listed(items);
    if (left.length === 0) return null;
    const digest = listDigest(disposal, items);
    const failing = await failingOf(deps.ledger, places);
    const fault = approvalFault({ disposal, digest, failing, steady: deps.disposals.isSteady(), nowMs: deps.clock.nowMs() });
    if (fault) return fault;
    for (const [done, item] of left.slice(0, deps.disposals.batch).entries()) {
      signal.throwIfAborted();
      const outcome = await one(deps, { disposal, digest, places, actor, signal }, item);
      if ('halts' in outcome) return outcome.halts;
      yield { type: 'recording', recording: item.recordingId, ...outcome, left: left.length - done - 1 };
    }
    // Everybody else has their turn between two batches.
    await new Promise(setImmediate);
  }
}

type Outcome = { readonly state: 'destroyed' | 'kept'; readonly reason: Reason | null } | { readonly halts: Reason };

async function one(deps: DisposalDeps, run: Parameters<typeof disposeOfRecording>[1], item: DisposalItem): Promise<Outcome> {
  try {
    await disposeOfRecording(deps, run, item);
    return { state: 'destroyed', reason: null };
  } catch (error) {
    if (run.signal.aborted) throw error;
    if (!isFailure(error, 'request.conflict') || !KEEPS.includes(error.reason.code)) return { halts: asEvidockError(error).reason };
    await keep(deps, run, item, error.reason);
    return { state: 'kept', reason: error.reason };
  }
}

async function keep(
  { ledger, clock, pokeWork }: DisposalDeps,
  { disposal, actor }: { disposal: Disposal; actor: Actor },
  { recordingId }: DisposalItem,
  why: Reason,
): Promise<void> {
  const kept = { disposalId: disposal.id, recordingId, why, actor };
  if (await ledger.transaction((writer) => keepRecording(writer, { ...kept, atMs: clock.nowMs() }))) pokeWork();
}

async function halt(deps: DisposalDeps, id: string, why: Reason, actor: Actor): Promise<number> {
  const { ledger, clock } = deps;
  return ledger.transaction(async (writer) => {
    const disposal = await mustHaveDisposal(writer, id);
    const left = listed(await allItems(writer, id)).length;
    const atMs = clock.nowMs();
    await writer.disposals.update(id, { state: 'halted', why });
    await writer.custody.append(
      DisposalHalted.make({ atMs, actor, subject: subject('disposal', id), data: { left }, personal: { reason: why } }),
    );
    const users = [disposal.proposed.person, ...(disposal.approved ? [disposal.approved.person] : [])];
    await tellAbout(deps, writer, { kind: 'disposal-halted', disposal: id, users, atMs });
    return left;
  });
}

async function end({ ledger, clock }: DisposalDeps, id: string, actor: Actor): Promise<void> {
  await ledger.transaction(async (writer) => {
    const { destroyed, kept, bytes } = summaryOf(await mustHaveDisposal(writer, id), await allItems(writer, id));
    const atMs = clock.nowMs();
    await writer.disposals.update(id, { state: 'done', endedAtMs: atMs, why: null });
    await writer.custody.append(DisposalEnded.make({ atMs, actor, subject: subject('disposal', id), data: { destroyed, kept, bytes } }));
  });
}

const listed = (items: readonly DisposalItem[]) => items.filter(({ state }) => state === 'listed');

function summaryOf({ state }: Disposal, items: readonly DisposalItem[]): Extract<RunLine, { type: 'summary' }> {
  const of = (wanted: DisposalItem['state']) => items.filter((item) => item.state === wanted);
  const gone = of('destroyed');
  const bytes = gone.reduce((sum, item) => sum + item.bytes, 0);
  return { type: 'summary', state, destroyed: gone.length, kept: of('kept').length, left: of('listed').length, bytes };
}
