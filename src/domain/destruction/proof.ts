import { EvidockError } from '#domain/errors';
import type { Evictable } from '#domain/eviction/evictable';
import { because } from '#domain/reason';
import type { Copy } from '#domain/recording';
import { type DisposalFacts, disposalFault } from './disposal-facts.ts';

/** One file that is to be destroyed, in the place where it lies. */
export interface DoomedFile {
  readonly recordingId: string;
  /** Id of the original (of its manifest too), of the derivative, or FACTS_ITEM. */
  readonly itemId: string;
  readonly what: 'original' | 'manifest' | 'derivative' | 'facts';
  /** `vault`, or the archive's name. */
  readonly where: string;
  readonly key: string;
  /** The one version that goes, by the id that the archive gave it; null: every version, delete marker and unfinished part of the key. */
  readonly version: string | null;
  /** Bytes and SHA-256 as they are on record; null where the ledger has none. */
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/** What may be freed in the vault: an original, or a playable copy, that enough archive copies hold. */
export interface EvictionFacts {
  readonly item: Evictable;
  /** Every copy on record of it. */
  readonly copies: readonly Copy[];
  /** How many archives must hold it, by checks of what age at most (ms), and whether only a check that read every byte counts. */
  readonly needs: { readonly copies: number; readonly freshMs: number; readonly readBack: boolean };
  /** Whether work of the recording waits or runs. */
  readonly busy: boolean;
  readonly nowMs: number;
}

/** A key that only this module has: an object with it was made by one of the makers below. */
class Made<Kind extends string, Facts> {
  readonly #made = true;
  readonly kind: Kind;
  readonly doomed: DoomedFile;
  readonly facts: Facts;

  constructor(kind: Kind, doomed: DoomedFile, facts: Facts) {
    this.kind = kind;
    this.doomed = doomed;
    this.facts = facts;
    Object.freeze(this);
  }

  static is(value: unknown): boolean {
    return typeof value === 'object' && value !== null && #made in value && value.#made;
  }
}

export type EvictionProof = Made<'eviction', EvictionFacts>;
export type DisposalProof = Made<'disposal', DisposalFacts>;
/** Why one file may be destroyed. Healing destroys nothing, so it has none (docs/decisions/0064). `destroyCopy` (src/steps/destroy-copy.ts) takes nothing else. */
export type DestructionProof = EvictionProof | DisposalProof;

/** Throws station.internal for what only looks like a proof: a cast, a copy of its fields, something read from JSON. */
export function mustBeProof(proof: DestructionProof): void {
  if (!Made.is(proof)) throw new EvidockError('station.internal', because('no-proof', {}));
}

const VAULT = 'vault';
const refuse = (why: ReturnType<typeof because>): never => {
  throw new EvidockError('request.conflict', why);
};

/** Throws request.conflict unless the item may leave the vault now. */
export function evictionProof(facts: EvictionFacts): EvictionProof {
  const { item, copies, needs } = facts;
  const { what, id, recordingId, vaultKey: key, bytes, sha256 } = item;
  if (sha256 === null) refuse(because('destroy-not-sealed', { id }));
  if (!isInVault(facts)) refuse(because('destroy-no-such-copy', { id, place: VAULT }));
  if (facts.busy) refuse(because('destroy-busy', { id: recordingId }));
  const good = new Set(copies.filter((copy) => isGood(facts, copy)).map(({ where }) => where));
  if (needs.copies < 1 || good.size < needs.copies)
    refuse(because('destroy-too-few-copies', { id, found: good.size, count: Math.max(1, needs.copies) }));
  return new Made('eviction', { recordingId, itemId: id, what, where: VAULT, key, version: null, bytes, sha256 }, facts);
}

/** The vault's copy of an original has a row. That of a derivative has none: the row of the derivative itself tells. */
function isInVault({ item, copies }: EvictionFacts): boolean {
  if (item.evictedAtMs !== null) return false;
  return (
    item.what === 'derivative' || copies.some(({ where, itemId, key }) => where === VAULT && itemId === item.id && key === item.vaultKey)
  );
}

/** A check from the future says nothing of its age. */
function isGood({ item, needs, nowMs }: EvictionFacts, copy: Copy): boolean {
  if (copy.where === VAULT || copy.itemId !== item.id || copy.bytes !== item.bytes) return false;
  if (needs.readBack && copy.verifiedBy !== 'readback') return false;
  const ageMs = nowMs - copy.verifiedAtMs;
  return ageMs >= 0 && ageMs <= needs.freshMs;
}

/** Throws request.conflict, or request.forbidden, unless this file of the approved list may be destroyed now. */
export function disposalProof(doomed: DoomedFile, facts: DisposalFacts): DisposalProof {
  const fault = disposalFault(doomed.recordingId, facts);
  if (fault) refuse(fault);
  return new Made('disposal', doomed, facts);
}
