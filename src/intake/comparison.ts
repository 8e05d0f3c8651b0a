import type { RandomBelow } from '#domain/vault/file-sample';
import type { BufferPool } from '#ports/buffer-pool';
import type { Verdict } from '#ports/known-proof';
import type { Lanes } from '#ports/lanes';
import type { VaultReader } from '#ports/vault';

/** Beginning and end of a sampled file, where containers keep their headers, times and indexes. */
export const EDGE_BYTES = 256 * 1024;
/** At most so much of a moov box is compared. The box holds times, durations and the place of every frame. */
export const MOOV_BYTES_MAX = 16 * 1024 * 1024;
/** At most so many boxes are skipped in search of the moov box: usually the file type, free space and the media stand before it. */
export const BOXES_MAX = 64;
/** After so many failed places the sample of a file is given up, because a failing card may take half a minute over each. */
export const FAILURES_MAX = 3;

export interface ComparisonTools {
  readonly lanes: Lanes;
  readonly buffers: BufferPool;
  readonly vault: VaultReader;
  readonly random: RandomBelow;
}

/** `lost`: the vault does not hold the original any more, or cannot read it. */
export type Outcome = Verdict | 'lost';

export interface SampleOutcome {
  readonly outcome: Outcome;
  /** How many bytes at the beginning were read in a row. */
  readonly readBytes: number;
  readonly readMs: number;
  /** Time for the random blocks, ms. */
  readonly sampleMs: number;
}
