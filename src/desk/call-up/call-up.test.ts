/*
 * Goal: who may look is asked for, decided and ended as docs/access.md, "Call-up", says, and all of it is on record.
 * Method: the desk's use-cases over the real ledger and the policy that comes with the software, asked by people of a bureau with two squads.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Rule } from '#domain/access/policy';
import type { CallUpAction } from '#domain/call-up/request';
import { UserInvited } from '#domain/custody/people-entries';
import { subject } from '#domain/custody/subject';
import type { EvidockError } from '#domain/errors';
import type { GrantEnded } from '#ports/grant-bell';
import { START_MS } from '#test/support/builders';
import { CASE, type CallUpStation, callerNamed, callUpStation, type PersonName, ROOT, userId } from '#test/support/people/call-up-station';
import { aGrantDraft } from '#test/support/people/call-ups';
import { shippedPolicy } from '#test/support/policies';
import { type Ask, askForCallUp } from './ask.ts';
import type { Caller } from './caller.ts';
import { confirmRequest, decideRequest, grantFor, type Ruling, requestFor, revokeGrant, withdrawRequest } from './decide.ts';
import { policyRules } from './policy-rules.ts';
import { sweepGrants } from './sweep.ts';

const HOUR = 3_600_000;

let station: CallUpStation;
let rung: GrantEnded[];

beforeEach(async () => {
  station = await callUpStation();
  rung = [];
  station.deps.access.onRevoked((ended) => rung.push(ended));
});
afterEach(() => station.close());

const ask = (who: PersonName | Caller, fields: Partial<Ask> = {}) =>
  askForCallUp(station.deps, typeof who === 'string' ? callerNamed(who) : who, {
    ...{ target: { by: 'case', number: CASE }, later: false, actions: ['look'], purpose: 'case-handling', words: null, urgent: false },
    untilMs: START_MS + 24 * HOUR,
    ...fields,
  });
const decide = (who: PersonName | Caller, id: string, ruling: Ruling = { is: 'approve', words: null }) =>
  decideRequest(station.deps, typeof who === 'string' ? callerNamed(who) : who, id, ruling);
const covers = async (who: PersonName, recording: string, action: CallUpAction | 'see' = 'look') =>
  (await station.ledger.callUps.grantsCovering(userId(who), recording, action, station.clock.nowMs())).length > 0;
const history = async (kind: 'request' | 'grant', id: string) =>
  (await station.ledger.custody.of(subject(kind, id))).map(({ type }) => type);
const told = async (who: PersonName) => (await station.ledger.callUps.notices({ user: userId(who), limit: 99 })).map(({ kind }) => kind);
const refusal = async (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('was not refused'),
    (error: EvidockError) => `${error.code} ${error.reason.code}`,
  );

describe('a reviewer who let the asker into their account lately', () => {
  it('decides none of their requests; another one does', async () => {
    await station.film('041234');
    const { request } = await ask('colleague');
    const actor = { kind: 'user', id: userId('head'), via: 'network', session: 'ssn-1' } as const;
    const data = { endsAt: new Date(START_MS).toISOString(), replaced: false };
    const invited = UserInvited.make({ atMs: station.clock.nowMs(), actor, subject: subject('user', userId('colleague')), data });
    await station.ledger.transaction((writer) => writer.custody.append(invited));
    expect(await refusal(decide('head', request.id))).toBe('request.forbidden second-person-made');
    expect(await refusal(decide('head', request.id, { is: 'refuse', words: 'no' }))).toBe('request.forbidden second-person-made');
    expect((await decide('chief', request.id)).request.state).toBe('approved');
  });
});

describe('asking', () => {
  it('is decided at once where the rules allow: an auditor looks on a stated reason', async () => {
    const recording = await station.film('041234');
    const { request, grant } = await ask('auditor', { purpose: 'supervision', actions: ['look', 'hear'], later: true });
    expect(request).toMatchObject({ state: 'by-rule', decision: { by: null, rule: 'audit-look' }, policy: 0 });
    expect(grant).toMatchObject({ user: { id: userId('auditor'), unit: 'unt-bureau', roles: ['auditor'] }, later: true, approver: null });
    expect(await covers('auditor', recording)).toBe(true);
    expect(await covers('auditor', recording, 'export')).toBe(false);
    const entries = await station.ledger.custody.of(subject('request', request.id));
    expect(entries.map(({ type }) => type)).toEqual(['request.asked', 'grant.begun', 'request.decided']);
    expect(entries[0]?.data).toMatchObject({ asker: { unit: 'unt-bureau', roles: ['auditor'] }, policy: 0, purpose: 'supervision' });
    expect(entries[2]?.data).toMatchObject({ rule: 'audit-look', reviewer: null });
    // What comes later belongs to the case, and so to the grant.
    expect(await covers('auditor', await station.film('041235'))).toBe(true);
    expect(await covers('auditor', await station.film('041235', { inCase: false }))).toBe(false);
  });

  it('waits for a reviewer where the rules ask for one, and gives nothing until then; those alone who may decide are told', async () => {
    const recording = await station.film('041235');
    const { request, grant } = await ask('asker');
    expect({ state: request.state, grant, units: request.units, approvers: request.approvers }).toEqual({
      ...{ state: 'asked', grant: null, units: ['unt-other'], approvers: ['reviewer'] },
    });
    expect(await covers('asker', recording, 'see')).toBe(false);
    expect([await told('otherHead'), await told('chief'), await told('head'), await told('auditor')]).toEqual([
      ...[['request-waits'], ['request-waits'], [], []],
    ]);
  });

  it('always waits for a reviewer where the purpose asks for one', async () => {
    await station.film('041235');
    expect((await ask('auditor', { purpose: 'training', words: 'a course' })).request.state).toBe('asked');
    expect(await refusal(ask('auditor', { purpose: 'training' }))).toBe('request.invalid words-needed');
  });

  it('answers what is unknown, and what may not even be asked for, alike', async () => {
    await station.film('041235');
    const nothing = 'request.not-found nothing-to-call-up';
    expect(await refusal(ask('asker', { target: { by: 'case', number: 'none' } }))).toBe(nothing);
    expect(await refusal(ask('asker', { target: { by: 'recordings', ids: ['rec-none'] } }))).toBe(nothing);
    // No rule lets an administrator look, whatever they name.
    expect(await refusal(ask('administrator'))).toBe(nothing);
    expect(await refusal(ask('administrator', { urgent: true, words: 'now' }))).toBe(nothing);
    expect(await refusal(ask({ ...ROOT, breakGlass: false }))).toBe(nothing);
    expect(await station.ledger.callUps.requests({ seenBy: null, limit: 9 })).toEqual([]);
  });

  it('is bounded: in time, in words, in what it names', async () => {
    await station.film('041235');
    expect(await refusal(ask('asker', { untilMs: START_MS }))).toBe('request.invalid until-outside');
    expect(await refusal(ask('asker', { untilMs: START_MS + 91 * 24 * HOUR }))).toBe('request.invalid until-outside');
    expect(await refusal(ask('asker', { purpose: 'curiosity' }))).toBe('request.invalid no-purpose');
    const window = (span: number) => ({ by: 'officer', officer: '041235', fromMs: START_MS, toMs: START_MS + span }) as const;
    expect(await refusal(ask('asker', { target: window(0) }))).toBe('request.invalid window-outside');
    expect(await refusal(ask('asker', { target: window(32 * 24 * HOUR) }))).toBe('request.invalid window-outside');
    expect((await ask('asker', { target: window(HOUR) })).request.units).toEqual(['unt-other']);
  });

  it('holds no longer than the rule lets, whatever was asked for', async () => {
    await station.film('041235');
    const { request } = await ask('asker', { untilMs: START_MS + 30 * 24 * HOUR });
    const { grant } = await decide('otherHead', request.id);
    expect(grant?.untilMs).toBe(START_MS + 168 * HOUR);
  });

  it('at the machine itself is given at once, and recorded as that', async () => {
    await station.film('041235');
    const { request, grant } = await ask(ROOT);
    expect({ state: request.state, rule: grant?.rule, user: grant?.user.id }).toEqual({
      state: 'by-rule',
      rule: 'break-glass',
      user: 'cli:root',
    });
  });
});

describe('deciding', () => {
  it('gives what was asked for, by whoever has the footage in the own unit or below', async () => {
    const recording = await station.film('041235');
    for (const who of ['otherHead', 'chief'] as const) {
      const { request } = await ask('asker');
      const { grant, request: decided } = await decide(who, request.id);
      expect(decided).toMatchObject({ state: 'approved', decision: { by: { id: userId(who), roles: ['reviewer'] } } });
      expect(grant).toMatchObject({ approver: userId(who), actions: ['look'], untilMs: START_MS + 24 * HOUR });
      expect(await covers('asker', recording)).toBe(true);
      expect(await history('grant', grant?.id ?? '')).toEqual(['grant.begun']);
    }
    expect(await told('asker')).toEqual(['request-decided', 'request-decided']);
  });

  it('is not for reviewers of other units, askers, administrators, or those who asked themselves', async () => {
    await station.film('041234');
    const { request } = await ask('colleague');
    // To who may not see it, it is not there.
    for (const who of ['otherHead', 'asker', 'administrator'] as const)
      expect(await refusal(decide(who, request.id))).toBe('request.not-found no-call-up');
    expect(await refusal(decide('auditor', request.id))).toBe('request.forbidden not-your-request');
    expect(await refusal(decide('colleague', request.id))).toBe('request.forbidden own-request');
    const own = await ask('both', { actions: ['export'] });
    expect(await refusal(decide('both', own.request.id))).toBe('request.forbidden own-request');
    expect((await decide('head', own.request.id)).request.state).toBe('approved');
    const atMachine = await ask({ ...ROOT, breakGlass: true });
    expect(await refusal(confirmRequest(station.deps, ROOT, atMachine.request.id, { confirmed: true, words: null }))).toBe(
      'request.forbidden own-request',
    );
  });

  it('of a reviewer of a part gives that part alone', async () => {
    const [own, foreign] = [await station.film('041234'), await station.film('041235')];
    const { request } = await ask('both', { actions: ['export'] });
    expect(request.units).toEqual(['unt-other', 'unt-squad']);
    expect(await refusal(decide('head', request.id))).toBe('request.forbidden not-your-request');
    const { grant } = await decide('head', request.id, { is: 'narrow', words: null, recordings: [own] });
    expect(await station.ledger.callUps.listedIn(grant?.id ?? '')).toEqual([own]);
    expect([await covers('both', own, 'export'), await covers('both', foreign, 'export')]).toEqual([true, false]);
  });

  it('may narrow actions, time and what comes later, and never widen', async () => {
    const recording = await station.film('041235');
    const { request } = await ask('asker', { actions: ['look', 'hear'], later: true });
    const narrow = (fields: object) => decide('otherHead', request.id, { is: 'narrow', words: 'picture only', ...fields });
    expect(await refusal(narrow({ actions: ['look', 'export'] }))).toBe('request.invalid wider-than-asked');
    expect(await refusal(narrow({ untilMs: START_MS + 25 * HOUR }))).toBe('request.invalid wider-than-asked');
    const outside = await station.film('041235', { inCase: false });
    expect(await refusal(narrow({ recordings: [outside] }))).toBe('request.invalid wider-than-asked');
    const { grant, request: decided } = await narrow({ actions: ['look'], untilMs: START_MS + HOUR, later: false });
    expect(decided.state).toBe('narrowed');
    expect(grant).toMatchObject({ actions: ['look'], untilMs: START_MS + HOUR, later: false });
    expect([await covers('asker', recording), await covers('asker', recording, 'hear')]).toEqual([true, false]);
    expect(await covers('asker', await station.film('041235'))).toBe(false);
  });

  it('happens once: of two reviewers at once one wins, and the other is told how it stands', async () => {
    await station.film('041235');
    const { request } = await ask('asker');
    const both = await Promise.allSettled([
      decide('otherHead', request.id),
      decide('chief', request.id, { is: 'refuse', words: 'not needed' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = both[0]?.status === 'fulfilled' ? userId('otherHead') : userId('chief');
    const lost = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(lost.reason).toMatchObject({
      code: 'request.conflict',
      reason: { code: 'request-decided', params: { by: winner } },
    });
    expect((await history('request', request.id)).filter((type) => type === 'request.decided')).toHaveLength(1);
  });

  it('refuses with words, and gives nothing', async () => {
    const recording = await station.film('041235');
    const { request } = await ask('asker');
    const { request: decided } = await decide('otherHead', request.id, { is: 'refuse', words: 'no ground' });
    expect(decided).toMatchObject({ state: 'refused', grant: null, decision: { words: 'no ground' } });
    expect(await covers('asker', recording)).toBe(false);
    expect(await refusal(decide('chief', request.id))).toBe('request.conflict request-decided');
  });

  it('is too late once the asker is somebody else: other roles, other unit, suspended', async () => {
    await station.film('041235');
    for (const fields of [{ unit: 'unt-other' }, { roles: ['officer', 'custodian'] as const }, { state: 'suspended' as const }]) {
      const { request } = await ask('asker');
      await station.change('asker', fields);
      expect(await refusal(decide('chief', request.id))).toBe('request.conflict asker-changed');
      await station.change('asker', { unit: 'unt-squad', roles: ['officer'], state: 'active' });
    }
  });

  it('leaves out what the rules refuse, and then gives nothing that comes later', async () => {
    const [open, kept] = [await station.film('041235'), await station.film('041235')];
    await station.ledger.transaction(async (writer) => {
      await writer.recordings.update(kept, { important: true });
      await writer.custody.append(aGrantDraft());
    });
    const shipped = shippedPolicy();
    const refuses: Rule = {
      ...{ id: 'keep', title: { 'zh-CN': '不看', en: 'keep' }, roles: ['auditor'], relations: ['any'], actions: ['look'] },
      ...{ which: { important: true }, effect: 'refuse' },
    };
    const policy = { ...shipped, rules: [...shipped.rules, refuses] };
    const { ledger, clock, callUps } = station.deps;
    const rules = policyRules({ ledger, policy: () => policy, clock, timezone: 'Asia/Shanghai' });
    const asked = { target: { by: 'case', number: CASE }, later: true, actions: ['look'], purpose: 'supervision' } as const;
    const { request, grant } = await askForCallUp({ ...station.deps, callUps: { ...callUps, rules } }, callerNamed('auditor'), {
      ...{ ...asked, words: null, urgent: false, untilMs: START_MS + HOUR },
    });
    expect([request.state, request.later, grant?.later]).toEqual(['by-rule', false, false]);
    expect(await station.ledger.callUps.listedIn(grant?.id ?? '')).toEqual([open]);
    expect([await covers('auditor', open), await covers('auditor', kept)]).toEqual([true, false]);
  });

  it('waits as a whole where a part of it needs an approval', async () => {
    const [open, secret] = [await station.film('041235'), await station.film('041235')];
    await station.ledger.transaction(async (writer) => {
      await writer.recordings.update(secret, { confidentiality: 'secret' });
      await writer.custody.append(aGrantDraft());
    });
    expect((await ask('auditor', { purpose: 'supervision', later: true })).request).toMatchObject({ state: 'asked', later: true });
    const { request } = await ask('auditor', { purpose: 'supervision', target: { by: 'recordings', ids: [open, 'rec-none'] } });
    expect(request).toMatchObject({ state: 'by-rule', target: { ids: [open] } });
  });
});

describe('a grant ends', () => {
  const given = async () => {
    const recording = await station.film('041235');
    const { request } = await ask('asker');
    const { grant } = await decide('otherHead', request.id);
    return { recording, request, id: grant?.id ?? expect.fail('no grant') };
  };
  const ended = async ({ id, recording, request }: Awaited<ReturnType<typeof given>>, why: string) => {
    expect(await covers('asker', recording)).toBe(false);
    expect(await station.ledger.callUps.grant(id)).toMatchObject({ whyEnded: why });
    expect(rung).toEqual([{ grant: id, user: userId('asker'), why }]);
    expect(await history('grant', id)).toEqual(['grant.begun', 'grant.ended']);
    expect((await requestFor(station.deps, callerNamed('asker'), request.id)).state).toBe(why === 'withdrawn' ? 'withdrawn' : 'ended');
    await sweepGrants(station.deps);
    expect(rung).toHaveLength(1);
  };

  it('by its time, to the millisecond', async () => {
    const grant = await given();
    station.clock.advance(24 * HOUR - 1);
    expect(await sweepGrants(station.deps)).toBe(START_MS + 24 * HOUR);
    expect(await covers('asker', grant.recording)).toBe(true);
    station.clock.advance(1);
    expect(await covers('asker', grant.recording)).toBe(false);
    await sweepGrants(station.deps);
    await ended(grant, 'time');
    expect((await told('asker'))[0]).toBe('grant-ended');
  });

  it('by a reviewer who may decide it', async () => {
    const grant = await given();
    expect(await refusal(revokeGrant(station.deps, callerNamed('head'), grant.id))).toBe('request.not-found no-grant');
    expect(await refusal(revokeGrant(station.deps, callerNamed('asker'), grant.id))).toBe('request.forbidden own-request');
    const { ended: done } = await revokeGrant(station.deps, callerNamed('chief'), grant.id);
    station.deps.callUps.bell.ring(done);
    await ended(grant, 'revoked');
    expect(await refusal(revokeGrant(station.deps, callerNamed('chief'), grant.id))).toBe('request.conflict grant-over');
    expect((await grantFor(station.deps, callerNamed('asker'), grant.id)).grant.endedBy).toBe(userId('chief'));
  });

  it('when the asker gives it back', async () => {
    const grant = await given();
    expect(await refusal(withdrawRequest(station.deps, callerNamed('otherHead'), grant.request.id))).toBe('request.forbidden not-asker');
    const { ended: done } = await withdrawRequest(station.deps, callerNamed('asker'), grant.request.id);
    station.deps.callUps.bell.ring(done);
    await ended(grant, 'withdrawn');
  });

  it.each([
    ['another unit', { unit: 'unt-other' }],
    ['no unit', { unit: null }],
    ['one role more', { roles: ['officer', 'custodian'] as const }],
    ['suspended', { state: 'suspended' as const }],
    ['has left', { state: 'left' as const, roles: [], unit: null }],
  ])('with a change of the person: %s', async (_, fields) => {
    const grant = await given();
    await station.change('asker', { name: 'another name' });
    await sweepGrants(station.deps);
    expect(rung).toEqual([]);
    await station.change('asker', fields);
    await sweepGrants(station.deps);
    await ended(grant, 'person-changed');
    // Whatever ended a grant ended it for good.
    await station.change('asker', { unit: 'unt-squad', roles: ['officer'], state: 'active' });
    await sweepGrants(station.deps);
    expect(await covers('asker', grant.recording)).toBe(false);
  });

  it('when its case is closed; one that began after the closing goes on', async () => {
    const closed = [
      { step: 'decided', on: '2026-06-20' },
      { step: 'closed', on: '2026-06-20' },
    ] as const;
    const steps = async (taken: readonly { readonly step: 'decided' | 'closed' | 'reopened'; readonly on: string }[]) => {
      await station.ledger.transaction(async (writer) => {
        await writer.cases.update(CASE, { steps: taken });
        await writer.custody.append(aGrantDraft());
      });
      await sweepGrants(station.deps);
    };
    const grant = await given();
    await steps(closed.slice(0, 1));
    expect(rung).toEqual([]);
    await steps(closed);
    await ended(grant, 'case-closed');
    const after = await ask('auditor', { purpose: 'supervision' });
    await steps(closed);
    expect(rung).toHaveLength(1);
    await steps([...closed, { step: 'reopened', on: '2026-06-20' }]);
    expect(rung).toHaveLength(1);
    await steps([...closed, { step: 'reopened', on: '2026-06-20' }, ...closed]);
    expect(rung.slice(1)).toEqual([{ grant: after.grant?.id, user: userId('auditor'), why: 'case-closed' }]);
  });

  it('and a request ends, that nobody decided before the time that it asked for', async () => {
    await station.film('041235');
    const { request } = await ask('asker');
    station.clock.advance(24 * HOUR);
    await sweepGrants(station.deps);
    expect((await requestFor(station.deps, callerNamed('asker'), request.id)).state).toBe('ended');
    expect(await history('request', request.id)).toEqual(['request.asked', 'request.ended']);
    expect(await refusal(decide('otherHead', request.id))).toMatch(/^request\.(conflict|invalid)/);
  });
});
