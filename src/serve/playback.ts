import { EvidockError } from '#domain/errors';
import { bytesText } from '#domain/figures';
import { mediaTypeOf } from '#domain/media/media-type';
import type { DerivativeKind } from '#domain/recording';
import type { Work } from '#domain/work';
import type { RecordingDetail } from '#ports/ledger';
import { rangeOf } from './range-header.ts';
import { RawAnswer, type RouteRequest, type Serving } from './route.ts';

/** Something that can be looked at: an original or a derivative, with its bytes' digest. */
export interface Item {
  readonly id: string;
  readonly recordingId: string;
  readonly what: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType: string;
  readonly fileName: string;
}

/** `derive`: how its making stands; null where it was never asked for. Throws request.not-made or request.nothing-playable where it is not there. */
export function derivativeItem(detail: RecordingDetail, kind: DerivativeKind, derive: Work | null): Item {
  const found = detail.derivatives.find((derivative) => derivative.kind === kind);
  const { id } = detail.recording;
  if (!found) throw missing(detail, kind, derive);
  const { vaultKey, bytes, sha256, mediaType } = found;
  return { id: found.id, recordingId: id, what: kind, key: vaultKey, bytes, sha256, mediaType, fileName: nameOf(id, vaultKey) };
}

const ORIGINALS_TOLD = 3;

function missing({ recording, originals }: RecordingDetail, kind: DerivativeKind, derive: Work | null): EvidockError {
  const { id, state } = recording;
  const failed = derive?.errorDetail ? `; it failed: ${derive.errorDetail}` : '';
  if (state === 'copying') return new EvidockError('request.not-made', `${kind} of ${id}: the recording is still being taken in`);
  if (state === 'replaced') {
    const by = [...new Set(originals.map(({ replacedBy }) => replacedBy))].join(', ');
    return new EvidockError(
      'request.nothing-playable',
      `${id} was closed as replaced: its files changed before they were copied, see ${by}`,
    );
  }
  if (derive && (derive.state === 'waiting' || derive.state === 'running'))
    return new EvidockError('request.not-made', `${kind} of ${id}: ${derive.state}, ${derive.percent} % done${failed}`);
  const told = originals
    .slice(0, ORIGINALS_TOLD)
    .map(({ index, cardPath, kind, bytes }) => `${index}: ${cardPath} (${kind}, ${bytesText(bytes)})`);
  const more = originals.length > told.length ? `, and ${originals.length - told.length} more` : '';
  const what = originals.length === 1 ? 'the original is' : 'the originals are';
  if (kind === 'playable') return new EvidockError('request.nothing-playable', `${id}; ${what} ${told.join(', ')}${more}${failed}`);
  return new EvidockError('request.not-found', `recording ${id} has no derivative ${kind}${failed}`);
}

export function originalItem(detail: RecordingDetail, index: number): Item {
  const found = detail.originals.find((original) => original.index === index);
  const { id } = detail.recording;
  if (!found)
    throw new EvidockError('request.not-found', `recording ${id} has no original ${index} (it has 1 to ${detail.originals.length})`);
  if (found.state !== 'sealed' || !found.digests)
    throw new EvidockError('request.conflict', `original ${index} of ${id} is not sealed yet`);
  const { vaultKey, bytes, digests } = found;
  return {
    id: found.id,
    recordingId: id,
    what: `original ${index}`,
    key: vaultKey,
    bytes,
    sha256: digests.sha256,
    mediaType: mediaTypeOf(vaultKey),
    fileName: nameOf(id, vaultKey),
  };
}

function nameOf(recordingId: string, key: string): string {
  return `${recordingId}-${key.slice(key.lastIndexOf('/') + 1)}`;
}

/** Where an item is read from, once it is known to be there. */
interface Source {
  readonly place: string;
  open(range: { start: number; end: number }): ReturnType<Serving['deps']['vault']['read']>;
}

async function sourceOf({ deps }: Serving, item: Item, from: 'vault' | 'archive', signal: AbortSignal): Promise<Source> {
  const { vault, archive } = deps;
  if (from === 'vault') {
    const found = await vault.stat(item.key);
    if (!found) throw new EvidockError('vault.missing', item.key);
    if (found.bytes !== item.bytes)
      throw new EvidockError('vault.mismatch', `${item.key} has ${found.bytes} bytes, sealed were ${item.bytes}`);
    return { place: 'vault', open: (range) => vault.read(item.key, range) };
  }
  if (!archive) throw new EvidockError('request.invalid', 'from: no archive is configured');
  const found = await archive.head(item.key);
  if (!found) throw new EvidockError('archive.missing', item.key);
  if (found.bytes !== item.bytes)
    throw new EvidockError('archive.mismatch', `${item.key} has ${found.bytes} bytes, sealed were ${item.bytes}`);
  return { place: archive.name, open: (range) => archive.read(item.key, range, signal) };
}

/** Answers with an item or a range of it, after the look is on record. */
export async function serveItem(serving: Serving, request: RouteRequest, item: Item, from: 'vault' | 'archive'): Promise<RawAnswer> {
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
  const source = await sourceOf(serving, item, from, request.signal);
  if (request.headOnly) return new RawAnswer(status, answerHeaders, null);
  const look = { actor: request.actor, recordingId: item.recordingId, what: item.what, from: source.place };
  await serving.looks.look({ ...look, range: range === 'whole' ? null : `${start}-${end - 1}` });
  serving.metrics.looked(source.place);
  // An empty file has no range that could be asked of a disk or a server.
  return new RawAnswer(status, answerHeaders, end === start ? '' : await source.open({ start, end }));
}
