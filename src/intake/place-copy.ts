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
 * Gives the copied bytes their key (`w04-copy-linked`). If the vault already has an original with the same bytes, the key becomes a link to those, and that
 * original is returned. Else the draft gets the key. A key that exists already was left by an earlier process between `w04-copy-linked` and
 * `w05-copied-recorded`: its file stays if it has the same digest, and is set aside if not. A file with gaps never counts as a duplicate, because the zeros in
 * it say nothing of what the recorder holds.
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
    // Does nothing after a commit, because the draft has no name of its own any more.
    await draft.discard();
  }
}

/** Links the bytes of the same original; commits the draft where that original's file is gone from the vault. */
async function linkOrCommit(vault: Vault, sameKey: string, key: string, draft: VaultDraft): Promise<'created' | 'exists'> {
  try {
    return await vault.link(sameKey, key);
  } catch (error) {
    if (!isFailure(error, 'vault.missing')) throw error;
    return draft.commit();
  }
}

/** A copy that is in the vault and not on record yet. */
export interface Copied {
  readonly original: Original;
  readonly copied: CopiedFile;
  readonly facts: { readonly dockingId: string; readonly duplicateOf: string | null; readonly nowMs: number };
}

/** Records that an original is `copied`, at fault point `w05-copied-recorded`. Gaps make its recording damaged at once. */
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
  // Also judged where an earlier copy had gaps and was set aside because it read back wrong.
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
