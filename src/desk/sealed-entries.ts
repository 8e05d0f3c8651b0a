import type { CustodyEntry } from '#domain/custody/entry';
import { OriginalSealed } from '#domain/custody/original-entries';

/** What the custody log says of an original as it was sealed. */
export interface SealedEntry {
  readonly sha256: string;
  readonly sm3: string | null;
  readonly bytes: number;
  readonly manifestSha256: string;
}

/** The sealed originals of these entries, by the id of the original. */
export function sealedEntries(custody: readonly CustodyEntry[]): ReadonlyMap<string, SealedEntry> {
  const sealed = custody.map(OriginalSealed.parse).filter((entry) => entry !== null);
  return new Map(sealed.map((entry) => [entry.subject.id, entry.data]));
}
