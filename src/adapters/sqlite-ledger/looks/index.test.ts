/*
 * Goal: the index of questions is what the log makes of it, whenever it was made, and no question walks more of it than a page may. Method: a real ledger file; rows
 * are changed behind its back, as nobody else may.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { aLook } from '#test/contract/ledger-looks';
import { fixedClock, START_MS, STATION_ID } from '#test/support/builders';
import { takeBackArchiveLocks, takeBackEviction, takeBackRetention } from '#test/support/ledger/former-custody';
import { contradictionsIn } from '#test/support/ledger/replayed';

let directory: string;
let file: string;
let ledger: SqliteLedger;
const open = () => openLedger({ file, stationId: STATION_ID, clock: fixedClock() });
/** Another connection to the same file. */
const raw = <T>(body: (db: DatabaseSync) => T): T => {
  const db = new DatabaseSync(file);
  try {
    return body(db);
  } finally {
    db.close();
  }
};
const rows = (table: string) => raw((db) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-audit-'));
  file = join(directory, 'ledger.sqlite');
  ledger = await open();
  await ledger.transaction(async (writer) => {
    for (let n = 0; n < 700; n += 1)
      await writer.custody.append(aLook({ user: `usr-${n % 7}`, recording: `rec-${n % 50}`, atMs: START_MS + n * 600_000 }));
  });
});

afterEach(async () => {
  await ledger.close();
  await rm(directory, { recursive: true });
});

describe('the index', () => {
  it('is made anew from the log by the migration, the same row by row', async () => {
    const before = { terms: rows('audit_terms'), hours: rows('audit_hours') };
    expect(before.terms.length).toBeGreaterThan(5000);
    await ledger.close();
    raw((db) => {
      db.exec('DROP TRIGGER custody_beside_address_erased; DROP TABLE audit_terms; DROP TABLE audit_hours');
      // Migrations run in their order: what came after that of the index is undone too.
      takeBackRetention(db);
      db.exec(
        'ALTER TABLE dockings DROP COLUMN battery_percent; DROP INDEX recordings_by_category; DROP INDEX copies_by_check; DROP TABLE scrub_faults; DROP TABLE scrub_orders',
      );
      for (const column of ['level', 'units']) db.exec(`ALTER TABLE call_up_grants DROP COLUMN ${column}`);
      db.exec(
        'DROP TRIGGER call_up_requests_noted; DROP TABLE call_up_request_units; DROP INDEX recordings_by_docking; DROP INDEX call_up_grants_by_request',
      );
      for (const table of ['archive_findings', 'archive_buckets', 'archive_comparisons']) db.exec(`DROP TABLE ${table}`);
      takeBackArchiveLocks(db);
      takeBackEviction(db);
      db.exec('DROP TABLE needs; DROP TABLE fetches');
      for (const table of ['tombstones', 'destructions', 'disposal_items', 'disposals']) db.exec(`DROP TABLE ${table}`);
      db.exec('DROP INDEX notices_by_time');
      for (const table of ['shifts', 'duty_tellings', 'duties', 'hold_mirrors', 'hold_recordings', 'hold_terms', 'holds'])
        db.exec(`DROP TABLE ${table}`);
      db.exec("DELETE FROM kysely_migration WHERE name >= '0047'");
    });
    ledger = await open();
    expect({ terms: rows('audit_terms'), hours: rows('audit_hours') }).toEqual(before);
    expect(await ledger.upkeep.alterations()).toEqual([]);
  });

  it('is append-only, and verify names every row that the log makes otherwise', () => {
    expect(contradictionsIn(file)).toEqual([]);
    for (const statement of ["UPDATE audit_terms SET outcome = 'x'", "DELETE FROM audit_terms WHERE term = 'person:usr-1'"])
      expect(() => raw((db) => db.exec(statement))).toThrow(/append-only/);
    raw((db) => {
      db.exec('DROP TRIGGER audit_terms_refuses_update; DROP TRIGGER audit_terms_refuses_delete');
      db.exec("DELETE FROM audit_terms WHERE term = 'person:usr-3' AND seq = 3");
      db.exec("UPDATE audit_terms SET outcome = 'refused' WHERE term = 'case:A-1' AND seq = 9");
      db.exec("INSERT INTO audit_terms VALUES ('person:usr-6', 4, 1, 'x', 'done'), ('person:usr-5', 999999, 1, 'x', 'done')");
      db.exec('UPDATE audit_hours SET last = last + 1 WHERE hour = (SELECT min(hour) FROM audit_hours)');
    });
    const found = contradictionsIn(file).map(({ table, row, found: there, told }) => [table, row, there === null, told === null]);
    expect(found).toEqual([
      ['audit_terms', 'person:usr-3 3', true, false],
      ['audit_terms', 'case:A-1 9', false, false],
      ['audit_terms', 'person:usr-5 999999', false, true],
      ['audit_terms', 'person:usr-6 4', false, true],
      ['audit_hours', String(Math.floor(START_MS / 3_600_000)), false, false],
    ]);
  });

  it('forgets an address that is erased, and nothing else', async () => {
    const of = async (question: object) =>
      (await ledger.looks.answer(question, { limit: 5, order: 'oldest' })).entries.map(({ seq }) => seq);
    expect((await of({ address: '10.0.0.7' }))[0]).toBe(0);
    raw((db) => db.exec("DELETE FROM custody_beside WHERE seq = 0 AND salt IS NOT NULL AND name IN ('name', 'address')"));
    expect((await of({ address: '10.0.0.7' }))[0]).toBe(1);
    expect((await of({ person: 'usr-0' }))[0]).toBe(0);
    expect(contradictionsIn(file)).toEqual([]);
  });

  it('answers a question of parts that seldom meet in short pages, and to its end', async () => {
    raw((db) => {
      const insert = db.prepare("INSERT OR IGNORE INTO audit_terms VALUES (?, ?, ?, 'recording.viewed', 'done')");
      db.exec('BEGIN');
      // Of two that fit 30,000 entries each, only the first entry of all fits both.
      for (let seq = 0; seq < 60_000; seq += 1) insert.run(`unit:${seq % 2 === 0 ? 'even' : 'odd'}`, seq, START_MS);
      insert.run('unit:odd', 0, START_MS);
      insert.run('person:even', 0, START_MS);
      for (let seq = 0; seq < 60_000; seq += 2) insert.run('person:even', seq, START_MS);
      db.exec('UPDATE audit_hours SET last = 60000 WHERE hour = (SELECT max(hour) FROM audit_hours)');
      db.exec('COMMIT');
    });
    const found: number[] = [];
    let pages = 0;
    for (let after: number | null | undefined; after !== null; pages += 1) {
      const begun = performance.now();
      const page = await ledger.looks.answer(
        { unit: 'odd', person: 'even' },
        { limit: 100, order: 'newest', ...(after === undefined ? {} : { after }) },
      );
      expect(performance.now() - begun).toBeLessThan(1000);
      found.push(...page.entries.map(({ seq }) => seq));
      after = page.next;
    }
    expect(found).toEqual([0]);
    expect(pages).toBeGreaterThan(2);
    expect(pages).toBeLessThan(6);
  });
});
