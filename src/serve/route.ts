import type { Readable } from 'node:stream';
import type { Static, TSchema } from 'typebox';
import type { DeskDeps } from '#desk/deps';
import type { LookLog } from '#desk/look-log';
import type { Actor } from '#domain/custody/actor';
import type { StreamLimit } from './limits.ts';
import type { Metrics } from './metrics.ts';

/** `viewer`: looks; `operator`: changes, re-reads, takes in. Every way in grants one of them. */
export type Access = 'viewer' | 'operator';

/** What handlers get beside the request. */
export interface Serving {
  readonly deps: DeskDeps;
  readonly looks: LookLog;
  readonly metrics: Metrics;
  readonly openApi: () => unknown;
  /** Event streams of this way in. */
  readonly streams: StreamLimit;
}

export interface RouteRequest<P = unknown, Q = unknown, B = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly actor: Actor;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** A HEAD request: headers only. */
  readonly headOnly: boolean;
  /** Ends with the connection. */
  readonly signal: AbortSignal;
}

/** An answer that is no JSON document of the schema: bytes, lines, events. */
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

interface Spec<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly access: Access;
  readonly summary: string;
  /** Custody entry that a successful request leaves; null if none. */
  readonly custody: string | null;
  readonly schema: { readonly params?: P; readonly querystring?: Q; readonly body?: B; readonly response?: TSchema };
  /** Largest body, bytes; 64 KiB if left out. */
  readonly bodyBytesMax?: number;
  /** Media type of a RawAnswer, for the API document. */
  readonly produces?: string;
  handle(serving: Serving, request: RouteRequest<Static<P>, Static<Q>, Static<B>>): Promise<unknown>;
}

/** One row of the table of routes. */
export interface Route extends Omit<Spec<TSchema, TSchema, TSchema>, 'handle'> {
  handle(serving: Serving, request: RouteRequest): Promise<unknown>;
}

/** A row whose handler gets the types of its own schemas. */
export function route<P extends TSchema, Q extends TSchema, B extends TSchema>(spec: Spec<P, Q, B>): Route {
  // The server checks each request against these schemas before it calls the handler.
  return spec as unknown as Route;
}
