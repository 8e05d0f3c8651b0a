import { join } from 'node:path';
import { pino } from 'pino';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { DiskVault } from '#adapters/disk/disk-vault';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { LogShipper } from '#archive/log-shipper';
import { archiveShelf, vaultShelf } from '#steps/log-shelves';
import { aCustodyDraft } from '#test/support/custody';
import { faultPointsFrom } from '../../../src/station/fault-points.ts';

/* A process for tests that kill it: `node ship-log.ts <directory> <entries>`. It appends so many entries, ships each by itself, and then merges. */
const [directory = '', count = '0'] = process.argv.slice(2);
const clock = { nowMs: () => Date.now() };
const faults = faultPointsFrom(process.env['EVIDOCK_FAULT_POINT']);
const ledger = await openLedger({ file: join(directory, 'ledger.sqlite'), stationId: 'cd01', clock });
const vault = new DiskVault({ directory: join(directory, 'vault'), reserveBytes: 0, rereadThreads: 1 });
await vault.open();
const limiter = { pieceBytes: 65_536, take: async () => undefined };
const archive = new DiskArchive({ directory: join(directory, 'archive'), limiter, faults, stationId: 'cd01' });
await archive.open(false);
const shelves = [vaultShelf(vault), archiveShelf(archive)];
const given = { shipping: ledger.shipping, ledger, shelves, stationId: 'cd01', seconds: 30, clock, faults, log: pino({ level: 'silent' }) };
const shipper = new LogShipper(given);
for (let n = 0; n < Number(count); n += 1) {
  await ledger.transaction((writer) => writer.custody.append(aCustodyDraft({ n })));
  await shipper.ship({ tidy: false });
}
await shipper.ship({ tidy: true });
await shipper.stop();
await Promise.all([archive.close(), vault.close()]);
await ledger.close();
