import { stationBy } from '#domain/custody/actor';
import { asEvidockError } from '#domain/errors';
import type { User, UserState } from '#domain/people/user';
import { doorsUnwritten, type Log } from '#events';
import type { PeopleChanges } from '#ports/people-changes';
import { endBadgesOf } from './badges.ts';
import { endTokensOf, type TokenDeps } from './tokens.ts';

const PAGE = 500;

interface Options {
  readonly deps: TokenDeps & { readonly log: Log };
  readonly changes: Pick<PeopleChanges, 'onChanged'>;
}

/**
 * Ends tokens, badges and PINs of people who were suspended or have left, on record, so that they do not come back with the person. Until that is written they are
 * good for nothing all the same, because every use of them asks how their owner stands.
 */
export class DoorKeeper {
  readonly #deps: Options['deps'];
  readonly #changes: Options['changes'];
  #stop: (() => void) | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor({ deps, changes }: Options) {
    this.#deps = deps;
    this.#changes = changes;
  }

  /** Ends first what a process that was killed has left. */
  async start(): Promise<void> {
    await this.sweep();
    this.#stop = this.#changes.onChanged((change) => {
      if ('user' in change) this.#soon(() => this.userChanged(change.user.new));
    });
  }

  async stop(): Promise<void> {
    this.#stop?.();
    await this.#running;
  }

  async sweep(): Promise<void> {
    const { ledger } = this.#deps;
    let after: string | undefined;
    for (;;) {
      const page = await ledger.doors.tokens({ limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const { owner, endedAtMs } of page) {
        const user = endedAtMs === null ? await ledger.people.user(owner) : null;
        if (user) await this.userChanged(user);
      }
      after = page.at(-1)?.id;
      if (page.length < PAGE) return;
    }
  }

  /** `user`: as they stood after the change, which may not be how they stand now. */
  async userChanged({ id, state }: Pick<User, 'id' | 'state'>): Promise<void> {
    if (state === 'active') return;
    const { ledger, clock } = this.#deps;
    if (!(await this.#hasSomething(id, state))) return;
    const about = { user: id, atMs: clock.nowMs(), actor: stationBy('user-changed') };
    await ledger.transaction(async (writer) => {
      await endTokensOf(writer, { ...about, why: state === 'left' ? 'owner-left' : 'owner-suspended' });
      if (state === 'left') await endBadgesOf(writer, about);
    });
  }

  async #hasSomething(user: string, state: UserState): Promise<boolean> {
    const { doors } = this.#deps.ledger;
    if ((await doors.openTokens(user)).length > 0) return true;
    return state === 'left' && ((await doors.badgeOf(user)) !== null || (await doors.pin(user)) !== null);
  }

  /** One after the other. A ledger that cannot be written now is told of; the next start ends what is left. */
  #soon(task: () => Promise<void>): void {
    this.#running = this.#running.then(task).catch((error: unknown) => doorsUnwritten(this.#deps.log, asEvidockError(error)));
  }
}
