import type { ListedFile } from '#domain/card/listed-file';
import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import type { LedgerWriter } from '#ports/ledger';

/** A file that is on record was marked as important since, under another name or in another folder: so its recording is. */
export async function markRecording(
  writer: LedgerWriter,
  known: Original,
  file: ListedFile,
  { docking, nowMs }: { docking: Docking; nowMs: number },
): Promise<void> {
  const recording = await writer.recording(known.recordingId);
  if (!recording || recording.important || file.facts.important !== true) return;
  await writer.updateRecording(known.recordingId, { important: true });
  const data = { docking: docking.id, original: known.id, from: known.cardPath, to: file.path };
  await writer.appendCustody({ type: 'recording.marked', atMs: nowMs, actor: 'station', subject: known.recordingId, data });
}
