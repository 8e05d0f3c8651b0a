import type { Claim, Worker } from '#domain/work';
import type { Ledger, LedgerWriter } from '#ports/ledger';

export const TEST_WORKER: Worker = { host: 'station', instance: 'test' };

/** Claims due work for an hour. */
export async function claimed(writer: LedgerWriter, id: string, by: Worker = TEST_WORKER): Promise<Claim> {
  const claim = await writer.work.claim(id, by, 3_600_000);
  if (!claim) throw new Error(`${id} is not to be had`);
  return claim;
}

/** Claims work in a transaction of its own; null if the work cannot be claimed. */
export function tryToClaim(ledger: Ledger, id: string, by: Worker = TEST_WORKER, leaseMs = 30_000): Promise<Claim | null> {
  return ledger.transaction((writer) => writer.work.claim(id, by, leaseMs));
}
