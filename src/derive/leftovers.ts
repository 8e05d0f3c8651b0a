import { derivedPrefix, runOfDerivative } from '#domain/vault/vault-key';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { DerivativeVault, VaultReader } from '#ports/vault';

/** At most so many leftovers are removed at once; the others wait for the next start. */
const LEFTOVERS_MAX = 1000;
/** At most so many files of one recording are noted at once; the others are noted when it is derived again. */
const FILES_MAX = 1000;

interface Given {
  readonly ledger: Ledger;
  readonly vault: Pick<VaultReader, 'list'> & Pick<DerivativeVault, 'removeDerivative'>;
  readonly faults: FaultPoints;
}

/** Files that are among the derivatives of a recording now, of runs for which `isOver` returns true. */
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
 * Notes leftovers: files of ended runs that no row names, because they were replaced, or because their run ended before it was recorded. They are noted in the
 * transaction that records the new files, and removed after it. After a crash the next start removes what is noted. So the old files stay until the new ones
 * are on record, and not much longer.
 */
export async function noteLeftovers(writer: LedgerWriter, recordingId: string, files: readonly string[]): Promise<void> {
  const named = new Set((await writer.recordings.derivatives(recordingId)).map(({ vaultKey }) => vaultKey));
  await writer.recordings.noteLeftovers(
    recordingId,
    files.filter((key) => !named.has(key)),
  );
}

/** Removes noted files, of one recording or of all. If a row names the file again, only the note is removed. */
export async function removeLeftovers({ ledger, vault, faults }: Given, recordingId?: string): Promise<void> {
  for (const { key, recordingId: owner } of await ledger.recordings.leftovers(LEFTOVERS_MAX, recordingId)) {
    const inUse = (await ledger.recordings.derivatives(owner)).some(({ vaultKey }) => vaultKey === key);
    if (!inUse) await vault.removeDerivative(key);
    faults.reached('w27-leftover-removed');
    await ledger.transaction((writer) => writer.recordings.forgetLeftover(key));
  }
}
