/*
 * Goal: a log of version 1 stays readable and provable after the upgrade, and can be erased as a whole without a gap in the proof.
 * Method: the test puts the old tables back with old entries, and runs the migration once more.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { subject } from '#domain/custody/subject';
import { english } from '#domain/reason';
import { collect } from '#test/contract/ledger-support';
import { fixedClock, STATION_ID } from '#test/support/builders';
import { aCaseDraft, anyDraft, toldBy } from '#test/support/custody';
import { appendFormer, untypeCustody } from '#test/support/ledger/former-custody';

const RECORDING = 'rec-01k0d5w7q3-hz01-2222222222';
const FORMER = [
  { type: 'case.changed', subject: 'LY-1', actor: 'cli:root', data: { old: null, new: { title: 'Stall of Wang', stage: 'filing' } } },
  { type: 'recording.tagged', subject: RECORDING, actor: 'cli:root', data: { cases: { old: [], new: ['LY-1'] } } },
  {
    type: 'file.refused',
    subject: 'dck-01k0d5w7q3-hz01-8c3m2x9a1b',
    data: { cardPath: 'x', code: 'recorder.not-regular', detail: 'a pipe' },
  },
];
let directory: string;
let file: string;
const open = () => openLedger({ file, stationId: STATION_ID, clock: fixedClock() });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-custody-'));
  file = join(directory, 'ledger.sqlite');
  await (await open()).close();
  withFile((raw) => {
    untypeCustody(raw);
    appendFormer(raw, STATION_ID, FORMER);
  });
});
afterEach(() => rm(directory, { recursive: true }));

function withFile(body: (raw: DatabaseSync) => void): void {
  const raw = new DatabaseSync(file);
  try {
    body(raw);
  } finally {
    raw.close();
  }
}

test('the log goes on after it, and histories show both', async () => {
  const ledger = await open();
  expect(await ledger.upkeep.alterations()).toEqual([]);
  expect((await ledger.custody.head())?.seq).toBe(3);
  await ledger.transaction((writer) => writer.custody.append(anyDraft(RECORDING)));
  await ledger.transaction((writer) => writer.custody.append(aCaseDraft('LY-1')));
  const told = await ledger.custody.of(subject('recording', RECORDING));
  expect(told.map(({ seq, version, type }) => [seq, version, type])).toEqual([
    [1, 1, 'recording.tagged'],
    [4, 2, 'recording.viewed'],
  ]);
  expect((await ledger.custody.of(subject('case', 'LY-1'))).map(({ seq }) => seq)).toEqual([0, 5]);
  const [refused] = await ledger.custody.of(subject('docking', 'dck-01k0d5w7q3-hz01-8c3m2x9a1b'));
  expect(toldBy(refused ?? expect.fail())).toEqual({ cardPath: 'x', code: 'recorder.not-regular', detail: 'a pipe' });
  expect(await collect(ledger.custody.verify())).toEqual([]);
  await ledger.close();
  // Opened again, the log is not continued a second time.
  const again = await open();
  expect((await again.custody.head())?.seq).toBe(5);
  await again.close();
});

test('erased as a whole, it leaves a log that verifies', async () => {
  await (await open()).close();
  expect(() => withFile((raw) => raw.exec('UPDATE custody_former SET type = 1'))).toThrow(/append-only/);
  withFile((raw) => raw.exec('DELETE FROM custody_former'));
  const erased = await open();
  expect(await collect(erased.custody.verify())).toEqual([]);
  expect(await erased.custody.head()).toMatchObject({ seq: 3 });
  expect(await erased.custody.of(subject('case', 'LY-1'))).toEqual([]);
  await erased.close();
});

test.each([
  ['in its midst', 'seq = 1', /entry 1 is missing/],
  ['at its end', 'seq = 2', /entry 2 is missing/],
])('a part of it that is gone is found: %s', async (_where, which, complaint) => {
  await (await open()).close();
  withFile((raw) => raw.exec(`DELETE FROM custody_former WHERE ${which}`));
  const ledger = await open();
  expect((await collect(ledger.custody.verify())).map(({ reason }) => english(reason))).toEqual([expect.stringMatching(complaint)]);
  await ledger.close();
});
