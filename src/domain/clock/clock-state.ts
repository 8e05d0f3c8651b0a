/**
 * How the station's wall clock stands. `steady`: nothing speaks against it; `went-back`, `jumped`: it was found to be `byMs` behind or ahead of what it should
 * have shown, at `seenAtMs` by that very clock, and nobody has confirmed it since.
 */
export type ClockState = { readonly kind: 'steady' } | ClockDoubt;

export interface ClockDoubt {
  readonly kind: 'went-back' | 'jumped';
  /** By how much, ms; more than 0. */
  readonly byMs: number;
  /** When it was found, by the clock that is in doubt, ms since 1970. */
  readonly seenAtMs: number;
}

export const CLOCK_KINDS = ['steady', 'went-back', 'jumped'] as const;
export type ClockKind = (typeof CLOCK_KINDS)[number];

export const STEADY: ClockState = { kind: 'steady' };

/** Both clocks at one moment. */
export interface ClockReading {
  /** The wall clock, ms since 1970. */
  readonly wallMs: number;
  /** A clock that nobody can set and that goes on while the machine sleeps, ms. */
  readonly bootMs: number;
}

/** A clock that is slewed (NTP, adjtime) gains or loses at most this part of the time that passes: the kernel allows 500 ppm. */
const SLEW_MAX = 500e-6;

/** Earlier than any time at which this software can run, ms since 1970. */
export const EARLIEST_MS = Date.parse('2026-01-01T00:00:00Z');

/**
 * Follows the wall clock of a station that runs. Steps that are each below the limit add up, so that many small ones are found too. What a slewed clock gains or
 * loses is forgotten as it comes.
 */
export class ClockCourse {
  readonly #limitMs: number;
  #lastBootMs: number;
  /** What the wall clock was ahead of the other clock, and should still be. */
  #aheadMs: number;

  constructor(first: ClockReading, { limitMs }: { readonly limitMs: number }) {
    this.#limitMs = limitMs;
    this.#lastBootMs = first.bootMs;
    this.#aheadMs = first.wallMs - first.bootMs;
  }

  /** Compares; null: the clock is within the limit. What was found once is not found again. */
  follow({ wallMs, bootMs }: ClockReading): ClockDoubt | null {
    const offMs = wallMs - bootMs - this.#aheadMs;
    if (Math.abs(offMs) > this.#limitMs) {
      this.#aheadMs += offMs;
      this.#lastBootMs = bootMs;
      return doubt(offMs, wallMs);
    }
    const slewedMs = Math.max(0, bootMs - this.#lastBootMs) * SLEW_MAX;
    this.#aheadMs += Math.sign(offMs) * Math.min(Math.abs(offMs), slewedMs);
    this.#lastBootMs = bootMs;
    return null;
  }
}

/**
 * Judges the clock with which a station starts. It may not be earlier than the newest time on record (null: there is none), nor than this software, nor later
 * than the newest time by more than a station is ever away.
 */
export function judgeStart(wallMs: number, newestMs: number | null, { awayMs }: { readonly awayMs: number }): ClockDoubt | null {
  const earliestMs = Math.max(newestMs ?? EARLIEST_MS, EARLIEST_MS);
  if (wallMs < earliestMs) return doubt(wallMs - earliestMs, wallMs);
  return newestMs !== null && wallMs > newestMs + awayMs ? doubt(wallMs - newestMs, wallMs) : null;
}

function doubt(offMs: number, seenAtMs: number): ClockDoubt {
  return { kind: offMs < 0 ? 'went-back' : 'jumped', byMs: Math.round(Math.abs(offMs)), seenAtMs };
}

/** By the numbers of the entries that tell of it: how the clock stood from there on, the first first. */
export interface ClockTurn {
  readonly seq: number;
  readonly kind: ClockKind;
}

/** How the clock stood, as far as was on record, when the entry with this number was written. */
export function kindAt(turns: readonly ClockTurn[], seq: number): ClockKind {
  return turns.findLast((turn) => turn.seq <= seq)?.kind ?? 'steady';
}
