import { canonicalBytes, type Json, sha256Hex } from './canonical-json.ts';

/** What a custody entry tells. The list grows; a type is never reused for another meaning. */
export const CUSTODY_TYPES = [
  'station.started',
  'ledger.accepted',
  'ledger.backed-up',
  'docking.arrived',
  'docking.safe',
  'docking.unsafe',
  'docking.compared',
  'docking.removed',
  'device.refused',
  'recorder.unlocked',
  'recorder.clock-setting',
  'recorder.clock-set',
  'recorder.clock-not-set',
  'recorder.clock-unsure',
  'recorder.clock-doubted',
  'wipe.begun',
  'wipe.finished',
  'original.wiped',
  'slots.changed',
  'file.refused',
  'original.grown',
  'original.copied',
  'original.sealed',
  'original.rechecked',
  'original.differs',
  'copy.failed-verification',
  'copy.withdrawn',
  'recording.split',
  'recording.replaced',
  'recording.taken-up-again',
  'recording.derived',
  'recording.start-changed',
  'recording.damaged',
  'recording.derive-again',
  'recording.read-again',
  'recording.marked',
  'recording.other-recorder',
  'recording.kind-corrected',
  'recording.linked',
  'recording.noted',
  'recording.archived',
  'recording.facts-archived',
  'recording.tagged',
  'recording.viewed',
  'recording.verified',
  'suggestion.decided',
  'case.changed',
  'officer.changed',
  'recorder.changed',
] as const;
export type CustodyType = (typeof CUSTODY_TYPES)[number];

/** Who did it: `station`, or a person through some way in, for example `cli:root`. */
export type Actor = string;

export interface CustodyDraft {
  readonly type: CustodyType;
  readonly atMs: number;
  readonly actor: Actor;
  /** Recording, docking, case, … that the entry is about. */
  readonly subject: string;
  readonly data: { readonly [key: string]: Json };
}

export interface CustodyEntry extends CustodyDraft {
  /** 0-based place in the log. */
  readonly seq: number;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256 of the canonical bytes of this entry. */
  readonly hash: string;
}

/** `prev` of the first entry. */
export const CUSTODY_GENESIS = '0'.repeat(64);

/** Version of the byte form below; a reader refuses versions that it does not know. */
const CUSTODY_VERSION = 1;

/** The bytes that are hashed and kept: canonical JSON (RFC 8785) of version, station, place, predecessor and content. */
export function custodyBytes(stationId: string, seq: number, prev: string, draft: CustodyDraft): Uint8Array {
  return canonicalBytes({
    v: CUSTODY_VERSION,
    station: stationId,
    seq,
    prev,
    at: new Date(draft.atMs).toISOString(),
    type: draft.type,
    actor: draft.actor,
    subject: draft.subject,
    data: draft.data,
  });
}

/** Hash of an entry: SHA-256 of its canonical bytes. */
export function custodyHash(bytes: Uint8Array): string {
  return sha256Hex(bytes);
}

export interface CustodyFault {
  readonly seq: number;
  readonly what: string;
}

/** Checks one stored entry against its bytes and its predecessor; null if it holds. */
export function checkCustodyEntry(
  stored: { seq: number; prev: string; hash: string; bytes: Uint8Array },
  expected: { seq: number; prev: string },
): CustodyFault | null {
  if (stored.seq !== expected.seq) return { seq: expected.seq, what: `entry ${expected.seq} is missing` };
  if (stored.prev !== expected.prev) return { seq: stored.seq, what: 'does not name the hash of the entry before it' };
  if (custodyHash(stored.bytes) !== stored.hash) return { seq: stored.seq, what: 'its bytes do not have its hash' };
  let inside: unknown;
  try {
    inside = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(stored.bytes));
  } catch {
    return { seq: stored.seq, what: 'its bytes are not JSON' };
  }
  const claimed = inside as { v?: unknown; seq?: unknown; prev?: unknown };
  if (claimed.v !== CUSTODY_VERSION || claimed.seq !== stored.seq || claimed.prev !== stored.prev) {
    return { seq: stored.seq, what: 'its bytes tell another place in the log' };
  }
  return null;
}
