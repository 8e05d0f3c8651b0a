import type { DoomedFile } from '#domain/destruction/proof';
import type { Derivative, Original } from '#domain/recording';
import { FACTS_ITEM } from '#domain/vault/facts';
import { blocksKey, factsKey, manifestKey, recordingPrefix } from '#domain/vault/vault-key';
import type { LedgerReader } from '#ports/ledger';
import type { OriginalEraser } from '#ports/original-eraser';

/**
 * What can be made again goes first, in every place; then the originals of the vault, which the archive still has; then those of the archive. What belongs to an
 * original and cannot be made again goes last. So what stops in between leaves the most.
 */
const ORDER: readonly DoomedFile['what'][] = ['derivative', 'facts', 'original', 'manifest'];

export interface RecordingFiles {
  readonly files: readonly DoomedFile[];
  /** Originals of which no place lists anything. */
  readonly nowhere: readonly Original[];
}

/**
 * Everything that the places list below the key of a recording, and everything that the ledger names there: originals, manifests, derivatives, facts, and what
 * nobody knows, such as a file that a crash left.
 */
export async function filesOf(
  reader: Pick<LedgerReader, 'recordings' | 'originals'>,
  recordingId: string,
  places: readonly OriginalEraser[],
  signal?: AbortSignal,
): Promise<RecordingFiles> {
  const originals = await reader.originals.ofRecording(recordingId);
  const known = byKey(recordingId, originals, await reader.recordings.derivatives(recordingId));
  const files: DoomedFile[] = [];
  const seen = new Set<string>();
  for (const place of places) {
    const keys = await place.keysUnder(recordingPrefix(recordingId), signal);
    const found = keys.map((key) => {
      const named = known.get(key) ?? { itemId: recordingId, what: 'derivative' as const, bytes: null, sha256: null };
      if (named.what === 'original') seen.add(named.itemId);
      return { recordingId, where: place.where, key, version: null, ...named };
    });
    files.push(...found);
  }
  files.sort((a, b) => ORDER.indexOf(a.what) - ORDER.indexOf(b.what) || vaultFirst(a) - vaultFirst(b));
  return { files, nowhere: originals.filter(({ id }) => !seen.has(id)) };
}

const vaultFirst = ({ where }: DoomedFile) => (where === 'vault' ? 0 : 1);

type Named = Pick<DoomedFile, 'itemId' | 'what' | 'bytes' | 'sha256'>;

function byKey(recordingId: string, originals: readonly Original[], derivatives: readonly Derivative[]): ReadonlyMap<string, Named> {
  const known = new Map<string, Named>([[factsKey(recordingId), { itemId: FACTS_ITEM, what: 'facts', bytes: null, sha256: null }]]);
  for (const { id, index, vaultKey, bytes, digests } of originals) {
    known.set(vaultKey, { itemId: id, what: 'original', bytes, sha256: digests?.sha256 ?? null });
    for (const key of [manifestKey(recordingId, index), blocksKey(recordingId, index)])
      known.set(key, { itemId: id, what: 'manifest', bytes: null, sha256: null });
  }
  for (const { id, vaultKey, bytes, sha256 } of derivatives) known.set(vaultKey, { itemId: id, what: 'derivative', bytes, sha256 });
  return known;
}
