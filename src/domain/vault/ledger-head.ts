import { canonicalBytes } from '#domain/canonical-json';
import { because, type Reason } from '#domain/reason';

/**
 * The newest custody entry at some moment, noted outside the ledger. It is written after the entry is durable, so a ledger that has not been touched is never
 * behind it.
 */
export interface LedgerHead {
  readonly station: string;
  readonly seq: number;
  /** SHA-256 of the entry, hexadecimal. */
  readonly hash: string;
}

const VERSION = 1;
/** Longer than every head: what is longer is none. */
export const HEAD_BYTES_MAX = 1024;

/** Canonical JSON with a final newline. */
export function headBytes({ station, seq, hash }: LedgerHead): Uint8Array {
  return Buffer.concat([canonicalBytes({ v: VERSION, station, seq, hash }), Buffer.from('\n')]);
}

/** null for bytes that are no head. */
export function parseHead(bytes: Uint8Array): LedgerHead | null {
  const inside = insideOf(bytes);
  if (inside === null) return null;
  const { v, station, seq, hash } = inside;
  if (v !== VERSION || typeof station !== 'string' || typeof seq !== 'number' || typeof hash !== 'string') return null;
  return Number.isSafeInteger(seq) && seq >= 0 && /^[0-9a-f]{64}$/.test(hash) ? { station, seq, hash } : null;
}

function insideOf(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const inside: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof inside === 'object' && inside !== null ? (inside as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Where the heads of a station lie in its archive, one file each: names that sort by their place in the log. */
export function archivedHeadsPrefix(stationId: string): string {
  return `ledger-heads/${
    stationId
      .toLowerCase()
      .replaceAll(/[^0-9a-z]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'station'
  }`;
}

export function archivedHeadKey({ station, seq }: LedgerHead): string {
  return `${archivedHeadsPrefix(station)}/${String(seq).padStart(12, '0')}.json`;
}

/** Where it stands which heads in the archive a person gave up, when a ledger was accepted that does not have them. */
export function acceptedHeadsPrefix(stationId: string): string {
  return `${archivedHeadsPrefix(stationId)}/accepted`;
}

/** Whether this is the key of a head, and not of what stands beside them. */
export function isHeadKey(key: string): boolean {
  return /\/\d{12}\.json$/.test(key) && !key.includes('/accepted/');
}

/** Canonical JSON with a final newline: hashes of heads that are compared with the ledger no more; of a file that is no head, the SHA-256 of its bytes. */
export function acceptedHeadsBytes(station: string, hashes: readonly string[]): Uint8Array {
  return Buffer.concat([canonicalBytes({ v: VERSION, station, hashes }), Buffer.from('\n')]);
}

/** None for bytes that are no such list. */
export function parseAcceptedHeads(bytes: Uint8Array): readonly string[] {
  const hashes = insideOf(bytes)?.['hashes'];
  return Array.isArray(hashes) ? hashes.filter((hash) => typeof hash === 'string') : [];
}

/**
 * Compares a noted head with the ledger; `hash` is that of the ledger's entry with the head's number, null if it has none, and `entries` how many it
 * has. null if they agree, else what differs.
 */
export function headFault(place: string, head: LedgerHead, ledger: { hash: string | null; entries: number }): Reason | null {
  if (ledger.hash === head.hash) return null;
  if (ledger.hash === null) return because('head-missing', { place, seq: head.seq, last: ledger.entries - 1 });
  return because('head-differs', { seq: head.seq, place });
}
