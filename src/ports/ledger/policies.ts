import type { Actor } from '#domain/custody/actor';
import type { Kind } from '#domain/kind';
import type { Protection } from '#domain/protection';
import type { Category } from '#domain/registry';

/**
 * How a version of the policy stands. `proposed`: waits for a second person; `in-force`: the one that counts; `former`: it counted until another one came;
 * `refused`: somebody decided against it; `withdrawn`: whoever proposed it took it back, or proposed another one in its place.
 */
export const POLICY_STATES = ['proposed', 'in-force', 'former', 'refused', 'withdrawn'] as const;
export type PolicyState = (typeof POLICY_STATES)[number];

/** Where a version came from: with the software, from the site's file, or from a person who sent it. */
export type PolicySource = 'shipped' | 'file' | 'person';

export interface PolicyVersion {
  /** Counts up with each proposal, from 1. */
  readonly version: number;
  readonly state: PolicyState;
  readonly source: PolicySource;
  /** The file as it was sent, YAML. */
  readonly text: string;
  /** SHA-256 of the text, hex. */
  readonly sha256: string;
  readonly proposedBy: Actor;
  /** Id of the account behind the proposal, also where a token of theirs sent it; `machine`: whoever acts on the machine itself; `station`. */
  readonly proposedPerson: string;
  readonly proposedAtMs: number;
  /** Whoever adopted, refused or withdrew it; null while it is proposed. */
  readonly decidedBy: Actor | null;
  readonly decidedAtMs: number | null;
}

/** What the policy is asked with of one recording. */
export interface JudgedRecording extends Protection {
  readonly officerId: string | null;
  /** Ids of the unit of its officer by today's registry and of all units above it, nearest first; none where the officer has none. */
  readonly units: readonly string[];
  readonly kind: Kind;
  readonly category: Category | null;
  readonly important: boolean;
  readonly createdAtMs: number;
  readonly cases: readonly JudgedCase[];
}

export interface JudgedCase extends Protection {
  readonly number: string;
  readonly state: string;
  readonly officerIds: readonly string[];
}

/** Versions of the policy. None of this is within a scope: it is read to tell what a scope is. */
export interface PoliciesReader {
  /** null before the first one was adopted. */
  inForce(): Promise<PolicyVersion | null>;
  get(version: number): Promise<PolicyVersion | null>;
  /** Newest first. `after`: versions before this one. */
  list(page: { readonly state?: PolicyState; readonly after?: number; readonly limit: number }): Promise<readonly PolicyVersion[]>;
  /** The newest version that came with the software or from the site's file; null if there was none. */
  lastFromFile(): Promise<PolicyVersion | null>;
  /** null if there is no such recording. */
  judged(recordingId: string): Promise<JudgedRecording | null>;
}

export interface PoliciesWriter {
  /** Appends the next version as `proposed`; returns its number. */
  propose(version: Omit<PolicyVersion, 'version' | 'state' | 'decidedBy' | 'decidedAtMs'>): Promise<number>;
  /**
   * Ends the time of a proposal. With `in-force`, the version that was in force becomes `former`. Throws request.conflict if the version is not `proposed`.
   */
  decide(
    version: number,
    decision: { readonly state: 'in-force' | 'refused' | 'withdrawn'; readonly by: Actor; readonly atMs: number },
  ): Promise<void>;
}
