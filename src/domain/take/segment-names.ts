import type { CardFacts } from '#domain/card/facts';
import type { Kind } from '#domain/kind';

const NAMED = [
  ...(['deviceNumber', 'officerId', 'lens', 'claimedStart', 'captureKey'] as const),
  ...(['sequence', 'sequenceMax', 'part', 'firstPart', 'partLetters', 'partTime'] as const),
] as const;

/** What a file's name tells of its place in a take, and what its container tells of the time; kept with the original, so that later stages can judge again. */
export interface TakeFacts extends Pick<CardFacts, (typeof NAMED)[number]> {
  /** Longest silence between two segments, as the driver names it, ms. */
  readonly contiguousMs: number;
  /** As the container's header tells; null if it does not. */
  readonly durationMs: number | null;
  /** The container's own time in whatever zone, ms since 1970; null if it has none. */
  readonly containerMs: number | null;
}

/** A container that tells nothing, or that nobody has asked. */
export const TELLS_NOTHING: Pick<TakeFacts, 'durationMs' | 'containerMs'> = { durationMs: null, containerMs: null };

/** A file that may be a segment, with what is known of its times. */
export interface Segment {
  readonly kind: Kind;
  readonly facts: TakeFacts;
  readonly mtimeMs: number;
}

/** Leaves out what else the card tells of a file. */
export function takeFactsOf(facts: CardFacts, times: Pick<TakeFacts, 'contiguousMs' | 'durationMs' | 'containerMs'>): TakeFacts {
  const kept: Partial<Record<keyof CardFacts, unknown>> = {};
  for (const name of NAMED) if (facts[name] !== undefined) kept[name] = facts[name];
  const contiguousMs = facts.contiguousMs ?? times.contiguousMs;
  return { ...(kept as Pick<CardFacts, (typeof NAMED)[number]>), ...times, contiguousMs };
}

/** Whether a file stands in a row of segments at all: it must go on in time, and its name must say where. */
export function standsInRow(kind: Kind, { part, captureKey, sequence }: Pick<CardFacts, 'part' | 'captureKey' | 'sequence'>): boolean {
  return (kind === 'video' || kind === 'audio') && (sequence !== undefined || (part !== undefined && captureKey !== undefined));
}

/** Files of two rows are never one take: another recorder, officer, kind or lens, another take by name, or names that tell no time beside names that do. */
export function rowOf(kind: Kind, facts: CardFacts | TakeFacts): string {
  const { deviceNumber, officerId, lens, claimedStart, part, captureKey } = facts;
  const row = part === undefined ? null : (captureKey ?? '');
  return JSON.stringify([kind, deviceNumber ?? '', officerId ?? '', lens ?? '', row, claimedStart !== undefined]);
}

/** Place in the row: chapters and letters where the name has them, else the number. */
export function placeOf({ part, sequence }: Pick<CardFacts, 'part' | 'sequence'>): number {
  return part ?? sequence ?? 0;
}

/**
 * How many places `next` stands after `previous` in one row: 1 if it is the very next. Numbers begin again after their largest, with 0 or with 1; chapters and
 * letters do not. Not positive if it stands before.
 */
export function stepsBetween(previous: CardFacts | TakeFacts, next: CardFacts | TakeFacts): number {
  const straight = placeOf(next) - placeOf(previous);
  const largest = previous.sequenceMax;
  if (previous.part !== undefined || largest === undefined) return straight;
  // Numbers of another length are another counter's, unless it has just grown out of its digits: 999 and 1000.
  if (next.sequenceMax !== largest) return placeOf(previous) === largest && straight === 1 ? 1 : 0;
  if (straight > 0) return straight;
  // The first number after the largest is 0 with some makers and 1 with others: 9999 and 0000, and 9999 and 0001, are the very next both.
  return largest - placeOf(previous) + Math.max(1, placeOf(next));
}

/** The place so many steps after a file, as its maker writes it: `B`, `0008`. */
export function placeAfter(facts: CardFacts | TakeFacts, steps: number): string {
  const place = placeOf(facts) + steps;
  if (facts.part !== undefined) return partName(facts, place);
  const largest = facts.sequenceMax;
  if (largest === undefined) return String(place);
  return String(place > largest ? place - largest : place).padStart(String(largest).length, '0');
}

/** A chapter or letter as its maker writes it. */
export function partName({ partLetters }: Pick<CardFacts, 'partLetters'>, part: number): string {
  return partLetters ? String.fromCharCode(64 + part) : String(part);
}
