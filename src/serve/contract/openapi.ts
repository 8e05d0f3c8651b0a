import type { TSchema } from 'typebox';
import { Problem, pageOf } from '#api/common';
import { COMPONENTS } from '#api/components';
import { ERRORS } from '#domain/errors';
import { needsText } from '#serve/leave';
import { custodyOfRoute, type Route, showsFootage } from '#serve/route';

/*
 * Makes an OpenAPI 3.1 document of the table of routes. A schema that has a name (src/api/components.ts) is written once and referred to elsewhere. This needs
 * no running station: a script writes docs/api.md from it.
 */

type Json = { readonly [key: string]: unknown };

const TAGS: Readonly<Record<string, string>> = {
  station: 'The station itself: health, readiness, this document.',
  slots: 'Slots as they are now, and their numbers.',
  hubs: 'What several slots share on their way to the station.',
  events: 'What happens, as it happens.',
  changes: 'That something was changed, for pages that show it.',
  dockings: 'Stays of recorders in slots.',
  figures: 'Sums over what came in, for who looks after it.',
  recordings: 'Recordings, their footage and their history.',
  rights: 'What who asks may do with recordings.',
  cases: 'Cases and their events.',
  officers: 'Officers.',
  users: 'People with an account.',
  units: 'Units of the agency, as a tree with its history.',
  roster: 'Rosters of people and units.',
  recorders: 'Recorders in the registry.',
  suggestions: 'Events of cases that recordings may belong to.',
  jobs: 'Work that is to be done with recordings: deriving and archiving.',
  derivatives: 'Playable copies and previews.',
  verify: 'Reading everything again.',
  ledger: 'The database of the station.',
  custody: 'The log of everything that was done.',
  audit: 'What people did, for auditors.',
  looks: 'Looks at footage: pictures that are shown together, and what a player claims.',
  workers: 'Other hosts that take work of this station.',
  scrub: 'The reading again of everything that is kept.',
  archive: 'The storage of the archive: what it can do, and what is wrong there.',
  retention: 'How long recordings are kept: schedules, terms and corrections.',
  holds: 'Legal holds.',
  disposals: 'Lists of recordings that are to be disposed of.',
  shifts: 'When officers are on duty.',
  duties: 'What is overdue, and who answers for it.',
  clock: "The station's own clock.",
  policy: 'The rules of who may look, and their versions.',
  access: 'Why somebody may do something with a recording, or may not.',
  purposes: 'What footage may be asked for.',
  requests: 'Requests for call-up.',
  grants: 'What was granted.',
  notices: 'What people are told of requests and grants.',
  tokens: 'Tokens with which programs come in.',
  own: 'What is one’s own, for pages of officers.',
  kiosks: 'Screens at the slots.',
  'sign-in': 'Signing in.',
  session: 'The person who is signed in.',
  sessions: 'Who is signed in.',
  accounts: 'Passwords of others.',
  'set-up': 'The first password of a new account.',
  reports: 'Reports for courts and auditors.',
  samples: 'Random samples of looks, and their review.',
  metrics: 'Figures for Prometheus.',
};
const STATION_TAG = new Set(['health', 'ready', 'network', 'configuration', 'diagnosis', 'openapi.json']);

/** How the station knows who asks: one of these. */
const SECURITY_SCHEMES = {
  session: {
    ...{ type: 'apiKey', in: 'cookie', name: 'evidock_session' },
    description: 'The session of a person who has signed in. Under TLS the cookie is called `__Host-evidock_session`.',
  },
  token: {
    ...{ type: 'http', scheme: 'bearer' },
    description: 'An API token, `evd_…`, with the tasks and actions that it was made for.',
  },
  kiosk: {
    ...{ type: 'apiKey', in: 'cookie', name: 'evidock_kiosk' },
    description: 'A browser that is paired as a kiosk. Under TLS the cookie is called `__Host-evidock_kiosk`.',
  },
  controlSocket: {
    ...{ type: 'apiKey', in: 'header', name: 'x-evidock-actor' },
    description:
      "The control socket, which only the station's own user and root may open: everything, and shown to the auditors as what it is. The header names the person for the custody log, as `cli:NAME`; without it the entry says `unknown`.",
  },
};
const SOMEBODY = Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] }));

const PROBLEM_RESPONSE = {
  description: 'What failed and what to do, as problem details (RFC 9457).',
  content: { 'application/problem+json': { schema: Problem } },
};

const HEADERS = {
  'X-Request-Id': {
    description: 'Id of the request; problems and the log of the station name it.',
    schema: { type: 'string', format: 'uuid' },
  },
  Location: { description: 'URL of what was made.', schema: { type: 'string' } },
  ETag: { description: 'Of what is shown, or of what the change has left (RFC 9110, 8.8.3); strong.', schema: { type: 'string' } },
  'Idempotency-Replayed': {
    description: '`true`: the request with this key was carried out before; this is its answer, and nothing was done.',
    schema: { const: 'true' },
  },
};

const PARAMETERS = {
  IdempotencyKey: {
    ...{ name: 'Idempotency-Key', in: 'header', required: false },
    description:
      'A text of 1 to 200 characters, new for each request (draft-ietf-httpapi-idempotency-key-header). The same request with the same key within 24 hours is answered as the first was, and does nothing.',
    schema: { type: 'string' },
    example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  },
  IfMatch: {
    ...{ name: 'If-Match', in: 'header', required: false },
    description: 'ETags of what may be changed, or `*`: anything that stands there. Another one is answered with 412 and its ETag.',
    schema: { type: 'string' },
    example: '"60303ae22b998861bce3b28f33eec1be"',
  },
  IfNoneMatch: {
    ...{ name: 'If-None-Match', in: 'header', required: false },
    description: 'ETags that the client has: a GET of one of them is answered with 304. `*` with a change: only if nothing stands there.',
    schema: { type: 'string' },
    example: '"60303ae22b998861bce3b28f33eec1be"',
  },
  Reason: {
    ...{ name: 'reason', in: 'query', required: false },
    description:
      "Why somebody wants to see this, `CODE` or `CODE: words`, where the policy asks for it; the code is of the policy's list. The header `x-evidock-reason`, percent-encoded, says the same. It is put on record.",
    schema: { type: 'string' },
    example: 'supervision: complaint 2026-117',
  },
  Case: {
    ...{ name: 'case', in: 'query', required: false },
    description:
      'Number of the case for which somebody wants to see this: one that they may see, and to which the recording belongs. The header `x-evidock-case`, percent-encoded, says the same. It is put on record; left out, the case of the grant is.',
    schema: { type: 'string' },
    example: 'LY-2026-0012',
  },
};
const headerOf = (name: keyof typeof HEADERS) => ({ [name]: { $ref: `#/components/headers/${name}` } });
const parameter = (name: keyof typeof PARAMETERS) => ({ $ref: `#/components/parameters/${name}` });

/** Replaces schemas that have a name by references to them. */
class Components {
  readonly #names = new Map<string, string>();
  readonly #used = new Map<string, Json>();

  constructor() {
    for (const [name, { schema }] of Object.entries(COMPONENTS)) {
      for (const [text, known] of [
        [JSON.stringify(schema), name],
        [JSON.stringify(pageOf(schema)), `${name}Page`],
      ] as const) {
        if (this.#names.has(text)) throw new RangeError(`the schema of ${known} is that of ${this.#names.get(text)}`);
        this.#names.set(text, known);
      }
    }
  }

  /** The schema, or a reference to it. */
  of(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((each) => this.of(each));
    if (typeof schema !== 'object' || schema === null) return schema;
    const name = this.#names.get(JSON.stringify(schema));
    if (name === undefined) return this.#inside(schema);
    if (!this.#used.has(name)) {
      this.#used.set(name, {});
      this.#used.set(name, this.#inside(schema));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  #inside(schema: object): Json {
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, this.of(value)]));
  }

  exampleOf(schema: TSchema): unknown {
    const name = this.#names.get(JSON.stringify(schema));
    const row = COMPONENTS[(name ?? '').replace(/Page$/, '') as keyof typeof COMPONENTS];
    if (row === undefined) return undefined;
    return name?.endsWith('Page') ? { items: [row.example], next: null } : row.example;
  }

  all(): Json {
    return Object.fromEntries([...this.#used].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** The whole document. `version`: that of the station. */
export function openApiOf(routes: readonly Route[], version: string): Json {
  const components = new Components();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const row of routes) {
    const path = row.url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [row.method.toLowerCase()]: operationOf(row, components) };
  }
  const responses = { Problem: { ...PROBLEM_RESPONSE, ...withSchema(PROBLEM_RESPONSE.content, components) } };
  const used = new Set(routes.map(tagOf));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Evidock station',
      version,
      summary: 'What people, programs and commands ask of a station.',
      description: 'Times are ISO 8601. Errors are problem details (RFC 9457) with a code and a remedy. docs/api.md tells the conventions.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This station: its control socket, or its listener on the network.' }],
    tags: Object.entries(TAGS)
      .filter(([name]) => used.has(name))
      .map(([name, description]) => ({ name, description })),
    paths,
    components: { securitySchemes: SECURITY_SCHEMES, schemas: components.all(), responses, parameters: PARAMETERS, headers: HEADERS },
  };
}

function withSchema(content: Record<string, { schema: TSchema }>, components: Components): Json {
  const filled = Object.entries(content).map(([type, { schema }]) => [
    type,
    { schema: components.of(schema), ...exampled(schema, components) },
  ]);
  return { content: Object.fromEntries(filled) };
}

function exampled(schema: TSchema, components: Components): Json {
  const example = components.exampleOf(schema);
  return example === undefined ? {} : { example };
}

/** The fixed parts of the path, without its parameters. */
function partsOf({ url }: Route): readonly string[] {
  return url.split('/').filter((part) => part !== '' && part !== 'api' && part !== 'v1');
}

function tagOf(row: Route): string {
  const [first = 'station'] = partsOf(row);
  const tag = STATION_TAG.has(first) ? 'station' : first;
  // docs/api.md has a section for each tag: routes without one would be left out there.
  if (!(tag in TAGS)) throw new TypeError(`no words for the routes of ${tag} (TAGS)`);
  return tag;
}

/** `GET /api/v1/cases/:number` becomes `get-cases-by-number`. Each row of the table has an id of its own. */
function operationIdOf(row: Route): string {
  return [row.method.toLowerCase(), ...partsOf(row).map((part) => part.replace(/^:/, 'by-').replaceAll('.', '-'))].join('-');
}

function operationOf(row: Route, components: Components): Json {
  const { params, querystring, body } = row.schema;
  const parameters = [
    ...parametersOf('path', params, components),
    ...parametersOf('query', querystring, components),
    ...conditionsOf(row).map(parameter),
    ...(typeof row.needs === 'string' ? [] : [parameter('Reason'), parameter('Case')]),
  ];
  return {
    operationId: operationIdOf(row),
    summary: row.summary,
    tags: [tagOf(row)],
    security: row.needs === 'nothing' ? [] : SOMEBODY,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, ...withSchema({ 'application/json': { schema: body } }, components) } }),
    responses: responsesOf(row, components),
    'x-evidock-kind': row.kind,
    'x-evidock-needs': needsText(row),
    'x-evidock-custody': custodyOfRoute(row),
  };
}

/** Whether the answer is JSON with an ETag. */
function isTagged(row: Route): boolean {
  // Of what shows footage no copy is kept.
  return row.kind === 'query' && row.produces === undefined && row.redirects !== true && !showsFootage(row);
}

/** The conditional headers that this route understands. */
function conditionsOf(row: Route): readonly (keyof typeof PARAMETERS)[] {
  if (row.kind !== 'command') return isTagged(row) ? ['IfNoneMatch'] : [];
  return [...(row.method === 'POST' ? (['IdempotencyKey'] as const) : []), ...(row.resource ? (['IfMatch', 'IfNoneMatch'] as const) : [])];
}

function parametersOf(place: 'path' | 'query', schema: TSchema | undefined, components: Components): readonly Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as { properties?: Record<string, TSchema>; required?: readonly string[] };
  return Object.entries(properties).map(([name, { description, ...property }]: [string, TSchema & { description?: string }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: components.of(property),
  }));
}

function responsesOf(row: Route, components: Components): Json {
  const isCommand = row.kind === 'command';
  const tagged = isTagged(row) || (isCommand && row.resource !== undefined && row.transactions !== 'several');
  const headers = {
    ...headerOf('X-Request-Id'),
    ...(tagged ? headerOf('ETag') : {}),
    ...(row.method === 'POST' ? headerOf('Idempotency-Replayed') : {}),
  };
  const success = { description: row.summary, headers, ...contentOf(row, components) };
  const created = { 201: { ...success, headers: { ...headers, ...headerOf('Location') } } };
  const problem = { $ref: '#/components/responses/Problem' };
  const elsewhere = { 303: { description: 'Sends the browser on.', headers: { ...headers, ...headerOf('Location') } } };
  const done = row.redirects
    ? elsewhere
    : isCommand && !row.schema.response && !row.schema.line
      ? { 204: { description: 'Done.', headers } }
      : { 200: success };
  return {
    ...(isCommand && row.creates === 'always' ? {} : done),
    ...(isCommand && row.creates ? created : {}),
    ...(row.kind === 'footage' ? { 206: { ...success, description: 'The range that was asked for.' } } : {}),
    ...(isTagged(row) ? { 304: { description: 'It is what the client has.', headers } } : {}),
    ...Object.fromEntries(problemsOf(row).map((status) => [status, problem])),
  };
}

/** Statuses of failures of the station itself, which any request may meet. */
const FAILURES = [...new Set(Object.values(ERRORS).map(({ status }) => status))].filter((status) => status >= 500);

/** Statuses of the problems with which this route may answer. There is no `default`, because a client could not tell a problem from a good answer by it. */
function problemsOf(row: Route): readonly number[] {
  const isCommand = row.kind === 'command';
  return [
    ...(row.needs === 'nothing' ? [400] : [400, 401, 403]),
    // What signs somebody in may refuse them, and lock them out.
    ...(row.needs === 'nothing' && (isCommand || row.redirects) ? [401, 404, 429] : []),
    ...FAILURES,
    ...(row.schema.params || isCommand || row.kind === 'footage' ? [404] : []),
    ...(isCommand || showsFootage(row) ? [409] : []),
    ...(row.kind === 'footage' ? [416] : []),
    ...(isCommand && row.resource ? [412] : []),
    ...(row.schema.body ? [413, 415] : []),
    ...(row.method === 'POST' ? [422] : []),
    ...(row.kind === 'events' ? [429] : []),
  ];
}

function contentOf(row: Route, components: Components): Json {
  const { response, line, events } = row.schema;
  if (events) {
    const kinds = Object.entries(events).map(([event, data]) => ({
      type: 'object',
      required: ['event', 'data'],
      properties: { event: { const: event }, data: components.of(data) },
    }));
    const description = 'One event; `data` is a line of JSON.';
    const [only = {}, ...more] = kinds;
    return { content: { 'text/event-stream': { schema: more.length === 0 ? { description, ...only } : { description, oneOf: kinds } } } };
  }
  if (line) return withSchema({ 'application/x-ndjson': { schema: line } }, components);
  if (response) return withSchema({ 'application/json': { schema: response } }, components);
  if (row.produces === 'application/json') return { content: { 'application/json': { schema: { type: 'object' } } } };
  const binary = row.kind === 'footage' ? { type: 'string', contentMediaType: row.produces } : { type: 'string' };
  return { content: { [row.produces ?? 'application/octet-stream']: { schema: binary } } };
}
