/*
 * Goal: whoever makes an account, gives it a role or lets somebody into it anew is no second person to it, whichever of the two asks, until a time has passed or
 * somebody else has confirmed the account. Method: the desk's use-cases over the real ledger; a table of every hand; the policy and call-ups as the duties.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adoptFirst, adoptPolicy, type Deciding, proposePolicy } from '#desk/access/policies';
import { PolicyKeeper } from '#desk/access/policy-keeper';
import { addToken } from '#desk/doors/tokens';
import { setPasswordOnMachine } from '#desk/sign-in/passwords';
import type { Role } from '#domain/access/roles';
import type { Task } from '#domain/access/tasks';
import type { Actor } from '#domain/custody/actor';
import { TotpRemoved } from '#domain/custody/sign-in-entries';
import { subject } from '#domain/custody/subject';
import type { EvidockError } from '#domain/errors';
import { type Duty, MACHINE, TIED_DAYS } from '#domain/people/second-person';
import type { User } from '#domain/people/user';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { type ServedStation, servedStation } from '#test/support/served-station';
import type { By } from './change-people.ts';
import { confirmUser } from './confirm-user.ts';
import { tieBetween } from './second-person.ts';
import { inviteUser } from './set-up.ts';
import { addUser, changeUser } from './users.ts';

const SHIPPED = readFileSync(new URL('../../../config/access.yaml', import.meta.url), 'utf8');
const WIDER = SHIPPED.replace('hoursMax: 4', 'hoursMax: 5');
const DAY = 24 * 3_600_000;
const ROOT: By = { actor: { kind: 'cli', id: 'root', via: 'socket', session: null }, user: null };

const TOKEN = { tasks: new Set<Task>(['see-health']), name: 'x', scopes: ['see-health'], days: 3, daysMax: 30 };

let station: ServedStation;
let keeper: PolicyKeeper;
beforeEach(async () => {
  station = await servedStation();
  keeper = new PolicyKeeper();
  await adoptFirst({ ledger: station.ledger, clock: station.clock, keeper }, SHIPPED, 'access.yaml');
});
afterEach(async () => {
  expect(contradictionsIn(join(station.directory, 'ledger.sqlite'))).toEqual([]);
  await station.close();
});

const by = ({ id }: User): By => ({ actor: { kind: 'user', id, via: 'network', session: 'ssn-1' }, user: id });
const byToken = ({ id }: User): By => ({ actor: { kind: 'token', id: 'tok-1', via: 'network', session: null, user: id }, user: id });
const add = (account: string, who: By, roles: readonly Role[] = ['security-administrator']) =>
  addUser(station.deps, { account, name: account, roles }, who);
/** Accounts of long ago, with which nobody's hand counts any more. */
async function old(...accounts: readonly string[]): Promise<readonly User[]> {
  const users: User[] = [];
  for (const account of accounts) users.push(await add(account, ROOT));
  station.clock.advance((TIED_DAYS + 1) * DAY);
  return users;
}
const tied = async (first: User | string, second: User | string, duty: Duty = 'policy') => {
  const [one, other] = [first, second].map((each) => (typeof each === 'string' ? each : each.id)) as [string, string];
  const two = { first: one, second: other, duty, nowMs: station.clock.nowMs() };
  const [there, back] = [await tieBetween(station.ledger, two), await tieBetween(station.ledger, { ...two, first: other, second: one })];
  // Whoever of the two asks, it is the same.
  expect(there?.is).toBe(back?.is);
  return there?.is ?? null;
};
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'let',
    (error: EvidockError) => `${error.code} ${error.reason.code}`,
  );

describe('a hand in an account', () => {
  const hands: readonly (readonly [string, (li: User, made: User) => Promise<unknown>])[] = [
    ['a role given', (li, made) => changeUser(station.deps, made.id, { roles: ['security-administrator', 'officer'] }, by(li))],
    ['a link made', (li, made) => inviteUser(station.deps, made.id, by(li))],
    ['a link made by a token of theirs', (li, made) => inviteUser(station.deps, made.id, byToken(li))],
    [
      'a second factor taken away',
      (li, made) =>
        station.ledger.transaction(async (writer) => {
          const about = { atMs: station.clock.nowMs(), actor: by(li).actor, subject: subject('user', made.id) };
          await writer.custody.append(TotpRemoved.make(about));
        }),
    ],
  ];

  it.each(hands)('ties the two together: %s', async (_, hand) => {
    const [li, made] = (await old('li', 'made')) as [User, User];
    expect(await tied(li, made)).toBeNull();
    await hand(li, made);
    expect(await tied(li, made)).toBe('made');
    expect(await tied(li, made, 'call-up')).toBe('made');
    expect(await tied(li, MACHINE)).toBeNull();
  });

  const ofMachine: readonly (readonly [string, (made: User) => Promise<unknown>])[] = [
    [
      'a password set',
      (made) => setPasswordOnMachine(station.deps, { account: made.account, password: 'seven horses at dawn', actor: ROOT.actor }),
    ],
    ['a token made', (made) => addToken(station.deps, { ...TOKEN, owner: made, actor: ROOT.actor })],
    ['a link made', (made) => inviteUser(station.deps, made.id, ROOT)],
  ];
  it.each(ofMachine)('is had by the machine too: %s', async (_, hand) => {
    const [made] = (await old('made')) as [User];
    await hand(made);
    expect([await tied(made, MACHINE), await tied(made, 'cli:root'), await tied(made, 'cli:anybody')]).toEqual(['made', 'made', 'made']);
    // Whoever uses the socket goes past all rules, on record: a call-up is not asked for a second person there.
    expect([await tied(made, 'cli:root', 'call-up'), await tied('cli:root', 'cli:li', 'call-up')]).toEqual([null, 'same']);
  });

  it('is none where roles are taken away, or a name is changed, or one’s own password is', async () => {
    const [li, made] = (await old('li', 'made')) as [User, User];
    await changeUser(station.deps, made.id, { name: 'Other', roles: [] }, by(li));
    await changeUser(station.deps, made.id, { state: 'suspended' }, by(li));
    expect(await tied(li, made)).toBeNull();
    await inviteUser(station.deps, li.id, by(made));
    expect(await tied(li, made)).toBe('made');
  });

  it('goes through a chain, and ends with its time', async () => {
    const [li] = (await old('li')) as [User];
    const first = await add('first', by(li));
    station.clock.advance(10 * DAY);
    const second = await add('second', by(first));
    expect(await tied(li, second)).toBe('made');
    station.clock.advance((TIED_DAYS - 10) * DAY - 1);
    expect([await tied(li, second), await tied(li, first)]).toEqual(['made', 'made']);
    station.clock.advance(1);
    expect([await tied(li, second), await tied(li, first), await tied(first, second)]).toEqual([null, null, 'made']);
  });

  it('of a third in both counts where what is decided stays, and not where it ends by itself; that of the machine never', async () => {
    const [li] = (await old('li')) as [User];
    const [one, other] = [await add('one', by(li)), await add('other', by(li))];
    const strict: readonly Duty[] = ['policy', 'confirmation', 'retention', 'hold', 'disposal'];
    for (const duty of strict) expect([duty, await tied(one, other, duty)]).toEqual([duty, 'third']);
    expect([await tied(one, other, 'call-up'), await tied(one, other, 'review')]).toEqual([null, null]);
    const [first, second] = [await add('zhao', ROOT), await add('qian', ROOT)];
    expect(await tied(first, second)).toBeNull();
  });
});

describe('a confirmation', () => {
  it('by somebody else ends what was before it; by whoever made the account, or is tied with them, it is refused', async () => {
    const [li, wang] = (await old('li', 'wang')) as [User, User];
    const made = await add('made', by(li));
    const puppet = await add('puppet', by(li));
    expect(await refusal(confirmUser(station.deps, made.id, by(li)))).toBe('request.forbidden second-person-made');
    expect(await refusal(confirmUser(station.deps, made.id, byToken(made)))).toBe('request.forbidden own-account');
    expect(await refusal(confirmUser(station.deps, made.id, by(puppet)))).toBe('request.forbidden second-person-third');
    expect(await confirmUser(station.deps, made.id, by(wang))).toMatchObject({ changed: true });
    expect(await confirmUser(station.deps, made.id, by(wang))).toMatchObject({ changed: false });
    expect([await tied(li, made), await tied(made, puppet), await tied(li, puppet)]).toEqual([null, null, 'made']);
    const entries = await station.ledger.custody.of(subject('user', made.id));
    expect(entries.at(-1)).toMatchObject({ type: 'user.confirmed', data: { makers: [li.id] } });
    await inviteUser(station.deps, made.id, by(li));
    expect(await tied(li, made)).toBe('made');
    await changeUser(station.deps, puppet.id, { state: 'suspended' }, by(wang));
    expect(await refusal(confirmUser(station.deps, puppet.id, by(wang)))).toBe('request.conflict user-not-active');
  });
});

describe('a policy', () => {
  const deps = () => ({ ledger: station.ledger, clock: station.clock, keeper });
  const deciding = (who: User): Deciding => ({ actor: by(who).actor, person: who.id });
  const machine: Deciding = { actor: ROOT.actor, person: MACHINE };
  const propose = (who: Deciding) => proposePolicy(deps(), { text: WIDER, source: 'person', by: who, name: 'x' });
  const adopt = (who: Deciding) => refusal(adoptPolicy(deps(), { version: 2, against: 1, by: who }));
  const adopted = async () => (await station.ledger.custody.of(subject('policy', '2'))).at(-1)?.data['by'];

  it('is not adopted by a second account of whoever proposed it', async () => {
    const [li, wang] = (await old('li', 'wang')) as [User, User];
    await propose(deciding(li));
    const made = await add('made', by(li));
    expect(await adopt(deciding(made))).toBe('request.forbidden second-person-made');
    expect(await adopt(machine)).toBe('let');
    expect(await adopted()).toBe('second-person');
    await confirmUser(station.deps, made.id, by(wang));
  });

  it('of a puppet is not adopted by whoever made it', async () => {
    const [li, wang] = (await old('li', 'wang')) as [User, User];
    await propose(deciding(await add('made', by(li))));
    expect(await adopt(deciding(li))).toBe('request.forbidden second-person-made');
    expect(await adopt(deciding(wang))).toBe('let');
  });

  it('of the machine is adopted there only while no account could, and that is on record', async () => {
    await propose(machine);
    const zhao = await add('zhao', ROOT);
    expect(await adopt(deciding(zhao))).toBe('request.forbidden second-person-made');
    expect(await adopt({ ...machine, actor: { ...ROOT.actor, id: 'admin' } as Actor })).toBe('let');
    expect(await adopted()).toBe('no-second-person');
  });

  it('of the machine is adopted by an account of its own person, and then never there', async () => {
    const [zhao] = (await old('zhao')) as [User];
    await propose(machine);
    expect(await adopt(machine)).toBe('request.forbidden policy-own');
    expect(await adopt(deciding(zhao))).toBe('let');
    expect(await adopted()).toBe('second-person');
  });

  it('of an account that the machine made yesterday waits for another account, if there is one', async () => {
    const [zhao, qian] = [await add('zhao', ROOT), await add('qian', ROOT)];
    await propose(deciding(zhao));
    expect(await adopt(machine)).toBe('request.forbidden second-person-made');
    expect(await adopt(deciding(qian))).toBe('let');
  });

  it('of the only account of a new station is adopted on the machine, and that is on record', async () => {
    const zhao = await add('zhao', ROOT);
    await add('officer', ROOT, ['officer']);
    await propose(deciding(zhao));
    expect([await adopt(deciding(zhao)), await adopt(machine), await adopted()]).toEqual([
      ...['request.forbidden policy-own', 'let', 'no-second-person'],
    ]);
  });
});
