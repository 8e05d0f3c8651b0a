/*
 * Goal: urgent access begins at once and is judged afterwards, or is listed. Method: as in call-up.test.ts.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { subject } from '#domain/custody/subject';
import type { EvidockError } from '#domain/errors';
import { START_MS } from '#test/support/builders';
import { CASE, type CallUpStation, callerNamed, callUpStation, type PersonName, userId } from '#test/support/people/call-up-station';
import { type Ask, askForCallUp } from './ask.ts';
import { confirmRequest } from './decide.ts';
import { sweepGrants } from './sweep.ts';

const HOUR = 3_600_000;

let station: CallUpStation;
beforeEach(async () => {
  station = await callUpStation();
});
afterEach(() => station.close());

const covers = async (who: PersonName, recording: string) =>
  (await station.ledger.callUps.grantsCovering(userId(who), recording, 'look', station.clock.nowMs())).length > 0;
const told = async (who: PersonName) => (await station.ledger.callUps.notices({ user: userId(who), limit: 99 })).map(({ kind }) => kind);
const refusal = async (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('was not refused'),
    (error: EvidockError) => `${error.code} ${error.reason.code}`,
  );

describe('urgent access', () => {
  const urgent = (fields: Partial<Ask> = {}) =>
    askForCallUp(station.deps, callerNamed('asker'), {
      ...{ target: { by: 'case', number: CASE }, later: false, actions: ['look'], purpose: 'case-handling' },
      ...{ urgent: true, words: 'a child is missing', untilMs: START_MS + 24 * HOUR },
      ...fields,
    });

  it('begins at once, for a short time, and reviewers are told at once', async () => {
    const recording = await station.film('041235');
    const { request, grant } = await urgent();
    expect(request).toMatchObject({ state: 'urgent', urgent: true, confirmation: { dueAtMs: START_MS + 72 * HOUR, confirmed: null } });
    expect(grant).toMatchObject({ untilMs: START_MS + 4 * HOUR, approver: null });
    expect(await covers('asker', recording)).toBe(true);
    expect([await told('otherHead'), await told('head')]).toEqual([['urgent-access'], []]);
  });

  it('needs words, and a role and actions that the policy names', async () => {
    await station.film('041235');
    expect(await refusal(urgent({ words: ' ' }))).toBe('request.invalid words-needed');
    expect(await refusal(urgent({ actions: ['look', 'export'] }))).toBe('request.forbidden not-urgent');
  });

  it('is confirmed by a reviewer who may decide it, once', async () => {
    await station.film('041235');
    const { request } = await urgent();
    const confirm = (who: PersonName, confirmed = true) =>
      confirmRequest(station.deps, callerNamed(who), request.id, { confirmed, words: null });
    expect(await refusal(confirm('asker'))).toBe('request.forbidden own-request');
    expect(await refusal(confirm('head'))).toBe('request.not-found no-call-up');
    expect((await confirm('otherHead')).request.confirmation).toMatchObject({ confirmed: true, by: { id: userId('otherHead') } });
    expect(await refusal(confirm('chief', false))).toBe('request.conflict request-decided');
  });

  it('ends at once where a reviewer rejects it', async () => {
    const recording = await station.film('041235');
    const { request, grant } = await urgent();
    const done = await confirmRequest(station.deps, callerNamed('chief'), request.id, { confirmed: false, words: 'no need' });
    expect(done.ended).toEqual([{ grant: grant?.id, user: userId('asker'), why: 'rejected' }]);
    expect(await covers('asker', recording)).toBe(false);
  });

  it('that nobody confirms in time is listed, told once, and may still be confirmed, late', async () => {
    await station.film('041235');
    const { request } = await urgent();
    const listed = async () =>
      (await station.ledger.callUps.requests({ seenBy: null, unconfirmedAtMs: station.clock.nowMs(), limit: 9 })).map(({ id }) => id);
    station.clock.advance(72 * HOUR - 1);
    await sweepGrants(station.deps);
    expect(await listed()).toEqual([]);
    station.clock.advance(1);
    await sweepGrants(station.deps);
    await sweepGrants(station.deps);
    expect(await listed()).toEqual([request.id]);
    expect((await told('chief')).filter((kind) => kind === 'urgent-unconfirmed')).toHaveLength(1);
    await confirmRequest(station.deps, callerNamed('chief'), request.id, { confirmed: true, words: 'on leave until now' });
    expect(await listed()).toEqual([]);
    const entries = await station.ledger.custody.of(subject('request', request.id));
    expect(entries.at(-1)?.data).toMatchObject({ confirmed: true, late: true });
  });
});
