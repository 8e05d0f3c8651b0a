import { disposedFaults } from '#desk/disposed-faults';
import { replacedFaults } from '#desk/replaced-faults';
import type { SealedEntry } from '#desk/sealed-entries';
import type { CustodyEntry } from '#domain/custody/entry';
import { because, type Reason } from '#domain/reason';
import { isTakenIn } from '#domain/recording';
import type { RecordingDetail } from '#ports/ledger/recordings';

interface RecordFault {
  /** Key of the original that it is about; null: it is about the recording. */
  readonly key: string | null;
  readonly reason: Reason;
}

/** Compares the rows of the ledger with what custody told when the originals were sealed. */
export function* recordFaults(
  detail: RecordingDetail,
  sealed: ReadonlyMap<string, SealedEntry>,
  custody: readonly CustodyEntry[],
): Iterable<RecordFault> {
  const { recording, originals } = detail;
  for (const { id, state, digests, bytes, vaultKey: key, cardPath: path } of originals) {
    const told = sealed.get(id);
    if (state !== 'sealed') {
      if (isTakenIn(recording.state))
        yield { key, reason: because('original-in-other-state', { path, state, recordingState: recording.state }) };
    } else if (!told) yield { key, reason: because('sealed-unlogged', { path }) };
    else if (told.sha256 !== digests?.sha256)
      yield { key, reason: because('digest-otherwise', { path, digest: 'SHA-256', found: digests?.sha256 ?? '—', told: told.sha256 }) };
    else if (told.sm3 !== digests.sm3)
      yield { key, reason: because('digest-otherwise', { path, digest: 'SM3', found: digests.sm3 ?? '—', told: told.sm3 ?? '—' }) };
    else if (told.bytes !== bytes) yield { key, reason: because('bytes-otherwise', { path, found: bytes, told: told.bytes }) };
  }
  for (const reason of [...replacedFaults(detail, custody), ...disposedFaults(detail, custody)]) yield { key: null, reason };
  const { originalCount, missingCount } = recording;
  if (originals.length + missingCount !== originalCount)
    yield { key: null, reason: because('originals-counted', { count: originals.length, listed: originalCount, missing: missingCount }) };
}
