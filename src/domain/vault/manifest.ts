import type { ByteRange } from '#domain/byte-range';
import { canonicalBytes } from '#domain/canonical-json';
import type { Digests } from '#domain/digest';
import type { Kind } from '#domain/kind';
import type { SourceReread } from '#domain/recording';
import type { StartClaim } from '#domain/start/claim';

/**
 * Version of the manifest's form. 3: `recording.startClaims`. 2: `unreadable` and `sourceReread`; 1 had neither, and every file was read whole, once. What a
 * version has stays in the next.
 */
const MANIFEST_VERSION = 3;

/** Everything that is known about one original when it is sealed. It alone tells a stranger what the file is. */
export interface Manifest {
  readonly station: { readonly id: string; readonly name: string };
  readonly software: { readonly name: 'evidock'; readonly version: string };
  readonly recorder: { readonly serial: string; readonly vendorId: string | null; readonly productId: string | null };
  readonly driver: { readonly id: string; readonly score: number };
  readonly docking: { readonly id: string; readonly slot: number; readonly port: string; readonly arrivedAt: string };
  readonly recording: {
    readonly id: string;
    readonly kind: Kind;
    readonly important: boolean;
    readonly officerId: string | null;
    readonly officerSource: string | null;
    readonly claimedStart: string | null;
    readonly claimedFrom: string | null;
    /** Everything that told when it started when the file was put on record, and what became of each claim. */
    readonly startClaims: readonly (Omit<StartClaim, 'startMs'> & { readonly start: string | null })[];
    readonly timezone: string;
    readonly start: string | null;
    readonly clockOffsetMs: number | null;
    readonly originalCount: number;
  };
  readonly original: {
    readonly id: string;
    readonly index: number;
    readonly role: 'segment' | 'sidecar';
    readonly kind: Kind;
    readonly cardPath: string;
    readonly mtime: string | null;
    readonly bytes: number;
    /** Of the bytes beside this manifest, in which the unreadable ranges are zeros. */
    readonly digests: Digests;
    /** What the recorder could not deliver, in order. */
    readonly unreadable: readonly ByteRange[];
    readonly sourceReread: SourceReread | null;
    readonly vaultKey: string;
    readonly duplicateOf: string | null;
    readonly copiedAt: string;
    readonly sealedAt: string;
    readonly reread: 'direct' | 'nocache' | 'cached';
  };
}

/** The bytes that are written beside the original: canonical JSON (RFC 8785) and a final newline. */
export function manifestBytes(manifest: Manifest): Uint8Array {
  const json = canonicalBytes({
    type: 'evidock.manifest',
    v: MANIFEST_VERSION,
    station: { ...manifest.station },
    software: { ...manifest.software },
    recorder: { ...manifest.recorder },
    driver: { ...manifest.driver },
    docking: { ...manifest.docking },
    recording: { ...manifest.recording, startClaims: manifest.recording.startClaims.map((claim) => ({ ...claim })) },
    original: {
      ...manifest.original,
      digests: { ...manifest.original.digests },
      unreadable: manifest.original.unreadable.map(({ start, end }) => ({ start, end })),
    },
  });
  const bytes = new Uint8Array(json.length + 1);
  bytes.set(json);
  bytes[json.length] = 0x0a;
  return bytes;
}

/** ISO 8601 in UTC, or null where a card's time is outside what a date can hold. */
export function isoOrNull(ms: number | null): string | null {
  if (ms === null || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null;
  return new Date(ms).toISOString();
}
