import { NOTES_MAX, type RecordingNote } from '#domain/notes';
import { msToClaimed, wallClockMoments } from '#domain/time/station-time';
import { type Bounds, type Chosen, isInside, iso, looksRestarted, type StartClaim } from './claim.ts';
import { AGREE_MS, type CardReadings, type ClockFacts, containerMoments, corrected, type Sighting } from './readings.ts';

/** The start on the recorder's wall clock. */
export function wallClockOf({ source, reading, moment }: Chosen, sighting: Sighting, { zone }: ClockFacts): string | null {
  if (source === 'file-name') return sighting.name;
  const wall = source === 'container' && reading.startsWith('local') && sighting.writtenMs !== null;
  if (!wall) return msToClaimed(moment, zone);
  return msToClaimed((sighting.writtenMs ?? 0) - (reading.endsWith('end') ? (sighting.durationMs ?? 0) : 0), 'UTC');
}

const UNFETCHED_MS = 200 * 86_400_000;

export interface Decided {
  readonly sighting: Sighting;
  readonly used: Chosen | null;
  readonly shown: Chosen | null;
  readonly claims: readonly StartClaim[];
  readonly readings: CardReadings;
  readonly facts: ClockFacts;
  readonly bounds: Bounds | null;
}

export function notesOf(decided: Decided): readonly RecordingNote[] {
  const { used, shown, sighting, facts } = decided;
  const claim = shown === null ? null : wallClockOf(shown, sighting, facts);
  const notes: RecordingNote[] = [];
  if (shown && !used) notes.push({ code: 'time-unknown', parameters: { claim: claim ?? '', from: shown.source } });
  if (used) {
    const other = otherClaim(decided, used);
    if (other) notes.push({ code: 'time-uncertain', parameters: other });
    if (claim !== null) notes.push(...summerTimeNotes(used, claim, facts.zone));
  }
  return notes.slice(0, NOTES_MAX);
}

/** The claim that is believed first of those that are more than a minute away from the one that is used. */
function otherClaim({ claims, readings, facts, bounds, sighting }: Decided, used: Chosen): Record<string, string | number> | null {
  const told = (from: string, startMs: number) => ({
    from,
    claim: msToClaimed(startMs, facts.zone) ?? iso(startMs),
    differenceS: Math.round((startMs - used.start) / 1000),
  });
  const other = claims.find(({ verdict, startMs }) => (verdict === 'differs' || verdict === 'not-used') && startMs !== null);
  if (other && other.startMs !== null) return told(other.source, other.startMs);
  if (bounds && !isInside(used.start, bounds)) {
    const { fromMs, toMs } = bounds;
    const edge = fromMs !== null && used.start < fromMs ? fromMs : toMs;
    if (edge !== null) return told('neighbours', edge);
  }
  if (used.start > facts.dockedMs + AGREE_MS) return told('docking', facts.dockedMs);
  // A clock that begins anew does so on a first of January. A start on such a day, so long before the docking, is hardly that of a
  // recording that nobody fetched.
  const unmeasured = used.source !== 'gps' && facts.offsetOf(used.moment) === null;
  if (unmeasured && looksRestarted(used.moment, facts.zone) && facts.dockedMs - used.start > UNFETCHED_MS)
    return told('docking', facts.dockedMs);
  // Nothing tells whether the container has a wall clock or UTC: the other reading is as good.
  const alone = used.source === 'container' && !readings.containerKnown && !claims.some(({ verdict }) => verdict === 'agrees');
  if (!alone) return null;
  const otherwise = used.reading.startsWith('local') ? 'utc-start' : 'local-start';
  const [moment] = containerMoments(sighting, otherwise, facts.zone);
  const start = moment === undefined ? used.start : corrected(moment, facts);
  return Math.abs(start - used.start) > AGREE_MS ? told('container', start) : null;
}

/** Where summer time begins an hour of the wall clock is left out, and where it ends an hour comes twice. */
function summerTimeNotes({ source, reading }: Chosen, claim: string, zone: string): readonly RecordingNote[] {
  if (source !== 'file-name' && !reading.startsWith('local') && !reading.startsWith('standard')) return [];
  const moments = wallClockMoments(claim, zone);
  if (moments.length === 0) return [{ code: 'time-skipped', parameters: { claim } }];
  const [first, second] = moments;
  if (first === undefined || second === undefined) return [];
  return [{ code: 'time-doubled', parameters: { claim, differenceS: Math.round((second - first) / 1000) } }];
}
