/*
 * Goal: a second factor is asked for, counts once, and cannot be guessed, skipped or taken from its owner. Method: as in sign-in.test.ts.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { cli } from '#test/support/custody';
import { addUser } from '#test/support/people/sign-in';
import { FROM, PASSWORD, STEP_MS, signInStation } from '#test/support/people/sign-in-station';
import { beginSecondFactor, proveSecondFactor, removeOwnSecondFactor, renewRecoveryCodes, resetSecondFactor } from './second-factor.ts';
import { sessionOfToken } from './sessions.ts';
import { signInWithCode } from './sign-in.ts';

const at = signInStation();
const { restart, parts, pass, tryIn, ask, comeIn, entries, nowCode, enrol, giveCode } = at;

describe('a second factor', () => {
  beforeEach(() => {
    at.deps = { ...at.deps, signIn: parts(['auditor']) };
  });

  it('is set up at the sign-in of whoever needs one, by a code of it, and asked for from then on', async () => {
    const user = await addUser(at.deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const step = await tryIn('audit', PASSWORD);
    if (step.state !== 'enrol') throw new Error(step.state);
    expect(step.uri).toContain(step.secret);
    const wrong = signInWithCode(at.deps, { pending: step.pending, code: nowCode(step.secret, 5), from: FROM, present: null });
    await expect(wrong).rejects.toMatchObject({ code: 'sign-in.wrong' });
    expect((await at.deps.ledger.signIn.credentials(user.id))?.totp).toBeNull();
    const done = await signInWithCode(at.deps, { pending: step.pending, code: nowCode(step.secret), from: FROM, present: null });
    expect(done.recoveryCodes).toHaveLength(10);
    expect(await entries(user.id)).toEqual(['session.began password+totp', 'totp.set', 'recovery-codes.made']);
    // The code that set it up was used with that.
    expect(await giveCode('audit', nowCode(step.secret))).toBe('sign-in.wrong');
    pass(STEP_MS);
    expect(await giveCode('audit', nowCode(step.secret))).toBe('password+totp');
    // The first half cannot be used again.
    await expect(
      signInWithCode(at.deps, { pending: step.pending, code: nowCode(step.secret, 1), from: FROM, present: null }),
    ).rejects.toMatchObject({
      code: 'sign-in.ended',
    });
    await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
  });

  it('takes the code of the step before and after, and each once, also after a restart and a clock that was set back', async () => {
    await addUser(at.deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { secret } = await enrol('audit');
    pass(10 * STEP_MS);
    const before = at.station.clock.nowMs();
    for (const steps of [-2, 2, 3]) expect([steps, await giveCode('audit', nowCode(secret, steps))]).toEqual([steps, 'sign-in.wrong']);
    for (const steps of [1, -1, 0]) expect([steps, await giveCode('audit', nowCode(secret, steps))]).toEqual([steps, 'password+totp']);
    for (const steps of [1, -1, 0]) expect([steps, await giveCode('audit', nowCode(secret, steps))]).toEqual([steps, 'sign-in.wrong']);
    await restart();
    at.deps = { ...at.deps, signIn: { ...at.deps.signIn, totpRoles: ['auditor'] } };
    pass(STEP_MS * 100);
    expect(await giveCode('audit', nowCode(secret))).toBe('password+totp');
    at.station.clock.advance(before - at.station.clock.nowMs());
    for (const steps of [1, -1, 0]) expect([steps, await giveCode('audit', nowCode(secret, steps))]).toEqual([steps, 'sign-in.wrong']);
    // Codes that were never used are taken: a clock that was ahead does not keep anybody out.
    at.station.clock.advance(-20 * STEP_MS);
    at.monotonic += 3_600_000;
    expect(await giveCode('audit', nowCode(secret))).toBe('password+totp');
  });

  it('takes a code with spaces or in wide digits, and nothing that is no code', async () => {
    await addUser(at.deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
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
    const user = await addUser(at.deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
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
    expect((await at.deps.ledger.signIn.credentials(user.id))?.codesLeft).toBe(8);
    expect((await entries(user.id)).filter((entry) => entry.startsWith('recovery-code.used'))).toHaveLength(2);
    // Not even both halves at once: whoever has the same code twice comes in once.
    const both = await Promise.all([giveCode('audit', three), giveCode('audit', three)]);
    expect(both.toSorted()).toEqual(['password+recovery-code', 'sign-in.wrong']);
  });

  it('is not guessed: the fifth wrong code ends the first half, and the account is locked', async () => {
    await addUser(at.deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { secret } = await enrol('audit');
    pass(10 * STEP_MS);
    const step = await tryIn('audit', PASSWORD);
    if (step.state !== 'code') throw new Error(step.state);
    const give = (code: string) =>
      signInWithCode(at.deps, { pending: step.pending, code, from: FROM, present: null }).catch((error: { code: string }) => error.code);
    for (let n = 0; n < 5; n++) expect(await give('000000')).toBe('sign-in.wrong');
    expect(await give(nowCode(secret))).toBe('sign-in.ended');
    expect(await ask('audit', PASSWORD)).toBe('sign-in.locked');
  });

  it('is forgotten half-way after five minutes, and by a suspension', async () => {
    const user = await addUser(at.deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { secret } = await enrol('audit');
    pass(STEP_MS);
    const step = await tryIn('audit', PASSWORD);
    if (step.state !== 'code') throw new Error(step.state);
    pass(300_000);
    const give = (pending: string) => signInWithCode(at.deps, { pending, code: nowCode(secret), from: FROM, present: null });
    await expect(give(step.pending)).rejects.toMatchObject({ code: 'sign-in.ended' });
    const again = await tryIn('audit', PASSWORD);
    if (again.state !== 'code') throw new Error(again.state);
    await at.deps.ledger.transaction((writer) => writer.people.upsertUser({ ...user, state: 'suspended' }));
    await expect(give(again.pending)).rejects.toMatchObject({ code: 'sign-in.ended' });
    for (const pending of ['', 'x', 'A'.repeat(43)]) await expect(give(pending)).rejects.toMatchObject({ code: 'sign-in.ended' });
  });

  it("is its owner's own matter: set by password and code, which gives another token; removed by the password, unless a role needs it", async () => {
    const user = await addUser(at.deps, { account: 'zhang', password: PASSWORD });
    const other = await comeIn('zhang');
    const { session, token } = await comeIn('zhang');
    const own = {
      user,
      session: session.id,
      from: FROM,
      actor: { kind: 'user', id: user.id, via: 'network', session: session.id },
    } as const;
    await expect(beginSecondFactor(at.deps, { ...own, password: 'another password' })).rejects.toMatchObject({ code: 'sign-in.wrong' });
    const { secret, pending } = await beginSecondFactor(at.deps, { ...own, password: PASSWORD });
    // The first half of a sign-in, and that of another session, are no proof here.
    await expect(signInWithCode(at.deps, { pending, code: nowCode(secret), from: FROM, present: null })).rejects.toMatchObject({
      code: 'sign-in.ended',
    });
    const elsewhere = proveSecondFactor(at.deps, { ...own, session: other.session.id, pending, code: nowCode(secret) });
    await expect(elsewhere).rejects.toMatchObject({ code: 'sign-in.ended' });
    const proven = await proveSecondFactor(at.deps, { ...own, pending, code: nowCode(secret) });
    expect(proven.recoveryCodes).toHaveLength(10);
    for (const old of [other.token, token]) expect(await sessionOfToken(at.deps, old)).toBeNull();
    expect(await sessionOfToken(at.deps, proven.token)).not.toBeNull();
    const renewed = await renewRecoveryCodes(at.deps, { ...own, password: PASSWORD });
    pass(STEP_MS);
    expect(await giveCode('zhang', proven.recoveryCodes[0] ?? '')).toBe('sign-in.wrong');
    expect(await giveCode('zhang', renewed[0] ?? '')).toBe('password+recovery-code');
    const needing = { ...own, user: { ...user, roles: ['auditor'] as const } };
    await expect(removeOwnSecondFactor(at.deps, { ...needing, password: PASSWORD })).rejects.toMatchObject({ code: 'request.conflict' });
    await removeOwnSecondFactor(at.deps, { ...own, password: PASSWORD });
    expect(await ask('zhang', PASSWORD)).toBe('signed-in');
    await expect(renewRecoveryCodes(at.deps, { ...own, password: PASSWORD })).rejects.toMatchObject({ code: 'request.conflict' });
  });

  it('that was lost is taken away by somebody else, who ends all sessions with it', async () => {
    const user = await addUser(at.deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const { token } = await enrol('audit');
    const own = { kind: 'user', id: user.id, via: 'network', session: null } as const;
    await expect(resetSecondFactor(at.deps, { user: user.id, actor: own })).rejects.toMatchObject({ code: 'request.forbidden' });
    await expect(resetSecondFactor(at.deps, { user: 'usr-x', actor: cli('root') })).rejects.toMatchObject({ code: 'request.not-found' });
    await resetSecondFactor(at.deps, { user: user.id, actor: cli('root') });
    expect(await sessionOfToken(at.deps, token)).toBeNull();
    expect((await tryIn('audit', PASSWORD)).state).toBe('enrol');
    await expect(resetSecondFactor(at.deps, { user: user.id, actor: cli('root') })).rejects.toMatchObject({ code: 'request.conflict' });
  });
});
