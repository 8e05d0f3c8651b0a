import type { SlotView } from '#ports/slot-board';

/** What a file in the making is held up by at this moment. */
export type Hold =
  /** Its turn has not come. */
  | 'turn'
  /** The recorder is read, or the file has just begun. */
  | 'recorder'
  /** A chunk has to get through before the next one is read. */
  | 'chunk'
  /** What was written has to become durable. */
  | 'flush';

export interface Lane {
  hold: Hold;
}

/** Chunks of all recorders that have been read, by what has not let go of them yet. */
export interface InFlight {
  hashing: number;
  writing: number;
}

/** Samples in a row in which a slot must be held up by the disk: one busy moment is no reason to tell anybody. */
const SAMPLES = 3;

/** Says what the files of one slot wait for, from samples taken a few times a second. */
export class WaitingSampler {
  #held = 0;

  sample(lanes: ReadonlySet<Lane>, inFlight: InFlight, vaultFails: boolean): SlotView['waiting'] {
    if (vaultFails) return 'disk';
    const holds = [...lanes].map(({ hold }) => hold);
    const all = (...some: readonly Hold[]) => holds.length > 0 && holds.every((hold) => some.includes(hold));
    // Chunks also wait for the digests; only where more of them wait for the disk is that the limit.
    const disk = all('chunk', 'flush') && (all('flush') || inFlight.writing > inFlight.hashing);
    this.#held = disk ? this.#held + 1 : 0;
    if (all('turn')) return 'turn';
    return this.#held >= SAMPLES ? 'disk' : null;
  }
}
