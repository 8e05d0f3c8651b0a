/*
 * Goal: whoever guesses is held up, for longer each time, and costs a bounded amount, however many addresses and accounts they have. Method: the real ledger and
 * real hashes of argon2id with its least cost; time is the test's own.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Argon2Hasher } from '#adapters/argon2/argon2-hasher';
import { livePeopleChanges } from '#adapters/live-people-changes';
import type { CustodyEntry } from '#domain/custody/entry';
import { SignInFailed } from '#domain/custody/sign-in-entries';
import { LOCK_RULES } from '#domain/sign-in/tries';
import { STATION_ID } from '#test/support/builders';
import { addUser, QUICK, quickSignIn } from '#test/support/people/sign-in';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { SignInKeeper } from './keeper.ts';
import { tryKeys } from './lock-out.ts';
import { signIn } from './sign-in.ts';

const PASSWORD = 'correct horse battery';

let station: ServedStation;
let hasher: Argon2Hasher;
let monotonic = 0;
let deps: ServedStation['deps'];
let keeper: SignInKeeper;

function open(): void {
  deps = { ...station.deps, signIn: quickSignIn({ clock: station.clock, monotonicMs: () => monotonic, hasher }) };
  keeper = new SignInKeeper({ deps, changes: livePeopleChanges() });
}

/** Another process over the same ledger. */
async function restart(): Promise<void> {
  await keeper.stop();
  open();
  await keeper.start();
}

function pass(ms: number): void {
  monotonic += ms;
  station.clock.advance(ms);
}

const ask = (account: string, password: string, address: string | null = '10.1.2.3') =>
  signIn(deps, { account, password, from: { address, agent: null }, present: null }).then(
    () => 'in',
    (error: { code: string; reason: { params: { seconds?: number } } }) =>
      error.code === 'sign-in.locked' ? `locked ${error.reason.params.seconds}` : error.code.slice(8),
  );

async function fail(account: string, times: number, addressOf: (n: number) => string = () => '10.1.2.3'): Promise<string[]> {
  const told = [];
  for (let n = 0; n < times; n++) told.push(await ask(account, 'a wrong password', addressOf(n)));
  return told;
}

async function failures(): Promise<CustodyEntry[]> {
  const users = await deps.ledger.people.users({ limit: 100 });
  const subjects = [{ kind: 'station', id: STATION_ID } as const, ...users.map(({ id }) => ({ kind: 'user', id }) as const)];
  const all = await Promise.all(subjects.map((each) => deps.ledger.custody.of(each)));
  return all.flat().filter((entry) => SignInFailed.parse(entry) !== null);
}

const sumOf = (entries: readonly CustodyEntry[], field: string) => entries.reduce((sum, { data }) => sum + Number(data[field]), 0);

beforeEach(async () => {
  monotonic = 1000;
  station = await servedStation();
  hasher = new Argon2Hasher({ parameters: QUICK });
  open();
});
afterEach(async () => {
  await keeper.stop();
  await hasher.close();
  await station.close();
});

describe('an account', () => {
  it.each([
    ['one that somebody has', 'zhang'],
    ['one that nobody has', 'nobody'],
  ])('%s is locked after five failures, for longer each time, without a hash, even for the right password', async (_, account) => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const made = hasher.made;
    expect(await fail(account, 6)).toEqual([...Array(5).fill('wrong'), 'locked 2']);
    expect(hasher.made - made).toBe(5);
    expect(await ask(account, PASSWORD, '10.9.9.9')).toBe('locked 2');
    for (const seconds of [4, 8, 16, 32]) {
      pass(LOCK_RULES.account.firstDelayMs * (seconds / 4));
      expect(await ask(account, 'a wrong password', `10.2.0.${seconds}`)).toBe('wrong');
      expect(await ask(account, PASSWORD, '10.9.9.9')).toBe(`locked ${seconds}`);
    }
    expect(hasher.made - made).toBe(9);
    pass(32_000);
    expect(await ask(account, PASSWORD, '10.9.9.9')).toBe(account === 'zhang' ? 'in' : 'wrong');
    // Its owner came in: the failures of before do not count any more.
    if (account === 'zhang') expect(await fail(account, 5, (n) => `10.3.0.${n}`)).toEqual(Array(5).fill('wrong'));
  });

  it('is one in whatever way it is typed', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    for (const typed of ['zhang', 'ZHANG', ' zhang', 'Zhang ', '\tzhang\n']) await ask(typed, 'a wrong password');
    expect(await ask('zhang', PASSWORD)).toBe('locked 2');
  });

  it('is not let try more than once too often by many who try at the same moment', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const made = hasher.made;
    await Promise.all(Array.from({ length: 100 }, (_, n) => ask('zhang', 'a wrong password', `10.4.0.${n}`)));
    expect(hasher.made - made).toBe(5);
  });

  it.each([
    ['the clock set back', -400 * 86_400_000],
    ['the clock set ahead', 400 * 86_400_000],
  ])('is neither opened nor kept locked by %s', async (_, jump) => {
    await fail('zhang', 8, (n) => `10.5.0.${n}`);
    pass(2000);
    await fail('zhang', 1, () => '10.5.1.1');
    station.clock.advance(jump);
    expect(await ask('zhang', PASSWORD)).toBe('locked 4');
    pass(4000);
    expect(await ask('zhang', PASSWORD)).toBe('wrong');
  });

  it.each([
    ['at once', 0, 'locked 4'],
    ['with a clock set back', -400 * 86_400_000, 'locked 4'],
    ['after an hour, which forgets one failure', 3_600_000, 'locked 2'],
    ['after a day', 86_400_000, 'wrong'],
  ])('is locked anew by a restart %s, and no longer than that', async (_, jump, told) => {
    await fail('zhang', 5);
    pass(2000);
    await fail('zhang', 1);
    pass(3000);
    await keeper.settle();
    station.clock.advance(jump);
    await restart();
    expect(await ask('zhang', PASSWORD)).toBe(told);
    pass(4000);
    expect(await ask('zhang', PASSWORD)).toBe('wrong');
  });
});

describe('an address', () => {
  it('is locked after twenty failures of whatever accounts, and a sign-in of its own does not open it', async () => {
    await addUser(deps, { account: 'mallory', password: PASSWORD });
    for (let n = 0; n < 19; n++) expect(await ask(`user${n}`, 'a wrong password')).toBe('wrong');
    expect(await ask('mallory', PASSWORD)).toBe('in');
    expect(await ask('user19', 'a wrong password')).toBe('wrong');
    expect(await ask('mallory', PASSWORD)).toBe('locked 1');
    expect(await ask('mallory', PASSWORD, '10.9.9.9')).toBe('in');
  });

  it.each([
    ['one IPv6 network', '2001:db8:1:2::1', '2001:0DB8:1:2:ffff:ffff:ffff:ffff', true],
    ['two IPv6 networks', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['IPv4, and the same as IPv6', '10.1.2.3', '::ffff:10.1.2.3', true],
    ['two of IPv4', '10.1.2.3', '10.1.2.4', false],
    ['what is no address, and none', 'unix', 'none', false],
  ])('of %s', (_, one, other, same) => {
    expect(tryKeys('a', one).address === tryKeys('a', other).address).toBe(same);
  });
});

describe('a storm', () => {
  it('of 10,000 tries from 10,000 addresses is bounded in hashes, memory, rows and entries, and every try is counted', async () => {
    const ids = [];
    for (let n = 0; n < 50; n++) ids.push((await addUser(deps, { account: `user${n}`, password: PASSWORD })).id);
    await keeper.start();
    const head = (await deps.ledger.custody.head())?.seq ?? 0;
    const made = hasher.made;
    const outcomes = new Map<string, number>();
    const TRIES = 10_000;
    for (let n = 0; n < TRIES; n += 100) {
      const block = Array.from({ length: 100 }, (_, at) => {
        const who = n + at;
        // Half of them are accounts that are, half are not; each from an address of its own.
        const account = who % 2 === 0 ? `user${(who / 2) % 50}` : `stuffed${who % 500}`;
        return ask(account, `guess ${who} of many`, `2001:db8:${(who >> 8).toString(16)}:${(who & 0xff).toString(16)}::1`);
      });
      for (const told of await Promise.all(block)) {
        const kind = told.split(' ')[0] ?? '';
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
      }
      pass(300);
      await keeper.settle();
    }
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(TRIES);
    // 30 s of a storm on 300 accounts: five free tries each, and one for each delay that has passed.
    expect(hasher.made - made).toBe(outcomes.get('wrong'));
    expect(outcomes.get('wrong')).toBeLessThan(300 * 9);
    await keeper.settle({ all: true });
    const entries = await failures();
    expect(sumOf(entries, 'failures')).toBe(outcomes.get('wrong'));
    expect(sumOf(entries, 'refused')).toBe(outcomes.get('locked'));
    // One minute at most: 20 users and the station, twice (at once, and what was folded).
    expect(((await deps.ledger.custody.head())?.seq ?? 0) - head).toBeLessThanOrEqual(42);
    for (const { bytes } of entries) expect(bytes.byteLength).toBeLessThan(4000);
    expect((await deps.ledger.signIn.tries(100_000)).length).toBeLessThanOrEqual(LOCK_RULES.account.keysMax + LOCK_RULES.address.keysMax);
    // What was typed as an account is kept nowhere.
    for (const { bytes, personal } of entries)
      expect(Buffer.from(bytes).toString() + JSON.stringify(personal)).not.toMatch(/stuffed|guess/);
    expect(ids.some((id) => entries.some(({ subject }) => subject.id === id))).toBe(true);
    // It goes on for others: somebody who was not tried comes in from an address of their own.
    await addUser(deps, { account: 'wang', password: PASSWORD });
    expect(await ask('wang', PASSWORD, '10.200.0.1')).toBe('in');
  });

  it('of more accounts and addresses than are remembered forgets the oldest, in memory and in the ledger', async () => {
    const { lockOut } = deps.signIn;
    const { keysMax } = LOCK_RULES.account;
    for (let n = 0; n < keysMax + 500; n++) lockOut.failed(tryKeys(`a${n}`, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`));
    await keeper.settle();
    expect(await deps.ledger.signIn.tries(100_000)).toHaveLength(2 * keysMax);
    for (let n = 0; n < 500; n++) lockOut.failed(tryKeys(`b${n}`, null));
    await keeper.settle();
    expect((await deps.ledger.signIn.tries(100_000)).filter(({ by }) => by === 'account')).toHaveLength(keysMax);
    // A day later nothing is left.
    pass(86_400_000);
    await keeper.sweep();
    await keeper.settle();
    expect(await deps.ledger.signIn.tries(100_000)).toEqual([]);
  });

  it('that the ledger cannot take is written when it can', async () => {
    const ledger = deps.ledger;
    let broken = true;
    const failing = Object.create(ledger, {
      transaction: { value: (body: never) => (broken ? Promise.reject(new Error('disk')) : ledger.transaction(body)) },
    }) as typeof ledger;
    deps = { ...deps, ledger: failing };
    const own = new SignInKeeper({ deps, changes: livePeopleChanges() });
    await fail('zhang', 3);
    await expect(own.settle()).rejects.toThrow('disk');
    await fail('zhang', 2);
    broken = false;
    await own.settle({ all: true });
    expect(sumOf(await failures(), 'failures')).toBe(5);
    expect((await ledger.signIn.tries(10)).find(({ by }) => by === 'account')?.failures).toBe(5);
  });
});
