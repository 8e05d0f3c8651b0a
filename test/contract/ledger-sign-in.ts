import { expect } from 'vitest';
import { STEPS_KEPT } from '#domain/sign-in/credentials';
import type { Session } from '#domain/sign-in/session';
import { anId, START_MS } from '#test/support/builders';
import type { It } from './ledger-support.ts';

// How people prove who they are, and who is signed in.

const ZHANG = anId('usr', START_MS);
const LI = anId('usr', START_MS + 1);

function aSession(overrides: Partial<Session> = {}): Session {
  return {
    ...{
      id: anId('ssn', START_MS),
      user: ZHANG,
      tokenSha256: 'ab'.repeat(32),
      method: 'password',
      roles: ['officer'],
      address: '10.0.0.9',
    },
    ...{ agent: 'a browser', beganAtMs: START_MS, usedAtMs: START_MS, ageMs: 0, ...overrides },
  };
}

export function signIn(it: It): void {
  it('keeps a password, and takes the hash of the same one with other parameters only while it is that one', async (ledger) => {
    expect(await ledger.signIn.credentials(ZHANG)).toBeNull();
    await ledger.transaction(async (writer) => {
      await writer.signIn.setPassword(ZHANG, 'phc-1', START_MS);
      await writer.signIn.replaceHash(ZHANG, 'phc-1', 'phc-2');
      await writer.signIn.replaceHash(ZHANG, 'phc-1', 'phc-3');
      await writer.signIn.replaceHash(LI, 'phc-1', 'phc-3');
    });
    const set = { user: ZHANG, password: 'phc-2', passwordSetAtMs: START_MS, totp: null, codesLeft: 0 };
    expect(await ledger.signIn.credentials(ZHANG)).toEqual(set);
    expect(await ledger.signIn.credentials(LI)).toBeNull();
    await ledger.transaction((writer) => writer.signIn.setPassword(ZHANG, null, START_MS + 1));
    expect(await ledger.signIn.credentials(ZHANG)).toEqual({ ...set, password: null, passwordSetAtMs: null });
  });

  it('uses each step of a second factor once, whatever the order, and forgets the oldest only', async (ledger) => {
    await ledger.transaction(async (writer) => {
      expect(await writer.signIn.useStep(ZHANG, 7)).toBe(false);
      await writer.signIn.setTotp(ZHANG, { secret: 'ABC', atMs: START_MS });
      expect([await writer.signIn.useStep(ZHANG, 7), await writer.signIn.useStep(ZHANG, 7)]).toEqual([true, false]);
      // A step before one that was used is another code.
      expect([await writer.signIn.useStep(ZHANG, 6), await writer.signIn.useStep(ZHANG, 6)]).toEqual([true, false]);
    });
    expect((await ledger.signIn.credentials(ZHANG))?.totp).toEqual({ secret: 'ABC', setAtMs: START_MS, usedSteps: [7, 6] });
    await ledger.transaction(async (writer) => {
      for (let step = 1000; step < 1000 + STEPS_KEPT; step++) await writer.signIn.useStep(ZHANG, step);
      expect(await writer.signIn.useStep(ZHANG, 1000)).toBe(false);
    });
    expect((await ledger.signIn.credentials(ZHANG))?.totp?.usedSteps).toHaveLength(STEPS_KEPT);
  });

  it('uses each recovery code once; a second factor that is removed takes them along', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.signIn.setTotp(ZHANG, { secret: 'ABC', atMs: START_MS });
      await writer.signIn.setRecoveryCodes(ZHANG, ['old'], START_MS);
      await writer.signIn.setRecoveryCodes(ZHANG, ['one', 'two'], START_MS);
      await writer.signIn.setRecoveryCodes(LI, ['one'], START_MS);
      const used = [];
      for (const code of ['old', 'one', 'one']) used.push(await writer.signIn.useRecoveryCode(ZHANG, code, START_MS));
      expect(used).toEqual([false, true, false]);
    });
    expect((await ledger.signIn.credentials(ZHANG))?.codesLeft).toBe(1);
    await ledger.transaction((writer) => writer.signIn.setTotp(ZHANG, null));
    expect(await ledger.signIn.credentials(ZHANG)).toMatchObject({ totp: null, codesLeft: 0 });
    await ledger.transaction(async (writer) => expect(await writer.signIn.useRecoveryCode(LI, 'one', START_MS)).toBe(true));
  });

  it('finds sessions by id, by token and by user; one that was removed is gone', async (ledger) => {
    const one = aSession();
    const other = aSession({
      id: anId('ssn', START_MS + 1),
      tokenSha256: 'cd'.repeat(32),
      user: LI,
      address: null,
      agent: null,
      roles: [],
    });
    await ledger.transaction(async (writer) => {
      for (const session of [other, one]) await writer.signIn.insertSession(session);
      await writer.signIn.noteSessionUse(one.id, { usedAtMs: START_MS + 5, ageMs: 5 });
    });
    const used = { ...one, usedAtMs: START_MS + 5, ageMs: 5 };
    expect(await ledger.signIn.session(one.id)).toEqual(used);
    expect(await ledger.signIn.sessionByToken(other.tokenSha256)).toEqual(other);
    expect(await ledger.signIn.sessionByToken('ef'.repeat(32))).toBeNull();
    expect(await ledger.signIn.sessions({ limit: 10 })).toEqual([used, other]);
    expect(await ledger.signIn.sessions({ limit: 10, after: one.id })).toEqual([other]);
    expect(await ledger.signIn.sessions({ limit: 10, user: ZHANG })).toEqual([used]);
    await ledger.transaction(async (writer) => {
      expect([await writer.signIn.removeSession(one.id), await writer.signIn.removeSession(one.id)]).toEqual([true, false]);
    });
    expect([await ledger.signIn.session(one.id), await ledger.signIn.sessionByToken(one.tokenSha256)]).toEqual([null, null]);
  });

  it('keeps what counts of failed tries, and nothing of what is forgotten', async (ledger) => {
    const tried = (key: string, failures: number, failedAtMs: number) => ({ by: 'account' as const, key, failures, failedAtMs });
    await ledger.transaction(async (writer) => {
      await writer.signIn.putTries([tried('a', 1, 1), tried('b', 2, 3), { ...tried('a', 9, 2), by: 'address' }]);
      await writer.signIn.putTries([tried('a', 4, 5)]);
    });
    expect(await ledger.signIn.tries(2)).toEqual([tried('a', 4, 5), tried('b', 2, 3)]);
    await ledger.transaction((writer) => writer.signIn.putTries([tried('a', 0, 6)]));
    expect(await ledger.signIn.tries(10)).toEqual([tried('b', 2, 3), { ...tried('a', 9, 2), by: 'address' }]);
  });
}
