import type { Spent } from '#ports/lanes';
import type { SlotView } from '#ports/slot-board';

/** What holds up a file that is being copied, at this moment. */
export type Hold =
  /** The file waits for its turn. */
  | 'turn'
  /** The recorder is being read, or the copy has just begun. */
  | 'recorder'
  /** Bytes of the file are in a lane, or must leave it before more are read. */
  | 'lane'
  /** Written bytes must become durable. */
  | 'flush';

/** One file that is being copied. */
export interface InHand {
  hold: Hold;
}

/** Time that the lanes have spent so far on the bytes of all recorders, ms. */
export type SpentSoFar = { -readonly [part in keyof Spent]: number };

export function addSpent(sum: SpentSoFar, { readMs, hashMs, writeMs }: Spent): void {
  sum.readMs += readMs;
  sum.hashMs += hashMs;
  sum.writeMs += writeMs;
}

/** So many samples in a row must show the disk as the cause before it is shown, because one busy moment means nothing. */
const SAMPLES = 3;

/** Says what the files of one slot wait for, from samples taken a few times a second. */
export class WaitingSampler {
  #held = 0;

  /** Takes a sample. `spent`: time of the lanes since the sample before, ms. */
  sample(inHand: ReadonlySet<InHand>, spent: Spent, vaultFails: boolean): SlotView['waiting'] {
    if (vaultFails) return 'disk';
    const holds = [...inHand].map(({ hold }) => hold);
    const all = (...some: readonly Hold[]) => holds.length > 0 && holds.every((hold) => some.includes(hold));
    // Lanes also hash and read, so the disk is the limit only where writing takes longest. A disk that does not answer at all leaves no time spent.
    const writes = spent.writeMs >= Math.max(spent.hashMs, spent.readMs);
    const disk = all('lane', 'flush') && (all('flush') || writes);
    this.#held = disk ? this.#held + 1 : 0;
    if (all('turn')) return 'turn';
    return this.#held >= SAMPLES ? 'disk' : null;
  }
}
