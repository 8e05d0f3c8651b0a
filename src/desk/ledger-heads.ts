import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { sha256Hex } from '#domain/canonical-json';
import { because, type Reason } from '#domain/reason';
import {
  acceptedHeadsBytes,
  acceptedHeadsPrefix,
  archivedHeadsPrefix,
  HEAD_BYTES_MAX,
  headFault,
  isHeadKey,
  type LedgerHead,
  parseAcceptedHeads,
  parseHead,
} from '#domain/vault/ledger-head';
import type { Archive } from '#ports/archive';
import type { LedgerReader } from '#ports/ledger';
import type { VaultReader } from '#ports/vault';

/** A list of the heads of many years, one an hour. */
const ACCEPTED_BYTES_MAX = 16 * 1024 * 1024;

type Custody = Pick<LedgerReader, 'custody'>;

async function compare(ledger: Custody, place: string, head: LedgerHead | null): Promise<Reason | null> {
  if (!head) return null;
  const [hash, newest] = await Promise.all([ledger.custody.hashOf(head.seq), ledger.custody.head()]);
  return headFault(place, head, { hash, entries: (newest?.seq ?? -1) + 1 });
}

/** Compares the head that the vault keeps with the ledger. Returns what contradicts; null if nothing does. Throws vault.read-failed. */
export async function vaultHeadFault(ledger: Custody, vault: VaultReader): Promise<Reason | null> {
  const bytes = await vault.ledgerHead();
  if (bytes === null) return null;
  const head = parseHead(bytes);
  return head ? compare(ledger, 'vault', head) : because('head-unreadable', {});
}

interface Given {
  readonly stationId: string;
  readonly signal: AbortSignal;
}

/**
 * Compares the newest head in the archive with the ledger, as `vaultHeadFault` does. Heads that a person gave up with a lost ledger (`giveUpHeads`) are passed
 * over. Throws archive.*.
 */
export async function archiveHeadFault(ledger: Custody, archive: Archive, given: Given): Promise<Reason | null> {
  const givenUp = await givenUpHeads(archive, given);
  for await (const { key, head, sha256 } of headsOf(archive, given)) {
    if (givenUp.has(head?.hash ?? sha256)) continue;
    return head ? compare(ledger, 'archive', head) : because('archived-head-unreadable', { key });
  }
  return null;
}

/**
 * Notes in the archive which of its heads the ledger does not have, because a person has accepted the ledger as it is: without it the station would never start
 * again after a backup was put back. It stands beside the heads, and whoever may write it may write them too. Throws archive.*.
 */
export async function giveUpHeads(ledger: Custody, archive: Archive, given: Given): Promise<void> {
  const givenUp = await givenUpHeads(archive, given);
  const hashes: string[] = [];
  for await (const { head, sha256 } of headsOf(archive, given)) {
    const hash = head?.hash ?? sha256;
    if (givenUp.has(hash)) continue;
    // The log is a chain: what came before a head that the ledger has, it has too.
    if (head && (await ledger.custody.hashOf(head.seq)) === hash) break;
    hashes.push(hash);
  }
  if (hashes.length === 0) return;
  const next = ((await ledger.custody.head())?.seq ?? -1) + 1;
  const bytes = acceptedHeadsBytes(given.stationId, hashes);
  const key = `${acceptedHeadsPrefix(given.stationId)}/${String(next).padStart(12, '0')}-${sha256Hex(bytes).slice(0, 16)}.json`;
  await putNote(archive, { key, bytes, signal: given.signal });
}

/** Puts a small JSON text that is in memory into the archive. Throws archive.*. */
export async function putNote(
  archive: Archive,
  { key, bytes, signal }: { readonly key: string; readonly bytes: Uint8Array; readonly signal: AbortSignal },
): Promise<void> {
  await archive.put({
    ...{ key, bytes: bytes.length, sha256: sha256Hex(bytes), mediaType: 'application/json', signal },
    open: async ({ start, end }) => Readable.from([Buffer.from(bytes.subarray(start, end))]),
  });
}

async function givenUpHeads(archive: Archive, { stationId, signal }: Given): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>();
  for await (const { key, bytes } of archive.list(acceptedHeadsPrefix(stationId))) {
    signal.throwIfAborted();
    if (bytes > ACCEPTED_BYTES_MAX) continue;
    for (const hash of parseAcceptedHeads(await buffer(await archive.read({ key }, undefined, signal)))) hashes.add(hash);
  }
  return hashes;
}

/** Newest first. `head` is null for bytes that are none; `sha256` is that of the bytes, by which such a file is given up. */
async function* headsOf(
  archive: Archive,
  { stationId, signal }: Given,
): AsyncGenerator<{ readonly key: string; readonly head: LedgerHead | null; readonly sha256: string }> {
  const keys: string[] = [];
  for await (const { key, bytes } of archive.list(archivedHeadsPrefix(stationId))) {
    signal.throwIfAborted();
    if (bytes <= HEAD_BYTES_MAX && isHeadKey(key)) keys.push(key);
  }
  for (const key of keys.toSorted().toReversed()) {
    const bytes = await buffer(await archive.read({ key }, undefined, signal));
    yield { key, head: parseHead(bytes), sha256: sha256Hex(bytes) };
  }
}
