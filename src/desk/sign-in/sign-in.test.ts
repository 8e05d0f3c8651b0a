/*
 * Goal: nobody comes in without what they must show, and nothing tells an account that is from one that is not. Method: the real ledger and real hashes of
 * argon2id with its least cost. Time is the test's own, in two clocks: one that may be set, one that never jumps.
 */

import { describe, expect, it } from 'vitest';
import { Argon2Hasher } from '#adapters/argon2/argon2-hasher';
import { livePeopleChanges } from '#adapters/live-people-changes';
import type { User } from '#domain/people/user';
import { SESSIONS_MAX } from '#domain/sign-in/session';
import { cli } from '#test/support/custody';
import { addUser } from '#test/support/people/sign-in';
import { FROM, PASSWORD, signInStation } from '#test/support/people/sign-in-station';
import { changeOwnPassword, setPasswordOnMachine } from './passwords.ts';
import { sessionOfToken } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { whoIs } from './who-is.ts';

const at = signInStation();
const { restart, keeper, pass, ask, comeIn, entries } = at;

describe('a password', () => {
  it('brings a session whose token alone comes back as the person', async () => {
    const user = await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const { token, session } = await comeIn(' Zhang ');
    expect(await whoIs(at.deps, { cookie: token, ...FROM })).toMatchObject({
      kind: 'user',
      id: user.id,
      session: session.id,
      knownBy: 'password',
      tokenScopes: null,
    });
    expect(await entries(user.id)).toEqual(['session.began password']);
    // The ledger has no token: only its digest.
    expect(session.tokenSha256).not.toContain(token);
    const flipped = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    for (const cookie of [
      '',
      flipped,
      `${token} `,
      token.slice(1),
      token.toLowerCase(),
      session.id,
      session.tokenSha256,
      'a'.repeat(10_000),
      '\0',
    ])
      expect(await whoIs(at.deps, { cookie, ...FROM })).toBeNull();
    expect(await whoIs(at.deps, FROM)).toBeNull();
  });

  it('is the same however its characters were composed, and no other', async () => {
    await addUser(at.deps, { account: 'zhang', password: 'ｐａｓｓé 王芳 王芳'.normalize('NFKC') });
    for (const typed of ['ｐａｓｓé 王芳 王芳', 'passe\u0301 王芳 王芳']) expect(await ask('zhang', typed)).toBe('signed-in');
    expect(await ask('zhang', 'passe 王芳 王芳')).toBe('sign-in.wrong');
  });

  it('is answered the same, after the same reads and one hash, whoever is behind the account', async () => {
    await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    await addUser(at.deps, { account: 'suspended', password: PASSWORD, state: 'suspended' });
    await addUser(at.deps, { account: 'left', password: PASSWORD, state: 'left', roles: [] });
    await addUser(at.deps, { account: 'without' });
    const accounts = [
      'nobody-here',
      'zhang',
      'suspended',
      'left',
      'without',
      'Set-Cookie: a=b\r\nX: y',
      'zhang\ud800',
      '',
      'x'.repeat(256),
    ];
    const made = at.hasher.made;
    const reads: string[] = [];
    const watched = <G extends object>(name: string, group: G): G =>
      new Proxy(group, {
        get: (target, method) => {
          const value = Reflect.get(target, method) as unknown;
          if (typeof value !== 'function') return value;
          return (...given: unknown[]) => {
            reads.push(`${name}.${String(method)}`);
            return value.apply(target, given) as unknown;
          };
        },
      });
    const ledger = Object.create(at.deps.ledger, {
      people: { value: watched('people', at.deps.ledger.people) },
      signIn: { value: watched('signIn', at.deps.ledger.signIn) },
    }) as typeof at.deps.ledger;
    for (const account of accounts) {
      const password = account === 'zhang' ? `${PASSWORD}!` : PASSWORD;
      const from = { ...FROM, address: `10.7.0.${accounts.indexOf(account)}` };
      const failed = signIn({ ...at.deps, ledger }, { account, password, from, present: null });
      const wrong = { code: 'sign-in.wrong', status: 401, reason: { code: 'account-or-password', params: {} } };
      await expect(failed, account).rejects.toMatchObject(wrong);
    }
    expect(at.hasher.made - made).toBe(accounts.length);
    expect(reads).toEqual(accounts.flatMap(() => ['people.userByAccount', 'signIn.credentials']));
  });

  it('that is too long, cut at a NUL, half of a character or nothing is wrong, and is not what it begins with', async () => {
    await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    for (const password of ['x'.repeat(100_000), `${PASSWORD}\0`, `${PASSWORD}\ud83d`, ''])
      expect(await ask('zhang', password)).toBe('sign-in.wrong');
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
  });

  it('is hashed with parameters that were raised meanwhile at the next sign-in, and not again after that', async () => {
    const user = await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const raised = new Argon2Hasher({ parameters: { memory: 16, passes: 2, lanes: 1 } });
    at.deps = { ...at.deps, signIn: { ...at.deps.signIn, hasher: raised } };
    const hashOf = async () => (await at.deps.ledger.signIn.credentials(user.id))?.password;
    expect(await hashOf()).toContain('m=8,t=1,');
    expect(await ask('zhang', `${PASSWORD}?`)).toBe('sign-in.wrong');
    expect(await hashOf()).toContain('m=8,t=1,');
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
    expect(await hashOf()).toContain('m=16,t=2,');
    const made = raised.made;
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
    expect(raised.made - made).toBe(1);
    await raised.close();
  });
});

describe('a session', () => {
  it('is another one at each sign-in, and the one with which the browser came ends', async () => {
    const user = await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const first = await comeIn('zhang');
    const second = await comeIn('zhang', first.session.id);
    expect(second.token).not.toBe(first.token);
    expect(await sessionOfToken(at.deps, first.token)).toBeNull();
    expect(await sessionOfToken(at.deps, second.token)).not.toBeNull();
    expect(await entries(user.id)).toEqual(['session.began password', 'session.ended replaced', 'session.began password']);
  });

  it('makes room for one more: that which was used longest ago ends', async () => {
    await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const all = [];
    for (let n = 0; n < SESSIONS_MAX; n++) {
      all.push(await comeIn('zhang'));
      pass(1000);
    }
    await whoIs(at.deps, { cookie: all[0]!.token, ...FROM });
    pass(1000);
    await comeIn('zhang');
    const alive = await Promise.all(all.map(async ({ token }) => (await sessionOfToken(at.deps, token)) !== null));
    expect(alive).toEqual(all.map((_, at) => at !== 1));
  });

  it('ends when it is not used, and at its limit however much it is used', async () => {
    const user = await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const idle = await comeIn('zhang');
    pass(30 * 60_000 - 1);
    // Whoever only asks whether it holds does not use it.
    expect(await whoIs(at.deps, { cookie: idle.token, ...FROM, isUse: false })).not.toBeNull();
    pass(1);
    expect(await whoIs(at.deps, { cookie: idle.token, ...FROM })).toBeNull();
    await keeper().sweep();
    const used = await comeIn('zhang');
    for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
      pass(20 * 60_000);
      expect(await whoIs(at.deps, { cookie: used.token, ...FROM })).not.toBeNull();
    }
    pass(20 * 60_000);
    expect(await whoIs(at.deps, { cookie: used.token, ...FROM })).toBeNull();
    await keeper().sweep();
    expect(await entries(user.id)).toEqual([
      ...['session.began password', 'session.ended idle', 'session.began password', 'session.ended limit'],
    ]);
    expect(await at.deps.ledger.signIn.sessions({ limit: 10 })).toEqual([]);
  });

  it.each([
    ['back', -400 * 86_400_000],
    ['ahead', 400 * 86_400_000],
  ])('neither ends nor lasts because the clock is set %s while the station runs', async (_, jump) => {
    await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const { token } = await comeIn('zhang');
    at.station.clock.advance(jump);
    expect(await whoIs(at.deps, { cookie: token, ...FROM })).not.toBeNull();
    pass(30 * 60_000);
    expect(await whoIs(at.deps, { cookie: token, ...FROM })).toBeNull();
  });

  it('counts the time that the station was down, and a clock that was set back then gives it no more than its limit', async () => {
    await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const { token } = await comeIn('zhang');
    const holds = async () => (await whoIs(at.deps, { cookie: token, ...FROM })) !== null;
    pass(20 * 60_000);
    expect(await holds()).toBe(true);
    await restart();
    at.station.clock.advance(9 * 60_000);
    await restart();
    expect(await holds()).toBe(true);
    // Each restart with a clock set back, and eleven hours and more of use: the limit comes all the same.
    let alive = 0;
    while (alive < 100 && (await holds())) {
      pass(25 * 60_000);
      alive += (await holds()) ? 1 : 0;
      at.station.clock.advance(-86_400_000);
      await restart();
    }
    expect(alive).toBe(27);
    const other = await comeIn('zhang');
    await keeper().stop();
    at.station.clock.advance(30 * 60_000);
    await restart();
    expect(await whoIs(at.deps, { cookie: other.token, ...FROM })).toBeNull();
  });

  it('that has ended by time when the station stops has ended for good, also where the clock is set back then', async () => {
    const user = await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const { token } = await comeIn('zhang');
    pass(30 * 60_000);
    await keeper().stop();
    at.station.clock.advance(-86_400_000);
    await restart();
    expect(await whoIs(at.deps, { cookie: token, ...FROM })).toBeNull();
    expect(await entries(user.id)).toEqual(['session.began password', 'session.ended idle']);
  });

  it('ends when its owner is suspended, leaves or has other roles, at once and on record, also by a change that nobody told of', async () => {
    const changes = livePeopleChanges();
    const kept = keeper(changes);
    await kept.start();
    const told = async (user: User, change: Partial<User>) => {
      await at.deps.ledger.transaction((writer) => writer.people.upsertUser({ ...user, ...change }));
      changes.tell({ user: { old: user, new: { ...user, ...change } } });
    };
    for (const change of [
      { state: 'suspended' },
      { state: 'left' },
      { roles: ['officer', 'custodian'] },
      { roles: [] },
      { roles: ['custodian'] },
    ] as const) {
      const user = await addUser(at.deps, { account: `a${Math.random()}`, password: PASSWORD });
      const { token } = await comeIn(user.account);
      await told(user, change);
      expect(await whoIs(at.deps, { cookie: token, ...FROM })).toBeNull();
      await expect.poll(() => entries(user.id)).toEqual(['session.began password', 'session.ended user']);
    }
    const renamed = await addUser(at.deps, { account: 'wang', password: PASSWORD });
    const { token } = await comeIn('wang');
    await told(renamed, { name: 'Wang Fang', officer: '041234' });
    expect(await whoIs(at.deps, { cookie: token, ...FROM })).toMatchObject({ name: 'Wang Fang' });
    await kept.stop();
    // Killed between the change and its telling.
    await at.deps.ledger.transaction((writer) => writer.people.upsertUser({ ...renamed, state: 'suspended' }));
    await restart();
    expect(await entries(renamed.id)).toEqual(['session.began password', 'session.ended user']);
  });
});

describe('another password', () => {
  it('asks for the old one, ends every other session, and gives this one another token', async () => {
    const user = await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const other = await comeIn('zhang');
    const { session, token } = await comeIn('zhang');
    const own = {
      user,
      session: session.id,
      from: FROM,
      actor: { kind: 'user', id: user.id, via: 'network', session: session.id },
    } as const;
    const to = (password: string, old = PASSWORD) => changeOwnPassword(at.deps, { ...own, old, password });
    await expect(to('another good one', 'not the old one')).rejects.toMatchObject({ code: 'sign-in.wrong' });
    for (const bad of ['short', 'passwordpassword', 'Zhang San 2026', 'zhang1234567'])
      await expect(to(bad)).rejects.toMatchObject({ code: 'sign-in.password-refused', status: 422 });
    expect(await sessionOfToken(at.deps, other.token)).not.toBeNull();
    const changed = await to('another good one');
    for (const old of [other.token, token]) expect(await sessionOfToken(at.deps, old)).toBeNull();
    expect(await sessionOfToken(at.deps, changed.token)).not.toBeNull();
    expect([await ask('zhang', PASSWORD), await ask('zhang', 'another good one')]).toEqual(['sign-in.wrong', 'signed-in']);
    expect(await entries(user.id)).toContain('password.set own');
    // No hash and no password reaches the log.
    for (const entry of await at.deps.ledger.custody.of({ kind: 'user', id: user.id }))
      expect(Buffer.from(entry.bytes).toString() + JSON.stringify(entry.personal)).not.toMatch(/argon2|good one|correct horse/);
  });

  it('is set on the machine for whoever has an account, and opens what was locked', async () => {
    const user = await addUser(at.deps, { account: 'zhang' });
    await addUser(at.deps, { account: 'gone', state: 'left' });
    for (let n = 0; n < 6; n++) await ask('zhang', 'a wrong password');
    expect(await ask('zhang', PASSWORD)).toBe('sign-in.locked');
    await setPasswordOnMachine(at.deps, { account: 'Zhang', password: PASSWORD, actor: cli('root') });
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
    expect(await entries(user.id)).toEqual(['password.set cli', 'session.began password']);
    const set = (account: string) => setPasswordOnMachine(at.deps, { account, password: PASSWORD, actor: cli('root') });
    await expect(set('nobody')).rejects.toMatchObject({ code: 'request.not-found' });
    await expect(set('gone')).rejects.toMatchObject({ code: 'request.conflict' });
  });
});
