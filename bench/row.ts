/** One line of the benchmark table. */
export interface Row {
  readonly name: string;
  /** In `unit`; a median where not named otherwise. */
  readonly ours: number;
  /** The named tool doing the same, in `unit`; left out where there is none. */
  readonly theirs?: number | null;
  /** ours / theirs. */
  readonly ratio?: number | null;
  /** The mark that was set before, for a person: `≤ 10 ms`. */
  readonly limit: string;
  readonly unit: string;
  /** Whether the mark was met. */
  readonly ok: boolean;
  /** How it was measured and, where the mark was missed, why. */
  readonly note: string;
}
