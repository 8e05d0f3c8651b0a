import fc from 'fast-check';
import { expect } from 'vitest';
import { ACTIONS } from '#domain/access/policy';
import { type CalledUp, coversNow, type Grant } from '#domain/call-up/grant';
import type { CallUpRequest, Target } from '#domain/call-up/request';
import { because } from '#domain/reason';
import type { Ledger } from '#ports/ledger';
import { aCase, anId, START_MS } from '#test/support/builders';
import { ASKER, aGrant, aGrantDraft, aRequest } from '#test/support/people/call-ups';
import { type It, listOne, refused } from './ledger-support.ts';

const HOUR = 3_600_000;
const CASES = ['A-2026-0001', 'A-2026-0002'];

async function keep(ledger: Ledger, requests: readonly CallUpRequest[], grants: readonly (readonly [Grant, readonly string[]])[] = []) {
  await ledger.transaction(async (writer) => {
    for (const request of requests) await writer.callUps.insertRequest(request);
    for (const [grant, listed] of grants) await writer.callUps.insertGrant(grant, listed);
    await writer.custody.append(aGrantDraft());
  });
}

export function callUps(it: It): void {
  requestsAndGrants(it);
  lists(it);
  coverage(it);
  notices(it);
}

function requestsAndGrants(it: It): void {
  it('keep requests and grants as they were given', async (ledger) => {
    const targets: readonly Target[] = [
      { by: 'case', number: '案-1' },
      { by: 'recordings', ids: ['rec-1', 'rec-2'] },
      { by: 'officer', officer: '041234', fromMs: START_MS, toMs: START_MS + HOUR },
    ];
    for (const target of targets) {
      const confirmation = { dueAtMs: START_MS + HOUR, by: null, confirmed: null, words: null, atMs: null };
      const request = aRequest({ target, urgent: true, confirmation, words: null, later: target.by !== 'recordings' });
      const grant = aGrant(request, { target, rule: 'auditor-looks', approver: null });
      await keep(ledger, [request], [[grant, ['rec-2', 'rec-1']]]);
      expect(await ledger.callUps.request(request.id)).toEqual(request);
      expect(await ledger.callUps.grant(grant.id)).toEqual(grant);
      expect(await ledger.callUps.listedIn(grant.id)).toEqual(['rec-1', 'rec-2']);
    }
    expect(await ledger.callUps.request('none')).toBeNull();
    expect(await ledger.callUps.grant('none')).toBeNull();
  });

  it('write what happened to a request, and nothing else of it', async (ledger) => {
    const request = aRequest();
    await keep(ledger, [request]);
    const reviewer = { id: 'usr-r', unit: 'unt-squad', roles: ['reviewer'] } as const;
    const decision = { by: reviewer, rule: null, words: '只看画面', atMs: START_MS + 1 };
    await ledger.transaction(async (writer) => {
      await writer.callUps.updateRequest(request.id, { state: 'narrowed', decision, grant: 'grt-1' });
      await writer.callUps.updateRequest(request.id, {});
      await writer.custody.append(aGrantDraft());
    });
    expect(await ledger.callUps.request(request.id)).toEqual({ ...request, state: 'narrowed', decision, grant: 'grt-1' });
    const failed = ledger.transaction((writer) => writer.callUps.updateRequest('none', { state: 'refused' }));
    expect((await refused(failed)).code).toBe('request.not-found');
  });

  it('end a grant once: a second end finds none that holds', async (ledger) => {
    const request = aRequest();
    const grant = aGrant(request);
    await keep(ledger, [request], [[grant, []]]);
    const end = (whyEnded: Grant['whyEnded']) =>
      ledger.transaction(async (writer) => {
        await writer.callUps.endGrant(grant.id, { endedAtMs: START_MS + 5, whyEnded, endedBy: null });
        await writer.custody.append(aGrantDraft());
      });
    await end('time');
    expect((await refused(end('revoked'))).code).toBe('request.not-found');
    expect(await ledger.callUps.grant(grant.id)).toMatchObject({ endedAtMs: START_MS + 5, whyEnded: 'time' });
    expect(await ledger.callUps.holding()).toEqual([]);
  });

  it('tell which grants hold, with the course of their case, and how many of somebody are open', async (ledger) => {
    const steps = [{ step: 'decided', on: '2026-07-01' }] as const;
    await ledger.transaction(async (writer) => {
      await writer.cases.upsert(aCase());
      await writer.cases.update('A-2026-0001', { steps });
      await writer.custody.append(aGrantDraft());
    });
    const request = aRequest();
    const [ofCase, single] = [aGrant(request), aGrant(request, { target: { by: 'recordings', ids: [] } })];
    await keep(
      ledger,
      [request, aRequest({ state: 'refused' })],
      [
        [ofCase, []],
        [single, []],
      ],
    );
    const held = await ledger.callUps.holding();
    expect(new Map(held.map(({ grant, course }) => [grant.id, course]))).toEqual(
      new Map([
        [ofCase.id, steps],
        [single.id, null],
      ]),
    );
    expect(await ledger.callUps.openOf(ASKER.id)).toEqual({ grants: 2, requests: 1 });
    expect(await ledger.callUps.openOf('usr-other')).toEqual({ grants: 0, requests: 0 });
    expect(await ledger.callUps.courseOf('A-2026-0001')).toEqual(steps);
    expect(await ledger.callUps.courseOf('none')).toBeNull();
  });

  it('find what is overdue, and an unconfirmed one only until it was told', async (ledger) => {
    const confirmation = { dueAtMs: START_MS + HOUR, by: null, confirmed: null, words: null, atMs: null };
    const urgent = aRequest({ state: 'urgent', urgent: true, confirmation, untilMs: START_MS + 2 * HOUR });
    const judged = aRequest({ ...urgent, id: anId('req'), confirmation: { ...confirmation, confirmed: false } });
    const undecided = aRequest({ untilMs: START_MS + HOUR });
    await keep(ledger, [urgent, judged, undecided, aRequest({ untilMs: START_MS + 3 * HOUR })]);
    const overdue = async (atMs: number) => (await ledger.callUps.overdue(atMs)).map(({ id }) => id).sort();
    expect(await overdue(START_MS + HOUR - 1)).toEqual([]);
    expect(await overdue(START_MS + HOUR)).toEqual([undecided.id, urgent.id].sort());
    await ledger.transaction(async (writer) => {
      await writer.callUps.markUnconfirmed(urgent.id);
      await writer.custody.append(aGrantDraft());
    });
    expect(await overdue(START_MS + HOUR)).toEqual([undecided.id]);
    const listed = await ledger.callUps.requests({ seenBy: null, unconfirmedAtMs: START_MS + HOUR, limit: 9 });
    expect(listed.map(({ id }) => id)).toEqual([urgent.id]);
  });

  it('note the latest time, which does not go back', async (ledger) => {
    expect(await ledger.callUps.mark()).toBeNull();
    expect(await ledger.callUps.latestKnown()).toBeNull();
    for (const at of [5, 9, 7]) await ledger.transaction((writer) => writer.callUps.noteTime(at));
    expect(await ledger.callUps.mark()).toBe(9);
    expect(await ledger.callUps.latestKnown()).toBe(9);
    await ledger.transaction((writer) => writer.custody.append(aGrantDraft()));
    expect(await ledger.callUps.latestKnown()).toBe(START_MS);
    await ledger.transaction((writer) => writer.callUps.noteTime(START_MS + HOUR));
    expect(await ledger.callUps.latestKnown()).toBe(START_MS + HOUR);
  });
}

function lists(it: It): void {
  it('list newest first, page by page, what somebody may see', async (ledger) => {
    const at = (n: number) => anId('req', START_MS + n);
    const own = aRequest({ id: at(1) });
    const concerned = aRequest({ id: at(2), asker: { ...ASKER, id: 'usr-b' }, units: ['unt-x', 'unt-y'] });
    const foreign = aRequest({ id: at(3), asker: { ...ASKER, id: 'usr-c' }, units: ['unt-z'], state: 'refused' });
    const grants = [own, concerned, foreign].map(
      (request, n) => [aGrant(request, { id: anId('grt', START_MS + n), user: request.asker, endedAtMs: n === 1 ? 1 : null }), []] as const,
    );
    await keep(ledger, [own, concerned, foreign], grants);
    const seen = async (filter: object) => (await ledger.callUps.requests({ seenBy: null, limit: 9, ...filter })).map(({ id }) => id);
    const seenGrants = async (filter: object) =>
      (await ledger.callUps.grants({ seenBy: null, limit: 9, ...filter })).map(({ request }) => request);
    expect(await seen({})).toEqual([foreign.id, concerned.id, own.id]);
    expect(await seen({ limit: 1 })).toEqual([foreign.id]);
    expect(await seen({ after: foreign.id })).toEqual([concerned.id, own.id]);
    expect(await seen({ state: 'refused' })).toEqual([foreign.id]);
    expect(await seen({ asker: 'usr-b' })).toEqual([concerned.id]);
    const seenBy = { asker: ASKER.id, units: ['unt-y', 'unt-w'] };
    expect(await seen({ seenBy })).toEqual([concerned.id, own.id]);
    expect(await seen({ seenBy: { ...seenBy, units: [] } })).toEqual([own.id]);
    expect(await seenGrants({ seenBy })).toEqual([concerned.id, own.id]);
    expect(await seenGrants({ holding: true })).toEqual([foreign.id, own.id]);
    expect(await seenGrants({ holding: false, asker: 'usr-b' })).toEqual([concerned.id]);
  });
}

const aTarget: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ by: fc.constant('case' as const), number: fc.constantFrom(...CASES) }),
  fc.constant({ by: 'recordings' as const, ids: [] }),
  fc
    .tuple(fc.constantFrom('1', '2'), fc.nat(3), fc.nat(3))
    .map(([officer, from, span]) => ({ by: 'officer' as const, officer, fromMs: START_MS + from, toMs: START_MS + from + span })),
);

function coverage(it: It): void {
  it('find the grants that cover a recording as the rule says, for random grants and recordings', async (ledger) => {
    const made: CalledUp[] = [];
    await ledger.transaction(async (writer) => {
      for (const number of CASES) await writer.cases.upsert(aCase({ number }));
      // Marks stand at one case, and at some recordings; officer 1 belongs to a unit, officer 2 to none.
      await writer.cases.update(CASES[0] ?? '', { confidentiality: 'highly-secret' });
      await writer.registry.upsertOfficer({ id: '1', name: 'One', unit: 'unt-squad' });
      await writer.registry.upsertOfficer({ id: '2', name: 'Two', unit: null });
      for (let n = 0; n < 6; n++) {
        const officerId = [null, '1', '2'][n % 3] ?? null;
        const startMs = START_MS + n;
        const { recording } = await listOne(writer, { docking: { slot: n + 1 }, recording: { officerId, startMs } });
        const caseNumbers = CASES.filter((_, place) => ((n + 1) >> place) & 1);
        for (const number of caseNumbers) await writer.recordings.addCase(recording.id, number);
        const own = n === 4 ? ('secret' as const) : null;
        if (own !== null) await writer.recordings.update(recording.id, { confidentiality: own });
        const level = caseNumbers.includes(CASES[0] ?? '') ? 'highly-secret' : own;
        made.push({ id: recording.id, officerId, sortMs: startMs, caseNumbers, level, unit: officerId === '1' ? 'unt-squad' : null });
      }
      await writer.custody.append(aGrantDraft());
    });
    const aRow = fc.record({
      target: aTarget,
      later: fc.boolean(),
      level: fc.constantFrom('internal', 'secret', 'highly-secret', 'top-secret'),
      units: fc.constantFrom(null, ['unt-squad'], ['unt-other']),
      actions: fc.subarray(['look', 'hear', 'download', 'export'] as const),
      untilMs: fc.integer({ min: START_MS, max: START_MS + 4 }),
      endedAtMs: fc.constantFrom(null, null, START_MS),
      listed: fc.subarray(made.map(({ id }) => id)),
    });
    let people = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(aRow, { maxLength: 4 }), fc.constantFrom(...ACTIONS), fc.nat(4), async (rows, action, atMs) => {
        const user = { ...ASKER, id: `usr-${people++}` };
        const request = aRequest();
        const grants = rows.map(({ listed, target, later, ...row }) => {
          const grant = aGrant(request, { ...row, user, target, later: later && target.by !== 'recordings' });
          return [grant, listed] as const;
        });
        await keep(ledger, [request], grants);
        const now = START_MS + atMs;
        for (const recording of made) {
          const told = (await ledger.callUps.grantsCovering(user.id, recording.id, action, now)).map(({ id }) => id).sort();
          const covering = grants.filter(([grant, listed]) => coversNow(grant, listed, recording, action, now));
          expect(told).toEqual(covering.map(([{ id }]) => id).sort());
          const { cases, recordings } = await ledger.callUps.grantedTo(user.id, action, now);
          expect(recordings.includes(recording.id) || recording.caseNumbers.some((number) => cases.includes(number))).toBe(told.length > 0);
        }
        expect(await ledger.callUps.grantsCovering('usr-other', made[0]?.id ?? '', action, now)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('cover nothing after the latest time on record, whatever the clock says', async (ledger) => {
    const { recording } = await ledger.transaction(async (writer) => {
      const listed = await listOne(writer);
      await writer.custody.append(aGrantDraft());
      return listed;
    });
    const request = aRequest();
    await keep(ledger, [request], [[aGrant(request, { target: { by: 'recordings', ids: [] } }), [recording.id]]]);
    const covering = () => ledger.callUps.grantsCovering(ASKER.id, recording.id, 'look', START_MS);
    expect(await covering()).toHaveLength(1);
    await ledger.transaction((writer) => writer.callUps.noteTime(START_MS + HOUR));
    expect(await covering()).toEqual([]);
    expect(await ledger.callUps.grantedTo(ASKER.id, 'see', START_MS)).toEqual({ cases: [], recordings: [] });
  });

  it('list what a case or an officer within a time has now', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      await writer.cases.upsert(aCase());
      const made = [];
      for (const n of [0, 1, 2]) {
        const { recording } = await listOne(writer, { docking: { slot: n + 1 }, recording: { officerId: '1', startMs: START_MS + n } });
        if (n < 2) await writer.recordings.addCase(recording.id, 'A-2026-0001');
        made.push(recording.id);
      }
      await writer.custody.append(aGrantDraft());
      return made;
    });
    expect(await ledger.callUps.recordingsOf({ number: 'A-2026-0001' }, 9)).toEqual(ids.slice(0, 2).sort());
    expect(await ledger.callUps.recordingsOf({ number: 'A-2026-0001' }, 1)).toHaveLength(1);
    const window = { officer: '1', fromMs: START_MS + 1, toMs: START_MS + 2 };
    expect(await ledger.callUps.recordingsOf(window, 9)).toEqual(ids.slice(1, 2));
    expect(await ledger.callUps.recordingsOf({ ...window, officer: '2' }, 9)).toEqual([]);
  });
}

function notices(it: It): void {
  it('keep notices until they are read, and their ways until they are delivered or given up', async (ledger) => {
    const notice = (n: number) => {
      const id = anId('ntc', START_MS + n);
      return { id, user: 'usr-r', kind: 'request-waits', request: 'req-1', atMs: START_MS + n, readAtMs: null } as const;
    };
    const [first, second] = [notice(0), notice(1)];
    await ledger.transaction(async (writer) => {
      await writer.callUps.insertNotice(first, ['webhook', 'mail']);
      await writer.callUps.insertNotice(second, []);
    });
    const listed = async (filter: object = {}) =>
      (await ledger.callUps.notices({ user: 'usr-r', limit: 9, ...filter })).map(({ id }) => id);
    expect(await listed()).toEqual([second.id, first.id]);
    expect(await listed({ after: second.id })).toEqual([first.id]);
    expect(await ledger.callUps.notices({ user: 'usr-s', limit: 9 })).toEqual([]);
    expect(await listed({ user: null })).toEqual([second.id, first.id]);
    await ledger.transaction((writer) => writer.callUps.markRead(second.id, START_MS + 9));
    expect(await listed({ unread: true })).toEqual([first.id]);
    expect(await ledger.callUps.notice(second.id)).toEqual({ ...second, readAtMs: START_MS + 9 });

    expect(await ledger.callUps.nextDelivery()).toBe(START_MS);
    expect(await ledger.callUps.dueDeliveries(START_MS - 1, 9)).toEqual([]);
    const due = await ledger.callUps.dueDeliveries(START_MS, 9);
    expect(due.map(({ delivery, notice: told }) => [delivery.way, delivery.attempts, told.id]).sort()).toEqual([
      ['mail', 0, first.id],
      ['webhook', 0, first.id],
    ]);
    const settle = (way: 'webhook' | 'mail', state: 'delivered' | 'waiting', dueAtMs: number) =>
      ledger.transaction((writer) =>
        writer.callUps.updateDelivery(
          { notice: first.id, way, state, attempts: 1, dueAtMs },
          state === 'waiting' ? because('no-notice', { id: 'x' }) : null,
        ),
      );
    await settle('webhook', 'delivered', START_MS);
    await settle('mail', 'waiting', START_MS + HOUR);
    expect(await ledger.callUps.nextDelivery()).toBe(START_MS + HOUR);
    expect((await ledger.callUps.dueDeliveries(START_MS + HOUR, 9)).map(({ delivery }) => delivery.way)).toEqual(['mail']);
  });
}
