import type { RecordingNote } from '#domain/notes';
import { msToClaimed } from '#domain/time/station-time';
import {
  type Bounds,
  type Chosen,
  CLAIM_SOURCES,
  type ClaimSource,
  isInside,
  iso,
  looksRestarted,
  type StartClaim,
  type Why,
} from './claim.ts';
import { notesOf, wallClockOf } from './notes.ts';
import {
  AGREE_MS,
  type CardReadings,
  type ClockFacts,
  CONTAINER_READINGS,
  containerMoments,
  corrected,
  impossible,
  isContinuous,
  MTIME_READINGS,
  mtimeIsOpen,
  mtimeMoments,
  nameMoments,
  nearest,
  OPEN_MS_MAX,
  type Sighting,
  startsOf,
} from './readings.ts';

/*
 * When a recording started is told by several things, each of which may be wrong: the name, the container, the file's time, a satellite receiver. All of
 * it is gathered as claims; the reading on which most agree is used, and the recording keeps every claim with what became of it.
 */

export interface StartDecision {
  readonly claims: readonly StartClaim[];
  /** Wall clock of the recorder, without zone; also told where it cannot be true and is not used. */
  readonly claimedStart: string | null;
  readonly claimedFrom: Exclude<ClaimSource, 'neighbours'> | null;
  readonly startMs: number | null;
  readonly clockOffsetMs: number | null;
  readonly notes: readonly RecordingNote[];
  /** Two claims of different origin agree on it: it can bound its neighbours. */
  readonly settled: boolean;
  /** Its claims disagree, cannot be true, or look like those of a clock that has begun anew: its neighbours may tell. */
  readonly doubtful: boolean;
}

/** A claim in the making. */
interface Candidate {
  readonly source: Exclude<ClaimSource, 'neighbours'>;
  readonly reading: string;
  readonly written: string;
  readonly until: string | null;
  readonly durationMs: number | null;
  /**
   * Possible starts, on the clock that told them (`moment`) and corrected (`start`). There are two where a wall clock showed the time
   * twice.
   */
  readonly moments: readonly { readonly moment: number; readonly start: number }[];
  /** Only of satellites: the last fix, corrected. */
  readonly toMs: number | null;
  /** A track that may have been written by the recorder's wall clock: it does not outweigh that. */
  readonly weak: boolean;
  /** How much later than the start it may lie and still agree; 0 for a time of the start itself. */
  readonly openMs: number;
  readonly why: Why | null;
}

/**
 * Decides when a file's recording started. `bounds`: null where nothing is known of its neighbours, or they are not needed. `keep`: the source that was
 * used before, if that must stay.
 */
export function decideStart(
  sighting: Sighting,
  readings: CardReadings,
  facts: ClockFacts,
  bounds: Bounds | null = null,
  keep: StartDecision['claimedFrom'] = null,
): StartDecision {
  const candidates = candidatesOf(sighting, readings, facts);
  const usable = candidates.filter(({ why }) => why === null);
  const chosen = choose(keep === null ? usable : usable.filter(({ source }) => source === keep), bounds, readings);
  const outside = chosen !== null && bounds !== null && !isInside(chosen.start, bounds);
  const restarted = chosen !== null && chosen.source !== 'gps' && outside && looksRestarted(chosen.moment, facts.zone);
  const used = restarted ? null : chosen;
  const claims = candidates.map((candidate) => claimOf(candidate, used, restarted, bounds, readings));
  if (bounds) claims.push(neighbours(bounds, used));
  const shown = chosen ?? bestOf(candidates);
  const notes = notesOf({ sighting, used, shown, claims, readings, facts, bounds });
  const anew = shown !== null && looksRestarted(shown.moment, facts.zone);
  return {
    claims,
    claimedStart: shown === null ? null : wallClockOf(shown, sighting, facts),
    claimedFrom: shown?.source ?? null,
    startMs: used?.start ?? null,
    clockOffsetMs: facts.offsetOf(shown?.moment ?? facts.dockedMs),
    notes,
    settled: used !== null && votes(used.start, usable, null) > 1 && !anew,
    doubtful: anew || notes.some(({ code }) => code === 'time-uncertain' || code === 'time-unknown'),
  };
}

function candidatesOf(sighting: Sighting, card: CardReadings, facts: ClockFacts): readonly Candidate[] {
  const { zone } = facts;
  const { name, writtenMs, mtimeMs, gps, durationMs } = sighting;
  const readings = readingsOfFile(sighting, card, facts);
  const make = (
    source: Candidate['source'],
    reading: string,
    written: string,
    moments: readonly number[],
    more: Partial<Candidate> = {},
  ): Candidate => {
    const ownClock = source !== 'gps';
    const starts = moments.map((moment) => ({ moment, start: ownClock ? corrected(moment, facts) : moment }));
    const possible = starts.filter(({ moment, start }) => impossible(start, ownClock ? moment : null, facts) === null);
    const [first] = starts;
    const why = possible.length > 0 || !first ? null : impossible(first.start, ownClock ? first.moment : null, facts);
    return {
      source,
      reading,
      written,
      until: null,
      durationMs,
      toMs: null,
      weak: false,
      openMs: 0,
      why,
      ...more,
      moments: possible.length > 0 ? possible : starts,
    };
  };
  const candidates: Candidate[] = [];
  if (name !== null) candidates.push(make('file-name', 'wall-clock', name, nameMoments(name, zone)));
  if (writtenMs !== null) {
    const moments = containerMoments(sighting, readings.container, zone);
    candidates.push(make('container', readings.container, iso(writtenMs).slice(0, 19), moments));
  }
  const openMs = mtimeIsOpen(sighting) ? OPEN_MS_MAX[isContinuous(sighting.kind) ? 'media' : 'other'] : 0;
  candidates.push(make('mtime', readings.mtime, iso(mtimeMs), mtimeMoments(sighting, readings.mtime, zone), { openMs }));
  if (gps) {
    const utc = make('gps', 'first-fix', iso(gps.firstMs), [gps.firstMs], { until: iso(gps.lastMs), toMs: gps.lastMs });
    const local = { firstMs: wallMs(gps.firstMs, zone), lastMs: wallMs(gps.lastMs, zone) };
    const [written, until] = [iso(gps.firstMs).slice(0, 19), iso(gps.lastMs).slice(0, 19)];
    candidates.push(trackOf(utc, make('gps', 'local-fix', written, [local.firstMs], { until, toMs: local.lastMs }), candidates, facts));
  }
  return candidates.filter(({ moments }) => moments.length > 0);
}

/** The moment at which a wall clock of the zone shows the digits that `ms` has in UTC. */
function wallMs(ms: number, zone: string): number {
  const claimed = msToClaimed(ms, 'UTC');
  return (claimed === null ? undefined : nameMoments(claimed, zone)[0]) ?? ms;
}

/**
 * Satellite time is UTC, but some recorders write their wall clock into its sentences. A track that agrees with other claims only as a wall
 * clock is read as one if the recorder's clock was measured. If it was not, that clock may itself run in UTC: then the track is read as
 * UTC, but it decides nothing (`weak`).
 */
function trackOf(utc: Candidate, local: Candidate, others: readonly Candidate[], { offsetOf, dockedMs }: ClockFacts): Candidate {
  const starts = others
    .filter(({ why, openMs }) => why === null && openMs === 0)
    .flatMap(({ moments }) => moments.map(({ start }) => start));
  const agrees = (track: Candidate) => starts.some((start) => agreesWith(track, start));
  if (agrees(utc) || !agrees(local)) return utc;
  return offsetOf(dockedMs) === null ? { ...utc, weak: true } : local;
}

/**
 * The readings of the card. Where this file's claims do not agree by those but do by others, the others: a recorder's settings may have
 * been changed between two files.
 */
function readingsOfFile(sighting: Sighting, card: CardReadings, facts: ClockFacts): Pick<CardReadings, 'container' | 'mtime'> {
  // Nothing to compare the time of the file with.
  if (sighting.name === null && !sighting.gps && sighting.writtenMs === null) return card;
  const { name, gps, container: inside, mtime: file } = startsOf(sighting, facts);
  const anchors = [...name, ...gps];
  const mtime = agreeing([card.mtime, ...MTIME_READINGS], file, anchors) ?? card.mtime;
  if (sighting.writtenMs === null) return { container: card.container, mtime };
  const containers = [card.container, ...CONTAINER_READINGS];
  const container = agreeing(containers, inside, anchors) ?? agreeing(containers, inside, file(mtime)) ?? card.container;
  return { container, mtime };
}

function agreeing<T>(readings: readonly T[], starts: (reading: T) => readonly number[], others: readonly number[]): T | undefined {
  return others.length === 0 ? undefined : readings.find((reading) => nearest(starts(reading), others) <= AGREE_MS);
}

/** How many claims agree on a start, and whether the neighbours allow it: that is one more. */
function votes(start: number, candidates: readonly Candidate[], bounds: Bounds | null): number {
  const agreeing = candidates.filter((candidate) => agreesWith(candidate, start)).length;
  return agreeing + (bounds && isInside(start, bounds) ? 1 : 0);
}

function agreesWith({ moments, openMs, source, toMs, durationMs }: Candidate, start: number): boolean {
  const [first] = moments;
  if (source === 'gps' && first) return agreesWithTrack({ fromMs: first.start, toMs: toMs ?? first.start }, durationMs, start);
  return moments.some((at) => start >= at.start - openMs - AGREE_MS && start <= at.start + AGREE_MS);
}

/**
 * A receiver finds its satellites some time after the start, and the clip lasts at least as long as its track. A track that is longer than
 * the file is either that of the whole take, and begins with the file; or it is that of a day, and the clip lies within it.
 */
function agreesWithTrack(track: { fromMs: number; toMs: number }, durationMs: number | null, start: number): boolean {
  const lasts = durationMs ?? OPEN_MS_MAX.media;
  if (track.toMs - track.fromMs <= lasts + AGREE_MS) return start <= track.fromMs + AGREE_MS && start + lasts >= track.toMs - AGREE_MS;
  return Math.abs(start - track.fromMs) <= AGREE_MS || (start >= track.fromMs && start + lasts <= track.toMs + AGREE_MS);
}

/**
 * Chooses the start on which most claims agree; of several, the one from the source that is believed first. Where satellites told the time,
 * only starts that agree with them count.
 */
function choose(candidates: readonly Candidate[], bounds: Bounds | null, readings: CardReadings): Chosen | null {
  const gps = candidates.find(({ source, weak }) => source === 'gps' && !weak);
  let best: { chosen: Chosen; votes: number } | null = null;
  for (const candidate of inOrder(candidates, readings)) {
    for (const { moment, start } of candidate.moments) {
      if (gps && !agreesWith(gps, start)) continue;
      const count = votes(start, candidates, bounds);
      if (best && count <= best.votes) continue;
      best = { chosen: { source: candidate.source, reading: candidate.reading, moment, start }, votes: count };
    }
  }
  return best?.chosen ?? null;
}

/** By CLAIM_SOURCES, but a time that shows signs of not being one of the recording comes last. */
function inOrder(candidates: readonly Candidate[], { repeated, mtimesOverlap }: CardReadings): readonly Candidate[] {
  const doubtful = ({ source, written }: Candidate) => {
    if (source === 'mtime') return mtimesOverlap;
    if (source !== 'container') return false;
    return repeated.has(Date.parse(`${written}Z`)) || looksRestarted(Date.parse(`${written}Z`), 'UTC');
  };
  const rank = (candidate: Candidate) => CLAIM_SOURCES.indexOf(candidate.source) + (doubtful(candidate) ? CLAIM_SOURCES.length : 0);
  return candidates.toSorted((one, other) => rank(one) - rank(other));
}

function bestOf(candidates: readonly Candidate[]): Chosen | null {
  const first = candidates.find(({ moments }) => moments.length > 0);
  const at = first?.moments[0];
  return first && at ? { source: first.source, reading: first.reading, ...at } : null;
}

function claimOf(candidate: Candidate, used: Chosen | null, restarted: boolean, bounds: Bounds | null, readings: CardReadings): StartClaim {
  const { source, reading, written, until, durationMs, moments } = candidate;
  const start = used ? nearestOf(moments, used.start) : (moments[0]?.start ?? null);
  const about = { source, reading, written, until, durationMs, startMs: start };
  if (candidate.why !== null) return { ...about, verdict: 'not-used', why: candidate.why };
  if (!used) return { ...about, verdict: 'not-used', why: restarted ? 'clock-restarted' : 'outside-neighbours' };
  if (used.source === source) return { ...about, verdict: 'used', why: null };
  if (agreesWith(candidate, used.start)) return { ...about, verdict: 'agrees', why: null };
  if (bounds && isInside(used.start, bounds) && start !== null && !isInside(start, bounds))
    return { ...about, verdict: 'not-used', why: 'outside-neighbours' };
  const repeated = source === 'container' && readings.repeated.has(Date.parse(`${written}Z`));
  return repeated ? { ...about, verdict: 'not-used', why: 'repeated' } : { ...about, verdict: 'differs', why: null };
}

function nearestOf(moments: Candidate['moments'], to: number): number | null {
  return moments.toSorted((one, other) => Math.abs(one.start - to) - Math.abs(other.start - to))[0]?.start ?? null;
}

function neighbours({ fromMs, toMs }: Bounds, used: Chosen | null): StartClaim {
  const inside = used !== null && isInside(used.start, { fromMs, toMs });
  return {
    source: 'neighbours',
    reading: 'between',
    written: fromMs === null ? '' : iso(fromMs),
    until: toMs === null ? null : iso(toMs),
    durationMs: null,
    startMs: null,
    verdict: inside ? 'agrees' : 'differs',
    why: null,
  };
}
