import { createHash } from 'node:crypto';
import { EvidockError } from '#domain/errors';
import { type InvitedWorker, isWorkerKey } from '#domain/invitation';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';

/** The one place where it is decided whether a worker's key is good. Throws work.key-refused without saying why, so whoever tries keys learns nothing. */
export async function workerOf(ledger: Pick<LedgerReader, 'registry'>, key: string | undefined): Promise<InvitedWorker> {
  // The key is looked up by its digest. So the time that a wrong key takes tells nothing of use about a good one.
  const worker = key !== undefined && isWorkerKey(key) ? await ledger.registry.workerByKey(digestOf(key)) : null;
  if (worker && worker.revokedAtMs === null) return worker;
  throw new EvidockError('work.key-refused', because('key-of-no-worker', {}));
}

/** SHA-256 of a key, hex: all that the ledger keeps of it. */
export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
