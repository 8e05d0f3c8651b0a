import { Complaints, type RosterRow } from '#desk/imports';
import { sha256Hex } from '#domain/canonical-json';
import { RosterImported } from '#domain/custody/people-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import type { UserChange } from '#domain/people/rules';
import { pathOf, type Unit } from '#domain/people/unit';
import { accountOf, type User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import { type By, changePeople, type PeopleDeps, type PeopleWork } from './change-people.ts';
import { findUnit, pathOfUnit } from './find-unit.ts';
import { makeUnit } from './units.ts';
import { makeUser, saveUser } from './users.ts';

const PAGE = 1000;
/** As many new units and missing users are named; all of them are counted. */
const NAMED_MAX = 1000;

interface RosterOutcome {
  readonly rows: number;
  readonly added: number;
  readonly updated: number;
  readonly same: number;
  /** Paths of units that were made. */
  readonly unitsAdded: readonly string[];
  /** Users who have not left and are not in the roster. Nothing is done to them. */
  readonly missing: readonly Pick<User, 'id' | 'account' | 'name'>[];
  readonly missingCount: number;
  readonly changed: boolean;
}

/** A row with the user that it is about; null: a new one. */
interface Matched {
  readonly row: RosterRow;
  readonly user: User | null;
}

/**
 * Takes a roster over, all of it or nothing. A user is found by account, else by officer number. What a row leaves out stays; nobody is removed because they are
 * not in the file. Throws request.invalid, with every row that cannot be taken.
 */
export async function importRoster(
  deps: PeopleDeps,
  { rows, text, dryRun }: { readonly rows: readonly RosterRow[]; readonly text: string; readonly dryRun?: boolean | undefined },
  by: By,
): Promise<RosterOutcome> {
  return changePeople(deps, { by, dryRun }, async (work) => {
    const complaints = new Complaints();
    const unitsAdded = await makeUnits(work, rows, complaints);
    const matched: Matched[] = [];
    for (const row of rows) {
      await gathered(complaints, row.line, async () => {
        matched.push({ row, user: await userOf(work.writer, row) });
      });
    }
    const sum = { added: 0, updated: 0, same: 0 };
    for (const each of inOrder(matched)) {
      await gathered(complaints, each.row.line, async () => {
        sum[await take(work, each)] += 1;
      });
    }
    complaints.settle();
    const { missing, missingCount } = await missingIn(work.writer, rows);
    const changed = sum.added + sum.updated + unitsAdded.length > 0;
    const figures = { rows: rows.length, ...sum, missingCount };
    if (changed) await tellLog(work, text, { ...figures, unitsAdded: unitsAdded.length });
    return { ...figures, unitsAdded: unitsAdded.slice(0, NAMED_MAX), missing, changed };
  });
}

/** Gathers what is wrong with one row. An error that is no fault of the request ends the import. */
async function gathered(complaints: Complaints, line: number, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof EvidockError) || error.side !== 'request') throw error;
    complaints.add(line, error.reason);
  }
}

/** Makes the units that rows name and that are not there: a path below what there is of it, a single name at the top. */
async function makeUnits(work: PeopleWork, rows: readonly RosterRow[], complaints: Complaints): Promise<readonly string[]> {
  const made: string[] = [];
  const seen = new Set<string>();
  for (const { line, unit, state } of rows) {
    if (unit === undefined || state === 'left' || seen.has(unit)) continue;
    seen.add(unit);
    await gathered(complaints, line, async () => {
      if (await findUnit(work.writer, unit)) return;
      let parent: string | null = null;
      for (const name of pathOf(unit)) {
        const known: Unit | null = await work.writer.people.unitBelow(parent, name);
        const { id }: Unit = known ?? (await makeUnit(work, name, parent));
        if (!known) made.push(await pathOfUnit(work.writer, id));
        parent = id;
      }
    });
  }
  return made;
}

async function userOf({ people }: LedgerReader, { account, officer }: RosterRow): Promise<User | null> {
  const byAccount = account === null ? null : await people.userByAccount(account);
  const byOfficer = officer === null ? null : await people.userByOfficer(officer);
  if (account === null) return byOfficer;
  if (byOfficer && byOfficer.id !== byAccount?.id)
    throw new EvidockError('request.conflict', because('roster-two', { account, officer: officer ?? '' }));
  return byAccount;
}

/** Those come first who become security administrators: a roster may hand that role from one to another, in whatever order it names them. */
function inOrder(matched: readonly Matched[]): readonly Matched[] {
  const first = ({ row }: Matched) => (row.roles?.includes('security-administrator') && (row.state ?? 'active') === 'active' ? 0 : 1);
  return matched.toSorted((one, other) => first(one) - first(other));
}

/** Whoever has left gets neither roles nor unit by what stands beside that, and no account where they never had one. */
async function take(work: PeopleWork, { row, user }: Matched): Promise<'added' | 'updated' | 'same'> {
  const { account, name, officer, unit, roles, state } = row;
  if (state === 'left') return user && (await saveUser(work, user, { name, state }, null)) ? 'updated' : 'same';
  const told = { name, ...(unit === undefined ? {} : { unit }), ...(roles === undefined ? {} : { roles }) };
  if (user) {
    if (user.state === 'left' && state === undefined)
      throw new EvidockError('request.conflict', because('roster-left', { account: user.account }));
    const change: UserChange = { ...told, ...(officer === null ? {} : { officer }), ...(state === undefined ? {} : { state }) };
    return (await saveUser(work, user, change, null)) ? 'updated' : 'same';
  }
  // A number alone is good as an account, where it has the form of one.
  const fresh = await makeUser(work, { account: account ?? accountOf(officer ?? '') ?? '', officer, ...told });
  if (state === 'suspended') await saveUser(work, fresh, { state }, null);
  return 'added';
}

async function missingIn({ people }: LedgerReader, rows: readonly RosterRow[]): Promise<Pick<RosterOutcome, 'missing' | 'missingCount'>> {
  const accounts = new Set(rows.map(({ account }) => account));
  const officers = new Set(rows.map(({ officer }) => officer));
  const isIn = ({ account, officer }: User) => accounts.has(account) || (officer !== null && officers.has(officer));
  const missing: Pick<User, 'id' | 'account' | 'name'>[] = [];
  let missingCount = 0;
  let after: string | undefined;
  for (;;) {
    const page = await people.users({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const user of page) {
      // A new user whose account was made of their number is in the roster by that number.
      if (user.state === 'left' || isIn(user)) continue;
      missingCount += 1;
      if (missing.length < NAMED_MAX) missing.push({ id: user.id, account: user.account, name: user.name });
    }
    if (page.length < PAGE) return { missing, missingCount };
    after = page.at(-1)?.account;
  }
}

async function tellLog(
  { writer, by, atMs, stationId }: PeopleWork,
  text: string,
  {
    rows,
    added,
    updated,
    unitsAdded,
    missingCount,
  }: { rows: number; added: number; updated: number; unitsAdded: number; missingCount: number },
): Promise<void> {
  const data = { sha256: sha256Hex(Buffer.from(text)), rows, added, updated, unitsAdded, missing: missingCount };
  await writer.custody.append(RosterImported.make({ atMs, actor: by.actor, subject: subject('station', stationId), data }));
}
