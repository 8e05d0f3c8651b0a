import type { Readable } from 'node:stream';
import type { Static, TSchema } from 'typebox';
import { BeatJson } from '#api/live';
import type { DeskDeps } from '#desk/deps';
import type { Item } from '#desk/footage';
import type { Action } from '#domain/access/policy';
import type { Task } from '#domain/access/tasks';
import type { Actor } from '#domain/custody/actor';
import type { CustodyType } from '#domain/custody/catalogue';
import type { Case } from '#domain/registry';
import type { LedgerReader } from '#ports/ledger';
import type { Cookies } from './cookies.ts';
import type { StreamPlaces } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Principal } from './principal.ts';
import type { RequestCustody } from './request-custody.ts';
import type { StatedReason } from './stated-reason.ts';

/** What handlers get beside the request. `deps.ledger` holds a handler to the custody that its route declares. */
export interface Serving {
  readonly deps: DeskDeps;
  readonly metrics: Metrics;
  readonly openApi: () => unknown;
  /** Limits the event streams of this way in, and of who asks. */
  readonly streams: StreamPlaces;
}

/** By what somebody may do this with a recording. */
export interface Leave {
  readonly recording: string;
  readonly actions: readonly Action[];
  /** Version of the policy that decided; null where none was asked, as over the control socket. */
  readonly policy: number | null;
  /** Ids of the rules that allowed it, one for each action; `break-glass` over the control socket. */
  readonly rules: readonly string[];
  /** Ids of the grants that cover it. */
  readonly grants: readonly string[];
  readonly reason: StatedReason | null;
  /** The stated case, with its title now; null: none was stated. */
  readonly forCase: Pick<Case, 'number' | 'title'> | null;
}

interface RouteRequest<P = unknown, Q = unknown, B = unknown> {
  /** As it was asked for: path and query. */
  readonly url: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly principal: Principal;
  /** The principal as custody names it. */
  readonly actor: Actor;
  /** What whoever asks may see, also where the route reads the station. */
  readonly seen: LedgerReader;
  /** By what the request may do this with its recording; null: the route is bound to none. */
  readonly leave: Leave | null;
  /** Those that it sets go out with an answer that succeeds. */
  readonly cookies: Cookies;
  /** Here a command says that nothing changed. */
  readonly custody: RequestCustody;
  /** Asks again whether the sender is still let in, and may see and do what they could when the request came. Throws where nobody can tell. */
  readonly stillHolds: () => Promise<boolean>;
  /** Aborted when the connection closes. */
  readonly signal: AbortSignal;
}

/** An answer that is not JSON of the schema: text, bytes, events. */
export class RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | string | null;

  constructor(status: number, headers: Readonly<Record<string, string>>, body: Readable | string | null) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** The answer of a command that made a resource with a URL of its own; status 201. */
export class Created {
  readonly location: string;
  readonly body: unknown;

  constructor(location: string, body: unknown) {
    this.location = location;
    this.body = body;
  }
}

/** Sends the browser to another place; status 303. */
export class Redirect {
  readonly location: string;

  constructor(location: string) {
    this.location = location;
  }
}

/** JSON lines that are sent while a command runs. Its custody is settled after the last one. */
export class LinesAnswer {
  readonly lines: AsyncGenerator<unknown>;
  /** Makes the line that is sent while the next one takes long. */
  readonly meanwhile: () => unknown;

  constructor(lines: AsyncGenerator<unknown>, meanwhile: () => unknown) {
    this.lines = lines;
    this.meanwhile = meanwhile;
  }
}

/**
 * The resource at a URL, as GET shows it; null: there is none yet. Its ETag is made of it, and `If-Match` is judged by it inside the transaction of the change.
 * Throws request.not-found.
 */
export type Resource<P> = (ledger: LedgerReader, deps: DeskDeps, params: P) => Promise<unknown>;

/** The item that a footage handler found. The server records the look and sends the bytes. */
export interface Footage {
  readonly item: Item;
  readonly from: 'vault' | 'archive';
  /** True: what goes out is a copy with the mark of who asks, and not the item itself. */
  readonly marked?: boolean;
}

/** `play`: the moving picture with its sound, or the sound alone. It is `look`, `hear` or both, by the kind of the recording. */
export type Asked = Action | 'play';

/** What the request wants of one recording. */
export interface OfRecording {
  readonly of: 'recording';
  readonly action: Asked;
  /** What parameters or body ask beside that. */
  readonly also?: (asked: { readonly params: unknown; readonly body: unknown }) => readonly Asked[];
  /** Id of the recording; null: there is none. Left out: the parameter `id`. */
  readonly recording?: (ledger: LedgerReader, params: unknown) => Promise<string | null>;
}

/** What somebody needs to be let ask: a task, `nothing` for everybody, or leave to do something with a recording. */
type Needs = Task | 'nothing' | OfRecording;

interface Common<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly url: string;
  readonly needs: Needs;
  readonly summary: string;
  /**
   * What the handler reads. `scope`, if left out: of the footage only what whoever asks may see. `station`: everything, because the route tells nothing of
   * footage, or changes something for all. A command that has a resource is then carried out only where who asks sees the resource.
   */
  readonly reads?: 'scope' | 'station';
  /**
   * Of a route that reads the station: looks among what whoever asks may see for what the request names; `whole`: the station.
   * Throws request.not-found.
   */
  readonly names?: (
    seen: LedgerReader,
    asked: { readonly params: Static<P>; readonly body: Static<B> },
    whole: LedgerReader,
  ) => Promise<unknown>;
  readonly schema: {
    readonly params?: P;
    readonly querystring?: Q;
    readonly body?: B;
    readonly response?: TSchema;
    /** Schema of each line of the answer. */
    readonly line?: TSchema;
    /** By the name of an event: the schema of its data. */
    readonly events?: Readonly<Record<string, TSchema>>;
  };
  /** True: a request that succeeds is answered with `Redirect`. */
  readonly redirects?: boolean;
  /** Media type of an answer that is not JSON of the schema, for the API document. */
  readonly produces?: string;
}

type Handler<P extends TSchema, Q extends TSchema, B extends TSchema, A> = (
  serving: Serving,
  request: RouteRequest<Static<P>, Static<Q>, Static<B>>,
) => Promise<A>;

/** A route that looks and changes nothing. */
interface QuerySpec<P extends TSchema, Q extends TSchema, B extends TSchema> extends Common<P, Q, B> {
  /** True: the answer is the resource by which a change of this URL is judged. */
  readonly isResource?: boolean;
  /** Types of entries that reading it may leave, because who reads it has to be on record. The handler writes them through `deps.deeds`. */
  readonly records?: readonly CustodyType[];
  readonly handle: Handler<P, Q, B, unknown>;
}

/** A route that changes something. */
interface CommandSpec<P extends TSchema, Q extends TSchema, B extends TSchema> extends Common<P, Q, B> {
  /** `GET`: only where a browser comes back from elsewhere, which can send nothing else. It is not answered to HEAD. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Types of entries that a successful request may leave. It leaves at least one, or says that nothing changed. null: it leaves none. */
  readonly custody: readonly CustodyType[] | null;
  /** The resource that is changed. `If-Match` and `If-None-Match` are judged by it, and the answer has its ETag. */
  readonly resource?: Resource<Static<P>>;
  /** Whether the handler returns `Created`: `always`, or only where it made something `new`. */
  readonly creates?: 'always' | 'new';
  /** `several`: the handler makes no transaction, or more than one. So the answer for an idempotency key is kept after the last. */
  readonly transactions?: 'several';
  /** True: the request holds a password or a code. It takes no idempotency key, because a digest of its body would be kept, and perhaps a secret of its answer. */
  readonly keyless?: boolean;
  /** True: the answer holds a secret and is not kept for an idempotency key. */
  readonly secret?: boolean;
  /** Largest body, bytes; 64 KiB if left out. */
  readonly bodyBytesMax?: number;
  readonly handle: Handler<P, Q, B, unknown>;
}

/** A route that sends bytes of a recording. */
interface FootageSpec<P extends TSchema, Q extends TSchema, B extends TSchema> extends Common<P, Q, B> {
  readonly produces: string;
  readonly handle: Handler<P, Q, B, Footage>;
}

/** A route that sends server-sent events until the client leaves. */
interface EventsSpec<P extends TSchema, Q extends TSchema, B extends TSchema> extends Common<P, Q, B> {
  readonly handle: Handler<P, Q, B, RawAnswer>;
}

type Any<S> = Omit<S, 'handle'> & { readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' };
type Answering<A> = { handle(serving: Serving, request: RouteRequest): Promise<A> };

/** One row of the table of routes. */
export type Route =
  | (Any<QuerySpec<TSchema, TSchema, TSchema>> & Answering<unknown> & { readonly kind: 'query' })
  | (Any<CommandSpec<TSchema, TSchema, TSchema>> & Answering<unknown> & { readonly kind: 'command' })
  | (Any<FootageSpec<TSchema, TSchema, TSchema>> & Answering<Footage> & { readonly kind: 'footage' })
  | (Any<EventsSpec<TSchema, TSchema, TSchema>> & Answering<RawAnswer> & { readonly kind: 'events' });

// The handler of a row gets the types of the row's own schemas. That is safe, because the server checks each request against these schemas before it calls the
// handler.

/** Makes the GET row of a resource by which changes of the same URL are judged. */
export function shown<P extends TSchema>(spec: Common<P, TSchema, TSchema> & { readonly resource: Resource<Static<P>> }): Route {
  const { resource, ...rest } = spec;
  return query<P, TSchema, TSchema>({
    ...rest,
    isResource: true,
    handle: async ({ deps }, { params }) => resource(deps.ledger, deps, params),
  });
}

export function query<P extends TSchema, Q extends TSchema, B extends TSchema>(spec: QuerySpec<P, Q, B>): Route {
  return { ...spec, kind: 'query', method: 'GET' } as unknown as Route;
}

export function command<P extends TSchema, Q extends TSchema, B extends TSchema>(spec: CommandSpec<P, Q, B>): Route {
  return { ...spec, kind: 'command' } as unknown as Route;
}

export function footage<P extends TSchema, Q extends TSchema, B extends TSchema>(spec: FootageSpec<P, Q, B>): Route {
  return { ...spec, kind: 'footage', method: 'GET' } as unknown as Route;
}

export function events<P extends TSchema, Q extends TSchema, B extends TSchema>(spec: EventsSpec<P, Q, B>): Route {
  const schema = { ...spec.schema, events: { ...spec.schema.events, beat: BeatJson } };
  return { ...spec, schema, kind: 'events', method: 'GET', produces: 'text/event-stream' } as unknown as Route;
}

/** Whether an answer of this route is a look at footage, in whatever form: other sites cannot lead anybody to it, and it is limited as footage is. */
export function showsFootage(row: Route): boolean {
  return row.kind === 'footage' || (row.kind === 'query' && custodyOfRoute(row).includes('recording.viewed'));
}

/** The types of entries that a route may leave in the custody log. */
export function custodyOfRoute(row: Route): readonly CustodyType[] {
  if (row.kind === 'command') return row.custody ?? [];
  if (row.kind === 'query') return row.records ?? [];
  return row.kind === 'footage' ? ['recording.viewed'] : [];
}
