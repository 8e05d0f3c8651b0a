import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Ledger, LedgerReader } from '#ports/ledger';

/** A ledger of which a scope lets see a part: its readers, its counts and what its transactions read are that of the scope, the rest is of the whole. */
export function ledgerWithin(whole: Ledger, parts: LedgerReader & Pick<Ledger, 'counts' | 'transaction'>): Ledger {
  return {
    ...parts,
    uploads: whole.uploads,
    shipping: whole.shipping,
    // It could be made wider.
    within: () => {
      throw new EvidockError('station.internal', because('scope-twice', {}));
    },
    endLapsedLeases: () => whole.endLapsedLeases(),
    recover: () => whole.recover(),
    close: () => whole.close(),
  };
}
