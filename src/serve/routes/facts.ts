import { PageQuery, pageOf } from '#api/common';
import { FactJson } from '#api/facts';
import { UnitParams, UserParams } from '#api/people';
import { RecordingParams } from '#api/recordings';
import { CaseParams } from '#api/registry';
import { mustHaveUnit } from '#desk/people/find-unit';
import { mustHaveUser } from '#desk/people/users';
import { mustHaveCase, mustKnowRecording } from '#desk/tagging';
import { type Subject, subject, subjectText } from '#domain/custody/subject';
import { pageOf as page, wrongCursor } from '#serve/pages';
import { Presenter } from '#serve/present';
import { query, type Route, type Serving } from '#serve/route';

export const factRoutes: readonly Route[] = [
  query({
    url: '/api/v1/recordings/:id/facts',
    needs: { of: 'recording', action: 'see' },
    summary: 'What was known of a recording, from when on and by whom, oldest first',
    schema: { params: RecordingParams, querystring: PageQuery, response: pageOf(FactJson) },
    handle: async ({ deps }, { params, query }) => {
      await mustKnowRecording(deps.ledger, params.id);
      return factsOf(deps, subject('recording', params.id), query);
    },
  }),
  query({
    url: '/api/v1/cases/:number/facts',
    needs: 'find-footage',
    summary: 'What was known of a case, from when on and by whom, oldest first',
    schema: { params: CaseParams, querystring: PageQuery, response: pageOf(FactJson) },
    handle: async ({ deps }, { params, query }) => {
      await mustHaveCase(deps.ledger, params.number);
      return factsOf(deps, subject('case', params.number), query);
    },
  }),
  query({
    url: '/api/v1/users/:id/facts',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Which roles, unit, number and state a user had, from when on and by whom, oldest first',
    schema: { params: UserParams, querystring: PageQuery, response: pageOf(FactJson) },
    handle: async ({ deps }, { params, query }) => factsOf(deps, subject('user', (await mustHaveUser(deps.ledger, params.id)).id), query),
  }),
  query({
    url: '/api/v1/units/:id/facts',
    needs: 'see-registry',
    reads: 'station',
    summary: 'What a unit was called and where it stood, from when on and by whom, oldest first',
    schema: { params: UnitParams, querystring: PageQuery, response: pageOf(FactJson) },
    handle: async ({ deps }, { params, query }) => factsOf(deps, subject('unit', (await mustHaveUnit(deps.ledger, params.id)).id), query),
  }),
];

function factsOf({ ledger, facts }: Serving['deps'], about: Subject, query: Readonly<Record<string, unknown>>) {
  const presenter = new Presenter(facts.timezone);
  return page({
    list: `facts of ${subjectText(about)}`,
    query,
    read: ({ limit, after }) => ledger.custody.factsOf(about, { limit, ...(after === undefined ? {} : { after: placeIn(after) }) }),
    keyOf: ({ seq, name }) => `${seq} ${name}`,
    show: ({ name, value, fromMs, actor, seq }) => ({ name, value, from: presenter.time(fromMs), actor, entry: seq }),
  });
}

function placeIn(key: string): { seq: number; name: string } {
  const [, seq = '', name = ''] = /^(\d{1,15}) (.+)$/su.exec(key) ?? [];
  if (seq === '') throw wrongCursor();
  return { seq: Number(seq), name };
}
