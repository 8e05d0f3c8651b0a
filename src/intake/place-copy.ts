import { STATION } from '#domain/custody/actor';
import { OriginalCopied } from '#domain/custody/original-entries';
import { RecordingDamaged } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { damageFromIntake, gapsReason } from '#domain/damage';
import { isFailure } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { Vault, VaultDraft } from '#ports/vault';
import { setAside } from '#steps/set-aside';
import type { CopiedFile } from './copy-file.ts';

/**
 * Gives the bytes their key (`w04-copy-linked`). Where an original with the same bytes is in the vault already, its bytes are linked; else the draft
 * gets the key. A key that is taken holds what an earlier process left between `w04-copy-linked` and `w05-copied-recorded`: it is kept if it has our
 * digest, and set aside if not. Returns the original of which this one is a duplicate. A file with gaps is no duplicate: that its bytes are those of
 * another file says nothing of what the recorder holds.
 */
export async function placeCopy(
  { vault, ledger, clock }: { vault: Vault; ledger: Ledger; clock: Clock },
  original: Original,
  { draft, digests, gaps }: CopiedFile,
  mayLink: boolean,
): Promise<Original | null> {
  const key = original.vaultKey;
  try {
    const same = gaps.length > 0 ? null : await ledger.originals.findSealedByDigest(digests.sha256, original.bytes);
    const put = () => (same && mayLink ? linkOrCommit(vault, same.vaultKey, key, draft) : draft.commit());
    if ((await put()) === 'exists') {
      const there = await vault.reread(key, { sm3: false });
      if (there.bytes !== original.bytes || there.digests.sha256 !== digests.sha256) {
        await setAside({ vault, ledger, clock }, original, { key, why: 'left-behind' });
        if ((await put()) === 'exists') throw new Error(`${key} was taken again`);
      }
    }
    return same;
  } finally {
    // After a commit the draft has no name any more and this does nothing.
    await draft.discard();
  }
}

/** An original whose file is gone from the vault must not keep its bytes from being stored once more. */
async function linkOrCommit(vault: Vault, sameKey: string, key: string, draft: VaultDraft): Promise<'created' | 'exists'> {
  try {
    return await vault.link(sameKey, key);
  } catch (error) {
    if (!isFailure(error, 'vault.missing')) throw error;
    return draft.commit();
  }
}

/** A copy that stands in the vault and is not on record yet. */
export interface Copied {
  readonly original: Original;
  readonly copied: CopiedFile;
  readonly facts: { readonly dockingId: string; readonly duplicateOf: string | null; readonly nowMs: number };
}

/** Part of `w05-copied-recorded`: the original is `copied`; what could not be read of it makes its recording damaged at once. */
export async function recordCopied(writer: LedgerWriter, { original, copied, facts }: Copied): Promise<void> {
  const { digests, gaps, sourceReread } = copied;
  const { dockingId, duplicateOf, nowMs } = facts;
  await writer.originals.markCopied(original.id, { digests, gaps, sourceReread, duplicateOf, copiedAtMs: nowMs });
  const data = {
    recording: original.recordingId,
    docking: dockingId,
    bytes: original.bytes,
    sha256: digests.sha256,
    sm3: digests.sm3,
    sourceReread,
    duplicateOf,
  };
  const by = { atMs: nowMs, actor: STATION };
  const lists = { gaps: gaps.map(({ start, end }) => ({ start, end })) };
  const recording = await writer.recordings.get(original.recordingId);
  // Also where an earlier copy of it had gaps, and was set aside because it read back otherwise.
  const judged = recording !== null && (gaps.length > 0 || recording.damaged);
  const damage = judged ? damageFromIntake(recording, await writer.originals.ofRecording(original.recordingId)) : null;
  const personal = { cardPath: original.cardPath, ...(judged ? { damage } : {}) };
  await writer.custody.append(OriginalCopied.make({ ...by, subject: subject('original', original.id), data, lists, personal }));
  if (!judged) return;
  await writer.recordings.update(original.recordingId, { damaged: damage !== null, damageReason: damage });
  const own = gapsReason([{ ...original, gaps }]);
  if (own === null) return;
  const about = { ...by, subject: subject('recording', original.recordingId) };
  await writer.custody.append(RecordingDamaged.make({ ...about, personal: { reason: own } }));
}
