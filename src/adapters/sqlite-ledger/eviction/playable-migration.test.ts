/*
 * Shows in which order playable copies of an older ledger leave the vault: by what that ledger knows of the need for their recordings. Method: a real ledger whose
 * migration is taken back, and opened again.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aLook } from '#test/contract/ledger-looks';
import { listOne } from '#test/contract/ledger-support';
import { aDerivative, anId, START_MS, STATION_ID } from '#test/support/builders';
import { temporaryDirectory } from '#test/support/evidock';
import { takeBackPlayableEviction } from '#test/support/ledger/former-custody';
import { openLedger, type SqliteLedger } from '../ledger.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let ledger: SqliteLedger;
const file = () => join(home.path, 'ledger.sqlite');
beforeEach(async () => {
  home = await temporaryDirectory();
  ledger = await openLedger({ file: file(), stationId: STATION_ID });
});
afterEach(async () => {
  await ledger.close();
  await home.remove();
});

it('a playable copy was needed when it was made, when its recording was needed last, or when somebody looked at it', async () => {
  const derived = (n: number) =>
    ledger.transaction(async (writer) => {
      const { recording } = await listOne(writer, {
        docking: { id: anId('dck', START_MS + n) },
        recording: { id: anId('rec', START_MS + n) },
        original: { id: anId('org', START_MS + n) },
      });
      await writer.recordings.upsertDerivative(aDerivative(recording.id, { id: anId('drv', START_MS + n), createdAtMs: START_MS + n }));
      await writer.custody.append(aLook({ user: 'usr-1', recording: recording.id, atMs: START_MS }));
      return recording.id;
    });
  const [made, needed, looked] = [await derived(30), await derived(20), await derived(10)];
  await ledger.transaction((writer) => writer.custody.append(aLook({ user: 'usr-1', recording: looked, atMs: START_MS + 50 })));
  const expected = [
    { recordingId: made, atMs: START_MS + 30 },
    { recordingId: needed, atMs: START_MS + 40 },
    { recordingId: looked, atMs: START_MS + 50 },
  ];
  await ledger.close();
  const raw = new DatabaseSync(file());
  takeBackPlayableEviction(raw);
  raw.prepare('INSERT INTO needs (recording_id, at) VALUES (?, ?)').run(needed, START_MS + 40);
  // What came later goes as well: migrations are taken up in their order.
  raw.exec('DROP INDEX hold_mirrors_refused; DROP INDEX recordings_by_category; ALTER TABLE dockings DROP COLUMN battery_percent');
  for (const column of ['attempts', 'due_at', 'why']) raw.exec(`ALTER TABLE fetches DROP COLUMN ${column}`);
  raw.exec("DELETE FROM kysely_migration WHERE name >= '0061'");
  raw.close();
  ledger = await openLedger({ file: file(), stationId: STATION_ID });
  expect(await ledger.eviction.playables({ limit: 5 })).toEqual(expected);
  expect((await ledger.eviction.evicted()).playable).toEqual({ files: 0, bytes: 0 });
});
