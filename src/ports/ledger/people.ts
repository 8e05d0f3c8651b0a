import type { Role } from '#domain/access/roles';
import type { Hand } from '#domain/people/second-person';
import type { Unit } from '#domain/people/unit';
import type { Membership, SetUpLink, User, UserState } from '#domain/people/user';
import type { Page } from './page.ts';

export interface UserFilter extends Page {
  readonly state?: UserState;
  /** Id of their unit today. */
  readonly unit?: string;
  readonly role?: Role;
}

/** Who has an account, and the units to which they belong. A scope does not limit it, because it is no footage: who may ask is the route's matter. */
export interface PeopleReader {
  user(id: string): Promise<User | null>;
  userByAccount(account: string): Promise<User | null>;
  /** The user with this number of the officer registry who has not left. */
  userByOfficer(officer: string): Promise<User | null>;
  /** Sorted by account. */
  users(filter: UserFilter): Promise<readonly User[]>;
  /** How many active users have this role. `except`: this one is not counted. */
  countActive(role: Role, except: string): Promise<number>;
  unit(id: string): Promise<Unit | null>;
  /** Sorted by id, closed ones too. */
  units(page: Page): Promise<readonly Unit[]>;
  /** Open units with this name, at most `limit`. */
  unitsNamed(name: string, limit: number): Promise<readonly Unit[]>;
  /** The open unit with this name right below this parent; null: at the top. */
  unitBelow(parent: string | null, name: string): Promise<Unit | null>;
  /** How many units there are, closed ones too. */
  countUnits(): Promise<number>;
  /** Ids of a unit and of all units above it, nearest first. Empty for what is no unit. */
  unitsAbove(unit: string): Promise<readonly string[]>;
  /** Ids of a unit and of all units below it, nearest first. Empty for what is no unit. */
  unitsBelow(unit: string): Promise<readonly string[]>;
  /** How many levels a unit has with everything below it: 1 where nothing is below. */
  levelsOf(unit: string): Promise<number>;
  /** Id of the unit of this officer by today's registry, and of all units above it, nearest first: those of a recording of the officer. */
  unitsOfOfficer(officer: string): Promise<readonly string[]>;
  /** Id of the unit to which a user belonged at a moment; null: to none. */
  unitAt(user: string, atMs: number): Promise<string | null>;
  /** Where a user belonged, newest first. `before`: only what began before this moment. */
  membershipsOf(user: string, page: { readonly before?: number; readonly limit: number }): Promise<readonly Membership[]>;
  /** Who belonged to a unit at a moment, sorted by user. */
  membersAt(unit: string, atMs: number, page: Page): Promise<readonly Membership[]>;
  setUpLink(tokenSha256: string): Promise<SetUpLink | null>;
  setUpLinkOf(user: string): Promise<SetUpLink | null>;
  /** The hands that others had in this account since a moment, in the order of the log; of more than 1000 the newest. */
  hands(user: string, sinceMs: number): Promise<readonly Hand[]>;
}

export interface PeopleWriter {
  upsertUser(user: User): Promise<void>;
  upsertUnit(unit: Unit): Promise<void>;
  /** Appends to the history of where a user belongs. */
  insertMembership(membership: Omit<Membership, 'toMs'>): Promise<void>;
  /** Replaces the link that the user had. */
  upsertSetUpLink(link: SetUpLink): Promise<void>;
  removeSetUpLink(user: string): Promise<void>;
}
