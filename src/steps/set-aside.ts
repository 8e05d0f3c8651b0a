import { STATION } from '#domain/custody/actor';
import { FileQuarantined } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { type CorruptionProof, mustBeCorrupt } from '#domain/destruction/corruption';
import type { Original } from '#domain/recording';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';

interface Parts {
  readonly vault: Pick<Vault, 'quarantine'>;
  readonly ledger: Pick<Ledger, 'transaction'>;
  readonly clock: Clock;
}

/**
 * Sets a file of the vault aside, and puts that on record before: after a kill in between the log has an entry too many, but no file is
 * gone without an entry. A file of a sealed original is set aside only with a proof that it is corrupt; without one, throws request.conflict and leaves it.
 */
export async function setAside(
  { vault, ledger, clock }: Parts,
  { id, recordingId }: Pick<Original, 'id' | 'recordingId'>,
  { key, why, corrupt }: { readonly key: string; readonly why: 'left-behind' | 'differs' | 'given-up'; readonly corrupt?: CorruptionProof },
): Promise<void> {
  const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('recording', recordingId) };
  await ledger.transaction(async (writer) => {
    const original = await writer.originals.get(id);
    if (original?.state === 'sealed') mustBeCorrupt(original, key, corrupt);
    await writer.custody.append(FileQuarantined.make({ ...about, data: { original: id, key, why } }));
  });
  await vault.quarantine(key);
}
