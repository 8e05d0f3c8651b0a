/*
 * Goal: every route lets in those whom the default policy and the table of tasks let in, and nobody else, however they stand to the recording; and what they may not see
 * is answered as what never was. Method: every row of the table of routes × every role × each way to stand to a recording, over the real server, ledger, policy and
 * gatekeeper, with real bytes. What is expected is written here by hand from the words of config/access.yaml; no rule of the station is asked for it.
 */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stationGatekeeper } from '#desk/access/station-gatekeeper';
import { ROLES, type Role } from '#domain/access/roles';
import { TASK_OF } from '#domain/access/task-of';
import { DEFAULT_TASKS, type Task } from '#domain/access/tasks';
import { aCase, aCaseEvent, anId, anOfficer, aSuggestion, aUnit, aUser, START_MS } from '#test/support/builders';
import { aCaseDraft } from '#test/support/custody';
import { EXPECTED_NEEDS } from '#test/support/expected-needs';
import { aGrant, aGrantDraft, aRequest } from '#test/support/people/call-ups';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { needsText } from './leave.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes.ts';
import { buildServer } from './server.ts';

const STANDINGS = ['own', 'unit', 'unit below', 'foreign', 'by grant', 'expired grant', 'revoked', 'named in case'] as const;
type Standing = (typeof STANDINGS)[number];
type Effect = 'yes' | 'reason' | 'approval' | 'no';
type Ways = Readonly<Record<'see' | 'tag' | 'mark' | 'look' | 'hear' | 'download' | 'export', Effect>>;

const way = (see: Effect, tag: Effect, play: Effect, copies: Effect): Ways => ({
  ...{ see, tag, mark: tag, look: play, hear: play, download: copies, export: copies },
});
const GRANTED = way('yes', 'no', 'yes', 'yes');
const KEEPS = way('yes', 'yes', 'approval', 'approval');
const REVIEWS = way('yes', 'no', 'reason', 'approval');
/** config/access.yaml in words: what is left out is not seen at all. */
const POLICY: Readonly<Record<Role, Partial<Record<Standing, Ways>>>> = {
  officer: {
    own: way('yes', 'yes', 'yes', 'approval'),
    'by grant': GRANTED,
    'named in case': way('yes', 'no', 'approval', 'approval'),
  },
  custodian: { own: KEEPS, unit: KEEPS, 'unit below': KEEPS, 'by grant': GRANTED },
  auditor: Object.fromEntries(STANDINGS.map((standing) => [standing, standing === 'by grant' ? GRANTED : REVIEWS])),
  reviewer: { own: REVIEWS, unit: REVIEWS, 'unit below': REVIEWS, 'by grant': GRANTED },
  'system-administrator': {},
  'security-administrator': {},
};

interface Asking {
  /** What is asked beside what the row says. */
  readonly actions: readonly (keyof Ways)[];
  readonly body?: object;
  readonly params?: Readonly<Record<string, string>>;
  /** Status where it is let through, and the reason's code where that is no good answer. */
  readonly done: readonly [number, string?];
  /** Who is answered, where seeing the recording is not enough. */
  readonly only?: (role: Role, standing: Standing) => boolean;
}
/** How each row that is about one recording is asked. */
const ASKED: Readonly<Record<string, readonly Asking[]>> = {
  'GET /api/v1/recordings/:id': [{ actions: ['see'], done: [200] }],
  'GET /api/v1/recordings/:id/custody': [{ actions: ['see'], done: [200] }],
  'GET /api/v1/recordings/:id/facts': [{ actions: ['see'], done: [200] }],
  'GET /api/v1/recordings/:id/retention': [{ actions: ['see'], done: [404, 'no-term'] }],
  'GET /api/v1/recordings/:id/looks': [
    { actions: ['see'], done: [200], only: (role, standing) => role === 'auditor' || standing === 'own' },
  ],
  'GET /api/v1/recordings/:id/playback': [{ actions: ['look', 'hear'], done: [200] }],
  'GET /api/v1/recordings/:id/derivatives/:kind': [
    { actions: ['see', 'download'], params: { kind: 'playable' }, done: [200] },
    { actions: ['see'], params: { kind: 'poster' }, done: [404, 'no-derivative'] },
    { actions: ['see', 'look'], params: { kind: 'thumbnails' }, done: [404, 'no-derivative'] },
    { actions: ['see', 'hear'], params: { kind: 'waveform' }, done: [404, 'no-derivative'] },
  ],
  'GET /api/v1/recordings/:id/marks': [{ actions: ['look'], done: [200] }],
  'POST /api/v1/recordings/:id/marks': [{ actions: ['look'], body: { momentMs: 400, words: 'here' }, done: [200] }],
  'DELETE /api/v1/recordings/:id/marks/:mark': [{ actions: ['look'], params: { mark: 'mrk-none' }, done: [404, 'no-mark'] }],
  'GET /api/v1/recordings/:id/track': [{ actions: ['look'], done: [404, 'no-track'] }],
  'GET /api/v1/recordings/:id/originals/:index': [{ actions: ['export'], done: [200] }],
  'PATCH /api/v1/recordings/:id': [
    { actions: ['tag'], body: { category: 'fee' }, done: [200] },
    { actions: ['tag', 'mark'], body: { important: true }, done: [200] },
  ],
  'PATCH /api/v1/recordings/:id/protection': [{ actions: ['mark'], body: { confidentiality: 'internal' }, done: [200] }],
  'DELETE /api/v1/recordings/:id/cases/:number': [{ actions: ['tag'], params: { number: 'Z-9' }, done: [404, 'not-in-case'] }],
  'PUT /api/v1/suggestions/:id/decision': [{ actions: ['tag'], body: { decision: 'declined' }, done: [204] }],
};

let station: ServedStation;
let app: FastifyInstance;
/** By role and standing: id of the recording, and of its suggestion. */
const made = new Map<string, { readonly recording: string; readonly suggestion: string }>();
const place = (role: Role, standing: Standing) => `${role} ${standing}`;
const rowOf = ({ method, url }: Route) => `${method} ${url}`;

beforeAll(async () => {
  station = await servedStation();
  const { deps, ledger } = station;
  const units = {
    bureau: aUnit({ name: 'Bureau' }),
    brigade: aUnit({ name: 'Brigade' }),
    squad: aUnit({ name: 'Squad' }),
    other: aUnit({ name: 'Other' }),
  };
  const tree = [units.bureau, { ...units.brigade, parent: units.bureau.id }, { ...units.squad, parent: units.brigade.id }];
  const people = ROLES.map((role) =>
    aUser({ id: `usr-${role}`, account: role, roles: [role], officer: `o-${role}`, unit: units.brigade.id }),
  );
  await ledger.transaction(async (writer) => {
    for (const unit of [...tree, { ...units.other, parent: units.bureau.id }]) await writer.people.upsertUnit(unit);
    for (const user of people) {
      await writer.people.upsertUser(user);
      await writer.registry.upsertOfficer(anOfficer({ id: user.officer ?? '', unit: units.brigade.id }));
    }
    for (const [id, unit] of [
      ['a2', units.brigade.id],
      ['a1', units.squad.id],
      ['b1', units.other.id],
    ] as const)
      await writer.registry.upsertOfficer(anOfficer({ id, unit }));
  });
  for (const role of ROLES) for (const standing of STANDINGS) await prepare(role, standing, units.brigade.id);
  app = buildServer({
    ...{ deps, way: 'network' },
    gatekeeper: { ...stationGatekeeper(deps), whoIs: async ({ bearer = '' }) => signedIn(bearer.replace('evd_', '')) },
  });

  async function signedIn(id: string) {
    if (id === 'ksk-1')
      return {
        kind: 'kiosk' as const,
        id,
        name: id,
        user: null,
        session: null,
        knownBy: 'password' as const,
        tokenScopes: null,
        tokenActions: null,
        slots: null,
      };
    const user = await ledger.people.user(id);
    return (
      user && {
        kind: 'user' as const,
        id,
        name: user.name,
        user,
        session: 'ssn-1',
        knownBy: 'password' as const,
        tokenScopes: null,
        tokenActions: null,
        slots: null,
      }
    );
  }
});
afterAll(async () => {
  await app?.close();
  await station?.close();
});

async function prepare(role: Role, standing: Standing, unit: string): Promise<void> {
  const officers = { own: `o-${role}`, unit: 'a2', 'unit below': 'a1' } as const;
  const officerId = standing in officers ? officers[standing as keyof typeof officers] : 'b1';
  const { id: recording } = await station.addRecording(randomBytes(20), { officerId });
  const number = `C-${place(role, standing)}`;
  const suggestion = anId('sug');
  const event = aCaseEvent({ caseNumber: number });
  const user = { id: `usr-${role}`, unit, roles: [role] };
  const request = aRequest({ asker: user, target: { by: 'recordings', ids: [recording] } });
  const grant = aGrant(request, {
    ...{ user, target: { by: 'recordings', ids: [recording] }, actions: ['look', 'hear', 'download', 'export'] },
    ...(standing === 'expired grant' ? { fromMs: START_MS - 100, untilMs: START_MS - 1 } : {}),
  });
  await station.ledger.transaction(async (writer) => {
    await writer.cases.upsert(aCase({ number, officerIds: standing === 'named in case' ? [`o-${role}`] : [] }));
    await writer.cases.upsertEvent(event);
    await writer.cases.insertSuggestion(aSuggestion({ id: suggestion, recordingId: recording, eventId: event.id, caseNumber: number }));
    if (standing === 'named in case') await writer.recordings.addCase(recording, number);
    if (['by grant', 'expired grant', 'revoked'].includes(standing)) {
      await writer.callUps.insertRequest(request);
      await writer.callUps.insertGrant(grant, [recording]);
      if (standing === 'revoked')
        await writer.callUps.endGrant(grant.id, { endedAtMs: START_MS - 1, whyEnded: 'revoked', endedBy: 'usr-reviewer' });
      await writer.custody.append(aGrantDraft());
    }
  });
  made.set(place(role, standing), { recording, suggestion });
}

interface Answered {
  readonly status: number;
  readonly code: string | null;
  readonly why: string | null;
  /** Without what differs between two requests for different ids. */
  readonly whole: string;
}

async function ask(
  row: Route,
  who: string | null,
  given: { ids: Readonly<Record<string, string>>; body?: object | undefined; reason?: string },
) {
  const params: Record<string, string> = { index: '1', slot: '1', serial: 'R1', name: 'x', account: 'x', ...given.ids };
  const url = row.url.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? 'none'));
  const answer = await app.inject({
    method: row.method,
    url: given.reason === undefined ? url : `${url}?reason=${encodeURIComponent(given.reason)}`,
    headers: { host: 'localhost', ...(who === null ? {} : { authorization: `Bearer evd_${who}` }) },
    ...(given.body === undefined ? {} : { payload: given.body }),
    payloadAsStream: row.kind === 'events',
  });
  const isStream = row.kind === 'events' && answer.statusCode === 200;
  if (isStream) answer.stream().destroy();
  const told = isStream ? '' : row.kind === 'events' ? await text(answer.stream()) : answer.body;
  const json = String(answer.headers['content-type']).startsWith('application/problem') ? JSON.parse(told) : {};
  const { 'x-request-id': requestId, date: _, ...headers } = answer.headers;
  const whole = JSON.stringify([answer.statusCode, { ...headers, 'content-length': null }, told]).replaceAll(
    String(requestId),
    '<request>',
  );
  const without = Object.values(given.ids).reduce((all, id) => all.replaceAll(id, '<id>'), whole);
  return { status: answer.statusCode, code: json.code ?? null, why: json.reason?.code ?? null, whole: without } satisfies Answered;
}

const taskOfNeeds = (needs: string): Task | null => {
  if (needs === 'nothing') return null;
  const [action = ''] = needs.split(' ');
  return needs.endsWith(' recording') ? TASK_OF[action === 'play' ? 'look' : (action as 'see')] : (needs as Task);
};

describe('the table of routes', () => {
  it('has nothing that nobody expects, and needs what is expected', () => {
    expect(ROUTES.map((row) => [rowOf(row), needsText(row)])).toEqual(
      ROUTES.map((row) => [rowOf(row), EXPECTED_NEEDS.get(rowOf(row)) ?? 'a line in test/support/expected-needs.ts']),
    );
  });

  it('asks of each row that is about a recording what is written here', () => {
    expect(
      ROUTES.filter(({ needs }) => typeof needs !== 'string')
        .map(rowOf)
        .filter((row) => !ASKED[row]),
    ).toEqual([]);
  });
});

describe.each(ROUTES.map((row) => [rowOf(row), row] as const))('%s', (name, row) => {
  const task = taskOfNeeds(EXPECTED_NEEDS.get(name) ?? needsText(row));
  const has = (role: Role) => task !== null && DEFAULT_TASKS[task].includes(role);
  // Nothing of the request is right: whoever lacks the task is told that, and nothing else.
  const body = row.method === 'GET' || row.method === 'DELETE' ? undefined : { nonsense: true };

  it('is closed to nobody, to kiosks and to roles without its task, before anything of the request is looked at', async () => {
    if (task === null) return;
    expect(await ask(row, null, { ids: {}, body })).toMatchObject({ status: 401, code: 'request.signed-out' });
    const kiosk = await ask(row, 'ksk-1', { ids: {}, body });
    if (task === 'kiosk') expect(kiosk.code).not.toBe('request.forbidden');
    else expect(kiosk).toMatchObject({ status: 403, code: 'request.forbidden', why: 'needs-task' });
    for (const role of ROLES) {
      const answer = await ask(row, `usr-${role}`, { ids: {}, body });
      if (has(role)) expect([401, 403], `${role}: ${answer.whole}`).not.toContain(answer.status);
      else expect(answer, role).toMatchObject({ status: 403, code: 'request.forbidden', why: 'needs-task' });
    }
  });

  it.skipIf(typeof row.needs === 'string')('is decided by the policy, for every role and standing', async () => {
    for (const asking of ASKED[name] ?? [])
      for (const role of ROLES.filter(has)) for (const standing of STANDINGS) await compare(asking, role, standing);
  });

  async function compare({ actions, done, only = () => true, ...given }: Asking, role: Role, standing: Standing): Promise<void> {
    const { recording, suggestion } = made.get(place(role, standing)) ?? { recording: '', suggestion: '' };
    const id = name.includes('/suggestions/') ? suggestion : recording;
    const asked = (of: string, reason?: string) =>
      ask(row, `usr-${role}`, { ids: { ...given.params, id: of }, body: given.body, ...(reason === undefined ? {} : { reason }) });
    const about = `${role}, ${standing}, ${actions.join(' and ')}`;
    const ways = POLICY[role][standing];
    const answer = await asked(id);
    if (!ways) {
      const unknown = await asked(anId(name.includes('/suggestions/') ? 'sug' : 'rec'));
      expect(answer.status, about).toBe(404);
      return expect(answer.whole.replaceAll(id, '<id>'), about).toBe(unknown.whole);
    }
    const effects = actions.map((action) => ways[action]);
    const refused = effects.find((effect) => effect !== 'yes');
    const through = only(role, standing)
      ? { status: done[0], why: done[1] ?? null }
      : { status: 403, code: 'request.forbidden', why: 'needs-task' };
    if (refused === undefined) return expect(answer, about).toMatchObject(through);
    const codes = { no: 'request.forbidden', reason: 'request.reason-needed', approval: 'request.approval-needed' } as const;
    expect(answer, about).toMatchObject({ status: 403, code: codes[refused as 'no'] });
    // A reason opens what wants one, and nothing else.
    const stated = await asked(id, 'supervision: complaint');
    if (effects.every((effect) => effect === 'yes' || effect === 'reason')) return expect(stated, about).toMatchObject(through);
    expect(stated.status, about).toBe(403);
  }
});

describe('a stated reason', () => {
  const play = ROUTES.find((row) => rowOf(row) === 'GET /api/v1/recordings/:id/playback') as Route;
  it.each([
    ['supervision', 200, null],
    ['complaint: 信访 2026-117', 200, null],
    ['gossip', 403, 'reason-unknown'],
    ['other', 403, 'reason-words'],
    ['other: as told by phone', 403, 'purpose-approval'],
    ['training: for newcomers', 403, 'purpose-approval'],
    ['Not A Code', 400, 'reason-malformed'],
    [`complaint: ${'x'.repeat(501)}`, 400, 'reason-malformed'],
  ])('%s is answered with %i', async (reason, status, why) => {
    const { recording } = made.get('auditor foreign') ?? { recording: '' };
    expect(await ask(play, 'usr-auditor', { ids: { id: recording }, reason })).toMatchObject({ status, why });
    const header = await app.inject({
      url: `/api/v1/recordings/${recording}/playback`,
      headers: { host: 'localhost', authorization: 'Bearer evd_usr-auditor', 'x-evidock-reason': encodeURIComponent(reason) },
    });
    expect(header.statusCode).toBe(status);
  });
});

describe('a stated case', () => {
  const asked = async (who: string, place: string, stated: { query?: string; header?: string }) => {
    const answer = await app.inject({
      url: `/api/v1/recordings/${made.get(place)?.recording}/playback?reason=complaint${stated.query ?? ''}`,
      headers: {
        ...{ host: 'localhost', authorization: `Bearer evd_usr-${who}` },
        ...(stated.header === undefined ? {} : { 'x-evidock-case': encodeURIComponent(stated.header) }),
      },
    });
    return { status: answer.statusCode, look: answer.headers['x-evidock-look'], problem: answer.statusCode < 400 ? null : answer.json() };
  };
  const looksOf = async (number: string) =>
    (await station.ledger.looks.answer({ case: number, type: 'recording.viewed' }, { limit: 10, order: 'newest' })).entries;

  it('stands in the look with its title then, and the audit finds the look by it', async () => {
    const number = 'C-officer named in case';
    for (const stated of [{ query: `&case=${encodeURIComponent(number)}` }, { header: number }]) {
      const { status, look } = await asked('auditor', 'officer named in case', stated);
      expect(status).toBe(200);
      const [entry] = await looksOf(number);
      expect(entry?.data).toMatchObject({ look: { id: look, case: number } });
      expect(entry?.personal).toMatchObject({ caseTitle: (await station.ledger.cases.get(number))?.title });
    }
  });

  it.each([
    ['is another one', 'auditor', 'officer named in case', 'C-auditor named in case'],
    ['is none', 'auditor', 'officer named in case', 'C-none'],
    ['is one that who asks may not see', 'officer', 'officer own', 'C-secret'],
  ])('that %s is refused in the same words, and nothing is shown', async (_, who, place, number) => {
    if (number === 'C-secret')
      await station.ledger.transaction(async (writer) => {
        await writer.cases.upsert(aCase({ number, officerIds: [] }));
        await writer.recordings.addCase(made.get(place)?.recording ?? '', number);
        await writer.custody.append(aCaseDraft(number));
      });
    const before = (await looksOf(number)).length;
    const recording = made.get(place)?.recording;
    expect(await asked(who, place, { query: `&case=${encodeURIComponent(number)}` })).toMatchObject({
      status: 400,
      problem: { code: 'request.invalid', reason: { code: 'case-not-of', params: { recording, number } } },
    });
    expect(await looksOf(number)).toHaveLength(before);
  });

  it.each([
    ['&case=', 'is empty'],
    ['&case=A&case=B', 'are two'],
    [`&case=${'x'.repeat(129)}`, 'is too long'],
  ])('%s is malformed: it %s', async (query) => {
    const { status, problem } = await asked('auditor', 'officer named in case', { query });
    expect([status, problem?.reason.code]).toEqual([400, 'case-malformed']);
  });

  it('of a recording that is not seen is answered as what never was', async () => {
    expect((await asked('officer', 'auditor foreign', { query: '&case=C-none' })).status).toBe(404);
  });
});

describe('a list', () => {
  it.each(ROLES)('of recordings tells the %s of what they may see, and of nothing else', async (role) => {
    const answer = await app.inject({
      url: '/api/v1/recordings?limit=1000',
      headers: { host: 'localhost', authorization: `Bearer evd_usr-${role}` },
    });
    if (!DEFAULT_TASKS['find-footage'].includes(role)) return expect(answer.statusCode).toBe(403);
    const seen = new Set((answer.json().items as { id: string }[]).map(({ id }) => id));
    for (const standing of STANDINGS)
      expect(seen.has(made.get(place(role, standing))?.recording ?? ''), standing).toBe(POLICY[role][standing] !== undefined);
    // What belongs to another officer alone is seen by those alone who see the unit, or everything.
    const other = made.get(place(role === 'officer' ? 'custodian' : 'officer', 'own'))?.recording ?? '';
    expect(seen.has(other)).toBe(role !== 'officer');
  });
});
