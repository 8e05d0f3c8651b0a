import { derivativesPrefix } from '#domain/vault/vault-key';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { Vault } from '#ports/vault';

/** At once; more wait for the next start. */
const LEFTOVERS_MAX = 1000;
const FILES_MAX = 100;

interface Given {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly faults: FaultPoints;
}

/**
 * Files among the derivatives of a recording that no row names any more: what is made again may have another name (`playable.mp4`, then
 * `playable.m4a`), and a run that was killed may have left some. They are noted in the transaction that puts the new ones on record, and removed
 * after it; what a crash leaves of the notes is removed at the next start. So the old is there until the new is on record, and never longer than that.
 */
export async function noteLeftovers(writer: LedgerWriter, recordingId: string, files: readonly string[]): Promise<void> {
  const known = new Set((await writer.derivatives(recordingId)).map(({ vaultKey }) => vaultKey));
  await writer.noteLeftovers(
    recordingId,
    files.filter((key) => !known.has(key)),
  );
}

/** The files that stand among its derivatives now. */
export async function derivedFiles(vault: Vault, recordingId: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of vault.list(derivativesPrefix(recordingId))) {
    keys.push(key);
    if (keys.length === FILES_MAX) break;
  }
  return keys;
}

/** Removes what is noted, of one recording or of all. A note whose file has a row again is only taken away. */
export async function removeLeftovers({ ledger, vault, faults }: Given, recordingId?: string): Promise<number> {
  let removed = 0;
  for (const { key, recordingId: owner } of await ledger.leftovers(LEFTOVERS_MAX, recordingId)) {
    const inUse = (await ledger.derivatives(owner)).some(({ vaultKey }) => vaultKey === key);
    if (!inUse && (await vault.removeDerivative(key))) removed += 1;
    faults.reached('w23-leftover-removed');
    await ledger.transaction((writer) => writer.forgetLeftover(key));
  }
  return removed;
}
