import type { ListedFile } from '#domain/card/listed-file';
import { STATION } from '#domain/custody/actor';
import { RecordingMarked } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import type { LedgerWriter } from '#ports/ledger';

/** Marks a recording as important because the recorder has marked its file since, by another name or folder. */
export async function markRecording(
  writer: LedgerWriter,
  known: Original,
  file: ListedFile,
  { docking, nowMs }: { docking: Docking; nowMs: number },
): Promise<void> {
  const recording = await writer.recordings.get(known.recordingId);
  if (!recording || recording.important || file.facts.important !== true) return;
  await writer.recordings.update(known.recordingId, { important: true });
  const about = { atMs: nowMs, actor: STATION, subject: subject('recording', known.recordingId) };
  const data = { docking: docking.id, original: known.id };
  await writer.custody.append(RecordingMarked.make({ ...about, data, personal: { from: known.cardPath, to: file.path } }));
}
