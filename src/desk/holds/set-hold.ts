import type { Deciding } from '#desk/access/policies';
import { mustBeSecond } from '#desk/people/second-person';
import { mustHaveCase, mustHaveOfficer, mustHaveRecorder } from '#desk/tagging';
import { HoldReleased, HoldSet } from '#domain/custody/hold-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { HELD_RECORDINGS_MAX, type Hold, type HoldScope, REVIEW_MS_MAX, scopeFault } from '#domain/hold/hold';
import { newId } from '#domain/ids';
import { because } from '#domain/reason';
import type { Scope } from '#domain/scope';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { NewHold } from '#ports/ledger/holds';
import { checkHold } from './check-hold.ts';
import type { HoldDeps } from './deps.ts';

export interface HoldRequest {
  readonly scope: HoldScope;
  readonly reason: string;
  readonly reviewAtMs: number;
  /** What the policy lets the author hold; null, or left out: it is not asked. */
  readonly may?: Scope | null;
}

const DAY_MS = 86_400_000;
/** Recordings that one transaction looks at: the ledger is free for others in between. */
const SPREAD_PAGE = 1000;
/** How long whoever sets a hold waits for what it has reached, ms. It is in force from the start. */
const WAIT_MS = 10_000;
/** Completeness of more is checked in the background. */
const CHECKED_AT_ONCE = 2000;

/**
 * Sets a legal hold. It is in force with the commit; then what it has reached is put on record and its completeness is checked, as far as somebody should wait for that. The
 * rest is the keeper's. Throws request.invalid, request.not-found for what is not there or not seen, request.forbidden where it would go beyond what is seen,
 * or what the policy lets hold.
 */
export async function setHold(deps: HoldDeps, { scope, reason, reviewAtMs, may = null }: HoldRequest, by: Deciding): Promise<Hold> {
  const atMs = deps.clock.nowMs();
  mustBeScope(scope);
  if (reason.trim() === '') throw new EvidockError('request.invalid', because('hold-reason-needed', {}));
  if (reviewAtMs <= atMs || reviewAtMs > atMs + REVIEW_MS_MAX)
    throw new EvidockError('request.invalid', because('hold-review-outside', { limit: REVIEW_MS_MAX / DAY_MS }));
  const id = newId('lgh', atMs, deps.facts.stationId);
  const hold: NewHold = { id, scope, reason: reason.trim(), author: by.person, setAtMs: atMs, reviewAtMs };
  await deps.ledger.transaction(async (writer) => {
    await mustBeThere(writer, scope);
    if (!(await writer.holds.withinSight(scope))) throw new EvidockError('request.forbidden', because('hold-beyond-sight', {}));
    if (may !== null && !(await writer.holds.withinSight(scope, may)))
      throw new EvidockError('request.forbidden', because('hold-beyond-leave', {}));
    await writer.holds.insert(hold);
    await writer.custody.append(await setEntry(writer, hold, by));
  });
  if (!(await spreadHold(deps, id, { untilMs: performance.now() + WAIT_MS }))) return mustHaveHold(deps.ledger, id);
  if ((await mustHaveHold(deps.ledger, id)).mirrored.of <= CHECKED_AT_ONCE) await checkHold(deps, id);
  return mustHaveHold(deps.ledger, id);
}

/** Throws request.invalid for a scope that names nothing, too much, or a span that ends before it begins. */
function mustBeScope(scope: HoldScope): void {
  const fault = scopeFault(scope);
  if (fault === 'nothing') throw new EvidockError('request.invalid', because('hold-names-nothing', {}));
  if (fault === 'span') throw new EvidockError('request.invalid', because('hold-span', {}));
  if (fault === 'many') throw new EvidockError('request.invalid', because('hold-many-recordings', { limit: HELD_RECORDINGS_MAX }));
}

async function mustBeThere(reader: LedgerReader, scope: HoldScope): Promise<void> {
  if (scope.case !== null) await mustHaveCase(reader, scope.case);
  if (scope.officer !== null) await mustHaveOfficer(reader, scope.officer);
  if (scope.recorder !== null) await mustHaveRecorder(reader, scope.recorder);
  if (scope.unit !== null && (await reader.people.unit(scope.unit)) === null)
    throw new EvidockError('request.not-found', because('unit-unknown', { unit: scope.unit }));
  for (const recording of scope.recordings)
    if ((await reader.recordings.get(recording)) === null)
      throw new EvidockError('request.not-found', because('no-recording', { recording }));
}

async function setEntry(writer: LedgerWriter, { id, scope, reason, author, setAtMs, reviewAtMs }: NewHold, { actor }: Deciding) {
  const { recordings, span, ...named } = scope;
  const units = scope.unit === null ? [] : await writer.people.unitsBelow(scope.unit);
  const isoOf = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return HoldSet.make({
    ...{ atMs: setAtMs, actor, subject: subject('hold', id) },
    data: { scope: { ...named, from: isoOf(span?.fromMs), to: isoOf(span?.toMs) }, author, review: new Date(reviewAtMs).toISOString() },
    lists: { recordings: [...recordings], units: [...units] },
    personal: { reason },
  });
}

/**
 * Releases a hold. Only another person than its author may. Nothing is deleted by this and no term begins: what it had kept goes the way that its term says, from the
 * beginning of the queue. Throws request.not-found, request.forbidden, request.invalid.
 */
export async function releaseHold(deps: HoldDeps, id: string, reason: string, by: Deciding): Promise<Hold> {
  if (reason.trim() === '') throw new EvidockError('request.invalid', because('hold-reason-needed', {}));
  await deps.ledger.transaction(async (writer) => {
    const hold = await mustHaveHold(writer, id);
    if (hold.releasedAtMs !== null) throw new EvidockError('request.conflict', because('no-hold-in-force', { id }));
    if (!(await writer.holds.seesWhole(id))) throw new EvidockError('request.forbidden', because('hold-of-others', { id }));
    const atMs = deps.clock.nowMs();
    await mustBeSecond(writer, { first: hold.author, second: by.person, duty: 'hold', nowMs: atMs, own: because('hold-own', { id }) });
    await writer.holds.release(id, { atMs, user: by.person, reason: reason.trim() });
    const about = { atMs, actor: by.actor, subject: subject('hold', id) };
    const data = { author: hold.author, by: by.person };
    await writer.custody.append(HoldReleased.make({ ...about, data, personal: { reason: reason.trim() } }));
  });
  return mustHaveHold(deps.ledger, id);
}

/** Throws request.not-found. */
export async function mustHaveHold(reader: Pick<LedgerReader, 'holds'>, id: string): Promise<Hold> {
  const hold = await reader.holds.get(id);
  if (!hold) throw new EvidockError('request.not-found', because('no-hold', { id }));
  return hold;
}

/** Puts on record what a hold has reached, page by page. Returns false where the time was over, or somebody stopped it, before it was done. */
export async function spreadHold(
  { ledger }: Pick<HoldDeps, 'ledger'>,
  id: string,
  { untilMs, signal }: { readonly untilMs: number; readonly signal?: AbortSignal },
): Promise<boolean> {
  while (performance.now() < untilMs && !signal?.aborted) {
    if ((await ledger.transaction((writer) => writer.holds.spread(id, SPREAD_PAGE))).done) return true;
    // A transaction of SQLite never waits for anything, so nothing else would run until the last one.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}
