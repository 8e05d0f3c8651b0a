import type { Spent } from '#ports/lanes';
import type { SlotView } from '#ports/slot-board';

/** What a file in the making is held up by at this moment. */
export type Hold =
  /** Its turn has not come. */
  | 'turn'
  /** The recorder is read, or the file has just begun. */
  | 'recorder'
  /** Its bytes are in a lane, or have to get through it before more are read. */
  | 'lane'
  /** What was written has to become durable. */
  | 'flush';

/** One file in the making. */
export interface InHand {
  hold: Hold;
}

/** What the lanes have spent so far on the bytes of all recorders. */
export type SpentSoFar = { -readonly [part in keyof Spent]: number };

export function addSpent(sum: SpentSoFar, { readMs, hashMs, writeMs }: Spent): void {
  sum.readMs += readMs;
  sum.hashMs += hashMs;
  sum.writeMs += writeMs;
}

/** Samples in a row in which a slot must be held up by the disk: one busy moment is no reason to tell anybody. */
const SAMPLES = 3;

/** Says what the files of one slot wait for, from samples taken a few times a second. */
export class WaitingSampler {
  #held = 0;

  /** `spent`: by the lanes since the sample before. */
  sample(inHand: ReadonlySet<InHand>, spent: Spent, vaultFails: boolean): SlotView['waiting'] {
    if (vaultFails) return 'disk';
    const holds = [...inHand].map(({ hold }) => hold);
    const all = (...some: readonly Hold[]) => holds.length > 0 && holds.every((hold) => some.includes(hold));
    // Lanes also hash and read; only where they write for longer is the disk the limit. A disk that answers nothing leaves nothing spent.
    const writes = spent.writeMs >= Math.max(spent.hashMs, spent.readMs);
    const disk = all('lane', 'flush') && (all('flush') || writes);
    this.#held = disk ? this.#held + 1 : 0;
    if (all('turn')) return 'turn';
    return this.#held >= SAMPLES ? 'disk' : null;
  }
}
