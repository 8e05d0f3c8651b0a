import type { Routes, Schemas } from './api.ts';

/** One thing that the API can be asked for: method and path. */
export type RouteName = keyof Routes;
type Of<K extends RouteName> = Routes[K];
type None = Record<string, never>;

/** What a request to this route takes. What the route has not cannot be given. */
export type Input<K extends RouteName> = {
  readonly signal?: AbortSignal;
  /** Of the resource as it was read: the change is refused if it is another one by now. */
  readonly ifMatch?: string;
  /** Why somebody wants to see this. */
  readonly reason?: string;
  /** The case for which they want to see it. */
  readonly forCase?: string;
  /** Sent even though the page goes meanwhile. */
  readonly keepalive?: boolean;
} & (Of<K>['path'] extends None ? { readonly path?: undefined } : { readonly path: Of<K>['path'] }) & {
    readonly query?: Of<K>['query'];
  } & (Of<K>['body'] extends null ? { readonly body?: undefined } : { readonly body: Of<K>['body'] });

export type Answer<K extends RouteName> = Of<K>['answer'];

/** The answer with the ETag of what it shows. */
export interface Tagged<K extends RouteName> {
  readonly body: Answer<K>;
  /** null: the answer has none. */
  readonly etag: string | null;
}

/** The station said no, and why. */
export class Refused extends Error {
  readonly problem: Schemas['Problem'];
  /** As the log of the station names the request. */
  readonly requestId: string;

  constructor(problem: Schemas['Problem']) {
    super(problem.code);
    this.problem = problem;
    this.requestId = problem.instance.replace('urn:uuid:', '');
  }
}

/** No answer came: the station is not reached. */
class Unreached extends Error {}

/** Called when the station does not know who asks any more. */
let onSignedOut: () => void = () => undefined;

/** Tells what is to happen when a session has ended. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** The URL of a route with its path and query filled in. */
export function urlOf<K extends RouteName>(route: K, input: Input<K>): string {
  return addressOf(route, input as Addressed);
}

interface Addressed {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
}

function addressOf(route: RouteName, input: Addressed): string {
  const [, pattern = ''] = route.split(' ');
  const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input.path?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {}))
    for (const each of [value].flat()) if (each !== undefined && each !== '') query.append(name, String(each));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Asks the station. Throws Refused, Unreached, and AbortError where the signal was aborted. */
export async function ask<K extends RouteName>(route: K, input: Input<K>): Promise<Answer<K>> {
  return (await askTagged(route, input)).body;
}

export async function askTagged<K extends RouteName>(route: K, input: Input<K>): Promise<Tagged<K>> {
  const [method = 'GET'] = route.split(' ');
  const { signal, ifMatch, reason, forCase, keepalive, body } = input;
  const response = await fetch(addressOf(route, input as Addressed), {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(reason === undefined ? {} : { 'x-evidock-reason': encodeURIComponent(reason) }),
      ...(forCase === undefined ? {} : { 'x-evidock-case': encodeURIComponent(forCase) }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
    ...(keepalive === undefined ? {} : { keepalive }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreached('the station is not reached', { cause: error });
  });
  if (!response.ok) throw await refusalOf(response, route);
  const text = response.status === 204 ? '' : await response.text();
  return { body: (text === '' ? null : JSON.parse(text)) as Answer<K>, etag: response.headers.get('etag') };
}

/**
 * Asks for the first byte of what an element will show, and gives the headers of the answer: elements themselves do not tell why they were refused. Throws as `ask` does.
 */
export async function askFirstByte(path: string, signal?: AbortSignal): Promise<Headers> {
  const response = await fetch(path, { headers: { range: 'bytes=0-0' }, ...(signal === undefined ? {} : { signal }) }).catch(
    (error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new Unreached('the station is not reached', { cause: error });
    },
  );
  if (!response.ok) throw await refusalOf(response);
  await response.arrayBuffer();
  return response.headers;
}

async function refusalOf(response: Response, route?: RouteName): Promise<Error> {
  const problem = (await response.json().catch(() => null)) as Schemas['Problem'] | null;
  // A proxy in between answers in words of its own.
  if (problem === null || typeof problem.code !== 'string')
    return new Unreached(`answered with ${response.status} by something in between`);
  if (problem.code === 'request.signed-out' && route !== 'POST /api/v1/session') onSignedOut();
  return new Refused(problem);
}

/** A line of an answer that comes line by line. */
export type Line = Readonly<Record<string, unknown>> & { readonly type: string };

/**
 * Asks for what takes long: each line goes to `told` as it comes, and the last one is returned. Throws as `ask` does, and Refused for a line that says that it failed.
 */
export async function askLines<K extends RouteName>(route: K, input: Input<K>, told: (line: Line) => void): Promise<Line | null> {
  const [method = 'GET'] = route.split(' ');
  const { signal, body } = input;
  const response = await fetch(addressOf(route, input as Addressed), {
    method,
    headers: { accept: 'application/x-ndjson', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreached('the station is not reached', { cause: error });
  });
  if (!response.ok || response.body === null) throw await refusalOf(response, route);
  const requestId = response.headers.get('x-request-id') ?? '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let last: Line | null = null;
  const take = (text: string) => {
    if (text.trim() === '') return;
    last = JSON.parse(text) as Line;
    // The status was sent before it failed, so the line tells what the status of another answer would.
    if (last.type === 'error') throw new Refused({ ...(last as unknown as Schemas['Problem']), instance: `urn:uuid:${requestId}` });
    told(last);
  };
  for (;;) {
    const { done, value = '' } = await reader.read();
    const lines = (rest + value).split('\n');
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines) take(line);
    if (done) return last;
  }
}
