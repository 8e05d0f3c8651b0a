import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scopeOf } from '#domain/access/scope-of';
import type { Scope } from '#domain/scope';
import type { RecordingsReader } from '#ports/ledger/recordings';
import { shippedPolicy } from '#test/support/policies';
import { type LoadedLedger, loadLedger } from '../../../../bench/ledger-load.ts';
import { type Connection, connect } from '../connection.ts';
import { readersOf } from '../groups.ts';

/*
 * Goal: the list of somebody who sees whole units is the same, page by page, wherever in time their footage lies.
 * Method: a ledger with more recordings than the list gathers at first. The footage of one unit is older than all other footage. Each list, read to its end, is compared
 * with a plain query.
 */

/** More than the newest that are gathered at first have of one unit, and fewer than they have of five. */
const PAGE = 2_000;

let directory: string;
let loaded: LoadedLedger;
let connection: Connection;
let oldUnit: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-long-lists-'));
  const file = join(directory, 'ledger.sqlite');
  loaded = await loadLedger(file, { recordings: 40_000, cases: 20, officers: 40, units: 10, recorders: 5 });
  oldUnit = loaded.units[0] ?? '';
  const raw = new DatabaseSync(file);
  raw.exec(
    `UPDATE recordings SET sort_at = sort_at - 4000000000000 WHERE officer_id IN (SELECT id FROM officers WHERE unit = '${oldUnit}')`,
  );
  raw.close();
  connection = connect(file, { readOnly: true });
});
afterAll(async () => {
  connection.raw.close();
  await rm(directory, { recursive: true });
});

function reviewerOf(unit: string, unitsBelow: readonly string[]): Scope {
  const asker = { id: 'usr', roles: ['reviewer' as const], officer: null, unit };
  const moment = { time: '12:00', isFrom: () => false, atMs: loaded.lastMs };
  return scopeOf(shippedPolicy(), asker, { ...moment, unitsBelow, granted: { cases: [], recordings: [] } });
}

async function pages(recordings: RecordingsReader, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ; after = ids.at(-1)) {
    const page = await recordings.list({ limit, ...(after === undefined ? {} : { after }) });
    ids.push(...page.map(({ recording }) => recording.id));
    if (page.length < limit) return ids;
  }
}

function plainly(units: readonly string[]): string[] {
  const rows = connection.raw
    .prepare(
      `SELECT id FROM recordings WHERE officer_id IN (SELECT id FROM officers WHERE unit IN (SELECT value FROM json_each(?))) ORDER BY sort_at DESC, id DESC`,
    )
    .all(JSON.stringify(units)) as { id: string }[];
  return rows.map(({ id }) => id);
}

test.each([
  ['many units', (units: readonly string[]) => units.slice(1, 6)],
  ['one unit, whose footage is the oldest', (units: readonly string[]) => units.slice(0, 1)],
  ['one unit', (units: readonly string[]) => units.slice(4, 5)],
  ['new and old footage', (units: readonly string[]) => units.slice(0, 3)],
])('the list of a reviewer of %s has every recording once, the newest first', async (_, chosen) => {
  const units = chosen(loaded.units);
  const [own = '', ...below] = units;
  const { recordings } = readersOf(connection, reviewerOf(own, below));
  const expected = plainly(units);
  const listed = await pages(recordings, PAGE);
  expect(listed.length).toBeGreaterThan(3_000);
  expect(listed).toEqual(expected);
});
