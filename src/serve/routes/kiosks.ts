import Type, { type Static } from 'typebox';
import { PageQuery, pageOf as pageSchema } from '#api/common';
import {
  ClaimedJson,
  ConfirmedJson,
  FirstJson,
  KioskBody,
  KioskCodeJson,
  KioskJson,
  KioskParams,
  KioskSlotJson,
  OwnDockingJson,
  OwnDockingParams,
  OwnKioskJson,
  OwnRecordingJson,
  OwnTaggedJson,
  OwnTagsBody,
  PairBody,
  VisitBody,
  VisitJson,
} from '#api/doors';
import type { DeskDeps } from '#desk/deps';
import { slotViews } from '#desk/dockings';
import { claimDocking, type OwnRecording, ownRecordings, putDockingFirst, tagOwn, type Visitor } from '#desk/doors/kiosk-check-in';
import { offerKiosk, type PairingCodes, pairKiosk, revokeKiosk } from '#desk/doors/kiosk-pairing';
import { confirmDocking, ownDockings, visitKiosk } from '#desk/doors/kiosk-visits';
import type { Actor } from '#domain/custody/actor';
import { type Kiosk, showsSlot } from '#domain/doors/kiosk';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { SlotView } from '#ports/slot-board';
import { pageOf, pageOfHeld } from '#serve/pages';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import { command, events, query, type Route } from '#serve/route';
import { presentDocking } from '#serve/slots/own-dockings';
import { type SlotsSeen, slotEvents } from '#serve/slots/slot-events';

/** The longest time for which browsers keep a cookie (RFC 6265bis, 5.6.1), s. */
const KEPT_S_MAX = 400 * 86_400;

/** Later than any time that a recording can have. */
const LATEST_MS = 8.64e15;

/** Screens at the slots: paired by who manages accounts, and what they show of an officer's own. */
export const kioskRoutes: readonly Route[] = [
  query({
    url: '/api/v1/kiosks',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Kiosks that are or were paired, oldest first',
    schema: { querystring: PageQuery, response: pageSchema(KioskJson) },
    handle: async ({ deps: { ledger, facts } }, { query: asked }) => {
      const show = presentKiosk(new Presenter(facts.timezone));
      return pageOf({ list: 'kiosks', query: asked, read: (page) => ledger.doors.kiosks(page), keyOf: ({ id }) => id, show });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/kiosks',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Makes a code with which one browser becomes a kiosk, within minutes and once',
    custody: ['kiosk.code-made'],
    secret: true,
    schema: { body: KioskBody, response: KioskCodeJson },
    handle: async ({ deps }, { body: { name, slots = [] }, actor }) => {
      const { pairingMinutes } = deps.doors;
      const codes = codesOf(deps);
      const { id, code, untilMs } = await offerKiosk(deps, codes, { name, slots, minutes: pairingMinutes, actor });
      return { id, name, code, until: new Presenter(deps.facts.timezone).time(untilMs) };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/kiosks/pairing',
    needs: 'nothing',
    reads: 'station',
    summary: 'Trades a pairing code for the cookie of a kiosk',
    custody: ['kiosk.paired', 'kiosk.code-refused'],
    // What is refused stays on record, though the request fails.
    transactions: 'several',
    keyless: true,
    schema: { body: PairBody, response: OwnKioskJson },
    handle: async ({ deps }, { body: { code }, principal: { address }, cookies }) => {
      const { pairingMinutes } = deps.doors;
      const codes = codesOf(deps);
      const { kiosk, secret } = await pairKiosk(deps, codes, { code, address, minutes: pairingMinutes });
      cookies.set('kiosk', secret, KEPT_S_MAX);
      return { id: kiosk.id, name: kiosk.name, slots: [...kiosk.slots] };
    },
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/kiosks/:id',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'The pairing is good no more',
    custody: ['kiosk.revoked'],
    schema: { params: KioskParams },
    handle: async ({ deps }, { params: { id }, actor, custody }) => {
      await revokeKiosk(deps, { id, actor });
      custody.afterwards(() => deps.doors.visits.endAt(id));
    },
  }),
  query({
    url: '/api/v1/kiosks/own',
    needs: 'kiosk',
    summary: 'What this kiosk is called, and which slots it shows',
    schema: { response: OwnKioskJson },
    handle: async (_serving, { principal }) => {
      const { id, name, slots } = atKiosk(principal);
      return { id, name, slots };
    },
  }),
  query({
    url: '/api/v1/kiosks/own/slots',
    needs: 'kiosk',
    reads: 'station',
    summary: 'The slots that this kiosk shows, as they are now, by number',
    schema: { querystring: PageQuery, response: pageSchema(KioskSlotJson) },
    handle: async ({ deps }, { query: asked, principal }) => {
      const { shows, present } = slotsOf(deps, principal);
      const rows = (await slotViews(deps)).filter(({ slot }) => shows(slot));
      return pageOfHeld({ list: 'kiosk-slots', query: asked, rows, keyOf: ({ slot }) => slot, show: present });
    },
  }),
  events({
    url: '/api/v1/kiosks/own/events',
    needs: 'kiosk',
    reads: 'station',
    summary: 'Server-sent events of the slots that this kiosk shows: `slots` once, then `slot` for each change',
    schema: { events: { slots: Type.Array(KioskSlotJson), slot: KioskSlotJson } },
    handle: ({ deps, streams }, { principal, signal }) => {
      const { id } = atKiosk(principal);
      // An officer who comes and goes changes nothing of what the kiosk shows of the slots.
      const stillHolds = async () => (await deps.ledger.doors.kiosk(id))?.revokedAtMs === null;
      return slotEvents(deps, streams, { ledger: deps.ledger, principal, stillHolds, signal, seen: slotsOf(deps, principal) });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/kiosks/visit',
    needs: 'kiosk',
    reads: 'station',
    summary: 'An officer shows a badge, or types officer number and PIN, to see their own dockings for some minutes',
    custody: ['kiosk.visited', 'kiosk.visit-refused'],
    transactions: 'several',
    keyless: true,
    schema: { body: VisitBody, response: VisitJson },
    handle: async ({ deps }, { body, principal, cookies }) => {
      const { id: kiosk } = atKiosk(principal);
      const user = await visitKiosk(deps, { kiosk, address: principal.address, shown: body });
      const { secret, seconds } = deps.doors.visits.begin({ user: user.id, kiosk });
      cookies.set('visit', secret, seconds);
      return { officer: user.officer ?? '', name: user.name, seconds };
    },
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/kiosks/visit',
    needs: 'kiosk',
    summary: 'The officer leaves the kiosk',
    custody: null,
    schema: {},
    handle: async ({ deps }, { principal, cookies }) => {
      deps.doors.visits.endAt(atKiosk(principal).id);
      cookies.clear('visit');
    },
  }),
  query({
    url: '/api/v1/kiosks/visit/dockings',
    needs: 'kiosk',
    summary: 'Dockings of the officer who stands before the kiosk, newest first: how far each is, nothing of its footage',
    schema: { querystring: PageQuery, response: pageSchema(OwnDockingJson) },
    handle: async ({ deps: { ledger, facts } }, { query: asked, principal }) => {
      const { user } = visitor(principal);
      const show = presentDocking(new Presenter(facts.timezone));
      const read = (page: { limit: number; after?: string }) => ownDockings(ledger, user, page);
      return pageOf({ list: 'own-dockings', query: asked, read, keyOf: ({ docking }) => docking.id, show });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/kiosks/visit/dockings/:id/confirmation',
    needs: 'kiosk',
    summary: 'The officer has seen how their docking stands',
    custody: ['docking.confirmed'],
    schema: { params: OwnDockingParams, response: ConfirmedJson },
    handle: async ({ deps }, { params: { id }, principal, actor, custody }) => {
      const { user, kiosk } = visitor(principal);
      const { isNew, docking, atMs } = await confirmDocking(deps, { docking: id, user, kiosk, actor });
      if (!isNew) custody.unchanged();
      return { docking, confirmedAt: new Presenter(deps.facts.timezone).time(atMs) };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/kiosks/visit/dockings/:id/first',
    needs: 'kiosk',
    // A recorder whose officer nobody knows yet is nobody's own footage. The desk looks who may do this.
    reads: 'station',
    summary: 'Has the docking of a slot of this kiosk taken in before all others',
    custody: ['docking.put-first'],
    schema: { params: OwnDockingParams, response: FirstJson },
    handle: async ({ deps }, { params: { id }, principal, actor, custody }) => {
      const { isNew, slot } = await putDockingFirst(deps, id, visiting(principal, actor));
      if (!isNew) custody.unchanged();
      return { docking: id, slot };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/kiosks/visit/dockings/:id/officer',
    needs: 'kiosk',
    reads: 'station',
    summary: 'The officer says that the docking of a slot of this kiosk is theirs',
    custody: ['docking.claimed', 'recording.tagged'],
    schema: { params: OwnDockingParams, response: ClaimedJson },
    handle: async ({ deps }, { params: { id }, principal, actor, custody }) => {
      const { isNew, officer, recordings } = await claimDocking(deps, id, visiting(principal, actor));
      if (!isNew) custody.unchanged();
      return { docking: id, officer, recordings };
    },
  }),
  query({
    url: '/api/v1/kiosks/visit/recordings',
    needs: 'kiosk',
    // A case that is suggested for a recording is none that the officer sees yet.
    reads: 'station',
    summary: 'Recordings that the officer before the kiosk brought within the last day, newest first, to be tagged',
    schema: { querystring: PageQuery, response: pageSchema(OwnRecordingJson) },
    handle: async ({ deps: { ledger, clock, facts } }, { query: asked, principal, seen }) => {
      const rows = await ownRecordings({ ledger, clock }, { seen, officer: officerOf(principal) });
      const presenter = new Presenter(facts.timezone);
      const show = (each: OwnRecording) => presentOwn(each, presenter);
      return pageOfHeld({ list: 'own-recordings', query: asked, rows, keyOf: newestFirst, show });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/kiosks/visit/recordings/tags',
    needs: 'kiosk',
    reads: 'station',
    summary: 'Tags recordings that the officer before the kiosk brought within the last day, all of them or none',
    custody: ['recording.tagged', 'suggestion.decided', 'recording.remarked'],
    schema: { body: OwnTagsBody, response: OwnTaggedJson },
    handle: async ({ deps }, { body, principal, actor, seen, custody }) => {
      const changed = await tagOwn(deps, body, { ...visiting(principal, actor), seen, address: principal.address });
      if (changed === 0) custody.unchanged();
      return { changed };
    },
  }),
];

function codesOf({ doors: { codes } }: Pick<DeskDeps, 'doors'>): PairingCodes {
  if (codes === null) throw new EvidockError('station.not-running', because('codes-need-station', {}));
  return codes;
}

/** The control socket has every task, and is no kiosk. */
function atKiosk({ kind, id, name, slots }: Principal): { id: string; name: string; slots: number[] } {
  if (kind !== 'kiosk' || id === null) throw new EvidockError('request.conflict', because('only-kiosk', {}));
  return { id, name: name ?? '', slots: [...(slots ?? [])] };
}

function visitor(principal: Principal): { user: string; kiosk: string } {
  const { id } = atKiosk(principal);
  if (principal.asker.officer === null) throw new EvidockError('request.signed-out', because('no-visitor', {}));
  return { user: principal.asker.id, kiosk: id };
}

/** The officer who stands before the kiosk, with what the desk needs to know of both. */
function visiting(principal: Principal, actor: Actor): Visitor {
  const { user, kiosk } = visitor(principal);
  return { user, kiosk, officer: officerOf(principal), slots: principal.slots ?? [], actor };
}

function officerOf(principal: Principal): string {
  visitor(principal);
  return principal.asker.officer ?? '';
}

/** Sorts by the start backwards, as numbers and texts are sorted forwards. */
function newestFirst({ recording: { id, startMs, createdAtMs } }: OwnRecording): string {
  return `${LATEST_MS - (startMs ?? createdAtMs)} ${id}`;
}

function presentOwn({ recording, caseNumbers, suggestions }: OwnRecording, presenter: Presenter): Static<typeof OwnRecordingJson> {
  const { id, dockingId: docking, kind, state, startMs, createdAtMs, durationMs, category, important } = recording;
  return {
    ...{ id, docking, kind, state, durationMs, category, important, cases: [...caseNumbers] },
    start: presenter.timeOrNull(startMs),
    createdAt: presenter.time(createdAtMs),
    suggestions: suggestions.map(({ caseNumber, title, reason }) => ({ case: caseNumber, title, reason })),
  };
}

function slotsOf({ facts }: Pick<DeskDeps, 'facts'>, principal: Principal): SlotsSeen {
  const { slots } = atKiosk(principal);
  const presenter = new Presenter(facts.timezone);
  return {
    shows: (slot) => showsSlot(slots, slot),
    present: (view) => presentKioskSlot(view, presenter),
  };
}

function presentKioskSlot(view: SlotView, presenter: Presenter): Static<typeof KioskSlotJson> {
  const { slot, phase, dockingId, recorderSerial, officerId, waiting, first, filesListed, filesSealed, filesRefused } = view;
  const { bytesListed, bytesCopied, bytesPerSecond, secondsLeft, battery, warning, problem, updatedAtMs } = view;
  return {
    ...{ slot, phase, dockingId, recorderSerial, officerId, waiting, first, filesListed, filesSealed, filesRefused },
    ...{ bytesListed, bytesCopied, bytesPerSecond, secondsLeft, battery, warning: warning?.code ?? null, problem: problem?.code ?? null },
    updatedAt: updatedAtMs === 0 ? null : presenter.time(updatedAtMs),
  };
}

function presentKiosk(presenter: Presenter): (kiosk: Kiosk) => Static<typeof KioskJson> {
  return ({ id, name, slots, pairedAtMs, lastSeenAtMs, revokedAtMs }) => ({
    ...{ id, name, slots: [...slots], pairedAt: presenter.time(pairedAtMs) },
    lastSeenAt: presenter.timeOrNull(lastSeenAtMs),
    revokedAt: presenter.timeOrNull(revokedAtMs),
  });
}
