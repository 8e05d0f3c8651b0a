import type { ByteRange } from '#domain/byte-range';
import { canonicalBytes } from '#domain/canonical-json';
import type { Digests } from '#domain/digest';
import type { Kind } from '#domain/kind';
import type { Reason } from '#domain/reason';

/** Version of the form of `facts.json`. */
const FACTS_VERSION = 2;

/** The item of the copy row that tells which facts the archive holds. */
export const FACTS_ITEM = 'facts';

/**
 * What the archive keeps of a recording beside its footage, so that the footage of a case can be found and checked without this station. Unlike a
 * manifest, which tells what was known at the seal and stays, it tells what is known now and is written anew when that changes.
 */
export interface Facts {
  readonly station: string;
  readonly recording: {
    readonly id: string;
    readonly kind: Kind;
    readonly recorder: string;
    readonly cases: readonly string[];
    readonly officer: string | null;
    readonly officerSource: string | null;
    readonly category: string | null;
    readonly important: boolean;
    /** What it is marked with itself. */
    readonly confidentiality: string | null;
    readonly privacy: readonly string[];
    /** What counts: the highest of its own level and those of its cases, and every mark of them. */
    readonly effective: { readonly confidentiality: string | null; readonly privacy: readonly string[] };
    readonly damaged: boolean;
    readonly damageReason: Reason | null;
    readonly claimedStart: string | null;
    readonly claimedFrom: string | null;
    readonly timezone: string;
    /** ISO 8601 in UTC. */
    readonly start: string | null;
    readonly end: string | null;
    readonly clockOffsetMs: number | null;
    readonly durationMs: number | null;
    readonly duplicateOf: string | null;
    readonly missingCount: number;
  };
  /** The cases of the recording as they stand, by number: no titles and no words, which can be erased. */
  readonly cases: readonly {
    readonly number: string;
    readonly stage: string;
    readonly state: string;
    /** Calendar dates in the station's zone. */
    readonly openedOn: string | null;
    readonly decidedOn: string | null;
    readonly closedOn: string | null;
    readonly confidentiality: string | null;
    readonly privacy: readonly string[];
  }[];
  readonly originals: readonly {
    readonly id: string;
    readonly index: number;
    readonly role: 'segment' | 'sidecar';
    readonly kind: Kind;
    /** Below the archive's prefix. */
    readonly key: string;
    readonly mediaType: string;
    readonly bytes: number;
    readonly digests: Digests;
    readonly cardPath: string;
    readonly mtime: string | null;
    readonly unreadable: readonly ByteRange[];
    readonly manifest: { readonly key: string; readonly sha256: string | null };
  }[];
  readonly derivatives: readonly {
    readonly kind: string;
    readonly recipe: string;
    readonly key: string;
    readonly mediaType: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
}

/** The bytes that are archived: canonical JSON (RFC 8785) and a final newline. The same facts are always the same bytes. */
export function factsBytes(facts: Facts): Uint8Array {
  const json = canonicalBytes({
    type: 'evidock.facts',
    v: FACTS_VERSION,
    station: facts.station,
    recording: { ...facts.recording, cases: [...facts.recording.cases].sort() },
    cases: facts.cases.map((each) => ({ ...each })),
    originals: facts.originals.map(({ digests, unreadable, manifest, ...original }) => ({
      ...original,
      sha256: digests.sha256,
      sm3: digests.sm3,
      unreadable: unreadable.map(({ start, end }) => ({ start, end })),
      manifest: { ...manifest },
    })),
    derivatives: facts.derivatives.map((derivative) => ({ ...derivative })),
  });
  return Buffer.concat([json, Buffer.from('\n')]);
}
