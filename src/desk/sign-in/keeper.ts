import { STATION, stationBy } from '#domain/custody/actor';
import { asEvidockError } from '#domain/errors';
import type { User } from '#domain/people/user';
import { endedByTime, type Session, type SessionEnd } from '#domain/sign-in/session';
import { LOCK_RULES } from '#domain/sign-in/tries';
import { type Log, signInUnwritten } from '#events';
import type { PeopleChanges } from '#ports/people-changes';
import { failureEntries } from './failure-fold.ts';
import type { SignInDeps } from './parts.ts';
import { endSession, endSessionsOf, holdsFor } from './sessions.ts';

/** Failed tries reach the ledger after a second at most, so that a storm of them makes one transaction a second. */
const SETTLE_MS = 1000;
/** The last use of a session is written once a minute at most. */
const SWEEP_MS = 60_000;
const PAGE = 500;
const ROWS_MAX = LOCK_RULES.account.keysMax + LOCK_RULES.address.keysMax;

interface Options {
  readonly deps: SignInDeps & { readonly log: Log };
  readonly changes: Pick<PeopleChanges, 'onChanged'>;
}

/**
 * Keeps the ledger and what sign-in remembers in memory the same: failed tries, uses of sessions, and sessions that have ended by time or because of a change of
 * their owner.
 */
export class SignInKeeper {
  readonly #deps: Options['deps'];
  readonly #changes: Options['changes'];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #ends: (() => void)[] = [];
  #running: Promise<unknown> = Promise.resolve();

  constructor({ deps, changes }: Options) {
    this.#deps = deps;
    this.#changes = changes;
  }

  /** Takes what earlier processes left. Sessions are seen from this moment on; those that hold no more end. */
  async start(): Promise<void> {
    const { ledger, signIn } = this.#deps;
    signIn.lockOut.load(await ledger.signIn.tries(ROWS_MAX));
    await this.sweep({ owners: true });
    this.#ends.push(
      this.#changes.onChanged((change) => {
        if ('user' in change) this.#soon(() => this.userChanged(change.user.new));
      }),
    );
    this.#timers.push(setInterval(() => this.#soon(() => this.settle()), SETTLE_MS).unref());
    this.#timers.push(setInterval(() => this.#soon(() => this.sweep()), SWEEP_MS).unref());
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    for (const end of this.#ends.splice(0)) end();
    await this.#running;
    await this.settle({ all: true });
    // A session that has ended here must not hold again at the next start, whatever the clock says then.
    await this.sweep();
  }

  /** Writes failed tries: what counts of them, and on record that they were. `all`: also those that would wait for more of their kind. */
  async settle({ all = false } = {}): Promise<void> {
    const { ledger, signIn, facts, clock } = this.#deps;
    const tries = signIn.lockOut.takeUnwritten();
    const folds = signIn.failures.take(all);
    if (tries.length === 0 && folds.size === 0) return;
    try {
      await ledger.transaction(async (writer) => {
        await writer.signIn.putTries(tries);
        const entries = failureEntries(folds, { stationId: facts.stationId, atMs: clock.nowMs() });
        for (const entry of entries) await writer.custody.append(entry);
      });
    } catch (error) {
      signIn.lockOut.putBack(tries);
      signIn.failures.putBack(folds);
      throw error;
    }
  }

  /** Ends sessions by time, notes the use of others. `owners`: also ends those whose owner may not have them any more. */
  async sweep({ owners = false } = {}): Promise<void> {
    const { signIn } = this.#deps;
    signIn.lockOut.sweep();
    signIn.pending.sweep();
    const left: Session[] = [];
    for (const session of await this.#sessions()) {
      const why = endedByTime(signIn.times.of(session), signIn.limits) ?? (owners ? await this.#endOfOwner(session) : null);
      if (why === null) left.push(session);
      else await this.#end(session, why);
    }
    signIn.times.keepOnly(new Set(left.map(({ id }) => id)));
    await this.#noteUses(left);
  }

  /** Ends the sessions of a user who was suspended, left, or has other roles. */
  async userChanged(user: User): Promise<void> {
    const { ledger } = this.#deps;
    const sessions = await ledger.signIn.sessions({ user: user.id, limit: PAGE });
    if (sessions.every((session) => holdsFor(session, user))) return;
    this.#deps.signIn.pending.endAllOf(user.id);
    await ledger.transaction((writer) =>
      endSessionsOf(writer, this.#deps, { user: user.id, why: 'user', actor: stationBy('user-changed') }),
    );
  }

  async #endOfOwner(session: Session): Promise<SessionEnd | null> {
    const user = await this.#deps.ledger.people.user(session.user);
    return user && holdsFor(session, user) ? null : 'user';
  }

  async #end(session: Session, why: SessionEnd): Promise<void> {
    await this.#deps.ledger.transaction((writer) => endSession(writer, this.#deps, { session, why, actor: STATION }));
  }

  async #noteUses(sessions: readonly Session[]): Promise<void> {
    const { ledger, signIn } = this.#deps;
    const uses = signIn.times.takeUnwritten(sessions);
    if (uses.length === 0) return;
    try {
      await ledger.transaction(async (writer) => {
        for (const { id, ...use } of uses) await writer.signIn.noteSessionUse(id, use);
      });
    } catch (error) {
      signIn.times.putBack(uses);
      throw error;
    }
  }

  async #sessions(): Promise<readonly Session[]> {
    const all: Session[] = [];
    for (;;) {
      const after = all.at(-1)?.id;
      const page = await this.#deps.ledger.signIn.sessions({ limit: PAGE, ...(after === undefined ? {} : { after }) });
      all.push(...page);
      if (page.length < PAGE) return all;
    }
  }

  /** One after the other. A ledger that cannot be written now is told of, and what waits is written later. */
  #soon(task: () => Promise<void>): void {
    this.#running = this.#running.then(task).catch((error: unknown) => signInUnwritten(this.#deps.log, asEvidockError(error)));
  }
}
