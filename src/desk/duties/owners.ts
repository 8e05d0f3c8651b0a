import { type AskingDeps, scopeFor } from '#desk/access/decide-for';
import type { Duty } from '#domain/duties/duty';
import { OWNER_ROLES } from '#domain/duties/rules';
import type { User } from '#domain/people/user';
import type { Scope } from '#domain/scope';
import type { Ledger } from '#ports/ledger';

export interface OwnerDeps extends AskingDeps {
  readonly ledger: Ledger;
}

/** People who own one duty at most: more than any agency has above one unit. */
const OWNERS_MAX = 200;
const PAGE = 1000;

/** The overdue duties of a person that they may see, at most `limit`, the newest first: of their roles, and of their unit and those below. Who belongs to no unit has those of all. */
export async function overdueOf(deps: OwnerDeps, user: User, limit: number): Promise<readonly Duty[]> {
  const { ledger, clock } = deps;
  const scope = await scopeFor(deps, user, { address: null });
  const units = user.unit === null ? null : await ledger.people.unitsBelow(user.unit);
  return ledger.within(scope).duties.list({ overdueAtMs: clock.nowMs(), ownedBy: { roles: user.roles, units }, limit });
}

/** Everybody who may own duties, each once. */
export async function* everyOwner({ ledger }: Pick<OwnerDeps, 'ledger'>): AsyncGenerator<User> {
  const known = new Set<string>();
  for (const role of OWNER_ROLES) {
    let after: string | undefined;
    do {
      const page = await ledger.people.users({ role, state: 'active', limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const user of page) {
        if (known.has(user.id)) continue;
        known.add(user.id);
        yield user;
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.account;
    } while (after !== undefined);
  }
}

/** Finds the owners of duties, one after the other; people and what they may see are read once. */
export class Owners {
  readonly #deps: OwnerDeps;
  readonly #scopes = new Map<string, Promise<Scope>>();
  #people: Promise<readonly User[]> | undefined;

  constructor(deps: OwnerDeps) {
    this.#deps = deps;
  }

  /** Who is to see to a duty, and may see it. */
  async of({ id, owner }: Pick<Duty, 'id' | 'owner'>): Promise<readonly User[]> {
    const { ledger } = this.#deps;
    this.#people ??= Array.fromAsync(everyOwner(this.#deps));
    const above = owner.unit === null ? null : await ledger.people.unitsAbove(owner.unit);
    const owners: User[] = [];
    for (const user of await this.#people) {
      if (owners.length === OWNERS_MAX) break;
      if (!user.roles.includes(owner.role)) continue;
      if (above !== null && user.unit !== null && !above.includes(user.unit)) continue;
      if ((await ledger.within(await this.#scopeOf(user)).duties.get(id)) !== null) owners.push(user);
    }
    return owners;
  }

  #scopeOf(user: User): Promise<Scope> {
    const scope = this.#scopes.get(user.id) ?? scopeFor(this.#deps, user, { address: null });
    this.#scopes.set(user.id, scope);
    return scope;
  }
}
