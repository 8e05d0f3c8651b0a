import type { IncomingHttpHeaders } from 'node:http';
import type { DeskDeps } from '#desk/deps';
import { sourceOf } from '#desk/footage';
import type { LookLog } from '#desk/look-log';
import type { Actor } from '#domain/custody/actor';
import type { Metrics } from './metrics.ts';
import { rangeOf } from './range-header.ts';
import { type Footage, RawAnswer } from './route.ts';

export interface FootageDeps {
  readonly deps: DeskDeps;
  readonly looks: LookLog;
  readonly metrics: Metrics;
}

export interface FootageRequest {
  readonly actor: Actor;
  readonly headers: IncomingHttpHeaders;
  /** True for a HEAD request: only headers are sent, and no look is recorded. */
  readonly headOnly: boolean;
  readonly signal: AbortSignal;
}

/** Answers with an item or a range of it, once the look is on record. */
export async function serveFootage(
  { deps, looks, metrics }: FootageDeps,
  request: FootageRequest,
  { item, from }: Footage,
): Promise<RawAnswer> {
  const header = (name: string) => [request.headers[name]].flat()[0];
  const etag = `"${item.sha256}"`;
  const headers = {
    'content-type': item.mediaType,
    'content-disposition': `inline; filename="${item.fileName}"`,
    'accept-ranges': 'bytes',
    etag,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-evidock-sha256': item.sha256,
  };
  const asked = header('range');
  const sameVersion = header('if-range') === undefined || header('if-range') === etag;
  const range = sameVersion ? rangeOf(asked, item.bytes) : 'whole';
  if (range === 'unsatisfiable') return new RawAnswer(416, { 'content-range': `bytes */${item.bytes}`, 'accept-ranges': 'bytes' }, '');
  const { start, end } = range === 'whole' ? { start: 0, end: item.bytes } : range;
  const answerHeaders = {
    ...headers,
    'content-length': String(end - start),
    ...(range === 'whole' ? {} : { 'content-range': `bytes ${start}-${end - 1}/${item.bytes}` }),
  };
  const status = range === 'whole' ? 200 : 206;
  const source = await sourceOf(deps, item, from, request.signal);
  if (request.headOnly) return new RawAnswer(status, answerHeaders, null);
  const look = { actor: request.actor, recordingId: item.recordingId, what: item.what, from: source.place };
  await looks.look({ ...look, range: range === 'whole' ? null : `${start}-${end - 1}` });
  metrics.looked(source.place);
  // An empty file has no range that a disk or a server could be asked for.
  return new RawAnswer(status, answerHeaders, end === start ? '' : await source.open({ start, end }));
}
