import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, holdLock } from '#adapters/sqlite-ledger/connection';
import { openLedger, SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { english } from '#domain/reason';
import { collect, refused } from '#test/contract/ledger-support';
import { aDocking, anOfficer, aRecording, fixedClock, START_MS, STATION_ID } from '#test/support/builders';
import { aCustodyDraft, aRefusalDraft } from '#test/support/custody';
import { migrateToLatest } from './migrations.ts';
import { Leases } from './work/leases.ts';

const PAGE_BYTES = 4096;

let directory: string;
let file: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-durability-'));
  file = join(directory, 'ledger.sqlite');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(directory, { recursive: true });
});

const open = (path = file) => openLedger({ file: path, stationId: STATION_ID });

/** Starts the writing process; `committed` grows with every id that it has told. */
function startWriter(): { child: ChildProcess; committed: () => string[]; told: (count: number) => Promise<void> } {
  const program = fileURLToPath(new URL('../../../test/support/ledger/ledger-writer.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const committed = () => text.split('\n').slice(0, -1);
  const told = async (count: number) => {
    while (committed().length < count && child.exitCode === null) await setTimeout(5);
  };
  return { child, committed, told };
}

describe('kill -9', () => {
  // Goal: what was committed is there, what was not is wholly absent, and the next process gets the lock at once. Method: a process that
  // seals without pause is killed at some moment, five times over the same file.
  test('in the midst of transactions loses none that was committed and leaves no half of one', async () => {
    let before = 0;
    for (let round = 0; round < 5; round++) {
      const { child, committed, told } = startWriter();
      await told(20 + round * 7);
      expect((await refused(open())).code).toBe('ledger.in-use');
      child.kill('SIGKILL');
      await once(child, 'close');
      const ledger = await open();
      for (const id of committed()) expect((await ledger.recordings.get(id))?.state).toBe('sealed');
      const counts = await ledger.counts();
      // At most one more than was told: killed between its commit and its line.
      expect(counts.recordings - before - committed().length).toBeOneOf([0, 1]);
      expect(counts).toMatchObject({
        originals: counts.recordings,
        unsealed: 0,
        workWaiting: counts.recordings,
        custodyEntries: 2 * counts.recordings,
      });
      expect(await collect(ledger.custody.verify())).toEqual([]);
      expect(await ledger.upkeep.integrity()).toEqual([]);
      await ledger.close();
      before = counts.recordings;
    }
    expect(before).toBeGreaterThan(100);
  });
});

describe('opening', () => {
  test('is refused while another process or another part of this one holds the ledger', async () => {
    const ledger = await open();
    const error = await refused(open());
    expect([error.code, error.detail]).toEqual(['ledger.in-use', `${file}.lock`]);
    await ledger.close();
    await (await open()).close();
  });

  test('a ledger of a newer version is refused and left as it is', async () => {
    await (await open()).close();
    const raw = new DatabaseSync(file);
    raw.exec(`INSERT INTO kysely_migration (name, timestamp) VALUES ('0999-later', '2030-01-01')`);
    raw.close();
    const before = await readFile(file);
    expect((await refused(open())).code).toBe('ledger.newer');
    expect(before.equals(await readFile(file))).toBe(true);
    // And it let go of the lock.
    expect((await refused(open())).code).toBe('ledger.newer');
  });

  test('a file that is no ledger is ledger.failed', async () => {
    await writeFile(file, 'this is not a database, and it is long enough to be taken for the header of one: '.repeat(9));
    expect((await refused(open())).code).toBe('ledger.failed');
  });

  test('a place that cannot be written is ledger.failed', async () => {
    await writeFile(join(directory, 'plain'), '');
    expect((await refused(open(join(directory, 'plain/sub/ledger.sqlite')))).code).toBe('ledger.failed');
  });

  test('keeps what the file holds', async () => {
    const first = await open();
    await first.transaction((writer) => writer.registry.upsertOfficer(anOfficer()));
    await first.close();
    const second = await open();
    expect(await second.registry.officers()).toEqual([anOfficer()]);
    await second.close();
  });
});

test('a closed ledger says that the station is stopping', async () => {
  const ledger = await open();
  await ledger.close();
  expect((await refused(ledger.registry.officers())).code).toBe('station.stopping');
  expect((await refused(ledger.transaction((writer) => writer.registry.upsertOfficer(anOfficer())))).code).toBe('station.stopping');
});

test('closing waits for transactions that were asked for', async () => {
  const ledger = await open();
  const writes = Array.from({ length: 10 }, (_, n) =>
    ledger.transaction((writer) => writer.registry.upsertOfficer(anOfficer({ id: `${n}` }))),
  );
  await ledger.close();
  await Promise.all(writes);
  const again = await open();
  expect((await again.registry.officers()).length).toBe(10);
  await again.close();
});

describe('a full disk', () => {
  // Goal: ledger.failed in words, nothing half written, and it goes on when there is space. Method: SQLite's own limit on the number of
  // pages stands for the disk: it fails with the same SQLITE_FULL at the same places.
  test('fails the transaction, and the next one works when there is space', async () => {
    await (await open()).close();
    const writing = connect(file, { readOnly: false });
    const ledger = new SqliteLedger(
      { file, stationId: STATION_ID },
      {
        ...{ lock: holdLock(`${file}.lock`), writing, reading: connect(file, { readOnly: true }) },
        times: { clock: fixedClock(), leases: new Leases(() => 0) },
      },
    );
    const big = () => ledger.transaction((writer) => writer.custody.append(aRefusalDraft('x'.repeat(2_000_000))));
    const pages = Number(writing.raw.prepare('PRAGMA page_count').get()?.['page_count']);
    writing.raw.exec(`PRAGMA max_page_count = ${pages + 20}`);
    const error = await refused(big());
    expect([error.code, error.side, error.retry]).toEqual(['ledger.failed', 'ledger', 'later']);
    expect(error.detail).toMatch(/full/);
    expect(await ledger.custody.head()).toBeNull();
    await ledger.transaction((writer) => writer.registry.upsertOfficer(anOfficer()));
    writing.raw.exec('PRAGMA max_page_count = 1000000');
    expect((await big()).seq).toBe(0);
    expect(await ledger.registry.officers()).toEqual([anOfficer()]);
    await ledger.close();
  });
});

describe('an update of the ledger', () => {
  // What a kill in its midst leaves is what SQLite rolls back: here the disk is full in its midst.
  test('is whole or not there, and is made again', async () => {
    for (const pages of [20, 60, 120]) {
      const path = join(directory, `${pages}.sqlite`);
      const { db, raw } = connect(path, { readOnly: false });
      raw.exec(`PRAGMA max_page_count = ${pages}`);
      await expect(migrateToLatest(db)).rejects.toThrow(/full/);
      raw.close();
      const left = new DatabaseSync(path);
      expect(
        left.prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'kysely%' AND name NOT LIKE 'sqlite%'").all(),
        `${pages}`,
      ).toEqual([]);
      left.close();
      const ledger = await open(path);
      expect(await ledger.upkeep.alterations()).toEqual([]);
      await ledger.close();
    }
  });
});

describe('a damaged file', () => {
  test('is ledger.failed when it is read, and named by the integrity check', async () => {
    const ledger = await open();
    const ids = await ledger.transaction(async (writer) => {
      const docking = aDocking();
      const recordings = Array.from({ length: 500 }, (_, n) => aRecording({ dockingId: docking.id, createdAtMs: START_MS + n }));
      await writer.dockings.insert(docking);
      for (const recording of recordings) await writer.recordings.insert(recording);
      return recordings.map((recording) => recording.id);
    });
    await ledger.close();
    const content = await readFile(file);
    const id = Buffer.from(ids[250] ?? '');
    let damaged = 0;
    for (let at = content.indexOf(id); at >= 0; at = content.indexOf(id, at), damaged++) {
      const page = Math.floor(at / PAGE_BYTES);
      content.fill(0xa5, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    }
    expect(damaged).toBeGreaterThan(2);
    await writeFile(file, content);
    const again = await open();
    expect((await again.upkeep.integrity()).length).toBeGreaterThan(0);
    const readAll = async () => {
      for (const id of ids) await again.recordings.get(id);
    };
    expect((await refused(readAll())).code).toBe('ledger.failed');
    await again.close();
  });

  test('rows that point nowhere are named', async () => {
    const ledger = await open();
    await ledger.transaction((writer) => writer.dockings.insert(aDocking()));
    await ledger.close();
    const raw = new DatabaseSync(file, { enableForeignKeyConstraints: false });
    raw.exec(`INSERT INTO refusals (docking_id, card_path, code, detail, at) VALUES ('dck-none', 'a', 'b', 'c', 1)`);
    raw.close();
    const again = await open();
    expect((await again.upkeep.integrity()).map(english)).toEqual(['row 1 of refusals points to a missing row of dockings']);
    await again.close();
  });
});

describe('backup', () => {
  test('is a whole ledger of one moment, made while the station writes, without beginning again', async () => {
    const ledger = await open();
    await ledger.transaction(async (writer) => {
      for (let n = 0; n < 20_000; n++) await writer.custody.append(aRefusalDraft(`${n} ${'x'.repeat(300)}`));
    });
    let running = true;
    let written = 0;
    const writing = (async () => {
      while (running) {
        await ledger.transaction((writer) => writer.custody.append(aCustodyDraft()));
        written += 1;
        await setImmediate();
      }
    })();
    const percents: number[] = [];
    const copy = join(directory, 'copy.sqlite');
    const { bytes } = await ledger.upkeep.backup(copy, (percent) => percents.push(percent));
    running = false;
    await writing;
    expect(written).toBeGreaterThan(0);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expect(percents.length).toBeGreaterThan(3);
    expect((await stat(copy)).size).toBe(bytes);
    expect((await readdir(directory)).filter((name) => name.includes('partial'))).toEqual([]);
    await ledger.close();
    const copied = await openLedger({ file: copy, stationId: STATION_ID });
    expect(await copied.upkeep.integrity()).toEqual([]);
    expect(await collect(copied.custody.verify())).toEqual([]);
    expect((await copied.counts()).custodyEntries).toBeGreaterThanOrEqual(20_000);
    await copied.close();
  });

  test('never replaces a file, and takes the rest of an interrupted one out of the way', async () => {
    const ledger = await open();
    const copy = join(directory, 'copy.sqlite');
    await writeFile(copy, 'something of value');
    await writeFile(`${copy}.partial`, 'rest');
    expect((await refused(ledger.upkeep.backup(copy))).code).toBe('request.conflict');
    expect(await readFile(copy, 'utf8')).toBe('something of value');
    expect((await readdir(directory)).filter((name) => name.includes('partial'))).toEqual([]);
    await ledger.close();
  });

  test('to a place that cannot be written blames the place by its name, and not the ledger', async () => {
    const ledger = await open();
    const error = await refused(ledger.upkeep.backup(join(directory, 'missing/copy.sqlite')));
    expect(error.code).toBe('request.invalid');
    expect(error.detail).toContain('missing/copy.sqlite');
    await ledger.close();
  });
});
