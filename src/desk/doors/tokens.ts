import { randomBytes } from 'node:crypto';
import type { DeskFacts } from '#desk/facts';
import { digestOf } from '#desk/worker-admission';
import type { Task } from '#domain/access/tasks';
import type { Actor } from '#domain/custody/actor';
import { TokenAdded, TokenRevoked } from '#domain/custody/door-entries';
import { subject } from '#domain/custody/subject';
import {
  type ApiToken,
  isTokenGood,
  isTokenText,
  LAST_USE_MS,
  TOKEN_PREFIX,
  TOKENS_OF_OWNER_MAX,
  type TokenEnd,
} from '#domain/doors/api-token';
import { readScopes, scopesBeyond } from '#domain/doors/token-scopes';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import type { User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerReader, LedgerWriter } from '#ports/ledger';

const SECRET_BYTES = 32;
const DAY_MS = 86_400_000;
/** Tokens and kiosks whose last use is remembered. */
const KNOWN_MAX = 10_000;

export interface TokenDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly facts: Pick<DeskFacts, 'stationId'>;
}

interface NewToken {
  /** Whose rights it gets. */
  readonly owner: User;
  /** What its owner may do now. */
  readonly tasks: ReadonlySet<Task>;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly days: number;
  /** The longest time that the configuration allows. */
  readonly daysMax: number;
  readonly actor: Actor;
}

/** Makes a token. Its text is in the answer alone. Throws request.invalid, request.forbidden, request.conflict. */
export async function addToken(
  deps: TokenDeps,
  { owner, tasks, name, days, daysMax, actor, ...asked }: NewToken,
): Promise<{ token: ApiToken; text: string }> {
  const { scopes, unknown } = readScopes(asked.scopes);
  if (unknown.length > 0) throw new EvidockError('request.invalid', because('scopes-unknown', { names: unknown }));
  if (scopes.length === 0) throw new EvidockError('request.invalid', because('scopes-none', {}));
  const beyond = scopesBeyond(scopes, tasks);
  if (beyond.length > 0) throw new EvidockError('request.forbidden', because('scopes-beyond', { names: beyond }));
  if (days > daysMax) throw new EvidockError('request.invalid', because('token-days', { limit: daysMax }));
  const text = `${TOKEN_PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const token = await deps.ledger.transaction(async (writer) => {
    const atMs = deps.clock.nowMs();
    const current = await writer.people.user(owner.id);
    if (current?.state !== 'active') throw new EvidockError('request.conflict', because('owner-inactive', { account: owner.account }));
    await makeRoom(writer, { owner: owner.id, atMs, actor });
    const made: ApiToken = {
      ...{ id: newId('tok', atMs, deps.facts.stationId), owner: owner.id, name, scopes, secretSha256: digestOf(text) },
      ...{ madeAtMs: atMs, expiresAtMs: atMs + days * DAY_MS, lastUseAtMs: null, endedAtMs: null, ended: null },
    };
    await writer.doors.insertToken(made);
    const data = {
      owner: made.owner,
      secretSha256: made.secretSha256,
      scopes: [...scopes],
      until: new Date(made.expiresAtMs).toISOString(),
    };
    await writer.custody.append(TokenAdded.make({ atMs, actor, subject: subject('token', made.id), data, personal: { name } }));
    return made;
  });
  return { token, text };
}

async function makeRoom(writer: LedgerWriter, { owner, atMs, actor }: { owner: string; atMs: number; actor: Actor }): Promise<void> {
  const open = await writer.doors.openTokens(owner);
  for (const token of open.filter(({ expiresAtMs }) => expiresAtMs <= atMs)) await end(writer, token, { atMs, actor, why: 'expired' });
  if (open.filter(({ expiresAtMs }) => expiresAtMs > atMs).length >= TOKENS_OF_OWNER_MAX)
    throw new EvidockError('request.conflict', because('tokens-many', { limit: TOKENS_OF_OWNER_MAX }));
}

async function end(
  writer: LedgerWriter,
  { id, owner }: ApiToken,
  { atMs, actor, why }: { atMs: number; actor: Actor; why: TokenEnd },
): Promise<void> {
  await writer.doors.endToken(id, { atMs, why });
  await writer.custody.append(TokenRevoked.make({ atMs, actor, subject: subject('token', id), data: { owner, why } }));
}

/** Makes a token good no more. `owner`: only one of this user; a foreign one is answered like one that never was. Throws request.not-found. */
export async function revokeToken(
  deps: TokenDeps,
  { id, owner, actor }: { id: string; owner: string | null; actor: Actor },
): Promise<void> {
  await deps.ledger.transaction(async (writer) => {
    const token = await writer.doors.token(id);
    if (!token || token.endedAtMs !== null || (owner !== null && token.owner !== owner))
      throw new EvidockError('request.not-found', because('no-token', { token: id }));
    await end(writer, token, { atMs: deps.clock.nowMs(), actor, why: 'revoked' });
  });
}

/** Ends every token of a user who is suspended or leaves, in the transaction of that. They do not come back with the user. */
export async function endTokensOf(
  writer: LedgerWriter,
  { user, why, atMs, actor }: { user: string; why: Extract<TokenEnd, 'owner-suspended' | 'owner-left'>; atMs: number; actor: Actor },
): Promise<number> {
  const open = await writer.doors.openTokens(user);
  for (const token of open) await end(writer, token, { atMs, actor, why });
  return open.length;
}

/** The token behind a bearer's text and the person whose it is; null: it is good for nothing now, or never was. */
export async function tokenOfText(
  { ledger, clock }: Pick<TokenDeps, 'clock'> & { readonly ledger: LedgerReader },
  text: string,
): Promise<{ readonly token: ApiToken; readonly owner: User } | null> {
  if (!isTokenText(text)) return null;
  // The token is looked up by its digest. So the time that a wrong one takes tells nothing of use about a good one.
  const token = await ledger.doors.tokenBySecret(digestOf(text));
  if (!token || !isTokenGood(token, clock.nowMs())) return null;
  const owner = await ledger.people.user(token.owner);
  return owner?.state === 'active' ? { token, owner } : null;
}

/**
 * Writes when tokens and kiosks were last used, once a minute each at most. What was noted is remembered in this process, so that many requests at once write it
 * once.
 */
export class LastUses {
  readonly #notedMs = new Map<string, number>();

  /** Whether the use of this one at this moment is to be written; it then counts as written. */
  isDue(id: string, lastMs: number | null, nowMs: number): boolean {
    const known = this.#notedMs.get(id) ?? lastMs;
    // A clock that was set back does not keep later uses from being written.
    if (known !== null && nowMs >= known && nowMs - known < LAST_USE_MS) return false;
    this.#notedMs.delete(id);
    this.#notedMs.set(id, nowMs);
    const [oldest] = this.#notedMs.keys();
    if (this.#notedMs.size > KNOWN_MAX && oldest !== undefined) this.#notedMs.delete(oldest);
    return true;
  }
}
