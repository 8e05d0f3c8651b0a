import type { Ledger } from '#ports/ledger';
import { anId, START_MS } from '#test/support/builders';
import { aGrant, aGrantDraft, aRequest } from '#test/support/people/call-ups';

const HOUR = 3_600_000;
const v1 = (row: string) => row.replace(' /', ' /api/v1/');
const begun = ['grant.begun', 'request.asked', 'request.decided'];
const asks = { actions: ['look'], purpose: 'case-handling', until: '2026-06-22 12:00' };
/** Somebody at the machine is given at once what they ask for. `asked` and `urgent` are requests of an officer, and `given` is a grant of hers. */
export const CALL_UP_STEPS = [
  { row: v1('GET /purposes'), leaves: [] },
  { row: v1('POST /requests'), body: { case: 'A-1', ...asks }, leaves: begun },
  { row: v1('GET /requests'), leaves: [] },
  { row: v1('GET /requests/:id'), params: { id: 'asked' }, leaves: [] },
  { row: v1('GET /requests/:id/custody'), params: { id: 'asked' }, leaves: [] },
  {
    row: v1('POST /requests/:id/decision'),
    params: { id: 'asked' },
    body: { decision: 'approve' },
    leaves: ['grant.begun', 'request.decided'],
  },
  {
    row: v1('POST /requests/:id/confirmation'),
    params: { id: 'urgent' },
    body: { confirmed: false },
    leaves: ['grant.ended', 'request.confirmed', 'request.ended'],
  },
  { row: v1('GET /grants'), leaves: [] },
  { row: v1('GET /grants/:id'), params: { id: 'given' }, leaves: [] },
  { row: v1('POST /grants/:id/revocation'), params: { id: 'given' }, leaves: ['grant.ended', 'request.ended'] },
  { row: v1('POST /requests/:id/withdrawal'), params: { id: 'own' }, leaves: ['grant.ended', 'request.withdrawn'] },
  { row: v1('GET /notices'), leaves: [] },
  { row: v1('POST /notices/:id/read'), params: { id: 'notice' }, leaves: [] },
] as const;

const OFFICER = { id: 'usr-officer', unit: null, roles: ['officer'] } as const;

/** What others have asked for, as rows: an own station would ask through its API. */
export async function callUpsOfOthers(ledger: Ledger, recording: string) {
  const target = { by: 'recordings', ids: [recording] } as const;
  const confirmation = { dueAtMs: START_MS + HOUR, by: null, confirmed: null, words: null, atMs: null };
  const asked = aRequest({ asker: OFFICER, target });
  const [urgent, given] = [0, 1].map((n) =>
    aRequest({ asker: OFFICER, target, state: n === 0 ? 'urgent' : 'approved', confirmation: n === 0 ? confirmation : null }),
  );
  if (!urgent || !given) throw new Error('no requests');
  const grants = [urgent, given].map((request) => aGrant(request, { user: OFFICER, target }));
  const noticeId = anId('ntc');
  await ledger.transaction(async (writer) => {
    const person = { account: 'officer', name: 'Wang', officer: null, state: 'active', createdAtMs: START_MS } as const;
    await writer.people.upsertUser({ ...OFFICER, ...person });
    for (const request of [asked, urgent, given]) await writer.callUps.insertRequest(request);
    for (const grant of grants) {
      await writer.callUps.insertGrant(grant, [recording]);
      await writer.callUps.updateRequest(grant.request, { grant: grant.id });
    }
    const notice = { id: noticeId, user: 'cli:wang', kind: 'grant-ended', request: asked.id, atMs: START_MS, readAtMs: null } as const;
    await writer.callUps.insertNotice(notice, []);
    await writer.custody.append(aGrantDraft());
  });
  return { asked: asked.id, urgent: urgent.id, given: grants[1]?.id ?? '', notice: noticeId };
}
