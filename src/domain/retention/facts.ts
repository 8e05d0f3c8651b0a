import type { Kind } from '#domain/kind';
import type { Confidentiality } from '#domain/protection';

/**
 * How a recording belongs to a case. `suggested`: time and officers overlap, and nobody has decided yet; it is kept as if it belonged there. `former`: the tag was
 * taken away, which never shortens what was earned; it counts until two persons have corrected it (docs/design.md, "Retention", rule 8).
 */
export type CaseTie = 'tagged' | 'former' | 'suggested';

export interface RetentionCase {
  readonly number: string;
  readonly tie: CaseTie;
  readonly category: string | null;
  readonly stage: string | null;
  /** ms since 1970 UTC, anywhere within the local day; null: it did not happen, or was undone by a reopening. */
  readonly openedMs: number | null;
  readonly decidedMs: number | null;
  readonly closedMs: number | null;
}

/** Everything about one recording (all that belongs to it: segments, sidecars, derivatives, files split off) that its term depends on. Times: ms since 1970 UTC. */
export interface RetentionFacts {
  readonly recordingId: string;
  readonly kind: Kind;
  /** null, or what is no known category: unknown. */
  readonly category: string | null;
  /** Categories that were told before and that two persons have not corrected: telling another one never shortens what was earned. */
  readonly formerCategories: readonly string[];
  /** Told of the recording itself; its cases have theirs. */
  readonly stage: string | null;
  readonly important: boolean;
  /** Id of its unit and of each unit above that one. */
  readonly units: readonly string[];
  /** The highest of its own level and those of its cases; null: nobody marked it. */
  readonly level: Confidentiality | null;
  readonly foundInBin: boolean;
  readonly damaged: boolean;
  readonly starts: {
    /** Its start, corrected by the offset of the recorder's clock; null: no claim can be true. */
    readonly recordedMs: number | null;
    /** What the recorder claims, as it stands. */
    readonly claimedMs: number | null;
    readonly dockedMs: number;
    readonly sealedMs: number | null;
    readonly archivedMs: number | null;
  };
  readonly cases: readonly RetentionCase[];
}
