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

/** If the recording's last original has been sealed, it is sealed itself: its state, its work and its suggestions go on record. Returns whether. */
export async function closeRecording(
  writer: LedgerWriter,
  recordingId: string,
  settings: ClosingSettings,
  nowMs: number,
): Promise<boolean> {
  const recording = await writer.recordings.get(recordingId);
  const originals = await writer.originals.ofRecording(recordingId);
  if (recording?.state !== 'copying' || originals.some((original) => original.state !== 'sealed')) return false;

  // Of a recording whose segments were all replaced, sidecars may be left: nothing plays there.
  const derive = DERIVED_KINDS.includes(recording.kind) && originals.some(({ role }) => role === 'segment');
  const priority = recording.important ? PRIORITY_IMPORTANT : PRIORITY_NORMAL;
  const stages = [...(derive ? (['derive'] as const) : []), ...(settings.archive ? (['archive'] as const) : [])];
  for (const stage of stages) {
    await writer.work.insert({ id: workId(stage, recordingId), stage, recordingId, priority, dueAtMs: nowMs, nowMs });
  }
  const first = originals.find(({ role }) => role === 'segment');
  // Leftovers are the same on every card: that one of them is known says nothing of the others.
  const same = recording.kind !== 'leftover' && first?.duplicateOf ? await writer.originals.get(first.duplicateOf) : null;
  await writer.recordings.update(recordingId, {
    state: recordingStateOf({ allSealed: true, deriveSettled: !derive, archiveSettled: false }),
    ...(same ? { duplicateOf: same.recordingId } : {}),
  });
  await recordSuggestions(writer, recording, settings.suggest, nowMs);
  return true;
}
