import { actorText, STATION, stationBy } from '#domain/custody/actor';
import { RecordingTagged, SuggestionDecided, SuggestionMade } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { newId } from '#domain/ids';
import type { Recording } from '#domain/recording';
import { CASES_OF_RECORDING_MAX, type CaseEvent } from '#domain/registry';
import { suggestFor } from '#domain/suggest';
import type { LedgerWriter } from '#ports/ledger';

/** The actor where the station itself accepts a suggestion because it is the only one of its recording. */
const SOLE = stationBy('sole');

export interface SuggestRules {
  readonly stationId: string;
  /** How far a recording may lie outside an event's window, ms. */
  readonly marginMs: number;
  /** `sole`: a suggestion is accepted by rule if it is the only one of its recording and the officer matches. */
  readonly accept: 'person' | 'sole';
}

/**
 * Puts on record which case events a recording may belong to, and accepts by rule where the rules say so; returns how many are new. `mayAccept`: false where nobody
 * who caused it may see the recording, which then waits for somebody who does.
 */
export async function recordSuggestions(
  writer: LedgerWriter,
  recording: Recording,
  rules: SuggestRules,
  nowMs: number,
  { among, mayAccept = true }: { readonly among?: readonly CaseEvent[]; readonly mayAccept?: boolean } = {},
): Promise<number> {
  if (recording.startMs === null) return 0;
  const endMs = recording.startMs + (recording.durationMs ?? 0);
  const events = among ?? (await writer.cases.eventsTouching(recording.startMs, endMs, rules.marginMs));
  const found = suggestFor(recording, events, rules.marginMs);
  if (found.length === 0) return 0;
  const known = new Set(
    (await writer.cases.suggestions({ recordingId: recording.id, limit: 1000 })).map((suggestion) => suggestion.eventId),
  );
  const fresh = found.filter((suggestion) => !known.has(suggestion.eventId));
  for (const { eventId, caseNumber, reason, overlapMs } of fresh) {
    const id = newId('sug', nowMs, rules.stationId);
    await writer.cases.insertSuggestion({
      id,
      recordingId: recording.id,
      caseNumber,
      eventId,
      reason,
      overlapMs,
      state: 'open',
      decidedBy: null,
      createdAtMs: nowMs,
    });
    const about = { atMs: nowMs, actor: STATION, subject: subject('recording', recording.id) };
    const data = { suggestion: id, case: caseNumber, event: eventId, overlapMs };
    await writer.custody.append(SuggestionMade.make({ ...about, data, personal: { reason } }));
  }
  const [sole] = fresh;
  if (mayAccept && rules.accept === 'sole' && sole?.officerMatches && found.length === 1 && known.size === 0) {
    await acceptByRule(writer, recording.id, sole.caseNumber, nowMs);
  }
  return fresh.length;
}

async function acceptByRule(writer: LedgerWriter, recordingId: string, caseNumber: string, nowMs: number): Promise<void> {
  const [suggestion] = await writer.cases.suggestions({ recordingId, state: 'open', limit: 1 });
  const before = (await writer.recordings.detail(recordingId))?.caseNumbers ?? [];
  // A person decides of a recording that has so many, and of one that belongs to the case already.
  if (!suggestion || before.includes(caseNumber) || before.length >= CASES_OF_RECORDING_MAX) return;
  const about = { atMs: nowMs, actor: SOLE, subject: subject('recording', recordingId) };
  await writer.cases.decideSuggestion(suggestion.id, 'accepted', actorText(SOLE));
  await writer.recordings.addCase(recordingId, caseNumber);
  const decided = { suggestion: suggestion.id, case: caseNumber, decision: 'accepted' as const };
  await writer.custody.append(SuggestionDecided.make({ ...about, data: decided, personal: { reason: suggestion.reason } }));
  const tagged = { cases: { old: [...before], new: [...before, caseNumber].sort() } };
  await writer.custody.append(RecordingTagged.make({ ...about, data: tagged }));
}
