import type { Actor } from '#domain/custody/actor';
import { CopyDestroyed } from '#domain/custody/destruction-entries';
import { DisposalKept } from '#domain/custody/disposal-entries';
import { subject } from '#domain/custody/subject';
import type { Reason } from '#domain/reason';
import { workId } from '#domain/work';
import type { LedgerWriter } from '#ports/ledger';
import { deriveAgain, isSettled } from '#steps/derive-again';

interface Kept {
  readonly disposalId: string;
  readonly recordingId: string;
  readonly why: Reason;
  readonly actor: Actor;
  readonly atMs: number;
}

/**
 * Keeps a recording of a list. What the list had destroyed of it before it was stopped is made again, as long as its originals are there: derivatives from the
 * originals, and in the archive the facts and the derivatives. Originals that only left the vault are fetched back when they are wanted, as after an eviction.
 * Returns whether work waits for it.
 */
export async function keepRecording(writer: LedgerWriter, { disposalId, recordingId, why, actor, atMs }: Kept): Promise<boolean> {
  const about = subject('recording', recordingId);
  await writer.disposals.updateItem(disposalId, recordingId, { state: 'kept', why });
  await writer.custody.append(
    DisposalKept.make({ atMs, actor, subject: about, data: { disposal: disposalId }, personal: { reason: why } }),
  );
  const gone = (await writer.custody.of(about))
    .map(CopyDestroyed.parse)
    .flatMap((entry) => (entry?.data.disposal === disposalId ? [entry.data] : []));
  const isLost = gone.some(({ what, place }) => what === 'original' && place !== 'vault');
  if (gone.length === 0 || isLost) return false;
  const derives = gone.some(({ what }) => what === 'derivative') && (await deriveAgain(writer, { recordingId, why: 'kept', actor, atMs }));
  const archives = gone.some(({ place }) => place !== 'vault') && (await archiveAgain(writer, recordingId, atMs));
  return derives || archives;
}

async function archiveAgain(writer: LedgerWriter, recordingId: string, nowMs: number): Promise<boolean> {
  const id = workId('archive', recordingId);
  const known = await writer.work.get(id);
  if (!known || !isSettled(known.state)) return false;
  await writer.work.reopen({ id, stage: 'archive', recordingId, priority: known.priority, dueAtMs: nowMs, nowMs });
  return true;
}
