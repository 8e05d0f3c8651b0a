import { type Evictable, evictableOriginal, evictablePlayable } from '#domain/eviction/evictable';
import type { LedgerReader } from '#ports/ledger';

type Reads = Pick<LedgerReader, 'originals' | 'recordings'>;

/** An original, or a playable copy, as the ledger has it now; null: there is no such row, because the copy was made again or its recording was disposed of. */
export async function evictableNow(
  { originals, recordings }: Reads,
  { what, id, recordingId }: Pick<Evictable, 'id' | 'recordingId'> & { readonly what: string },
): Promise<Evictable | null> {
  if (what === 'original') {
    const original = await originals.get(id);
    return original && evictableOriginal(original);
  }
  const playable = evictablePlayable(await recordings.derivatives(recordingId));
  return playable?.id === id ? playable : null;
}

/** Ids of the originals of a recording, and of its playable copy, that the vault has given up. */
export async function evictedIds({ originals, recordings }: Reads, recordingId: string): Promise<ReadonlySet<string>> {
  const items = [...(await originals.ofRecording(recordingId)), ...(await recordings.derivatives(recordingId))];
  return new Set(items.filter(({ evictedAtMs }) => evictedAtMs !== null).map(({ id }) => id));
}
