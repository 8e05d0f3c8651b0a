import { STATION } from '#domain/custody/actor';
import { TakenUpAgain } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import type { LedgerWriter } from '#ports/ledger';

/**
 * The file of a recording that was closed as replaced is on a card after all, as it was listed first: the recorder has two cards, or a repair brought the file
 * back. Its recording is waited for again. Returns the original without its mark.
 */
export async function takeUpAgain(
  writer: LedgerWriter,
  original: Original,
  { docking, nowMs }: { docking: Docking; nowMs: number },
): Promise<Original> {
  if (original.replacedBy === null) return original;
  const { recordingId } = original;
  for (const { id } of await writer.originals.ofRecording(recordingId)) await writer.originals.markReplaced(id, null);
  await writer.recordings.update(recordingId, { state: 'copying' });
  const about = { atMs: nowMs, actor: STATION, subject: subject('recording', recordingId) };
  const data = { docking: docking.id, original: original.id };
  await writer.custody.append(TakenUpAgain.make({ ...about, data, personal: { cardPath: original.cardPath } }));
  return { ...original, replacedBy: null };
}
