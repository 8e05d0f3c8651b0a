import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Claim, Work, Worker, WorkFailure } from '#domain/work';
import type { Ledger } from '#ports/ledger';
import type { ClaimedWork, WorkClaims } from '#ports/work-gate';

/** The claims of one worker, on the ledger of this process. */
export class LedgerClaims implements WorkClaims {
  readonly #ledger: Ledger;
  readonly #by: Worker;

  constructor(ledger: Ledger, by: Worker) {
    this.#ledger = ledger;
    this.#by = by;
  }

  look(workId: string): Promise<Work | null> {
    return this.#ledger.work.get(workId);
  }

  claim(workId: string, leaseMs: number): Promise<ClaimedWork | null> {
    return this.#ledger.transaction(async (writer) => {
      const claim = await writer.work.claim(workId, this.#by, leaseMs);
      if (!claim) return null;
      const work = await writer.work.get(workId);
      if (!work) throw new EvidockError('station.internal', because('claimed-unrecorded', { work: workId }));
      return { claim, work };
    });
  }

  renew(claim: Claim, renewal: { leaseMs: number; percent: number }): Promise<void> {
    return this.#ledger.transaction((writer) => writer.work.renew(claim, renewal));
  }

  postpone(claim: Claim, postponed: { delayMs: number; priority?: number }): Promise<void> {
    return this.#ledger.transaction((writer) => writer.work.postpone(claim, postponed));
  }

  fail(claim: Claim, failure: WorkFailure): Promise<void> {
    return this.#ledger.transaction((writer) => writer.work.fail(claim, failure));
  }
}
