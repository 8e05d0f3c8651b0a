/*
 * What must be so in the simulated station, from the words of the rules alone: it imports nothing of the station's own rules. It keeps everything that ever was, because what was
 * reached or earned never falls.
 */

const DAY_MS = 86_400_000;

export interface KnownRecording {
  readonly id: string;
  readonly recorder: string;
  /** By the clock of the station, which may have been wrong. */
  readonly dockedMs: number;
  readonly startMs: number;
  readonly officer: string;
  readonly important: boolean;
  /** SHA-256 of what was on the card. */
  readonly sha256: string;
  cases: readonly string[];
  /** Cases that it was tagged with since its term was counted last, also for a moment. */
  passed: Set<string>;
  /** Longest minimum, days from docking, of all schedules that counted while it was there. */
  minimumDays: number;
  /** Some schedule that counted keeps such a recording for ever. */
  permanent: boolean;
  /** By case that it ever belonged to while a schedule counted cases: so many days after the case is closed. */
  readonly caseDays: Map<string, number>;
  /** Nothing is left of it, and that was right. */
  gone: boolean;
}

export interface KnownHold {
  readonly id: string;
  readonly by: {
    readonly officer?: string;
    readonly case?: string;
    readonly recording?: string;
    readonly unit?: string;
    readonly recorder?: string;
  };
  readonly span: { readonly fromMs: number; readonly toMs: number } | null;
  readonly author: 'wang' | 'zhou';
  readonly reviewMs: number;
  readonly reached: Set<string>;
  released: boolean;
}

/** A schedule that came into force. */
export interface KnownSchedule {
  readonly days: number;
  readonly importantForEver: boolean;
  /** So many days after a case is closed; null: cases do not matter. */
  readonly caseDays: number | null;
  /** It must be gone so many days after docking; null: never. */
  readonly maximumDays: number | null;
  /** The storage is to lock it. */
  readonly locks: boolean;
}

/** When a case was closed, to the day; null: it is open, or open again. */
type KnownCase = { closedMs: number | null };

export class Oracle {
  readonly recordings = new Map<string, KnownRecording>();
  readonly holds: KnownHold[] = [];
  readonly cases = new Map<string, KnownCase>();
  readonly unitOf = new Map<string, string | null>();
  /** By officer: where they went, oldest first, from their first unit on. */
  readonly moves = new Map<string, { readonly atMs: number; readonly unit: string | null }[]>();
  schedule: KnownSchedule | null = null;

  get there(): readonly KnownRecording[] {
    return [...this.recordings.values()].filter(({ gone }) => !gone);
  }

  /** Called after whatever happened: holds reach what they are for now. */
  reach(): void {
    for (const hold of this.holds)
      if (!hold.released) for (const recording of this.there) if (this.#isMeant(hold, recording)) hold.reached.add(recording.id);
  }

  /** Called when terms were counted: what counts now is earned. */
  earn(): void {
    for (const recording of this.there) {
      const { schedule } = this;
      if (schedule !== null) {
        recording.minimumDays = Math.max(recording.minimumDays, schedule.days);
        recording.permanent ||= schedule.importantForEver && recording.important;
        if (schedule.caseDays !== null)
          for (const number of [...recording.cases, ...recording.passed])
            recording.caseDays.set(number, Math.max(schedule.caseDays, recording.caseDays.get(number) ?? 0));
      }
      recording.passed = new Set();
    }
  }

  isHeld(id: string): boolean {
    return this.holds.some(({ released, reached }) => !released && reached.has(id));
  }

  /** When its minimum is over, to the day: terms end with the local day. Infinity: nobody knows yet. */
  minimumEndMs(id: string): number {
    const recording = this.recordings.get(id);
    if (recording === undefined || recording.permanent) return Number.POSITIVE_INFINITY;
    const ends = [...recording.caseDays].map(([number, days]) => {
      const closedMs = this.cases.get(number)?.closedMs ?? null;
      return closedMs === null ? Number.POSITIVE_INFINITY : closedMs + (days - 1) * DAY_MS;
    });
    return Math.max(recording.dockedMs + (recording.minimumDays - 1) * DAY_MS, ...ends);
  }

  /** Whether it may go at this moment: no hold, no minimum. */
  mayGo(id: string, atMs: number): boolean {
    return !this.isHeld(id) && atMs >= this.minimumEndMs(id);
  }

  /** Whether it should have been gone by now by the schedule that counts. */
  isPastMaximum(id: string, atMs: number): boolean {
    const recording = this.recordings.get(id);
    const days = this.schedule?.maximumDays ?? null;
    return recording !== undefined && days !== null && atMs > recording.dockedMs + (days + 1) * DAY_MS;
  }

  /** What was recorded before somebody's first unit counts to that: the registry may be younger than the footage. */
  #unitThen(officer: string, atMs: number): string | null {
    const moves = this.moves.get(officer) ?? [];
    return (moves.findLast((move) => move.atMs <= atMs) ?? moves[0])?.unit ?? null;
  }

  #isMeant({ by, span }: KnownHold, { id, officer, recorder, cases, startMs }: KnownRecording): boolean {
    const units = [this.#unitThen(officer, startMs), this.unitOf.get(officer) ?? null];
    return (
      (by.officer === undefined || by.officer === officer) &&
      (by.recorder === undefined || by.recorder === recorder) &&
      (by.recording === undefined || by.recording === id) &&
      (by.case === undefined || cases.includes(by.case)) &&
      (by.unit === undefined || units.includes(by.unit)) &&
      // Each recording of the simulation lasts ten minutes.
      (span === null || (startMs < span.toMs && startMs + 600_000 >= span.fromMs))
    );
  }
}
