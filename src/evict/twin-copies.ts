import type { Copy, Original } from '#domain/recording';
import type { LedgerReader } from '#ports/ledger';

/** Other names of the same bytes whose copies are asked. */
const TWINS_MAX = 100;

/** Copies that the archive holds of other originals with the same bytes: a file that was docked twice. Each is an object of its own. */
export async function* twinCopies(
  ledger: Pick<LedgerReader, 'eviction' | 'recordings'>,
  archive: string,
  { id, digests, bytes }: Original,
): AsyncGenerator<Copy> {
  if (!digests) return;
  for (const twin of await ledger.eviction.twins({ sha256: digests.sha256, bytes }, TWINS_MAX)) {
    if (twin.id === id) continue;
    const copies = await ledger.recordings.copies(twin.recordingId);
    yield* copies.filter(({ itemId, where }) => itemId === twin.id && where === archive);
  }
}
