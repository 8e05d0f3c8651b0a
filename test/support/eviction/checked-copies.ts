import type { Log } from '#events';
import { CheckedArchivedCopies } from '#evict/archived-copies';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { VaultReader } from '#ports/vault';

interface Parts {
  readonly ledger: Ledger;
  readonly vault: Pick<VaultReader, 'readSmall'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The real reading of archived copies; `foundBad` is called for each copy that is bad. */
export function checkedCopies(
  { ledger, vault, clock, log }: Parts,
  archive: Archive | null,
  foundBad: () => void = () => undefined,
): CheckedArchivedCopies {
  return new CheckedArchivedCopies({ ledger, vault, archive, clock, log, foundBad });
}
