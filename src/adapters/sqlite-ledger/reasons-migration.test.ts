/*
 * Goal: an older ledger keeps its English sentences word for word, each as the parameter of the code `words`, and append-only tables stay append-only.
 * Method: the test puts sentences where they stood and runs the statements of the migration.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { because } from '#domain/reason';
import { listOne } from '#test/contract/ledger-support';
import { fixedClock, START_MS, STATION_ID, someWork } from '#test/support/builders';
import { statusIn } from '#test/support/card/shown-docking';
import { claimed } from '#test/support/ledger/claims';
import { reasonsOfWords } from './reasons-migration.ts';

const SOME = because('nothing-free', {});

test('sentences of before become reasons, and refusals still refuse to be changed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'evidock-reasons-'));
  const file = join(directory, 'ledger.sqlite');
  const open = () => openLedger({ file, stationId: STATION_ID, clock: fixedClock() });
  const before = await open();
  const { recording, docking } = await before.transaction(async (writer) => {
    const card = await listOne(writer);
    const { id } = card.recording;
    await writer.recordings.update(id, { damaged: true, damageReason: SOME });
    await writer.dockings.setStatus(
      card.docking.id,
      statusIn('copying').stoppedBy('copying', { code: 'vault.full', reason: SOME }),
      START_MS,
    );
    await writer.dockings.insertRefusal({
      ...{ dockingId: card.docking.id, cardPath: 'x', code: 'recorder.not-regular', reason: SOME, atMs: START_MS },
    });
    await writer.work.insert(someWork('derive', id));
    await writer.work.fail(await claimed(writer, `derive.${id}`), { code: 'transcoder.failed', reason: SOME, retryInMs: null });
    return card;
  });
  await before.close();
  const raw = new DatabaseSync(file);
  const { sql } = raw.prepare("SELECT sql FROM sqlite_schema WHERE name = 'refusals_refuses_update'").get() as { sql: string };
  raw.exec('DROP TRIGGER refusals_refuses_update');
  raw.exec(
    `UPDATE recordings SET damage_reason = 'it''s {cut} off'; UPDATE dockings SET problem_detail = NULL; UPDATE refusals SET detail = 'a pipe'`,
  );
  raw.exec(`UPDATE work SET error_detail = 'exit 1'`);
  raw.exec(sql);
  for (const statement of reasonsOfWords(sql)) raw.exec(statement);
  raw.close();
  const ledger = await open();
  expect(await ledger.upkeep.alterations()).toEqual([]);
  const words = (text: string) => because('words', { text });
  expect((await ledger.recordings.get(recording.id))?.damageReason).toEqual(words("it's {cut} off"));
  expect((await ledger.dockings.get(docking.id))?.problem).toEqual({ code: 'vault.full', reason: words('') });
  expect(await ledger.dockings.refusals(docking.id)).toMatchObject([{ cardPath: 'x', reason: words('a pipe') }]);
  expect((await ledger.work.get(`derive.${recording.id}`))?.errorReason).toEqual(words('exit 1'));
  await ledger.close();
  const after = new DatabaseSync(file);
  expect(() => after.exec(`UPDATE refusals SET detail = 'x'`)).toThrow(/append-only/);
  after.close();
  await rm(directory, { recursive: true });
});
