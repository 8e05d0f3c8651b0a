import type { RecordingNote } from '#domain/notes';
import type { Original } from '#domain/recording';
import { rowOf, type Segment, stepsBetween } from './segment-names.ts';
import { meeting } from './segment-times.ts';

/** A segment that is on record. */
export type Neighbour = Pick<Original, 'kind' | 'take' | 'mtimeMs' | 'durationMs'>;

/** Whether `a` goes on in `b`, by their names and by what is known of their lengths now. */
export function continuesIn(a: Neighbour | null, b: Neighbour | null, timezone: string): boolean {
  const [from, to] = [asSegment(a), asSegment(b)];
  if (!from || !to || rowOf(from.kind, from.facts) !== rowOf(to.kind, to.facts) || stepsBetween(from.facts, to.facts) !== 1) return false;
  return meeting(from, to, timezone)?.meets === true;
}

/** Where segments that were joined do not meet by their real lengths. */
export function gapsBetween(segments: readonly Neighbour[], timezone: string): RecordingNote[] {
  return segments.flatMap((segment, place): RecordingNote[] => {
    const from = asSegment(segments[place - 1] ?? null);
    const to = asSegment(segment);
    const met = from && to ? meeting(from, to, timezone) : null;
    if (!met || met.meets || !Number.isFinite(met.gapMs)) return [];
    return [{ code: 'gap-between-segments', parameters: { segment: place + 1, seconds: Math.round(met.gapMs / 1000) } }];
  });
}

function asSegment(original: Neighbour | null): Segment | null {
  if (!original?.take) return null;
  const { kind, take, mtimeMs, durationMs } = original;
  return { kind, mtimeMs, facts: { ...take, durationMs: durationMs ?? take.durationMs } };
}
