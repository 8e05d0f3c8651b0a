import type { Static } from 'typebox';
import { PageQuery, pageOf } from '#api/common';
import { CustodyJson } from '#api/custody';
import { HeldJson, HeldQuery, HoldBody, HoldJson, HoldParams, HoldsQuery, ReleaseBody } from '#api/retention/holds';
import { scopeFor } from '#desk/access/decide-for';
import type { Deciding } from '#desk/access/policies';
import type { DeskDeps } from '#desk/deps';
import { mustHaveHold, releaseHold, setHold } from '#desk/holds/set-hold';
import { mustHaveUnit } from '#desk/people/find-unit';
import { momentOf } from '#desk/registry';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import type { HeldRecording, Hold, HoldScope } from '#domain/hold/hold';
import { because } from '#domain/reason';
import type { Scope } from '#domain/scope';
import { custodyPage } from '#serve/custody-page';
import { pageOf as page, shownPage } from '#serve/pages';
import { personName } from '#serve/person-name';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import { Created, command, query, type Route, shown } from '#serve/route';

const NOTHING: Scope = { officers: [], units: [], cases: [], recordings: [] };

async function shownHold(
  { facts, ledger }: Pick<DeskDeps, 'facts' | 'ledger'>,
  { scope, report, ...hold }: Hold,
): Promise<Static<typeof HoldJson>> {
  const times = new Presenter(facts.timezone);
  const { id, reason, author, setAtMs, reviewAtMs, releasedAtMs, releasedBy, releaseReason, isSpread, mirrored } = hold;
  const { span, recordings, ...named } = scope;
  return {
    ...{ id, reason, author, releasedBy, releaseReason, isSpread, mirrored },
    ...{ authorName: await personName(ledger, author), releasedByName: await personName(ledger, releasedBy) },
    scope: {
      ...named,
      recordings: [...recordings],
      from: times.timeOrNull(span?.fromMs ?? null),
      to: times.timeOrNull(span?.toMs ?? null),
    },
    ...{ setAt: times.time(setAtMs), reviewAt: times.time(reviewAtMs), releasedAt: times.timeOrNull(releasedAtMs) },
    report: report && {
      at: times.time(report.atMs),
      recordings: report.recordings,
      findings: report.findings.map((each) => ({ ...each })),
    },
  };
}

async function scopeOf({ ledger, facts }: DeskDeps, body: Static<typeof HoldBody>): Promise<HoldScope> {
  const { from, to, unit } = body;
  if ((from === undefined) !== (to === undefined)) throw new EvidockError('request.invalid', because('hold-span', {}));
  const momentIn = (text: string, field: string) => momentOf(text, facts.timezone, field);
  return {
    ...{
      case: body.case ?? null,
      recordings: [...new Set(body.recordings)],
      officer: body.officer ?? null,
      recorder: body.recorder ?? null,
    },
    unit: unit === undefined ? null : (await mustHaveUnit(ledger, unit)).id,
    span: from === undefined || to === undefined ? null : { fromMs: momentIn(from, 'from'), toMs: momentIn(to, 'to') },
  };
}

/** The person behind a request: a token of theirs is them, and all who act on the machine are one. */
function decidingOf({ kind, asker }: Principal, actor: Deciding['actor']): Deciding {
  return { actor, person: kind === 'cli' ? 'machine' : asker.id };
}

/** What the policy lets whoever asks hold; null: over the control socket no policy is asked. A token holds what it was made for. */
async function mayHold(deps: DeskDeps, { kind, asker, actions, address }: Principal): Promise<Scope | null> {
  if (kind === 'cli') return null;
  return actions === null || actions.has('hold') ? scopeFor(deps, asker, { address }, 'hold') : NOTHING;
}

/** Routes of legal holds. */
export const holdRoutes: readonly Route[] = [
  query({
    url: '/api/v1/holds',
    needs: 'see-retention',
    summary: 'Legal holds, newest first: those on footage that whoever asks may see',
    schema: { querystring: HoldsQuery, response: pageOf(HoldJson) },
    handle: async ({ deps }, { query: asked }) =>
      shownPage({
        list: 'holds',
        query: asked,
        read: ({ limit, after }) =>
          deps.ledger.holds.list({
            ...{ limit, ...(after === undefined ? {} : { after }) },
            ...(asked.inForce === undefined ? {} : { inForce: asked.inForce }),
            ...(asked.recording === undefined ? {} : { recordingId: asked.recording }),
          }),
        keyOf: ({ id }) => id,
        show: (hold) => shownHold(deps, hold),
      }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/holds',
    needs: 'set-hold',
    summary: 'Sets a legal hold, and tells what of the footage under it is not complete',
    custody: ['hold.set', 'hold.reached', 'hold.checked'],
    creates: 'always',
    transactions: 'several',
    schema: { body: HoldBody, response: HoldJson },
    handle: async ({ deps }, { body, principal, actor, custody }) => {
      const { reason, review } = body;
      const reviewAtMs = momentOf(review, deps.facts.timezone, 'review');
      const request = { scope: await scopeOf(deps, body), reason, reviewAtMs, may: await mayHold(deps, principal) };
      const hold = await setHold(deps, request, decidingOf(principal, actor));
      custody.afterwards(() => deps.holds.wake());
      return new Created(`/api/v1/holds/${hold.id}`, await shownHold(deps, hold));
    },
  }),
  shown({
    url: '/api/v1/holds/:id',
    needs: 'see-retention',
    summary: 'One legal hold: what it is for, how far the storage knows of it, and what is not complete',
    schema: { params: HoldParams, response: HoldJson },
    resource: async (ledger, deps, { id }) => shownHold(deps, await mustHaveHold(ledger, id)),
  }),
  query({
    url: '/api/v1/holds/:id/recordings',
    needs: 'see-retention',
    summary: 'Recordings that a hold has reached, and how the storage stands to each',
    schema: { params: HoldParams, querystring: HeldQuery, response: pageOf(HeldJson) },
    handle: async ({ deps: { ledger, facts } }, { params: { id }, query: asked }) => {
      await mustHaveHold(ledger, id);
      const times = new Presenter(facts.timezone);
      return page<HeldRecording, Static<typeof HeldJson>>({
        list: `recordings of ${id}`,
        query: asked,
        read: ({ limit, after }) =>
          ledger.holds.recordingsOf(id, { limit, waiting: asked.waiting ?? false, ...(after === undefined ? {} : { after }) }),
        keyOf: ({ recordingId }) => recordingId,
        show: ({ recordingId, reachedAtMs, mirror, why }) => ({ recording: recordingId, reachedAt: times.time(reachedAtMs), mirror, why }),
      });
    },
  }),
  query({
    url: '/api/v1/holds/:id/custody',
    needs: 'read-audit',
    summary: 'Everything that was done with a hold, oldest first',
    reads: 'station',
    names: async (seen, { params: { id } }) => mustHaveHold(seen, id),
    schema: { params: HoldParams, querystring: PageQuery, response: pageOf(CustodyJson) },
    handle: async (serving, { params: { id }, query: asked, principal }) =>
      custodyPage(serving, { about: subject('hold', id), query: asked, principal }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/holds/:id/release',
    needs: 'release-hold',
    summary: 'Releases a hold: by another person than its author, with a reason. Nothing is deleted by this',
    custody: ['hold.released'],
    resource: async (ledger, deps, { id }) => shownHold(deps, await mustHaveHold(ledger, id)),
    schema: { params: HoldParams, body: ReleaseBody, response: HoldJson },
    handle: async ({ deps }, { params: { id }, body: { reason }, principal, actor, custody }) => {
      const hold = await releaseHold(deps, id, reason, decidingOf(principal, actor));
      custody.afterwards(() => deps.holds.wake());
      return shownHold(deps, hold);
    },
  }),
];
