import { PageQuery, pageOf } from '#api/common';
import { CustodyJson } from '#api/custody';
import { HeldJson, HoldingBody, HoldingJson, HoldingParams, HoldingsQuery, ReturnBody, TakeOutBody } from '#api/holdings';
import { RecorderJson, RecorderParams } from '#api/registry';
import type { DeskDeps } from '#desk/deps';
import { correctHolding, giveBack, takeOut } from '#desk/holdings';
import { mustHaveRecorder } from '#desk/tagging';
import { subject } from '#domain/custody/subject';
import { custodyPage } from '#serve/custody-page';
import { pageOf as page, wrongCursor } from '#serve/pages';
import { Presenter } from '#serve/present';
import { keepingOf } from '#serve/principal';
import { holdingAt, recorderAt } from '#serve/resources';
import { Created, command, query, type Route, shown } from '#serve/route';

/** A recording whose officer a holding changes has an entry of this type in its own history. */
const REDECIDED = 'recording.officer-decided';

const told = (deps: DeskDeps, { holding, redecided }: Awaited<ReturnType<typeof takeOut>>) => ({
  holding: new Presenter(deps.facts.timezone).holding(holding),
  redecided,
});

/** Routes of holdings: who has which recorder, from when to when. */
export const holdingRoutes: readonly Route[] = [
  shown({
    url: '/api/v1/recorders/:serial',
    needs: 'see-registry',
    summary: 'One recorder, and who has it',
    schema: { params: RecorderParams, response: RecorderJson },
    resource: recorderAt,
  }),
  query({
    url: '/api/v1/recorders/:serial/custody',
    needs: 'see-work',
    reads: 'station',
    summary: 'Everything that was done with a recorder, oldest first',
    schema: { params: RecorderParams, querystring: PageQuery, response: pageOf(CustodyJson) },
    handle: async (serving, { params: { serial }, query: asked, principal }) => {
      await mustHaveRecorder(serving.deps.ledger, serial);
      return custodyPage(serving, { about: subject('recorder', serial), query: asked, principal });
    },
  }),
  query({
    url: '/api/v1/recorders/:serial/holdings',
    needs: 'see-registry',
    summary: 'Who had a recorder from when to when; newest first',
    schema: { params: RecorderParams, querystring: HoldingsQuery, response: pageOf(HoldingJson) },
    handle: async ({ deps: { ledger, facts } }, { params: { serial }, query: asked }) => {
      await mustHaveRecorder(ledger, serial);
      const presenter = new Presenter(facts.timezone);
      return page({
        list: `holdings of ${serial}`,
        query: asked,
        read: ({ limit, after }) => {
          const before = Number(after);
          if (after !== undefined && !Number.isSafeInteger(before)) throw wrongCursor();
          return ledger.registry.holdings(serial, { limit, ...(after === undefined ? {} : { before }) });
        },
        keyOf: ({ fromMs }) => String(fromMs),
        show: (holding) => presenter.holding(holding),
      });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/recorders/:serial/holdings',
    needs: 'change-registry',
    reads: 'station',
    summary: 'An officer takes a recorder out; with `until` the whole is entered afterwards',
    custody: ['recorder.taken-out', 'recorder.returned', REDECIDED],
    schema: { params: RecorderParams, body: TakeOutBody, response: HeldJson },
    creates: 'new',
    handle: async ({ deps }, { params: { serial }, body, principal, custody }) => {
      const held = await takeOut(deps, serial, body, keepingOf(principal));
      if (held.changed) {
        const location = `/api/v1/recorders/${encodeURIComponent(serial)}/holdings/${held.holding.id}`;
        return new Created(location, told(deps, held));
      }
      custody.unchanged();
      return told(deps, held);
    },
  }),
  shown({
    url: '/api/v1/recorders/:serial/holdings/:id',
    needs: 'see-registry',
    summary: 'One take-out of a recorder',
    schema: { params: HoldingParams, response: HoldingJson },
    resource: holdingAt,
  }),
  command({
    method: 'POST',
    url: '/api/v1/recorders/:serial/return',
    needs: 'change-registry',
    reads: 'station',
    summary: 'A recorder that was taken out is back',
    custody: ['recorder.returned', REDECIDED],
    schema: { params: RecorderParams, body: ReturnBody, response: HeldJson },
    handle: async ({ deps }, { params: { serial }, body: { at }, principal, custody }) => {
      const held = await giveBack(deps, serial, at, keepingOf(principal));
      if (!held.changed) custody.unchanged();
      return told(deps, held);
    },
  }),
  command({
    method: 'PATCH',
    url: '/api/v1/recorders/:serial/holdings/:id',
    needs: 'change-registry',
    reads: 'station',
    summary: 'Corrects officer or times of a take-out; what is left out stays',
    custody: ['recorder.holding-corrected', REDECIDED],
    resource: holdingAt,
    schema: { params: HoldingParams, body: HoldingBody, response: HeldJson },
    handle: async ({ deps }, { params, body, principal, custody }) => {
      const held = await correctHolding(deps, params, body, keepingOf(principal));
      if (!held.changed) custody.unchanged();
      return told(deps, held);
    },
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/recorders/:serial/holdings/:id',
    needs: 'change-registry',
    reads: 'station',
    summary: 'There was no such take-out: it is taken off the record, and its entries stay',
    custody: ['recorder.holding-corrected', REDECIDED],
    schema: { params: HoldingParams, response: HeldJson },
    handle: async ({ deps }, { params, principal }) => told(deps, await correctHolding(deps, params, null, keepingOf(principal))),
  }),
];
