import { newId } from '#domain/ids';
import type { Recording } from '#domain/recording';
import type { CaseEvent } from '#domain/registry';
import { suggestFor } from '#domain/suggest';
import type { LedgerWriter } from '#ports/ledger';

export interface SuggestRules {
  readonly stationId: string;
  /** How far a recording may lie outside an event's window, ms. */
  readonly marginMs: number;
  /** `sole`: a suggestion is accepted by rule if it is the only one of its recording and the officer matches. */
  readonly accept: 'person' | 'sole';
}

/** Puts on record which case events a recording may belong to, and accepts by rule where the rules say so; returns how many are new. */
export async function recordSuggestions(
  writer: LedgerWriter,
  recording: Recording,
  rules: SuggestRules,
  nowMs: number,
  among?: readonly CaseEvent[],
): Promise<number> {
  if (recording.startMs === null) return 0;
  const endMs = recording.startMs + (recording.durationMs ?? 0);
  const events = among ?? (await writer.eventsTouching(recording.startMs, endMs, rules.marginMs));
  const found = suggestFor(recording, events, rules.marginMs);
  if (found.length === 0) return 0;
  const known = new Set((await writer.suggestions({ recordingId: recording.id, limit: 1000 })).map((suggestion) => suggestion.eventId));
  const fresh = found.filter((suggestion) => !known.has(suggestion.eventId));
  for (const { eventId, caseNumber, reason, overlapMs } of fresh) {
    const id = newId('sug', nowMs, rules.stationId);
    await writer.insertSuggestion({
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
  }
  const [sole] = fresh;
  if (rules.accept === 'sole' && sole?.officerMatches && found.length === 1 && known.size === 0) {
    await acceptByRule(writer, recording.id, sole.caseNumber, nowMs);
  }
  return fresh.length;
}

async function acceptByRule(writer: LedgerWriter, recordingId: string, caseNumber: string, nowMs: number): Promise<void> {
  const [suggestion] = await writer.suggestions({ recordingId, state: 'open', limit: 1 });
  if (!suggestion) return;
  await writer.decideSuggestion(suggestion.id, 'accepted', 'rule:sole');
  await writer.addRecordingCase(recordingId, caseNumber);
  const decided = { suggestion: suggestion.id, case: caseNumber, decision: 'accepted', reason: suggestion.reason };
  await writer.appendCustody({ type: 'suggestion.decided', atMs: nowMs, actor: 'rule:sole', subject: recordingId, data: decided });
  const tagged = { cases: { old: [], new: [caseNumber] } };
  await writer.appendCustody({ type: 'recording.tagged', atMs: nowMs, actor: 'rule:sole', subject: recordingId, data: tagged });
}
