import type { DeskDeps } from '#desk/deps';
import type { SignedIn } from '#desk/sign-in/signed-in';
import { rightsOf } from '#domain/doors/token-scopes';
import type { User } from '#domain/people/user';
import { kioskOfSecret } from './kiosk-pairing.ts';
import { isOfficer } from './kiosk-visits.ts';
import { tokenOfText } from './tokens.ts';

type Deps = Pick<DeskDeps, 'ledger' | 'clock' | 'doors'>;

/** Who a bearer's token stands for; null: nobody. `isUse` false: it is only asked whether it still holds. Throws ledger.failed. */
export async function whoBears(deps: Deps, text: string, isUse: boolean): Promise<SignedIn | null> {
  const found = await tokenOfText(deps, text);
  if (!found) return null;
  const { token, owner } = found;
  const nowMs = deps.clock.nowMs();
  if (isUse && deps.doors.uses.isDue(token.id, token.lastUseAtMs, nowMs))
    await deps.ledger.transaction((writer) => writer.doors.noteTokenUse(token.id, nowMs));
  const { tasks, actions } = rightsOf(token.scopes);
  const { id, name } = token;
  return {
    kind: 'token',
    id,
    name,
    user: personOf(owner),
    session: null,
    knownBy: 'token',
    tokenScopes: tasks,
    tokenActions: actions,
    slots: null,
  };
}

/**
 * Which kiosk a browser is, and which officer stands before it; null: none that is paired. An officer who was suspended meanwhile stands there no more. Throws
 * ledger.failed.
 */
export async function whichKiosk(
  deps: Deps,
  cookies: { readonly kiosk: string; readonly visit: string | undefined },
  isUse: boolean,
): Promise<SignedIn | null> {
  const kiosk = await kioskOfSecret(deps, cookies.kiosk);
  if (!kiosk) return null;
  const nowMs = deps.clock.nowMs();
  if (isUse && deps.doors.uses.isDue(kiosk.id, kiosk.lastSeenAtMs, nowMs))
    await deps.ledger.transaction((writer) => writer.doors.noteKioskSeen(kiosk.id, nowMs));
  const visitor = cookies.visit === undefined ? null : deps.doors.visits.userOf(cookies.visit, kiosk.id);
  const user = visitor === null ? null : await deps.ledger.people.user(visitor);
  const { id, name, slots } = kiosk;
  return {
    kind: 'kiosk',
    id,
    name,
    user: isOfficer(user) ? personOf(user) : null,
    session: null,
    knownBy: isOfficer(user) ? 'kiosk-visit' : 'kiosk',
    tokenScopes: null,
    tokenActions: null,
    slots,
  };
}

function personOf({ id, account, name, officer, unit, roles }: User): NonNullable<SignedIn['user']> {
  return { id, account, name, officer, unit, roles };
}
