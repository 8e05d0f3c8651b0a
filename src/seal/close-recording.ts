import type { Kind } from '#domain/kind';
import { recordingStateOf } from '#domain/recording';
import { workId } from '#domain/work';
import type { LedgerWriter } from '#ports/ledger';
import { recordSuggestions, type SuggestRules } from '#steps/record-suggestions';

export interface ClosingSettings {
  /** An archive is configured: sealed recordings are to be archived. */
  readonly archive: boolean;
  readonly suggest: SuggestRules;
}

const DERIVED_KINDS: readonly Kind[] = ['video', 'audio', 'photo'];
const PRIORITY_IMPORTANT = 1;
const PRIORITY_NORMAL = 5;

/** Seals a recording whose originals are all sealed: its state, its work and its suggestions go on record. Returns whether it did. */
export async function closeRecording(
  writer: LedgerWriter,
  recordingId: string,
  settings: ClosingSettings,
  nowMs: number,
): Promise<boolean> {
  const recording = await writer.recordings.get(recordingId);
  const originals = await writer.originals.ofRecording(recordingId);
  if (recording?.state !== 'copying' || originals.some((original) => original.state !== 'sealed')) return false;

  // A recording whose segments were all replaced may still have sidecars. Without a segment nothing in it can be played.
  const derive = DERIVED_KINDS.includes(recording.kind) && originals.some(({ role }) => role === 'segment');
  const priority = recording.important ? PRIORITY_IMPORTANT : PRIORITY_NORMAL;
  const stages = [...(derive ? (['derive'] as const) : []), ...(settings.archive ? (['archive'] as const) : [])];
  for (const stage of stages) {
    await writer.work.insert({ id: workId(stage, recordingId), stage, recordingId, priority, dueAtMs: nowMs, nowMs });
  }
  const first = originals.find(({ role }) => role === 'segment');
  // Leftovers are alike on every card: that the first one is a duplicate tells nothing of the others in its recording.
  const same = recording.kind !== 'leftover' && first?.duplicateOf ? await writer.originals.get(first.duplicateOf) : null;
  await writer.recordings.update(recordingId, {
    state: recordingStateOf({ allSealed: true, deriveSettled: !derive, archiveSettled: false }),
    ...(same ? { duplicateOf: same.recordingId } : {}),
  });
  await recordSuggestions(writer, recording, settings.suggest, nowMs);
  return true;
}
