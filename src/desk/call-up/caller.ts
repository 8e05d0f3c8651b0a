import { mustBeSecond } from '#desk/people/second-person';
import type { Asker } from '#domain/access/decide';
import { isAdministrator, rolesThatExclude } from '#domain/access/roles';
import type { CallUpRequest, PersonThen } from '#domain/call-up/request';
import type { Actor } from '#domain/custody/actor';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';

/** Who asks for something about requests and grants. */
export interface Caller {
  readonly asker: Asker;
  readonly actor: Actor;
  readonly address: string | null;
  /** Somebody at the machine itself, over the control socket: whatever they do is recorded as that. */
  readonly breakGlass: boolean;
  /** May decide requests of their own unit and below. */
  readonly decides: boolean;
  /** Sees the requests of all. */
  readonly audits: boolean;
}

export function personThen({ id, unit, roles }: Asker): PersonThen {
  return { id, unit, roles: [...roles] };
}

/** Ids of the caller's own unit and of those below; empty for who reviews nothing. */
async function unitsReviewed(ledger: LedgerReader, { asker, decides }: Caller): Promise<readonly string[]> {
  return decides && asker.unit !== null ? ledger.people.unitsBelow(asker.unit) : [];
}

/** Who sees which requests and grants; null: all of them. */
export async function seenBy(ledger: LedgerReader, caller: Caller) {
  if (caller.breakGlass || caller.audits) return null;
  return { asker: caller.asker.id, units: await unitsReviewed(ledger, caller) };
}

/** Throws request.not-found, as for what never was, where the caller may not see the request. */
export async function mustSee(ledger: LedgerReader, caller: Caller, request: CallUpRequest | null, id: string): Promise<CallUpRequest> {
  const seen = await seenBy(ledger, caller);
  if (request === null) throw notFound(id);
  const { asker, units } = request;
  if (seen === null || asker.id === seen.asker || units.some((unit) => seen.units.includes(unit))) return request;
  if (units.length === 0 && caller.decides) return request;
  throw notFound(id);
}

function notFound(id: string): EvidockError {
  return new EvidockError('request.not-found', because('no-call-up', { id }));
}

/**
 * Throws request.forbidden where the caller may not decide this request: whoever asked never decides, no administrator does, and a reviewer has all units that
 * are concerned in the own unit or below. `units`: those of what is to be approved, where that is less than what was asked for.
 */
export async function mustDecide(
  ledger: LedgerReader,
  caller: Caller,
  request: CallUpRequest,
  { nowMs, units = request.units }: { readonly nowMs: number; readonly units?: readonly string[] },
): Promise<void> {
  const { asker, breakGlass, decides } = caller;
  await mustNotBeAsker(ledger, caller, request, nowMs);
  if (breakGlass) return;
  const role = asker.roles.some((each) => request.approvers.includes(each));
  const fit = decides && role && !isAdministrator(asker.roles) && rolesThatExclude(asker.roles).length === 0;
  const reviewed = await unitsReviewed(ledger, caller);
  if (!fit || !units.every((unit) => reviewed.includes(unit)))
    throw new EvidockError('request.forbidden', because('not-your-request', { id: request.id }));
}

/** Throws request.forbidden for whoever asked, and for an account that they made or that made theirs: they never decide. */
export async function mustNotBeAsker(ledger: LedgerReader, { asker }: Caller, request: CallUpRequest, nowMs: number): Promise<void> {
  const two = { first: request.asker.id, second: asker.id, duty: 'call-up', nowMs } as const;
  await mustBeSecond(ledger, { ...two, own: because('own-request', { id: request.id }) });
}
