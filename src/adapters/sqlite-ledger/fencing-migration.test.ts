/*
 * Shows that a ledger from before claims were fenced keeps its work: what ran then was the station's own, and is given back at the first start.
 * Method: the columns of before are put back by hand, and the migration is run once more.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { listOne } from '#test/contract/ledger-support';
import { fixedClock, STATION_ID, someWork } from '#test/support/builders';
import { untypeCustody } from '#test/support/ledger/former-custody';

test('a ledger of before keeps its work, and what ran is given back', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'evidock-fencing-'));
  const file = join(directory, 'ledger.sqlite');
  const open = () => openLedger({ file, stationId: STATION_ID, clock: fixedClock() });
  const before = await open();
  const { recording } = await before.transaction(async (writer) => {
    const card = await listOne(writer);
    for (const stage of ['derive', 'archive'] as const) await writer.work.insert(someWork(stage, card.recording.id));
    return card;
  });
  await before.close();
  const raw = new DatabaseSync(file);
  for (const column of ['token', 'host', 'lease_ms']) raw.exec(`ALTER TABLE work DROP COLUMN ${column}`);
  raw.exec('ALTER TABLE work ADD COLUMN lease_until INTEGER');
  raw.exec(`UPDATE work SET state = 'running', owner = 'old-1', lease_until = 9e15 WHERE stage = 'derive'`);
  untypeCustody(raw);
  raw.exec(`DELETE FROM kysely_migration WHERE name = '0017-fenced-claims'`);
  raw.close();
  const ledger = await open();
  expect(await ledger.upkeep.alterations()).toEqual([]);
  expect((await ledger.recover()).work).toBe(1);
  for (const stage of ['derive', 'archive'] as const) {
    const claim = await ledger.transaction((writer) =>
      writer.work.claim(`${stage}.${recording.id}`, { host: 'worker-1', instance: 'a' }, 1000),
    );
    expect(claim?.token).toBe(1);
  }
  await ledger.close();
  await rm(directory, { recursive: true });
});
