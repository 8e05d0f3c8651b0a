import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { LockPlan } from '#archive/locks/lock-plan';
import { mirrorTurn } from '#desk/holds/mirror';
import { archiveOn } from '#test/support/archive/s3-server';
import { STATION_ID } from '#test/support/builders';
import { faultPointsFrom } from '../../../src/station/fault-points.ts';
import { holdStorage } from '../../../src/station/retention/hold-storage.ts';

/*
 * A process that mirrors holds to a real storage until nothing is left: `node mirror-child.ts FILE ENDPOINT BUCKET KEY SECRET`. EVIDOCK_FAULT_POINT kills it where the test wants.
 * In the end it prints how many recordings it has looked at.
 */

const [file = '', endpoint = '', bucket = '', accessKeyId = '', secretAccessKey = ''] = process.argv.slice(2);
const clock = { nowMs: () => Date.now() };
const ledger = await openLedger({ file, stationId: STATION_ID, clock, demandsCustody: true });
const server = { endpoint, bucket, accessKeyId, secretAccessKey, stop: async () => undefined };
const archive = archiveOn(server, ledger.uploads, { unlocked: 'refused', lockMode: 'GOVERNANCE' });
const needOf = async () => ({ until: 'open', notAfterMs: null, hold: false, horizonDays: null }) as const;
const plan = new LockPlan({ ledger, locks: archive.locks, clock, place: archive.name, horizonMs: 86_400_000, needOf });
const lockLine = { locks: archive.locks, plan, heldByTerm: async () => false };
const storage = holdStorage({ ledger, lockLine, place: archive.name });
const faults = faultPointsFrom(process.env['EVIDOCK_FAULT_POINT']);
for (const id of await ledger.holds.toSpread(100)) while (!(await ledger.transaction((writer) => writer.holds.spread(id, 100))).done);
let looked = 0;
for (let count = -1; count !== 0; looked += count)
  count = await mirrorTurn({ ledger, clock, storage, faults, stationId: STATION_ID }, AbortSignal.timeout(60_000));
await archive.close();
await ledger.close();
process.stdout.write(`${looked}\n`);
