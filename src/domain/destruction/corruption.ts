import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';

type Sealed = Pick<Original, 'id' | 'state' | 'bytes' | 'digests'>;

interface CorruptionFacts {
  readonly original: Sealed;
  readonly key: string;
  /** What at least two readings of the file gave. */
  readonly readings: readonly { readonly bytes: number; readonly sha256: string }[];
}

/** Shows that a file of a sealed original is corrupt. Only `corruptionProof` makes it. */
class Corruption {
  readonly #facts: CorruptionFacts;

  constructor(facts: CorruptionFacts) {
    this.#facts = facts;
  }

  isOf(id: string, key: string): boolean {
    return this.#facts.original.id === id && this.#facts.key === key;
  }
}

export type CorruptionProof = Corruption;

/** Throws request.conflict unless two readings of the file differ from what was sealed. */
export function corruptionProof(facts: CorruptionFacts): CorruptionProof {
  const { original, readings } = facts;
  const sealed = original.digests?.sha256;
  const isSealed = (read: { bytes: number; sha256: string }) => read.sha256 === sealed && read.bytes === original.bytes;
  if (sealed === undefined || readings.length < 2 || readings.some(isSealed))
    throw new EvidockError('request.conflict', because('heal-not-bad', { id: original.id, place: 'vault' }));
  return new Corruption(facts);
}

/** Throws request.conflict unless the proof is of this original and this file. */
export function mustBeCorrupt({ id }: Sealed, key: string, proof: CorruptionProof | undefined): void {
  if (!(proof instanceof Corruption) || !proof.isOf(id, key))
    throw new EvidockError('request.conflict', because('set-aside-sealed', { id }));
}
