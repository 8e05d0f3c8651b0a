import type { RecordingNote } from '#domain/notes';
import { partName, placeAfter, placeOf, type Segment, stepsBetween, type TakeFacts } from './segment-names.ts';
import { meeting } from './segment-times.ts';

/** Most segments in a row that may be missing if the rest is still told as one take with a hole. */
export const MISSING_MAX = 3;
const SEGMENT_MS_MAX = 4 * 3600_000;
/** A clock may have been set back for winter in a segment that is missing. */
const SET_BACK_MS = 3600_000;

interface Placed extends Segment {
  readonly file: { readonly path: string };
}

/** The end of a take that may come before another, and what the times say of the distance. */
interface Before<M> {
  readonly last: M;
  /** Place of its take in the list. */
  readonly place: number;
  readonly steps: number;
  /** Null: no time tells. */
  readonly gapsMs: readonly number[] | null;
  readonly toleranceMs: number;
}

interface CardKnowledge<M> {
  /** Segments of the row that stand up to MISSING_MAX + 1 places after this one. */
  readonly after: (last: M) => readonly M[];
  /** Whether another file of the recorder has this number. */
  readonly isUsed: (facts: TakeFacts, number: number) => boolean;
  readonly timezone: string;
}

/** What is not there, or not proven, before a take. */
interface Hole<M> {
  /** Left out if there is no take before it. */
  readonly before?: Before<M>;
  readonly note: (path: string) => RecordingNote;
}

/**
 * What is to be said of takes of one row that were not joined: which segments between them are not on the card, and where names say that one goes on
 * in the other and no time says whether it does. One list of notes for each take.
 */
export function notesOnGaps<M extends Placed>(takes: readonly (readonly M[])[], card: CardKnowledge<M>): RecordingNote[][] {
  const notes: RecordingNote[][] = takes.map(() => []);
  const befores = lastsBefore(takes, card);
  for (const [place, [first]] of takes.entries()) {
    if (!first) continue;
    const before = befores.get(first) ?? [];
    const hole = first.facts.part === undefined ? amongNumbers(before, first, card) : amongParts(before, first);
    if (!hole) continue;
    notes[place]?.push(hole.note(hole.before?.last.file.path ?? ''));
    if (hole.before) notes[hole.before.place]?.push(hole.note(first.file.path));
  }
  return notes;
}

/** Chapters and letters count the segments of one take, so one that is not there is missing. */
function amongParts<M extends Placed>(befores: readonly Before<M>[], first: M): Hole<M> | null {
  const { facts } = first;
  const begin = facts.firstPart ?? 1;
  const part = placeOf(facts);
  if (part <= begin) return null;
  const [before] = befores
    .filter(
      ({ steps, gapsMs, toleranceMs }) =>
        gapsMs === null || gapsMs.some((gap) => gap >= -toleranceMs - SET_BACK_MS && gap <= (steps - 1) * SEGMENT_MS_MAX + toleranceMs),
    )
    .sort((a, b) => a.steps - b.steps || a.place - b.place);
  if (!before) return { note: () => missing(partName(facts, begin), partName(facts, part - 1)) };
  if (before.steps === 1) return { before, note: unproven };
  return { before, note: () => missing(partName(facts, part - before.steps + 1), partName(facts, part - 1)) };
}

/**
 * Numbers count all files of a recorder, so a deleted take leaves a hole as well. A hole lies inside a take only if the missing numbers
 * would just fill the time: each as a segment as long as the one before the hole.
 */
function amongNumbers<M extends Placed>(befores: readonly Before<M>[], first: M, { isUsed }: CardKnowledge<M>): Hole<M> | null {
  for (const before of befores) {
    const { last, steps, gapsMs, toleranceMs } = before;
    const lengthMs = last.facts.durationMs;
    if (steps < 2 || gapsMs === null || lengthMs === null) continue;
    if (!gapsMs.some((gap) => Math.abs(gap - (steps - 1) * lengthMs) <= steps * toleranceMs)) continue;
    const between = Array.from({ length: steps - 1 }, (_, step) => placeAfter(last.facts, step + 1));
    if (between.some((number) => isUsed(last.facts, Number(number)) || isUsed(first.facts, Number(number)))) continue;
    return { before, note: () => missing(between[0] ?? '', between.at(-1) ?? '') };
  }
  return null;
}

/** For the first segment of each take: the last segments of those takes that may come before it. */
function lastsBefore<M extends Placed>(takes: readonly (readonly M[])[], { after, timezone }: CardKnowledge<M>): Map<M, Before<M>[]> {
  const firsts = new Set(takes.flatMap((take) => take[0] ?? []));
  const befores = new Map<M, Before<M>[]>();
  for (const [place, take] of takes.entries()) {
    const last = take.at(-1);
    if (!last) continue;
    for (const first of after(last)) {
      if (!firsts.has(first)) continue;
      const met = meeting(last, first, timezone);
      const before = {
        last,
        place,
        steps: stepsBetween(last.facts, first.facts),
        gapsMs: met?.gapsMs ?? null,
        toleranceMs: last.facts.contiguousMs,
      };
      befores.set(first, [...(befores.get(first) ?? []), before]);
    }
  }
  return befores;
}

function missing(from: string, to: string): RecordingNote {
  return { code: 'segment-missing', parameters: { number: from === to ? from : `${from}–${to}` } };
}

function unproven(path: string): RecordingNote {
  return { code: 'join-unproven', parameters: { file: path.slice(path.lastIndexOf('/') + 1) } };
}
