import { canonicalBytes, sha256Hex } from '#domain/canonical-json';
import type { Original } from '#domain/recording';
import type { Disposal, DisposalItem } from './disposal.ts';

/** More recordings do not stand on one list: a person has to be able to read it. */
export const LIST_MAX = 1000;

/**
 * SHA-256 of a list: what an approval is of. Of the canonical JSON of its id, its rule and moment, and each recording that was not excluded, sorted by id, with
 * its contents, its rule and its due time. What became of a recording later does not change it.
 */
export function listDigest(
  { id, rule, dueBeforeMs }: Pick<Disposal, 'id' | 'rule' | 'dueBeforeMs'>,
  items: readonly Pick<DisposalItem, 'recordingId' | 'contents' | 'rule' | 'dueMs' | 'state'>[],
): string {
  const listed = items
    .filter(({ state }) => state !== 'excluded')
    .toSorted((a, b) => (a.recordingId < b.recordingId ? -1 : 1))
    .map((item) => ({ recording: item.recordingId, contents: item.contents, rule: item.rule, due: item.dueMs }));
  return sha256Hex(canonicalBytes({ v: 1, disposal: id, rule, dueBefore: dueBeforeMs, recordings: listed }));
}

/** SHA-256 over what the originals of a recording are, in their order. */
export function contentsOf(originals: readonly Pick<Original, 'id' | 'index' | 'bytes' | 'digests'>[]): string {
  const sorted = originals.toSorted((a, b) => a.index - b.index);
  return sha256Hex(canonicalBytes(sorted.map(({ id, bytes, digests }) => ({ id, bytes, sha256: digests?.sha256 ?? null }))));
}
