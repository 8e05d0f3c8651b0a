import { randomBytes } from 'node:crypto';
import { tryKeys } from '#desk/sign-in/lock-out';
import type { SignInDeps } from '#desk/sign-in/parts';
import { digestOf } from '#desk/worker-admission';
import type { Actor } from '#domain/custody/actor';
import { DockingConfirmed, KioskVisited, KioskVisitRefused } from '#domain/custody/door-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import { type Confirmation, normalBadge } from '#domain/doors/badge';
import { EvidockError } from '#domain/errors';
import type { User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { Ledger, LedgerReader } from '#ports/ledger';

const SECRET_BYTES = 32;
const VISITS_MAX = 1000;

/** What an officer shows at a kiosk. */
type Shown = { readonly badge: string } | { readonly officer: string; readonly pin: string };

interface Visit {
  readonly user: string;
  readonly kiosk: string;
  /** By the clock that does not jump. */
  readonly endsMs: number;
}

/** Officers who have come to a kiosk, for some minutes each. They are kept in memory: after a restart an officer shows the badge again. */
export class KioskVisits {
  readonly #monotonicMs: () => number;
  readonly #visitMs: number;
  /** By digest of the secret. */
  readonly #visits = new Map<string, Visit>();

  constructor({ monotonicMs, visitMs }: { readonly monotonicMs: () => number; readonly visitMs: number }) {
    this.#monotonicMs = monotonicMs;
    this.#visitMs = visitMs;
  }

  /** Begins a visit, and ends the one before it at this kiosk. */
  begin({ user, kiosk }: Pick<Visit, 'user' | 'kiosk'>): { readonly secret: string; readonly seconds: number } {
    this.endAt(kiosk);
    const [oldest] = this.#visits.keys();
    if (this.#visits.size >= VISITS_MAX && oldest !== undefined) this.#visits.delete(oldest);
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    this.#visits.set(digestOf(secret), { user, kiosk, endsMs: this.#monotonicMs() + this.#visitMs });
    return { secret, seconds: Math.round(this.#visitMs / 1000) };
  }

  /** Id of the user whose visit it is; null: it has ended, or belongs to another kiosk. */
  userOf(secret: string, kiosk: string): string | null {
    const key = digestOf(secret);
    const visit = this.#visits.get(key);
    if (visit && visit.endsMs > this.#monotonicMs()) return visit.kiosk === kiosk ? visit.user : null;
    this.#visits.delete(key);
    return null;
  }

  endAt(kiosk: string): void {
    for (const [key, visit] of this.#visits) if (visit.kiosk === kiosk) this.#visits.delete(key);
  }
}

interface Coming {
  /** Id of the kiosk. */
  readonly kiosk: string;
  readonly address: string | null;
  readonly shown: Shown;
}

/** Lets an officer in at a kiosk. Whatever is wrong is answered alike, and counts like a wrong password. Throws sign-in.wrong, sign-in.locked, request.too-many. */
export async function visitKiosk(deps: SignInDeps, { kiosk, address, shown }: Coming): Promise<User> {
  const by = 'badge' in shown ? 'badge' : 'pin';
  const { lockOut } = deps.signIn;
  // A PIN is locked apart from the password of the same person, so that nobody who stands at a kiosk locks anybody out elsewhere.
  const keys = tryKeys('badge' in shown ? `badge:${kiosk}` : `pin:${shown.officer.trim()}`, address);
  lockOut.demandOpen(keys);
  const { meant, right } =
    'badge' in shown ? await byBadge(deps.ledger, shown.badge) : await byPin(deps, shown, () => lockOut.demandOpen(keys));
  const actor: Actor = { kind: 'kiosk', id: kiosk, via: 'network', session: null };
  const atMs = deps.clock.nowMs();
  if (right && meant) {
    lockOut.opened(keys);
    const about = subject('user', meant.id);
    await deps.ledger.transaction((writer) =>
      writer.custody.append(KioskVisited.make({ atMs, actor, subject: about, data: { kiosk, by } })),
    );
    return meant;
  }
  lockOut.failed(keys);
  const data = { by, user: meant?.id ?? null };
  await deps.ledger.transaction((writer) =>
    writer.custody.append(KioskVisitRefused.make({ atMs, actor, subject: subject('kiosk', kiosk), data })),
  );
  throw new EvidockError('sign-in.wrong', because('kiosk-not-known', {}));
}

interface Judged {
  /** Whose badge or PIN it was to be; null: nobody's. */
  readonly meant: User | null;
  readonly right: boolean;
}

async function byBadge(ledger: LedgerReader, read: string): Promise<Judged> {
  const number = normalBadge(read);
  const badge = await ledger.doors.badge(digestOf(number ?? ''));
  const meant = badge ? await ledger.people.user(badge.user) : null;
  return { meant, right: isOfficer(meant) };
}

async function byPin(
  { ledger, signIn }: SignInDeps,
  { officer, pin }: { officer: string; pin: string },
  mayStart: () => void,
): Promise<Judged> {
  const meant = await ledger.people.userByOfficer(officer.trim());
  const known = meant ? await ledger.doors.pin(meant.id) : null;
  // For whoever has no PIN the same work is done, so that the time of the answer tells nothing.
  const { right } = await signIn.hasher.verify(pin, isOfficer(meant) ? (known?.hash ?? null) : null, mayStart);
  return { meant, right: right && isOfficer(meant) };
}

export function isOfficer(user: User | null): user is User & { readonly officer: string } {
  return user !== null && user.state === 'active' && user.officer !== null;
}

export interface OwnDocking {
  readonly docking: Docking;
  readonly confirmedAtMs: number | null;
}

/** Dockings of the officer, newest first: those of which some recording is theirs. `ledger`: within their own footage. */
export async function ownDockings(
  ledger: LedgerReader,
  user: string,
  page: { readonly after?: string; readonly limit: number },
): Promise<readonly OwnDocking[]> {
  const dockings = await ledger.dockings.list(page);
  const confirmed = await ledger.doors.confirmations(
    user,
    dockings.map(({ id }) => id),
  );
  const byDocking = new Map(confirmed.map(({ docking, atMs }) => [docking, atMs]));
  return dockings.map((docking) => ({ docking, confirmedAtMs: byDocking.get(docking.id) ?? null }));
}

/**
 * On record: the officer has seen how their docking stands. `isNew` false: they had confirmed it before. Throws request.not-found for a docking that is not
 * theirs, request.conflict for one that is still being read.
 */
export async function confirmDocking(
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: { nowMs(): number } },
  { docking: id, user, kiosk, actor }: { docking: string; user: string; kiosk: string; actor: Actor },
): Promise<Confirmation & { readonly isNew: boolean }> {
  return ledger.transaction(async (writer) => {
    const docking = await writer.dockings.get(id);
    if (!docking) throw new EvidockError('request.not-found', because('no-docking', { id }));
    const [before] = await writer.doors.confirmations(user, [id]);
    if (before) return { ...before, isNew: false };
    if (docking.state === 'reading') throw new EvidockError('request.conflict', because('docking-not-read', { id }));
    const confirmation: Confirmation = { docking: id, user, kiosk, atMs: clock.nowMs() };
    await writer.doors.confirm(confirmation);
    const data = { user, kiosk };
    await writer.custody.append(DockingConfirmed.make({ atMs: confirmation.atMs, actor, subject: subject('docking', id), data }));
    return { ...confirmation, isNew: true };
  });
}
