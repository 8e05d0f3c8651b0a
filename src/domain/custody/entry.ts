import { canonicalBytes, type Json, sha256Hex } from '#domain/canonical-json';
import type { Actor } from './actor.ts';
import { type Subject, subjectText } from './subject.ts';

/** `prev` of the first entry. */
export const CUSTODY_GENESIS = '0'.repeat(64);

/** Version of the byte form below. Readers know 1 as well (former-entry.ts). */
const CUSTODY_VERSION = 2;

/** Largest entry, canonical bytes. A leaf of a tiled log (C2SP tlog-tiles) holds 65,535. */
export const ENTRY_BYTES_MAX = 60_000;

type JsonObject = { readonly [key: string]: Json };

/** The content of an entry, before the entry has a place in the log. Only the constructors of the catalogue make drafts. */
export interface CustodyDraft {
  readonly type: string;
  readonly atMs: number;
  readonly actor: Actor;
  readonly subject: Subject;
  /** Other subjects whose history has the entry too, each once. */
  readonly related: readonly Subject[];
  /** Values in the entry itself. They are bounded, and never a person's name or words. */
  readonly data: JsonObject;
  /** Lists of any length: the entry holds count and digest of each, the list stands beside the log. */
  readonly lists: { readonly [name: string]: readonly Json[] };
  /** Personal values: the entry holds a commitment to each, the value stands beside the log and can be erased. */
  readonly personal: JsonObject;
}

export interface CustodyEntry extends Omit<CustodyDraft, 'lists' | 'personal'> {
  /** 2, or 1 for entries of before the byte form below. */
  readonly version: 1 | 2;
  /** The lists that are there. */
  readonly lists: { readonly [name: string]: readonly Json[] };
  /** The personal values that have not been erased. */
  readonly personal: JsonObject;
  /** Names of the personal values that have been erased. */
  readonly erased: readonly string[];
  /** By name of a personal value that has not been erased: its salt, hexadecimal. With the salt the commitment can be recomputed. */
  readonly salts: { readonly [name: string]: string };
  /** 0-based place in the log. */
  readonly seq: number;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256 of `bytes`. */
  readonly hash: string;
  /** The canonical bytes. */
  readonly bytes: Uint8Array;
}

/** A value that is kept beside the log. */
export interface BesideValue {
  readonly name: string;
  /** 32 random bytes of a personal value; null for a list, whose digest need not hide it. */
  readonly salt: Uint8Array | null;
  /** Canonical JSON. */
  readonly bytes: Uint8Array;
}

export interface SealedEntry {
  readonly bytes: Uint8Array;
  readonly hash: string;
  readonly beside: readonly BesideValue[];
}

/**
 * Makes the bytes that are hashed and kept: canonical JSON (RFC 8785) of version, station, place, predecessor and content. Lists and personal values are
 * returned beside them, because the bytes only commit to those. `salt` gives 32 random bytes for each personal value. Throws RangeError if the entry is longer
 * than ENTRY_BYTES_MAX.
 */
export function sealEntry(draft: CustodyDraft, place: { station: string; seq: number; prev: string }, salt: () => Uint8Array): SealedEntry {
  const beside: BesideValue[] = [];
  const lists: { [name: string]: Json } = {};
  for (const [name, list] of Object.entries(draft.lists)) {
    const bytes = canonicalBytes(list);
    lists[name] = { count: list.length, sha256: sha256Hex(bytes) };
    beside.push({ name, salt: null, bytes });
  }
  const personal: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(draft.personal)) {
    const secret = salt();
    const bytes = canonicalBytes(value);
    personal[name] = commitmentTo(secret, bytes);
    beside.push({ name, salt: secret, bytes });
  }
  const bytes = canonicalBytes({
    v: CUSTODY_VERSION,
    station: place.station,
    seq: place.seq,
    prev: place.prev,
    at: new Date(draft.atMs).toISOString(),
    type: draft.type,
    actor: { ...draft.actor },
    subject: subjectText(draft.subject),
    related: draft.related.map(subjectText),
    data: draft.data,
    lists,
    personal,
  });
  if (bytes.byteLength > ENTRY_BYTES_MAX) throw new RangeError(`a custody entry ${draft.type} has ${bytes.byteLength} bytes`);
  return { bytes, hash: custodyHash(bytes), beside };
}

/** Hash of an entry: SHA-256 of its canonical bytes. */
export function custodyHash(bytes: Uint8Array): string {
  return sha256Hex(bytes);
}

/** SHA-256 of salt and canonical JSON. Without the salt nobody can find the value by trying likely ones. */
export function commitmentTo(salt: Uint8Array, bytes: Uint8Array): string {
  return sha256Hex(Buffer.concat([salt, bytes]));
}
