/*
 * Goal: nobody comes in without what they must show, and nothing tells an account that is from one that is not. Method: the real ledger and real hashes of
 * argon2id with its least cost. Time is the test's own, in two clocks: one that may be set, one that never jumps.
 */

import { Secret, TOTP } from 'otpauth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Argon2Hasher } from '#adapters/argon2/argon2-hasher';
import { livePeopleChanges } from '#adapters/live-people-changes';
import type { User } from '#domain/people/user';
import { SESSIONS_MAX } from '#domain/sign-in/session';
import { cli } from '#test/support/custody';
import { addUser, QUICK, quickSignIn } from '#test/support/people/sign-in';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { SignInKeeper } from './keeper.ts';
import type { SignInParts } from './parts.ts';
import { changeOwnPassword, setPasswordOnMachine } from './passwords.ts';
import { beginSecondFactor, proveSecondFactor, removeOwnSecondFactor, renewRecoveryCodes, resetSecondFactor } from './second-factor.ts';
import { sessionOfToken } from './sessions.ts';
import { signIn, signInWithCode } from './sign-in.ts';
import { whoIs } from './who-is.ts';

const PASSWORD = 'correct horse battery';
const FROM = { address: '10.1.2.3', agent: 'a browser' };
const STEP_MS = 30_000;

let station: ServedStation;
let hasher: Argon2Hasher;
let monotonic = 0;
let deps: ServedStation['deps'];

/** Another process over the same ledger: nothing in memory but what the keeper loads. */
async function restart(): Promise<void> {
  await keeper().stop();
  deps = { ...deps, signIn: parts() };
  await keeper().start();
}

function parts(totpRoles: SignInParts['totpRoles'] = []): SignInParts {
  return quickSignIn({ clock: station.clock, monotonicMs: () => monotonic, hasher, totpRoles });
}

function keeper(changes = livePeopleChanges()): SignInKeeper {
  return new SignInKeeper({ deps, changes });
}

/** Both clocks go on. */
function pass(ms: number): void {
  monotonic += ms;
  station.clock.advance(ms);
}

const tryIn = (account: string, password: string, from: { address: string; agent: string } = FROM, present: string | null = null) =>
  signIn(deps, { account, password, from, present });
const ask = (account: string, password: string, from?: { address: string; agent: string }) =>
  tryIn(account, password, from).then(
    (step) => step.state as string,
    (error: { code: string }) => error.code,
  );

async function comeIn(account: string, present: string | null = null) {
  const step = await tryIn(account, PASSWORD, FROM, present);
  if (step.state !== 'signed-in') throw new Error(step.state);
  return step;
}

async function entries(user: string): Promise<string[]> {
  const told = await deps.ledger.custody.of({ kind: 'user', id: user });
  return told.map(({ type, data }) => `${type} ${data['why'] ?? data['method'] ?? data['how'] ?? ''}`.trim());
}

const codeAt = (secret: string, ms: number) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms });
const nowCode = (secret: string, steps = 0) => codeAt(secret, station.clock.nowMs() + steps * STEP_MS);

/** Signs in somebody who must have a second factor, and has none yet. */
async function enrol(account: string) {
  const step = await tryIn(account, PASSWORD);
  if (step.state !== 'enrol') throw new Error(step.state);
  const done = await signInWithCode(deps, { pending: step.pending, code: nowCode(step.secret), from: FROM, present: null });
  return { ...done, secret: step.secret };
}

const giveCode = async (account: string, code: string) => {
  const step = await tryIn(account, PASSWORD);
  if (step.state !== 'code') throw new Error(step.state);
  return signInWithCode(deps, { pending: step.pending, code, from: FROM, present: null }).then(
    ({ session }) => session.method as string,
    (error: { code: string }) => error.code,
  );
};

beforeEach(async () => {
  monotonic = 1000;
  station = await servedStation();
  hasher = new Argon2Hasher({ parameters: QUICK });
  deps = { ...station.deps, signIn: parts() };
});
afterEach(async () => {
  await hasher.close();
  await station.close();
});

describe('a password', () => {
  it('brings a session whose token alone comes back as the person', async () => {
    const user = await addUser(deps, { account: 'zhang', password: PASSWORD });
    const { token, session } = await comeIn(' Zhang ');
    expect(await whoIs(deps, { cookie: token, ...FROM })).toMatchObject({
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
      expect(await whoIs(deps, { cookie, ...FROM })).toBeNull();
    expect(await whoIs(deps, FROM)).toBeNull();
  });

  it('is the same however its characters were composed, and no other', async () => {
    await addUser(deps, { account: 'zhang', password: 'ｐａｓｓé 王芳 王芳'.normalize('NFKC') });
    for (const typed of ['ｐａｓｓé 王芳 王芳', 'passe\u0301 王芳 王芳']) expect(await ask('zhang', typed)).toBe('signed-in');
    expect(await ask('zhang', 'passe 王芳 王芳')).toBe('sign-in.wrong');
  });

  it('is answered the same, after the same reads and one hash, whoever is behind the account', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    await addUser(deps, { account: 'suspended', password: PASSWORD, state: 'suspended' });
    await addUser(deps, { account: 'left', password: PASSWORD, state: 'left', roles: [] });
    await addUser(deps, { account: 'without' });
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
    const made = hasher.made;
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
    const ledger = Object.create(deps.ledger, {
      people: { value: watched('people', deps.ledger.people) },
      signIn: { value: watched('signIn', deps.ledger.signIn) },
    }) as typeof deps.ledger;
    for (const account of accounts) {
      const password = account === 'zhang' ? `${PASSWORD}!` : PASSWORD;
      const from = { ...FROM, address: `10.7.0.${accounts.indexOf(account)}` };
      const failed = signIn({ ...deps, ledger }, { account, password, from, present: null });
      const wrong = { code: 'sign-in.wrong', status: 401, reason: { code: 'account-or-password', params: {} } };
      await expect(failed, account).rejects.toMatchObject(wrong);
    }
    expect(hasher.made - made).toBe(accounts.length);
    expect(reads).toEqual(accounts.flatMap(() => ['people.userByAccount', 'signIn.credentials']));
  });

  it('that is too long, cut at a NUL, half of a character or nothing is wrong, and is not what it begins with', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    for (const password of ['x'.repeat(100_000), `${PASSWORD}\0`, `${PASSWORD}\ud83d`, ''])
      expect(await ask('zhang', password)).toBe('sign-in.wrong');
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
  });

  it('is hashed with parameters that were raised meanwhile at the next sign-in, and not again after that', async () => {
    const user = await addUser(deps, { account: 'zhang', password: PASSWORD });
    const raised = new Argon2Hasher({ parameters: { memory: 16, passes: 2, lanes: 1 } });
    deps = { ...deps, signIn: { ...deps.signIn, hasher: raised } };
    const hashOf = async () => (await deps.ledger.signIn.credentials(user.id))?.password;
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
    const user = await addUser(deps, { account: 'zhang', password: PASSWORD });
    const first = await comeIn('zhang');
    const second = await comeIn('zhang', first.session.id);
    expect(second.token).not.toBe(first.token);
    expect(await sessionOfToken(deps, first.token)).toBeNull();
    expect(await sessionOfToken(deps, second.token)).not.toBeNull();
    expect(await entries(user.id)).toEqual(['session.began password', 'session.ended replaced', 'session.began password']);
  });

  it('makes room for one more: that which was used longest ago ends', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const all = [];
    for (let n = 0; n < SESSIONS_MAX; n++) {
      all.push(await comeIn('zhang'));
      pass(1000);
    }
    await whoIs(deps, { cookie: all[0]!.token, ...FROM });
    pass(1000);
    await comeIn('zhang');
    const alive = await Promise.all(all.map(async ({ token }) => (await sessionOfToken(deps, token)) !== null));
    expect(alive).toEqual(all.map((_, at) => at !== 1));
  });

  it('ends when it is not used, and at its limit however much it is used', async () => {
    const user = await addUser(deps, { account: 'zhang', password: PASSWORD });
    const idle = await comeIn('zhang');
    pass(30 * 60_000 - 1);
    // Whoever only asks whether it holds does not use it.
    expect(await whoIs(deps, { cookie: idle.token, ...FROM, isUse: false })).not.toBeNull();
    pass(1);
    expect(await whoIs(deps, { cookie: idle.token, ...FROM })).toBeNull();
    await keeper().sweep();
    const used = await comeIn('zhang');
    for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
      pass(20 * 60_000);
      expect(await whoIs(deps, { cookie: used.token, ...FROM })).not.toBeNull();
    }
    pass(20 * 60_000);
    expect(await whoIs(deps, { cookie: used.token, ...FROM })).toBeNull();
    await keeper().sweep();
    expect(await entries(user.id)).toEqual([
      ...['session.began password', 'session.ended idle', 'session.began password', 'session.ended limit'],
    ]);
    expect(await deps.ledger.signIn.sessions({ limit: 10 })).toEqual([]);
  });

  it.each([
    ['back', -400 * 86_400_000],
    ['ahead', 400 * 86_400_000],
  ])('neither ends nor lasts because the clock is set %s while the station runs', async (_, jump) => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const { token } = await comeIn('zhang');
    station.clock.advance(jump);
    expect(await whoIs(deps, { cookie: token, ...FROM })).not.toBeNull();
    pass(30 * 60_000);
    expect(await whoIs(deps, { cookie: token, ...FROM })).toBeNull();
  });

  it('counts the time that the station was down, and a clock that was set back then gives it no more than its limit', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const { token } = await comeIn('zhang');
    const holds = async () => (await whoIs(deps, { cookie: token, ...FROM })) !== null;
    pass(20 * 60_000);
    expect(await holds()).toBe(true);
    await restart();
    station.clock.advance(9 * 60_000);
    await restart();
    expect(await holds()).toBe(true);
    // Each restart with a clock set back, and eleven hours and more of use: the limit comes all the same.
    let alive = 0;
    while (alive < 100 && (await holds())) {
      pass(25 * 60_000);
      alive += (await holds()) ? 1 : 0;
      station.clock.advance(-86_400_000);
      await restart();
    }
    expect(alive).toBe(27);
    const other = await comeIn('zhang');
    await keeper().stop();
    station.clock.advance(30 * 60_000);
    await restart();
    expect(await whoIs(deps, { cookie: other.token, ...FROM })).toBeNull();
  });

  it('ends when its owner is suspended, leaves or has other roles, at once and on record, also by a change that nobody told of', async () => {
    const changes = livePeopleChanges();
    const kept = keeper(changes);
    await kept.start();
    const told = async (user: User, change: Partial<User>) => {
      await deps.ledger.transaction((writer) => writer.people.upsertUser({ ...user, ...change }));
      changes.tell({ user: { old: user, new: { ...user, ...change } } });
    };
    for (const change of [
      { state: 'suspended' },
      { state: 'left' },
      { roles: ['officer', 'custodian'] },
      { roles: [] },
      { roles: ['custodian'] },
    ] as const) {
      const user = await addUser(deps, { account: `a${Math.random()}`, password: PASSWORD });
      const { token } = await comeIn(user.account);
      await told(user, change);
      expect(await whoIs(deps, { cookie: token, ...FROM })).toBeNull();
      await expect.poll(() => entries(user.id)).toEqual(['session.began password', 'session.ended user']);
    }
    const renamed = await addUser(deps, { account: 'wang', password: PASSWORD });
    const { token } = await comeIn('wang');
    await told(renamed, { name: 'Wang Fang', officer: '041234' });
    expect(await whoIs(deps, { cookie: token, ...FROM })).toMatchObject({ name: 'Wang Fang' });
    await kept.stop();
    // Killed between the change and its telling.
    await deps.ledger.transaction((writer) => writer.people.upsertUser({ ...renamed, state: 'suspended' }));
    await restart();
    expect(await entries(renamed.id)).toEqual(['session.began password', 'session.ended user']);
  });
});

describe('a second factor', () => {
  beforeEach(() => {
    deps = { ...deps, signIn: parts(['auditor']) };
  });

  it('is set up at the sign-in of whoever needs one, by a code of it, and asked for from then on', async () => {
    const user = await addUser(deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const step = await tryIn('audit', PASSWORD);
    if (step.state !== 'enrol') throw new Error(step.state);
    expect(step.uri).toContain(step.secret);
    const wrong = signInWithCode(deps, { pending: step.pending, code: nowCode(step.secret, 5), from: FROM, present: null });
    await expect(wrong).rejects.toMatchObject({ code: 'sign-in.wrong' });
    expect((await deps.ledger.signIn.credentials(user.id))?.totp).toBeNull();
    const done = await signInWithCode(deps, { pending: step.pending, code: nowCode(step.secret), from: FROM, present: null });
    expect(done.recoveryCodes).toHaveLength(10);
    expect(await entries(user.id)).toEqual(['session.began password+totp', 'totp.set', 'recovery-codes.made']);
    // The code that set it up was used with that.
    expect(await giveCode('audit', nowCode(step.secret))).toBe('sign-in.wrong');
    pass(STEP_MS);
    expect(await giveCode('audit', nowCode(step.secret))).toBe('password+totp');
    // The first half cannot be used again.
    await expect(
      signInWithCode(deps, { pending: step.pending, code: nowCode(step.secret, 1), from: FROM, present: null }),
    ).rejects.toMatchObject({
      code: 'sign-in.ended',
    });
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
  });

  it('takes the code of the step before and after, and each once, also after a restart and a clock that was set back', async () => {
    await addUser(deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { secret } = await enrol('audit');
    pass(10 * STEP_MS);
    const at = station.clock.nowMs();
    for (const steps of [-2, 2, 3]) expect([steps, await giveCode('audit', nowCode(secret, steps))]).toEqual([steps, 'sign-in.wrong']);
    for (const steps of [1, -1, 0]) expect([steps, await giveCode('audit', nowCode(secret, steps))]).toEqual([steps, 'password+totp']);
    for (const steps of [1, -1, 0]) expect([steps, await giveCode('audit', nowCode(secret, steps))]).toEqual([steps, 'sign-in.wrong']);
    await restart();
    deps = { ...deps, signIn: { ...deps.signIn, totpRoles: ['auditor'] } };
    pass(STEP_MS * 100);
    expect(await giveCode('audit', nowCode(secret))).toBe('password+totp');
    station.clock.advance(at - station.clock.nowMs());
    for (const steps of [1, -1, 0]) expect([steps, await giveCode('audit', nowCode(secret, steps))]).toEqual([steps, 'sign-in.wrong']);
    // Codes that were never used are taken: a clock that was ahead does not keep anybody out.
    station.clock.advance(-20 * STEP_MS);
    monotonic += 3_600_000;
    expect(await giveCode('audit', nowCode(secret))).toBe('password+totp');
  });

  it('takes a code with spaces or in wide digits, and nothing that is no code', async () => {
    await addUser(deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { secret } = await enrol('audit');
    const wide = (code: string) => code.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    for (const typed of [(code: string) => `${code.slice(0, 3)} ${code.slice(3)}`, wide]) {
      pass(10 * STEP_MS);
      expect(await giveCode('audit', typed(nowCode(secret)))).toBe('password+totp');
    }
    pass(10 * STEP_MS);
    const code = nowCode(secret);
    for (const typed of [code.slice(1), `${code}0`, `${code}\0`]) expect(await giveCode('audit', typed)).toBe('sign-in.wrong');
  });

  it('can be replaced once by each recovery code, however it is typed', async () => {
    const user = await addUser(deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { recoveryCodes } = await enrol('audit');
    const [one = '', two = '', three = ''] = recoveryCodes ?? [];
    expect(await giveCode('audit', one)).toBe('password+recovery-code');
    expect(await giveCode('audit', one)).toBe('sign-in.wrong');
    await restart();
    expect(await giveCode('audit', one)).toBe('sign-in.wrong');
    expect(await giveCode('audit', ` ${two.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l')} `)).toBe(
      'password+recovery-code',
    );
    expect(await giveCode('audit', three.slice(1))).toBe('sign-in.wrong');
    expect((await deps.ledger.signIn.credentials(user.id))?.codesLeft).toBe(8);
    expect((await entries(user.id)).filter((entry) => entry.startsWith('recovery-code.used'))).toHaveLength(2);
    // Not even both halves at once: whoever has the same code twice comes in once.
    const both = await Promise.all([giveCode('audit', three), giveCode('audit', three)]);
    expect(both.toSorted()).toEqual(['password+recovery-code', 'sign-in.wrong']);
  });

  it('is not guessed: the fifth wrong code ends the first half, and the account is locked', async () => {
    await addUser(deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { secret } = await enrol('audit');
    pass(10 * STEP_MS);
    const step = await tryIn('audit', PASSWORD);
    if (step.state !== 'code') throw new Error(step.state);
    const give = (code: string) =>
      signInWithCode(deps, { pending: step.pending, code, from: FROM, present: null }).catch((error: { code: string }) => error.code);
    for (let n = 0; n < 5; n++) expect(await give('000000')).toBe('sign-in.wrong');
    expect(await give(nowCode(secret))).toBe('sign-in.ended');
    expect(await ask('audit', PASSWORD)).toBe('sign-in.locked');
  });

  it('is forgotten half-way after five minutes, and by a suspension', async () => {
    const user = await addUser(deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { secret } = await enrol('audit');
    pass(STEP_MS);
    const step = await tryIn('audit', PASSWORD);
    if (step.state !== 'code') throw new Error(step.state);
    pass(300_000);
    const give = (pending: string) => signInWithCode(deps, { pending, code: nowCode(secret), from: FROM, present: null });
    await expect(give(step.pending)).rejects.toMatchObject({ code: 'sign-in.ended' });
    const again = await tryIn('audit', PASSWORD);
    if (again.state !== 'code') throw new Error(again.state);
    await deps.ledger.transaction((writer) => writer.people.upsertUser({ ...user, state: 'suspended' }));
    await expect(give(again.pending)).rejects.toMatchObject({ code: 'sign-in.ended' });
    for (const pending of ['', 'x', 'A'.repeat(43)]) await expect(give(pending)).rejects.toMatchObject({ code: 'sign-in.ended' });
  });

  it("is its owner's own matter: set by password and code, which gives another token; removed by the password, unless a role needs it", async () => {
    const user = await addUser(deps, { account: 'zhang', password: PASSWORD });
    const other = await comeIn('zhang');
    const { session, token } = await comeIn('zhang');
    const own = {
      user,
      session: session.id,
      from: FROM,
      actor: { kind: 'user', id: user.id, via: 'network', session: session.id },
    } as const;
    await expect(beginSecondFactor(deps, { ...own, password: 'another password' })).rejects.toMatchObject({ code: 'sign-in.wrong' });
    const { secret, pending } = await beginSecondFactor(deps, { ...own, password: PASSWORD });
    // The first half of a sign-in, and that of another session, are no proof here.
    await expect(signInWithCode(deps, { pending, code: nowCode(secret), from: FROM, present: null })).rejects.toMatchObject({
      code: 'sign-in.ended',
    });
    const elsewhere = proveSecondFactor(deps, { ...own, session: other.session.id, pending, code: nowCode(secret) });
    await expect(elsewhere).rejects.toMatchObject({ code: 'sign-in.ended' });
    const proven = await proveSecondFactor(deps, { ...own, pending, code: nowCode(secret) });
    expect(proven.recoveryCodes).toHaveLength(10);
    for (const old of [other.token, token]) expect(await sessionOfToken(deps, old)).toBeNull();
    expect(await sessionOfToken(deps, proven.token)).not.toBeNull();
    const renewed = await renewRecoveryCodes(deps, { ...own, password: PASSWORD });
    pass(STEP_MS);
    expect(await giveCode('zhang', proven.recoveryCodes[0] ?? '')).toBe('sign-in.wrong');
    expect(await giveCode('zhang', renewed[0] ?? '')).toBe('password+recovery-code');
    const needing = { ...own, user: { ...user, roles: ['auditor'] as const } };
    await expect(removeOwnSecondFactor(deps, { ...needing, password: PASSWORD })).rejects.toMatchObject({ code: 'request.conflict' });
    await removeOwnSecondFactor(deps, { ...own, password: PASSWORD });
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
    await expect(renewRecoveryCodes(deps, { ...own, password: PASSWORD })).rejects.toMatchObject({ code: 'request.conflict' });
  });

  it('that was lost is taken away by somebody else, who ends all sessions with it', async () => {
    const user = await addUser(deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { token } = await enrol('audit');
    const own = { kind: 'user', id: user.id, via: 'network', session: null } as const;
    await expect(resetSecondFactor(deps, { user: user.id, actor: own })).rejects.toMatchObject({ code: 'request.forbidden' });
    await expect(resetSecondFactor(deps, { user: 'usr-x', actor: cli('root') })).rejects.toMatchObject({ code: 'request.not-found' });
    await resetSecondFactor(deps, { user: user.id, actor: cli('root') });
    expect(await sessionOfToken(deps, token)).toBeNull();
    expect((await tryIn('audit', PASSWORD)).state).toBe('enrol');
    await expect(resetSecondFactor(deps, { user: user.id, actor: cli('root') })).rejects.toMatchObject({ code: 'request.conflict' });
  });
});

describe('another password', () => {
  it('asks for the old one, ends every other session, and gives this one another token', async () => {
    const user = await addUser(deps, { account: 'zhang', password: PASSWORD });
    const other = await comeIn('zhang');
    const { session, token } = await comeIn('zhang');
    const own = {
      user,
      session: session.id,
      from: FROM,
      actor: { kind: 'user', id: user.id, via: 'network', session: session.id },
    } as const;
    const to = (password: string, old = PASSWORD) => changeOwnPassword(deps, { ...own, old, password });
    await expect(to('another good one', 'not the old one')).rejects.toMatchObject({ code: 'sign-in.wrong' });
    for (const bad of ['short', 'passwordpassword', 'Zhang San 2026', 'zhang1234567'])
      await expect(to(bad)).rejects.toMatchObject({ code: 'sign-in.password-refused', status: 422 });
    expect(await sessionOfToken(deps, other.token)).not.toBeNull();
    const changed = await to('another good one');
    for (const old of [other.token, token]) expect(await sessionOfToken(deps, old)).toBeNull();
    expect(await sessionOfToken(deps, changed.token)).not.toBeNull();
    expect([await ask('zhang', PASSWORD), await ask('zhang', 'another good one')]).toEqual(['sign-in.wrong', 'signed-in']);
    expect(await entries(user.id)).toContain('password.set own');
    // No hash and no password reaches the log.
    for (const entry of await deps.ledger.custody.of({ kind: 'user', id: user.id }))
      expect(Buffer.from(entry.bytes).toString() + JSON.stringify(entry.personal)).not.toMatch(/argon2|good one|correct horse/);
  });

  it('is set on the machine for whoever has an account, and opens what was locked', async () => {
    const user = await addUser(deps, { account: 'zhang' });
    await addUser(deps, { account: 'gone', state: 'left' });
    for (let n = 0; n < 6; n++) await ask('zhang', 'a wrong password');
    expect(await ask('zhang', PASSWORD)).toBe('sign-in.locked');
    await setPasswordOnMachine(deps, { account: 'Zhang', password: PASSWORD, actor: cli('root') });
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
    expect(await entries(user.id)).toEqual(['password.set cli', 'session.began password']);
    const set = (account: string) => setPasswordOnMachine(deps, { account, password: PASSWORD, actor: cli('root') });
    await expect(set('nobody')).rejects.toMatchObject({ code: 'request.not-found' });
    await expect(set('gone')).rejects.toMatchObject({ code: 'request.conflict' });
  });
});
