import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError } from '#domain/errors';
import { mediaTypeOf } from '#domain/media/media-type';
import { because, type Reason } from '#domain/reason';
import type { DerivativeKind } from '#domain/recording';
import type { Work } from '#domain/work';
import { bytesText } from '#messages/figures';
import type { Archive } from '#ports/archive';
import type { ArchivedCopies } from '#ports/archived-copies';
import type { LedgerReader } from '#ports/ledger';
import type { RecordingDetail } from '#ports/ledger/recordings';
import type { VaultReader } from '#ports/vault';
import { evictedIds } from '#steps/evictable-items';

/** Something that a person can look at: an original or a derivative, with the digest of its bytes. */
export interface Item {
  readonly id: string;
  readonly recordingId: string;
  readonly what: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType: string;
  readonly fileName: string;
  /** The version that the archive holds of it; null where it holds none, or keeps no versions. */
  readonly versionId: string | null;
}

/** The version that the archive holds of an item. */
function versionIn({ copies }: RecordingDetail, itemId: string): string | null {
  return copies.find((copy) => copy.itemId === itemId && copy.where !== 'vault')?.versionId ?? null;
}

/**
 * The derivative of this kind. `derive`: the derive work of the recording; null where it was never queued. Throws request.not-made or request.nothing-playable
 * where the derivative is not there.
 */
export function derivativeItem(detail: RecordingDetail, kind: DerivativeKind, derive: Work | null): Item {
  const found = detail.derivatives.find((derivative) => derivative.kind === kind);
  const { id } = detail.recording;
  if (!found) throw missing(detail, kind, derive);
  const { vaultKey, bytes, sha256, mediaType } = found;
  return {
    ...{ id: found.id, recordingId: id, what: kind, key: vaultKey, bytes, sha256, mediaType, fileName: nameOf(id, vaultKey) },
    versionId: versionIn(detail, found.id),
  };
}

const ORIGINALS_TOLD = 3;

function missing({ recording, originals }: RecordingDetail, kind: DerivativeKind, derive: Work | null): EvidockError {
  const { id, state } = recording;
  const failed = (why: Reason) => (derive?.errorReason ? because('it-failed', { why, second: derive.errorReason }) : why);
  if (state === 'copying') return new EvidockError('request.not-made', because('still-taken-in', { what: kind, recording: id }));
  if (state === 'replaced') {
    const by = [...new Set(originals.flatMap(({ replacedBy }) => replacedBy ?? []))];
    return new EvidockError('request.nothing-playable', because('closed-replaced', { recording: id, names: by }));
  }
  if (derive && (derive.state === 'waiting' || derive.state === 'running'))
    return new EvidockError(
      'request.not-made',
      failed(because('in-the-making', { what: kind, recording: id, state: derive.state, percent: derive.percent })),
    );
  const names = originals
    .slice(0, ORIGINALS_TOLD)
    .map(({ index, cardPath, kind, bytes }) => `${index}: ${cardPath} (${kind}, ${bytesText(bytes)})`);
  const more = originals.length - names.length;
  const told =
    more > 0
      ? because('originals-and-more', { recording: id, names, more })
      : because(originals.length === 1 ? 'original-is' : 'originals-are', { recording: id, names });
  if (kind === 'playable') return new EvidockError('request.nothing-playable', failed(told));
  return new EvidockError('request.not-found', failed(because('no-derivative', { recording: id, what: kind })));
}

export function originalItem(detail: RecordingDetail, index: number): Item {
  const found = detail.originals.find((original) => original.index === index);
  const { id } = detail.recording;
  if (!found)
    throw new EvidockError('request.not-found', because('no-original-index', { recording: id, index, count: detail.originals.length }));
  if (found.state !== 'sealed' || !found.digests)
    throw new EvidockError('request.conflict', because('original-unsealed', { index, recording: id }));
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
    versionId: versionIn(detail, found.id),
  };
}

function nameOf(recordingId: string, key: string): string {
  return `${recordingId}-${key.slice(key.lastIndexOf('/') + 1)}`;
}

/** The officer whom a recording shows, and the unit that officer belongs to now: its id, or its name where it is known by that alone. */
export async function shownIn(
  { recordings, registry, people }: Pick<LedgerReader, 'recordings' | 'registry' | 'people'>,
  recordingId: string,
): Promise<{ officer: string | null; unit: string | null }> {
  const officer = (await recordings.get(recordingId))?.officerId ?? null;
  if (officer === null) return { officer, unit: null };
  const [unit] = await people.unitsOfOfficer(officer);
  return { officer, unit: unit ?? (await registry.officer(officer))?.unit ?? null };
}

/** Where items lie. */
export interface Stores {
  readonly ledger: Pick<LedgerReader, 'originals' | 'recordings'>;
  readonly vault: VaultReader;
  /** null if no archive is configured. */
  readonly archive: Archive | null;
  readonly archived: ArchivedCopies;
}

/** The place from which an item is read, after a look has shown that the item is there. */
export interface Source {
  readonly place: string;
  open(range: ByteRange): Promise<Readable>;
}

/** Throws vault.* or archive.* if the item is not there as it was sealed. What was evicted from the vault is read from the archive. */
export async function sourceOf(deps: Stores, item: Item, from: 'vault' | 'archive', signal: AbortSignal): Promise<Source> {
  const { vault, archive, archived, ledger } = deps;
  if (from === 'vault') {
    const found = await vault.stat(item.key);
    if (!found && (await evictedIds(ledger, item.recordingId)).has(item.id)) return sourceOf(deps, item, 'archive', signal);
    if (!found) throw new EvidockError('vault.missing', because('key', { key: item.key }));
    if (found.bytes !== item.bytes)
      throw new EvidockError('vault.mismatch', because('size-sealed', { key: item.key, found: found.bytes, bytes: item.bytes }));
    return { place: 'vault', open: (range) => vault.read(item.key, range) };
  }
  if (!archive) throw new EvidockError('request.invalid', because('no-archive', { field: 'from' }));
  const copy = { ...item, itemId: item.id };
  await archived.mustBeThere(copy);
  return { place: archive.name, open: (range) => archived.read(copy, range, signal) };
}
