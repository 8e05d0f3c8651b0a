import type { Actor } from '#domain/custody/actor';
import { DeriveAgain } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { PRIORITY, workId } from '#domain/work';
import type { LedgerWriter } from '#ports/ledger';

/**
 * Has the derivatives of one recording made again, at the lowest priority, unless its derive work waits or runs: then false. `why` is a code, or a recipe. The
 * caller pokes the work queue after the transaction.
 */
export async function deriveAgain(
  writer: LedgerWriter,
  { recordingId, why, actor, atMs }: { readonly recordingId: string; readonly why: string; readonly actor: Actor; readonly atMs: number },
): Promise<boolean> {
  const id = workId('derive', recordingId);
  if (!isSettled((await writer.work.get(id))?.state)) return false;
  await writer.work.reopen({ id, stage: 'derive', recordingId, priority: PRIORITY.later, dueAtMs: atMs, nowMs: atMs });
  const recipes = (await writer.recordings.derivatives(recordingId)).map(({ recipe }) => recipe).sort();
  await writer.custody.append(
    DeriveAgain.make({ atMs, actor, subject: subject('recording', recordingId), data: { why }, lists: { recipes } }),
  );
  return true;
}

/** Whether work of this state is over. */
export function isSettled(state: string | undefined): boolean {
  return state === 'done' || state === 'failed';
}
