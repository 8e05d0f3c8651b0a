import type { ReadVersion, ScheduleShelf } from './schedule-shelf.ts';
import type { Tallier } from './tally.ts';

/** What retention stands on; given by the composition root. */
export interface RetentionParts {
  readonly shelf: ScheduleShelf;
  readonly read: ReadVersion;
  /** Days from the adoption of a schedule until it is in force. */
  readonly waitingDays: number;
  readonly dryRuns: OneAtATime;
  readonly tally: Tallier;
}

/** Lets one run go on at a time. */
export class OneAtATime {
  #runs = false;

  /** Returns false if another one goes on. Whoever gets true calls `end`. */
  begin(): boolean {
    if (this.#runs) return false;
    this.#runs = true;
    return true;
  }

  end(): void {
    this.#runs = false;
  }
}
