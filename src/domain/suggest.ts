import { because, type Reason, together } from './reason.ts';
import type { CaseEvent } from './registry.ts';

export interface Match {
  readonly eventId: string;
  readonly caseNumber: string;
  readonly reason: Reason;
  /** How long recording and event run together, ms; 0 if they only come near each other. */
  readonly overlapMs: number;
  readonly officerMatches: boolean;
}

interface Candidate {
  readonly startMs: number | null;
  readonly durationMs: number | null;
  readonly officerId: string | null;
}

/**
 * The case events that a recording may belong to: their window, widened by `marginMs`, touches the recording, and no officer speaks
 * against it. Best first: the same officer, then the longest overlap.
 */
export function suggestFor(recording: Candidate, events: readonly CaseEvent[], marginMs: number): readonly Match[] {
  const { startMs } = recording;
  if (startMs === null) return [];
  const endMs = startMs + (recording.durationMs ?? 0);
  return events
    .filter((event) => event.startMs - marginMs <= endMs && event.endMs + marginMs >= startMs)
    .flatMap((event): Match[] => {
      const named = recording.officerId !== null && event.officerIds.length > 0;
      const officerMatches = recording.officerId !== null && event.officerIds.includes(recording.officerId);
      // Two people cannot wear one recorder: another officer's event is no suggestion.
      if (named && !officerMatches) return [];
      const overlapMs = Math.max(0, Math.min(endMs, event.endMs) - Math.max(startMs, event.startMs));
      return [
        {
          eventId: event.id,
          caseNumber: event.caseNumber,
          reason: reasonFor(recording, event, startMs, endMs, officerMatches),
          overlapMs,
          officerMatches,
        },
      ];
    })
    .sort((a, b) => Number(b.officerMatches) - Number(a.officerMatches) || b.overlapMs - a.overlapMs);
}

/** When, who and where, in this order. */
function reasonFor(recording: Candidate, event: CaseEvent, startMs: number, endMs: number, officerMatches: boolean): Reason {
  const inside = startMs >= event.startMs && endMs <= event.endMs;
  const minutes = Math.round(Math.max(event.startMs - endMs, startMs - event.endMs, 0) / 60_000);
  const officer = officerMatches ? because('officer-took-part', { officer: recording.officerId ?? '' }) : because('officer-not-known', {});
  const time = inside
    ? because('during-event', {})
    : minutes === 0
      ? because('partly-during-event', {})
      : because('minutes-from-event', { minutes });
  // The place is somebody's own words.
  const place = event.place === null ? [] : [because('words', { text: event.place })];
  return together([time, officer, ...place]);
}
