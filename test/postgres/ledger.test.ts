/*
 * Goal: no rule of the station depends on SQLite. Another kind of store keeps the contract of the ledger's port, word for word. The ledger itself makes writers
 * take turns; it does not rely on being one process.
 * Method: the contract on a PostgreSQL server; then two ledgers on one database that race for the same work.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { because } from '#domain/reason';
import { workId } from '#domain/work';
import { describeLedgerContract } from '#test/contract/ledger';
import { collect, ledgerTime, listOne, refused } from '#test/contract/ledger-support';
import { aRecorder, START_MS, STATION_ID, someWork } from '#test/support/builders';
import { aCustodyDraft, aRefusalDraft } from '#test/support/custody';
import { claimed, tryToClaim } from '#test/support/ledger/claims';
import { openPostgresLedger } from './ledger.ts';
import { type PostgresServer, startPostgres } from './server.ts';
import { tableStatements } from './tables.ts';

const A = { host: 'worker-1', instance: 'a' };
const B = { host: 'worker-2', instance: 'b' };

const DATABASE = 'ledger';

let server: PostgresServer;
let statements: Awaited<ReturnType<typeof tableStatements>>;

beforeAll(async () => {
  server = await startPostgres();
  statements = await tableStatements();
  await server.run('postgres', `CREATE DATABASE ${DATABASE}`);
  await server.run(DATABASE, ...statements.make);
});
afterAll(() => server?.stop());

function open(time: ReturnType<typeof ledgerTime>) {
  return openPostgresLedger(server.at(DATABASE), { stationId: STATION_ID, clock: time.wall, monotonicMs: time.monotonicMs });
}

describeLedgerContract('PostgresLedger', async () => {
  const time = ledgerTime();
  await server.run(DATABASE, statements.empty);
  const ledger = await open(time);
  return { ledger, time, dispose: () => ledger.close() };
});

it('has a trigger wherever a migration of the SQLite ledger has made one', async () => {
  const found = await server.run(
    DATABASE,
    "SELECT action_timing || ' ' || event_manipulation || ' ' || event_object_table AS at FROM information_schema.triggers",
  );
  const there = new Set(found.map((row) => (row as { at: string }).at));
  expect(statements.triggers.length).toBeGreaterThan(15);
  expect(statements.triggers.filter((place) => !there.has(place))).toEqual([]);
});

describe('two ledgers on one database', () => {
  async function two() {
    const time = ledgerTime();
    await server.run(DATABASE, statements.empty);
    const [one, other] = [await open(time), await open(time)];
    const ids = await one.transaction(async (writer) => {
      const made: string[] = [];
      for (let n = 0; n < 25; n += 1) {
        const { recording } = await listOne(writer);
        await writer.work.insert(someWork('derive', recording.id));
        made.push(workId('derive', recording.id));
      }
      return made;
    });
    const close = () => Promise.all([one.close(), other.close()]);
    return { one, other, ids, time, close };
  }

  it('never give one piece of work to two who race for it', async () => {
    const { one, other, ids, close } = await two();
    const races = await Promise.all(ids.map((id) => Promise.all([tryToClaim(one, id, A), tryToClaim(other, id, B)])));
    for (const [first, second] of races) expect([first, second].filter((claim) => claim !== null)).toMatchObject([{ token: 1 }]);
    expect((await one.work.claimsOf(A.host)).length + (await one.work.claimsOf(B.host)).length).toBe(ids.length);
    await close();
  });

  it('know the leases of each other, and refuse who has lost one', async () => {
    const { one, other, ids, time, close } = await two();
    const id = ids[0] ?? '';
    const mine = await one.transaction((writer) => claimed(writer, id, A));
    expect([await other.endLapsedLeases(), await tryToClaim(other, id, B)]).toEqual([0, null]);
    time.passMs(3_600_000);
    const theirs = await tryToClaim(other, id, B);
    expect(theirs).toMatchObject({ token: 2 });
    expect(await refused(one.transaction((writer) => writer.work.finish(mine)))).toMatchObject({ code: 'work.lease-lost' });
    if (theirs) await one.transaction((writer) => writer.work.finish(theirs));
    expect((await other.work.get(id))?.state).toBe('done');
    await close();
  });

  it('write one custody log, without a fork', async () => {
    const { one, other, close } = await two();
    const append = (n: number) => [one, other].map((ledger) => ledger.transaction((writer) => writer.custody.append(aCustodyDraft({ n }))));
    await Promise.all(Array.from({ length: 20 }, (_, n) => append(n)).flat());
    expect(await one.custody.head()).toMatchObject({ seq: 39 });
    expect(await collect(other.custody.verify())).toEqual([]);
    await close();
  });
});

describe('what is written for good', () => {
  it('is refused to be changed or removed; a personal value may be erased, and both places are told of that', async () => {
    await server.run(DATABASE, statements.empty);
    const ledger = await open(ledgerTime());
    await ledger.transaction(async (writer) => {
      const { docking } = await listOne(writer);
      await writer.custody.append(aRefusalDraft('a pipe', docking.id));
      await writer.dockings.insertRefusal({
        dockingId: docking.id,
        cardPath: 'x',
        code: 'recorder.not-regular',
        reason: because('is-pipe', {}),
        atMs: 1,
      });
      await writer.registry.upsertRecorder(aRecorder({ serial: 'R1' }));
      await writer.registry.assignRecorder('R1', null, START_MS);
    });
    const changes = ['custody', 'custody_subjects', 'recorder_assignments', 'refusals'].flatMap((table) => [
      `DELETE FROM ${table}`,
      `UPDATE ${table} SET ${table === 'custody' || table === 'custody_subjects' ? 'subject = 1' : 'at = 1'}`,
    ]);
    for (const change of [...changes, "UPDATE custody_beside SET name = 'x'"])
      await expect(server.run(DATABASE, change)).rejects.toThrow('is append-only');
    await server.run(DATABASE, 'DELETE FROM custody_beside');
    expect([await ledger.shipping.erased('vault'), await ledger.shipping.erased('archive')]).toEqual([[0], [0]]);
    expect(await collect(ledger.custody.verify())).toEqual([]);
    await ledger.close();
  });
});
