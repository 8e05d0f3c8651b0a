import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { describeLedgerContract } from '#test/contract/ledger';
import { ledgerTime } from '#test/contract/ledger-support';
import { STATION_ID } from '#test/support/builders';

describeLedgerContract('SqliteLedger', async () => {
  const time = ledgerTime();
  const directory = await mkdtemp(join(tmpdir(), 'evidock-ledger-'));
  const ledger = await openLedger({
    file: join(directory, 'ledger.sqlite'),
    stationId: STATION_ID,
    clock: time.wall,
    monotonicMs: time.monotonicMs,
  });
  const dispose = async () => {
    await ledger.close();
    await rm(directory, { recursive: true });
  };
  return { ledger, time, dispose };
});
