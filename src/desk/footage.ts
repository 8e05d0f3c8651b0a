import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import { bytesText } from '#domain/bytes-text';
import { EvidockError } from '#domain/errors';
import { mediaTypeOf } from '#domain/media/media-type';
import type { DerivativeKind } from '#domain/recording';
import type { Work } from '#domain/work';
import type { RecordingDetail } from '#ports/ledger/recordings';
import type { DeskDeps } from './deps.ts';

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
export interface Source {
  readonly place: string;
  open(range: ByteRange): Promise<Readable>;
}

/** Throws vault.* or archive.* if it is not there as it was sealed. */
export async function sourceOf({ vault, archive }: DeskDeps, item: Item, from: 'vault' | 'archive', signal: AbortSignal): Promise<Source> {
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
