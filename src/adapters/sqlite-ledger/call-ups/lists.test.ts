/*
 * Goal: lists of requests and grants of a reviewer are the same whether their units concern few requests, which are gathered by index, or many, which are met in order;
 * and where they are few no list walks all. Method: more requests than are gathered; a filter of this test's own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import type { CallUpRequest } from '#domain/call-up/request';
import { fixedClock, STATION_ID } from '#test/support/builders';
import { aGrant, aGrantDraft, aRequest } from '#test/support/people/call-ups';

const MANY = 2300;
let directory: string;
let ledger: SqliteLedger;
const requests: CallUpRequest[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-lists-'));
  ledger = await openLedger({ file: join(directory, 'ledger.sqlite'), stationId: STATION_ID, clock: fixedClock() });
  for (let n = 0; n < MANY; n += 1) {
    const units = n % 500 === 0 ? ['unt-rare', 'unt-big'] : ['unt-big'];
    const asker = { id: `usr-${n % 400}`, unit: null, roles: [] };
    requests.push(aRequest({ units, asker, state: n % 7 === 0 ? 'asked' : 'refused' }));
  }
  await ledger.transaction(async (writer) => {
    for (const [n, request] of requests.entries()) {
      await writer.callUps.insertRequest(request);
      if (n % 5 === 0) await writer.callUps.insertGrant(aGrant(request, { user: request.asker }), []);
    }
    await writer.custody.append(aGrantDraft());
  });
});
afterAll(async () => {
  await ledger.close();
  await rm(directory, { recursive: true });
});

const seen = (asker: string, units: readonly string[]) =>
  requests.filter((each) => each.asker.id === asker || each.units.some((unit) => units.includes(unit)));
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();

it.each([
  ['few', ['unt-rare']],
  ['many', ['unt-big', 'unt-none']],
  ['none', []],
])('%s', async (_, units) => {
  const seenBy = { asker: 'usr-3', units };
  const wanted = seen('usr-3', units);
  expect(idsOf(await ledger.callUps.requests({ seenBy, limit: MANY }))).toEqual(idsOf(wanted));
  const asked = await ledger.callUps.requests({ seenBy, state: 'asked', limit: MANY });
  expect(idsOf(asked)).toEqual(idsOf(wanted.filter(({ state }) => state === 'asked')));
  const grants = await ledger.callUps.grants({ seenBy, limit: MANY });
  const granted = wanted.filter((each) => requests.indexOf(each) % 5 === 0);
  expect(grants.map(({ request }) => request).sort()).toEqual(idsOf(granted));
  const [first] = await ledger.callUps.requests({ seenBy, limit: 1 });
  if (first) expect(idsOf(await ledger.callUps.requests({ seenBy, limit: MANY, after: first.id }))).toEqual(idsOf(wanted).slice(0, -1));
});

it('few are found by index', () => {
  const db = new DatabaseSync(join(directory, 'ledger.sqlite'));
  const units = `SELECT id FROM call_up_request_units WHERE unit IN (SELECT value FROM json_each('["unt-rare"]'))`;
  const plan = (text: string) =>
    (db.prepare(`EXPLAIN QUERY PLAN ${text}`).all() as unknown as { detail: string }[]).map(({ detail }) => detail);
  const requested = plan(
    `SELECT * FROM call_up_requests WHERE id IN (SELECT id FROM call_up_requests WHERE asker = 'x' UNION ${units}) ORDER BY id DESC LIMIT 9`,
  );
  const granted = plan(
    `SELECT * FROM call_up_grants WHERE id IN (SELECT id FROM call_up_grants WHERE user_id = 'x' UNION SELECT id FROM call_up_grants WHERE request_id IN (${units})) ORDER BY id DESC LIMIT 9`,
  );
  for (const lines of [requested, granted]) expect(lines.filter((line) => /SCAN call_up/.test(line))).toEqual([]);
  db.close();
});
