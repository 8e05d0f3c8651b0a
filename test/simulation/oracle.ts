/*
 * What must be so in the simulated station, from the words of the rules alone: it imports nothing of the station's own rules. It keeps everything that ever was, because what was
 * reached or earned never falls.
 */

const DAY_MS = 86_400_000;

export interface KnownRecording {
  readonly id: string;
  readonly recorder: string;
  readonly dockedMs: number;
  readonly startMs: number;
  officer: string;
  cases: readonly string[];
  /** Longest minimum, days from docking, of all schedules that counted while it was there. */
  minimumDays: number;
  /** Some schedule that counted keeps such a recording for ever. */
  permanent: boolean;
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
  readonly reached: Set<string>;
  released: boolean;
}

/** A schedule that came into force. */
export interface KnownSchedule {
  readonly days: number;
  readonly importantForEver: boolean;
}

export class Oracle {
  readonly recordings = new Map<string, KnownRecording>();
  readonly holds: KnownHold[] = [];
  readonly unitOf = new Map<string, string | null>();
  /** By officer: where they went, oldest first, from their first unit on. */
  readonly moves = new Map<string, { readonly atMs: number; readonly unit: string | null }[]>();
  schedule: KnownSchedule | null = null;

  /** Called after whatever happened: holds reach what they are for now. */
  reach(): void {
    for (const hold of this.holds)
      if (!hold.released)
        for (const recording of this.recordings.values()) if (this.#isMeant(hold, recording)) hold.reached.add(recording.id);
  }

  /** Called when terms were counted: what counts now is earned. */
  earn(important: ReadonlySet<string>): void {
    if (this.schedule === null) return;
    for (const recording of this.recordings.values()) {
      recording.minimumDays = Math.max(recording.minimumDays, this.schedule.days);
      recording.permanent ||= this.schedule.importantForEver && important.has(recording.id);
    }
  }

  isHeld(id: string): boolean {
    return this.holds.some(({ released, reached }) => !released && reached.has(id));
  }

  /** Whether its minimum is over at this moment, to the day: terms end with the local day. */
  mayBeDue(id: string, atMs: number): boolean {
    const recording = this.recordings.get(id);
    return recording !== undefined && !recording.permanent && atMs >= recording.dockedMs + (recording.minimumDays - 1) * DAY_MS;
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
