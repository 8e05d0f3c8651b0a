import { derivedPrefix, runOfDerivative } from '#domain/vault/vault-key';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { DerivativeVault, VaultReader } from '#ports/vault';

/** At once; more wait for the next start. */
const LEFTOVERS_MAX = 1000;
/** Of one recording at once; more are noted when it is derived again. */
const FILES_MAX = 1000;

interface Given {
  readonly ledger: Ledger;
  readonly vault: Pick<VaultReader, 'list'> & Pick<DerivativeVault, 'removeDerivative'>;
  readonly faults: FaultPoints;
}

/** Files that stand among the derivatives of a recording now, of the runs that `isOver` tells. */
export async function filesOfRuns(
  vault: Pick<VaultReader, 'list'>,
  recordingId: string,
  isOver: (run: number) => boolean,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of vault.list(derivedPrefix(recordingId))) {
    if (isOver(runOfDerivative(key))) keys.push(key);
    if (keys.length === FILES_MAX) break;
  }
  return keys;
}

/**
 * Leftovers are files of runs that are over and that no row names: they were replaced, or their run ended before it was recorded. They are noted in
 * the transaction that puts the new ones on record, and removed after it; what a crash leaves of the notes is removed at the next start. So the old is
 * there until the new is on record, and never longer than that.
 */
export async function noteLeftovers(writer: LedgerWriter, recordingId: string, files: readonly string[]): Promise<void> {
  const named = new Set((await writer.recordings.derivatives(recordingId)).map(({ vaultKey }) => vaultKey));
  await writer.recordings.noteLeftovers(
    recordingId,
    files.filter((key) => !named.has(key)),
  );
}

/** Removes what is noted, of one recording or of all. A note whose file has a row again is only taken away. */
export async function removeLeftovers({ ledger, vault, faults }: Given, recordingId?: string): Promise<void> {
  for (const { key, recordingId: owner } of await ledger.recordings.leftovers(LEFTOVERS_MAX, recordingId)) {
    const inUse = (await ledger.recordings.derivatives(owner)).some(({ vaultKey }) => vaultKey === key);
    if (!inUse) await vault.removeDerivative(key);
    faults.reached('w27-leftover-removed');
    await ledger.transaction((writer) => writer.recordings.forgetLeftover(key));
  }
}
