import { buffer } from 'node:stream/consumers';
import { because, type Reason } from '#domain/reason';
import { archivedHeadsPrefix, HEAD_BYTES_MAX, headFault, type LedgerHead, parseHead } from '#domain/vault/ledger-head';
import type { Archive } from '#ports/archive';
import type { LedgerReader } from '#ports/ledger';
import type { VaultReader } from '#ports/vault';

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

/** Compares the newest head in the archive with the ledger, as `vaultHeadFault` does. Throws archive.*. */
export async function archiveHeadFault(
  ledger: Custody,
  archive: Archive,
  { stationId, signal }: { stationId: string; signal: AbortSignal },
): Promise<Reason | null> {
  let newest: string | null = null;
  for await (const { key, bytes } of archive.list(archivedHeadsPrefix(stationId))) {
    signal.throwIfAborted();
    if (bytes <= HEAD_BYTES_MAX && (newest === null || key > newest)) newest = key;
  }
  if (newest === null) return null;
  const head = parseHead(await buffer(await archive.read({ key: newest }, undefined, signal)));
  return head ? compare(ledger, 'archive', head) : because('archived-head-unreadable', { key: newest });
}
