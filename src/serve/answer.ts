import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Gatekeeper } from '#desk/access/gatekeeper';
import { EvidockError } from '#domain/errors';
import { KEPT_BYTES_MAX, type KeptAnswer } from '#domain/kept-answer';
import { because } from '#domain/reason';
import type { NarrowScope } from '#domain/scope';
import type { LedgerReader } from '#ports/ledger';
import { isUnchanged, mayChange, preconditionsOf, tagOf } from './conditions/entity-tags.ts';
import { answeredBefore, type KeyedRequest, keyedRequestOf, type RunningKeys } from './conditions/idempotency.ts';
import type { Cookies } from './cookies.ts';
import { jsonLines } from './json-lines.ts';
import { demandLeave } from './leave.ts';
import { serveMarked } from './marked-copy.ts';
import { serveFootage } from './playback.ts';
import { actorOf, originOf, type Principal, type PrincipalOf, sightOf, viewerOf } from './principal.ts';
import { withRefusals } from './refusals/desk-refusals.ts';
import { RequestCustody } from './request-custody.ts';
import { Created, custodyOfRoute, LinesAnswer, RawAnswer, Redirect, type Route, type Serving } from './route.ts';
import { showingRight } from './showing-right.ts';
import type { Stated } from './stated-reason.ts';

/** What handlers get (`Serving`), and the parts that only the server uses. */
export type ServerParts = Serving & { readonly gatekeeper: Gatekeeper; readonly principalOf: PrincipalOf; readonly running: RunningKeys };

type Command = Extract<Route, { kind: 'command' }>;
type Row<K extends Route['kind']> = Extract<Route, { kind: K }>;
type Asked = Parameters<Route['handle']>[1];

const JSON_TYPE = 'application/json; charset=utf-8';
const LINES_TYPE = 'application/x-ndjson';

/** A request whose sender has the task of its route. */
export interface LetIn {
  readonly cookies: Cookies;
  readonly principal: Principal;
  /** Who sent the request, asked again; it does not count as use of a session. */
  readonly again: () => Promise<Principal>;
  readonly stated: Stated;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const NOTHING: NarrowScope = { officers: [], units: [], cases: [], recordings: [] };

/** Answers a request by its row in the table of routes. */
export async function answer(
  row: Route,
  whole: ServerParts,
  { cookies, principal, again, stated, request, reply }: LetIn,
): Promise<FastifyReply> {
  const { params, query, body } = request;
  const seen = whole.deps.ledger.within(principal.scope);
  const { gatekeeper } = whole;
  const leave =
    typeof row.needs === 'string' ? null : await demandLeave({ gatekeeper, ledger: seen, principal, row, params, body, stated }, row.needs);
  const asked = {
    url: request.url,
    params,
    query,
    body,
    principal,
    actor: actorOf(principal),
    seen,
    leave: leave === 'not-seen' ? null : leave,
    cookies,
  };
  // Whatever a handler reads, also in its transactions, it reads of what whoever asks may see. What is not seen answers as what never was, also if it is seen
  // a moment later: nobody has decided on that.
  const ledger = leave === 'not-seen' ? whole.deps.ledger.within(NOTHING) : row.reads === 'station' ? whole.deps.ledger : seen;
  const parts: ServerParts = { ...whole, deps: { ...whole.deps, ledger } };
  const stillHolds = async () => sightOf(await again()) === sightOf(principal);
  const handled = { ...asked, stillHolds, signal: signalOf(reply) };
  return withRefusals({ gatekeeper, principal, row }, async () => {
    if (row.reads === 'station') await mustSeeNamed(row, seen, parts, { params, body });
    return answerRow(row, parts, handled, { request, reply });
  });
}

/** A route that reads everything names only what whoever asks may see. */
async function mustSeeNamed(
  row: Route,
  seen: LedgerReader,
  { deps }: Pick<Serving, 'deps'>,
  { params, body }: Pick<Asked, 'params' | 'body'>,
): Promise<void> {
  if (row.kind === 'command' && row.resource) await row.resource(seen, deps, params);
  await row.names?.(seen, { params, body }, deps.ledger);
}

async function answerRow(
  row: Route,
  parts: ServerParts,
  asked: Omit<Asked, 'custody'>,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  if (row.kind === 'command') return answerCommand(row, parts, asked, { request, reply });
  // `declared` is empty: of a row that is no command the handler writes no entry. The server itself records a look.
  const custody = new RequestCustody({ ledger: parts.deps.ledger, route: `${row.method} ${row.url}`, declared: [] });
  const { running: _, gatekeeper, principalOf, ...serving } = parts;
  const judged: Serving = { ...serving, deps: { ...serving.deps, ledger: custody.ledger } };
  if (row.kind === 'footage') {
    const footage = await row.handle(judged, { ...asked, custody });
    const right = await showingRight({
      deps: serving.deps,
      gatekeeper,
      principalOf,
      request,
      principal: asked.principal,
      leave: asked.leave,
    });
    const who = { viewer: viewerOf(asked.principal), right };
    const wanted = { ...who, headers: request.headers, headOnly: request.method === 'HEAD', signal: asked.signal };
    const serve = footage.marked ? serveMarked : serveFootage;
    return sendRaw(reply, await serve({ deps: serving.deps, metrics: serving.metrics }, wanted, footage));
  }
  const result = await row.handle(judged, { ...asked, custody });
  await custody.commit();
  asked.cookies.send(reply);
  if (result instanceof Redirect) return sendRaw(reply, redirected(result));
  if (result instanceof RawAnswer) return sendRaw(reply, result);
  return answerQuery(row, result, { request, reply });
}

/** Answers 304 where the client's ETag is that of the answer, else 200 with the answer. */
function answerQuery(
  row: Row<'query'> | Row<'events'>,
  result: unknown,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const text = reply.serialize(result as object) as string;
  const tag = tagOf(row.kind === 'query' && row.isResource ? JSON.stringify(result) : text);
  // The client may keep a copy, but must ask each time whether it still holds.
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
  if (isUnchanged(preconditionsOf(request.headers), tag)) return sendRaw(reply, new RawAnswer(304, {}, null));
  return sendRaw(reply, new RawAnswer(200, { 'content-type': JSON_TYPE }, text));
}

async function answerCommand(
  row: Command,
  parts: ServerParts,
  asked: Omit<Asked, 'custody'>,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const { method, url, headers, body } = request;
  const header = headers['idempotency-key'];
  if (header !== undefined && row.method !== 'POST')
    throw new EvidockError('request.invalid', because('key-not-for', { method: row.method }));
  if (header !== undefined && row.keyless) throw new EvidockError('request.invalid', because('key-with-password', {}));
  const keyed = keyedRequestOf({ header, principal: asked.principal, method, url, body });
  const end = keyed ? parts.running.begin(keyed) : () => undefined;
  try {
    const before = keyed ? await answeredBefore(parts.deps.ledger, keyed, parts.deps.clock.nowMs()) : null;
    if (before) {
      end();
      return sendRaw(reply, replayed(row, before));
    }
    return await carryOut(row, parts, asked, { request, reply, keyed, end });
  } catch (error) {
    end();
    throw error;
  }
}

function replayed(row: Command, { status, location, body }: KeptAnswer): RawAnswer {
  const type = row.schema.line ? LINES_TYPE : JSON_TYPE;
  const headers = {
    'idempotency-replayed': 'true',
    ...(location === null ? {} : { location }),
    ...(body === null ? {} : { 'content-type': type }),
  };
  return new RawAnswer(status, headers, body === null || body === 'not-kept' ? null : body.text);
}

interface Carried {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly keyed: KeyedRequest | null;
  /** Called when the request has ended: another request may use its idempotency key then. */
  readonly end: () => void;
}

async function carryOut(row: Command, parts: ServerParts, asked: Omit<Asked, 'custody'>, carried: Carried): Promise<FastifyReply> {
  const { running: _, ...serving } = parts;
  const { deps } = serving;
  const { request, reply, keyed, end } = carried;
  const custody = new RequestCustody({
    ledger: deps.ledger,
    route: `${row.method} ${row.url}`,
    declared: custodyOfRoute(row),
    origin: originOf(asked.principal),
    holds: row.transactions !== 'several',
    ...tagging(row, deps, { request, reply }),
  });
  const judged: Serving = {
    ...serving,
    deps: {
      ...deps,
      ledger: custody.ledger,
      pokeWork: () => custody.afterwards(deps.pokeWork),
      people: { ...deps.people, tell: (change) => custody.afterwards(() => deps.people.tell(change)) },
    },
  };
  const keep = (status: number, location: string | null, text: string | null) => {
    if (!keyed) return undefined;
    const whole = !row.secret && Buffer.byteLength(text ?? '') <= KEPT_BYTES_MAX;
    const body = text === null ? null : whole ? { text } : 'not-kept';
    const kept: KeptAnswer = { ...keyed, status, location, body, atMs: deps.clock.nowMs() };
    return (writer: Parameters<Parameters<typeof deps.ledger.transaction>[0]>[0]) => writer.answers.keep(kept);
  };
  let result: unknown;
  try {
    result = await row.handle(judged, { ...asked, custody });
    if (result instanceof LinesAnswer) {
      const lines = jsonLines(result, asked.signal, (told) => custody.commit(keep(200, null, told)));
      const stream = Readable.from(lines, { objectMode: false });
      stream.once('close', end);
      return sendRaw(reply, new RawAnswer(200, { 'content-type': LINES_TYPE, 'cache-control': 'no-store' }, stream));
    }
    const told = toldOf(result, reply);
    await custody.commit(keep(told.status, told.location, told.text));
    end();
    asked.cookies.send(reply);
    const headers = {
      ...(told.location === null ? {} : { location: told.location }),
      ...(told.text === null ? {} : { 'content-type': JSON_TYPE }),
    };
    return sendRaw(reply, new RawAnswer(told.status, headers, told.text));
  } catch (error) {
    await custody.rollBack(error);
    throw error;
  }
}

function redirected({ location }: Redirect): RawAnswer {
  return new RawAnswer(303, { location, 'cache-control': 'no-store' }, null);
}

function toldOf(result: unknown, reply: FastifyReply): { status: number; location: string | null; text: string | null } {
  if (result instanceof Redirect) return { status: 303, location: result.location, text: null };
  const created = result instanceof Created;
  const body = created ? result.body : result;
  if (body === undefined) return { status: created ? 201 : 204, location: created ? result.location : null, text: null };
  const status = created ? 201 : 200;
  return { status, location: created ? result.location : null, text: reply.code(status).serialize(body as object) as string };
}

/** Judges `If-Match` and `If-None-Match` inside the transaction of the change. Puts the ETag of the changed resource on the answer. */
function tagging(row: Command, deps: Serving['deps'], { request, reply }: { request: FastifyRequest; reply: FastifyReply }) {
  const { resource } = row;
  const wanted = preconditionsOf(request.headers);
  const demands = wanted.ifMatch !== undefined || wanted.ifNoneMatch !== undefined;
  if (!resource) {
    // A precondition that the route does not judge is refused: the client would believe that it held.
    if (demands) throw new EvidockError('request.invalid', because('preconditions-unjudged', { route: `${row.method} ${row.url}` }));
    return {};
  }
  const tagAt = async (ledger: LedgerReader) => {
    const standing = await resource(ledger, deps, request.params);
    return standing === null ? null : tagOf(JSON.stringify(standing));
  };
  return {
    begin: async (ledger: LedgerReader) => {
      if (!demands) return;
      const tag = await tagAt(ledger);
      if (mayChange(wanted, tag)) return;
      if (tag !== null) reply.header('etag', tag);
      const path = request.url.split('?')[0] ?? '';
      const about = { method: row.method, path };
      throw new EvidockError('request.changed', tag === null ? because('etag-none', about) : because('etag-now', { ...about, etag: tag }));
    },
    end: async (ledger: LedgerReader) => {
      // Such a route changes what is shown beside the ledger only after its commit, so the ETag is not known yet.
      if (row.transactions === 'several') return;
      const tag = await tagAt(ledger);
      if (tag !== null) reply.header('etag', tag);
    },
  };
}

function signalOf(reply: FastifyReply): AbortSignal {
  const ended = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) ended.abort(new EvidockError('station.stopping', because('connection-closed', {})));
  });
  return ended.signal;
}

function sendRaw(reply: FastifyReply, { status, headers, body }: RawAnswer): FastifyReply {
  // The body is complete already, so no schema may print it.
  return reply
    .code(status)
    .headers(headers)
    .serializer((payload: unknown) => payload as string)
    .send(body ?? undefined);
}
