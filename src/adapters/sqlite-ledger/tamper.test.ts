import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { STATION } from '#domain/custody/actor';
import { CUSTODY_GENESIS, sealEntry } from '#domain/custody/entry';
import { OriginalCopied } from '#domain/custody/original-entries';
import { RecorderChanged } from '#domain/custody/recorder-entries';
import { subject } from '#domain/custody/subject';
import { because, english } from '#domain/reason';
import { listOne, refused } from '#test/contract/ledger-support';
import { anId, anOfficer, aRecorder, START_MS, STATION_ID } from '#test/support/builders';
import { aCustodyDraft } from '#test/support/custody';

/*
 * Goal: the database stops whoever changes the custody log. Whoever has the file and removes the triggers is found, and the entry is named.
 * Method: a second connection to the closed ledger's file makes the changes that the station never makes.
 */

const ENTRIES = 2500;
const RECORDING = anId('rec');
/** An entry that has values beside it. */
const COPIED = ENTRIES;
let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-tamper-'));
  file = join(directory, 'ledger.sqlite');
  const ledger = await openLedger({ file, stationId: STATION_ID });
  await ledger.transaction(async (writer) => {
    for (let n = 0; n < ENTRIES; n++) await writer.custody.append(aCustodyDraft({ recordingId: RECORDING, n }));
    await writer.custody.append(OriginalCopied.make({ atMs: START_MS, actor: STATION, ...OriginalCopied.example }));
  });
  await ledger.close();
});
afterEach(() => rm(directory, { recursive: true }));

function change(...statements: string[]): void {
  const raw = new DatabaseSync(file);
  try {
    for (const statement of statements) raw.exec(statement);
  } finally {
    raw.close();
  }
}

const BESIDE_WITHOUT_TRIGGERS = ['beside_refuses_update', 'beside_refuses_delete', 'subjects_refuses_delete'].map(
  (name) => `DROP TRIGGER custody_${name}`,
);
const WITHOUT_TRIGGERS = ['DROP TRIGGER custody_refuses_update', 'DROP TRIGGER custody_refuses_delete'];

async function faultsFound(): Promise<{ seq: number; what: string }[]> {
  const ledger = await openLedger({ file, stationId: STATION_ID });
  try {
    const faults: { seq: number; what: string }[] = [];
    for await (const { seq, reason } of ledger.custody.verify()) faults.push({ seq, what: english(reason) });
    return faults;
  } finally {
    await ledger.close();
  }
}

describe('the database refuses', () => {
  test.each([
    'UPDATE custody SET bytes = zeroblob(10) WHERE seq = 7',
    `UPDATE custody SET subject = 'x'`,
    'DELETE FROM custody WHERE seq = 2500',
    `REPLACE INTO custody SELECT seq, at, type, 'someone', subject, prev, hash, bytes FROM custody WHERE seq = 7`,
    `INSERT INTO custody SELECT seq, at, type, actor, subject, prev, hash, bytes FROM custody WHERE seq = 7`,
  ])('%s', async (statement) => {
    // REPLACE asks the triggers of DELETE only if recursive triggers are on, so it is tried both ways.
    expect(() => change('PRAGMA recursive_triggers = ON', statement)).toThrow(/append-only|UNIQUE/);
    expect(await faultsFound()).toEqual([]);
  });

  test.each(['recorder_assignments', 'refusals', 'facts'])('a change of %s', async (table) => {
    const ledger = await openLedger({ file, stationId: STATION_ID });
    await ledger.transaction(async (writer) => {
      const { docking } = await listOne(writer);
      await writer.dockings.insertRefusal({
        dockingId: docking.id,
        cardPath: 'a',
        code: 'recorder.not-regular',
        reason: because('said', { text: '' }),
        atMs: START_MS,
      });
      await writer.registry.upsertOfficer(anOfficer());
      await writer.registry.upsertRecorder(aRecorder());
      await writer.registry.assignRecorder('DSJ0012345', '041234', START_MS);
      const data = { officer: { old: null, new: '041234' } };
      await writer.custody.append(
        RecorderChanged.make({ atMs: START_MS, actor: STATION, subject: subject('recorder', 'DSJ0012345'), data }),
      );
    });
    await ledger.close();
    const column = table === 'facts' ? 'seq' : 'n';
    expect(() => change(`UPDATE ${table} SET ${column} = ${column} + 1`)).toThrow(/append-only/);
    expect(() => change(`DELETE FROM ${table}`)).toThrow(/append-only/);
  });
});

describe('verification names', () => {
  test('nothing where nothing was changed', async () => {
    expect(await faultsFound()).toEqual([]);
  });

  test('the entry in which one byte was changed', async () => {
    const data = `replace(CAST(bytes AS TEXT), 'original 1234"', 'original 1235"')`;
    change(...WITHOUT_TRIGGERS, `UPDATE custody SET bytes = CAST(${data} AS BLOB) WHERE seq = 1234`);
    expect(await faultsFound()).toEqual([{ seq: 1234, what: 'its bytes do not have its hash' }]);
  });

  test('the entry of which a byte was changed in the file, past the database', async () => {
    const needle = Buffer.from('original 2042"');
    const handle = await open(file, 'r+');
    const content = await handle.readFile();
    const at = content.indexOf(needle);
    expect(at).toBeGreaterThan(0);
    await handle.write(Buffer.from('3'), 0, 1, at + needle.length - 2);
    await handle.close();
    expect(await faultsFound()).toEqual([{ seq: 2042, what: 'its bytes do not have its hash' }]);
  });

  test('the entry that was changed and hashed anew, by the next one that names another hash', async () => {
    const place = { station: STATION_ID, seq: 0, prev: CUSTODY_GENESIS };
    const { bytes, hash } = sealEntry(aCustodyDraft({ recordingId: RECORDING, n: 9 }), place, () => new Uint8Array(32));
    const raw = new DatabaseSync(file);
    for (const statement of WITHOUT_TRIGGERS) raw.exec(statement);
    raw.prepare('UPDATE custody SET bytes = ?, hash = ? WHERE seq = 0').run(bytes, hash);
    raw.close();
    expect(await faultsFound()).toEqual([{ seq: 1, what: 'does not name the hash of the entry before it' }]);
  });

  test('an entry that was taken out, wherever a page of the walk ends', async () => {
    change(...WITHOUT_TRIGGERS, 'DELETE FROM custody WHERE seq IN (0, 1000, 1999)');
    expect((await faultsFound()).map((fault) => fault.what)).toEqual([
      'entry 0 is missing',
      'entry 1000 is missing',
      'entry 1999 is missing',
    ]);
  });

  test('two entries that changed places', async () => {
    change(
      ...WITHOUT_TRIGGERS,
      'UPDATE custody SET seq = -1 WHERE seq = 5',
      'UPDATE custody SET seq = 5 WHERE seq = 6',
      'UPDATE custody SET seq = 6 WHERE seq = -1',
    );
    expect((await faultsFound()).map((fault) => fault.seq)).toEqual([5, 6, 7]);
  });

  test.each([
    ['actor', `'cli:someone'`],
    ['subject', `'rec-other'`],
    ['type', `'recording.tagged'`],
    ['at', '1'],
  ])('the column %s that tells otherwise than the bytes', async (column, value) => {
    change(...WITHOUT_TRIGGERS, `UPDATE custody SET ${column} = ${value} WHERE seq = 77`);
    expect(await faultsFound()).toEqual([{ seq: 77, what: `its column ${column} differs from its bytes` }]);
  });

  test.each([
    ['a list', `UPDATE custody_beside SET bytes = CAST('[]' AS BLOB) WHERE name = 'gaps'`, /gaps is not what it commits to/],
    ['a list that is gone', `DELETE FROM custody_beside WHERE name = 'gaps'`, /its list gaps is missing/],
    ['what is personal', `UPDATE custody_beside SET bytes = CAST('"other"' AS BLOB) WHERE name = 'cardPath'`, /cardPath is not what/],
    ['something more', `INSERT INTO custody_beside VALUES (${COPIED}, 'more', NULL, CAST('[]' AS BLOB))`, /more is not named by it/],
    [
      'that it cannot be found',
      `DELETE FROM custody_subjects WHERE seq = ${COPIED} AND subject LIKE 'recording:%'`,
      /not found under recording:/,
    ],
  ])('the entry beside which was changed: %s', async (_what, statement, complaint) => {
    change(...BESIDE_WITHOUT_TRIGGERS, statement);
    expect(await faultsFound()).toEqual([{ seq: COPIED, what: expect.stringMatching(complaint) }]);
  });

  test('nothing where what is personal was erased, as the database allows', async () => {
    change(`DELETE FROM custody_beside WHERE name = 'cardPath'`);
    expect(await faultsFound()).toEqual([]);
    for (const statement of [`DELETE FROM custody_beside`, `UPDATE custody_beside SET name = 'x'`, 'DELETE FROM custody_subjects'])
      expect(() => change(statement), statement).toThrow(/append-only/);
  });

  test('at most 100 faults', async () => {
    change(...WITHOUT_TRIGGERS, `UPDATE custody SET hash = 'x'`);
    expect((await faultsFound()).length).toBe(100);
  });
});

test('an entry whose bytes are no longer readable is said to be, not shown', async () => {
  change(...WITHOUT_TRIGGERS, `UPDATE custody SET bytes = x'ff00' WHERE seq = 3`);
  const ledger = await openLedger({ file, stationId: STATION_ID });
  try {
    const error = await refused(ledger.custody.of(subject('recording', RECORDING)));
    expect([error.code, error.detail]).toEqual(['ledger.failed', expect.stringContaining('custody entry 3')]);
  } finally {
    await ledger.close();
  }
});
