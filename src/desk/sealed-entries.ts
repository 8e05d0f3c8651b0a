import type { CustodyEntry } from '#domain/custody/entry';
import { OriginalSealed } from '#domain/custody/original-entries';

/** What custody told when an original was sealed. */
export interface SealedEntry {
  readonly sha256: string;
  readonly sm3: string | null;
  readonly bytes: number;
  readonly manifestSha256: string;
}

/** By the id of the original. */
export function sealedEntries(custody: readonly CustodyEntry[]): ReadonlyMap<string, SealedEntry> {
  const sealed = custody.map(OriginalSealed.parse).filter((entry) => entry !== null);
  return new Map(sealed.map((entry) => [entry.subject.id, entry.data]));
}
