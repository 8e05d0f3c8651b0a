/*
 * Goal: `verify` finds whoever changes a row of the ledger in its file. It names row and column, what stands there and what the log says, and it names nothing
 * else.
 * Method: the stages' own writers and the use-cases fill a ledger; then a second connection to its file changes one thing at a time.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { DockingRemoved, DockingSafe } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import { because } from '#domain/reason';
import { refuse } from '#intake/refusals';
import { linkRecordings } from '#steps/link-recordings';
import { START_MS } from '#test/support/builders';
import { statusIn } from '#test/support/card/shown-docking';
import { about, aCustodyDraft, cli } from '#test/support/custody';
import { appendFormer, untypeCustody } from '#test/support/ledger/former-custody';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { tellArchived } from '#test/support/ledger/told-ledger';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { openLedger } from '../adapters/sqlite-ledger/ledger.ts';
import { recordStep } from './case-course.ts';
import { takeOut } from './holdings.ts';
import { addOfficers } from './people/officers.ts';
import { protectCase, protectRecording } from './protection.ts';
import { addCases, addRecorder, changeRecorder } from './registry.ts';
import { assignSlot } from './slots.ts';
import { tagRecording } from './tagging.ts';
import { Verification, type VerifyLine } from './verify.ts';
import { inviteWorker } from './worker-keys.ts';

const ACTOR = cli('wang');
const AT_MACHINE = { actor: ACTOR, within: null };
let station: ServedStation;
let one: string;
let other: string;
let docking: string;
let filled: string;

async function verify(): Promise<readonly VerifyLine[]> {
  const request = { recording: null, vault: false, archive: false, log: true };
  const run = new Verification({ deps: station.deps, request, actor: ACTOR, signal: new AbortController().signal }).run();
  return Array.fromAsync(run);
}

function change(file: string, statements: readonly string[]): void {
  const raw = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  try {
    for (const statement of statements) raw.exec(statement);
  } finally {
    raw.close();
  }
}

/** A copy of the filled ledger with these changes alone. */
function changed(statements: readonly string[]): string {
  const file = join(station.directory, `changed-${randomUUID()}.sqlite`);
  copyFileSync(filled, file);
  change(file, statements);
  return file;
}

beforeAll(async () => {
  station = await servedStation();
  const { deps, ledger } = station;
  one = (await station.addRecording(randomBytes(100))).id;
  other = (await station.addRecording(randomBytes(10))).id;
  docking = (await ledger.recordings.get(one))?.dockingId ?? '';
  await addOfficers(deps, [{ id: '041235', name: 'Li Wei', unit: 'Squad 3' }], AT_MACHINE);
  const start = new Date(START_MS - 7_200_000).toISOString();
  const event = { start, end: new Date(START_MS).toISOString(), place: 'West Lake Road 12' };
  await addCases(deps, [{ number: 'A-1', title: 'Stalls', officers: ['041234'], events: [event] }], {
    update: false,
    actor: ACTOR,
    seen: deps.ledger,
  });
  await addRecorder(deps, { serial: 'R2', model: 'X', officer: '041235' }, AT_MACHINE);
  await changeRecorder(deps, 'R2', { officer: null }, AT_MACHINE);
  await assignSlot(deps, { port: '1-4.2', slot: 2, actor: ACTOR });
  await takeOut(deps, 'R2', { officer: '041235' }, AT_MACHINE);
  await recordStep(deps, 'A-1', { step: 'decided', on: '2026-06-20' }, ACTOR);
  await protectCase(deps, 'A-1', { confidentiality: 'secret' }, ACTOR);
  await inviteWorker(deps, { name: 'render1', actor: ACTOR });
  await protectRecording(deps, one, { addPrivacy: ['minor'] }, ACTOR);
  await tagRecording(deps, one, { cases: ['A-1'], officer: '041235', category: 'penalty', important: true }, ACTOR);
  // This link to a case is taken away again.
  await tagRecording(deps, other, { cases: ['A-1'] }, ACTOR);
  await tagRecording(deps, other, { removeCases: ['A-1'] }, ACTOR);
  await ledger.transaction(async (writer) => {
    for (const path of ['a', 'b'])
      await refuse(writer, docking, { path, code: 'recorder.not-regular', reason: because('words', { text: 'a link' }) }, START_MS);
    await linkRecordings(writer, { id: one, relation: 'continues-in', other }, START_MS);
    await tellArchived(writer, await writer.originals.ofRecording(one));
    await writer.dockings.setStatus(docking, statusIn('safe'), START_MS);
    const by = { atMs: START_MS, actor: STATION, subject: subject('docking', docking) };
    await writer.custody.append(DockingSafe.make({ ...by, data: DockingSafe.example.data }));
    await writer.dockings.setStatus(docking, statusIn('safe').removed(null), START_MS + 1);
    await writer.custody.append(DockingRemoved.make({ ...by, atMs: START_MS + 1, data: DockingRemoved.example.data }));
  });
  filled = join(station.directory, 'filled.sqlite');
  await deps.upkeep.backup(filled);
});

afterAll(() => station.close());

it('finds nothing where nothing was changed, and leaves the verdict in the log', async () => {
  const lines = await verify();
  expect(lines.filter(({ type }) => type === 'fault')).toEqual([]);
  const told = (await station.ledger.custody.of(about('station:test'))).find(({ type }) => type === 'log.replayed');
  const head = (await station.ledger.custody.head())?.seq ?? 0;
  // The head is two entries further, because this verification has written two.
  expect(told).toMatchObject({ actor: ACTOR, data: { entries: head - 1, contradictions: 0 }, lists: { rows: [] } });
  expect(await readdir(station.directory)).not.toContainEqual(expect.stringContaining('replay'));
});

const UNPROTECTED = [
  'DROP TRIGGER refusals_refuses_update',
  'DROP TRIGGER refusals_refuses_delete',
  'DROP TRIGGER recorder_assignments_refuses_delete',
];

type Change = readonly [what: string, table: string, column: string | null, statements: () => readonly string[], told: unknown];
const of = (id: () => string) => `'${id()}'`;
const CHANGES: readonly Change[] = [
  ['an officer', 'recordings', 'officer_id', () => [`UPDATE recordings SET officer_id = '9' WHERE id = ${of(() => one)}`], '041235'],
  ['a category', 'recordings', 'category', () => [`UPDATE recordings SET category = NULL WHERE id = ${of(() => one)}`], 'penalty'],
  ['a mark', 'recordings', 'important', () => [`UPDATE recordings SET important = 0 WHERE id = ${of(() => one)}`], '1'],
  ['damage', 'recordings', 'damaged', () => [`UPDATE recordings SET damaged = 1 WHERE id = ${of(() => other)}`], '0'],
  [
    'a start',
    'recordings',
    'start_at',
    () => [`UPDATE recordings SET start_at = 5, sort_at = 5 WHERE id = ${of(() => other)}`],
    expect.stringMatching(/^\d{13}$/),
  ],
  [
    'the order of lists',
    'recordings',
    'sort_at',
    () => [`UPDATE recordings SET sort_at = 5 WHERE id = ${of(() => other)}`],
    expect.stringMatching(/^\d{13}$/),
  ],
  ['a length', 'recordings', 'duration_ms', () => [`UPDATE recordings SET duration_ms = 5 WHERE id = ${of(() => other)}`], '60000'],
  [
    'notes',
    'recordings',
    'notes',
    () => [`UPDATE recordings SET notes = '[{"code":"found-in-bin","parameters":{}}]' WHERE id = ${of(() => one)}`],
    '[]',
  ],
  ['a case link that is gone', 'recording_cases', null, () => ['DELETE FROM recording_cases'], expect.stringContaining('A-1')],
  [
    'a case link that was taken away',
    'recording_cases',
    null,
    () => [`INSERT INTO recording_cases SELECT id, 'A-1', sort_at FROM recordings WHERE id = ${of(() => other)}`],
    null,
  ],
  [
    'a case link that nobody made',
    'recording_cases',
    null,
    () => [
      `INSERT INTO cases (number, title, stage, officer_ids, created_at) SELECT 'A-2', title, stage, officer_ids, created_at FROM cases`,
      `INSERT INTO recording_cases SELECT id, 'A-2', sort_at FROM recordings WHERE id = ${of(() => other)}`,
      `DELETE FROM cases WHERE number = 'A-2'`,
    ],
    null,
  ],
  [
    'a link',
    'recording_links',
    null,
    () => [`DELETE FROM recording_links WHERE recording_id = ${of(() => one)}`],
    expect.stringContaining('continues-in'),
  ],
  ['a refusal', 'refusals', 'card_path', () => [...UNPROTECTED, `UPDATE refusals SET card_path = 'c' WHERE card_path = 'b'`], 'b'],
  [
    'a refusal that is gone',
    'refusals',
    null,
    () => [...UNPROTECTED, `DELETE FROM refusals WHERE card_path = 'b'`],
    expect.stringContaining('card_path b'),
  ],
  ['when a docking began', 'dockings', 'arrived_at', () => ['UPDATE dockings SET arrived_at = 1'], String(START_MS)],
  ['when it was safe', 'dockings', 'safe_at', () => ['UPDATE dockings SET safe_at = 1'], String(START_MS)],
  ['when it ended', 'dockings', 'removed_at', () => ['UPDATE dockings SET removed_at = NULL'], String(START_MS + 1)],
  ['whether it ended', 'dockings', 'state', () => [`UPDATE dockings SET state = 'problem'`], 'removed'],
  [
    'a digest',
    'originals',
    'sha256',
    () => [`UPDATE originals SET sha256 = 'f' WHERE recording_id = ${of(() => one)}`],
    expect.stringMatching(/^[0-9a-f]{64}$/),
  ],
  [
    'a path',
    'originals',
    'card_path',
    () => [`UPDATE originals SET card_path = 'x' WHERE recording_id = ${of(() => one)}`],
    expect.stringContaining('DCIM'),
  ],
  [
    'what an original was replaced by',
    'originals',
    'replaced_by',
    () => [`UPDATE originals SET replaced_by = 'x' WHERE recording_id = ${of(() => one)}`],
    'null',
  ],
  [
    'a suggestion',
    'suggestions',
    'state',
    () => [`UPDATE suggestions SET state = 'declined' WHERE recording_id = ${of(() => one)}`],
    'open',
  ],
  [
    'who carries a recorder',
    'recorders',
    'assigned_officer_id',
    () => [`UPDATE recorders SET assigned_officer_id = '1' WHERE serial = 'R2'`],
    'null',
  ],
  [
    'who carried it',
    'recorder_assignments',
    null,
    () => [...UNPROTECTED, 'DELETE FROM recorder_assignments WHERE officer_id IS NULL'],
    expect.stringContaining('R2'),
  ],
  ['a slot', 'slots', 'slot', () => ['UPDATE slots SET slot = 7'], '2'],
  ['a slot that nobody gave', 'slots', null, () => [`INSERT INTO slots VALUES ('1-9', 9)`], null],
  ['a copy that is gone', 'copies', null, () => [`DELETE FROM copies WHERE place = 'disk'`], expect.stringContaining('disk')],
  [
    'a copy that nobody verified',
    'copies',
    null,
    () => [
      `INSERT INTO copies (item_id, place, recording_id, key, bytes, verified_at, verified_by)
        SELECT item_id, 'tape', recording_id, key, bytes, 1, 'head' FROM copies WHERE place = 'disk'`,
    ],
    null,
  ],
  [
    'a derivative',
    'derivatives',
    'sha256',
    () => [`UPDATE derivatives SET sha256 = 'f' WHERE recording_id = ${of(() => one)}`],
    expect.stringMatching(/^[0-9a-f]{64}$/),
  ],
  ['an officer of the registry', 'officers', 'name', () => [`UPDATE officers SET name = 'X' WHERE id = '041235'`], 'Li Wei'],
  ['a stage', 'cases', 'stage', () => [`UPDATE cases SET stage = 'execution'`], 'filing'],
  ['officers of a case', 'cases', 'officer_ids', () => [`UPDATE cases SET officer_ids = '[]'`], '["041234"]'],
  ['where an event was', 'case_events', 'place', () => [`UPDATE case_events SET place = 'elsewhere'`], 'West Lake Road 12'],
  ['the course of a case', 'cases', 'steps', () => [`UPDATE cases SET steps = '[]'`], '[{"on":"2026-06-20","step":"decided"}]'],
  ['the level of a case', 'cases', 'confidentiality', () => ['UPDATE cases SET confidentiality = NULL'], 'secret'],
  ['a mark of privacy', 'recordings', 'privacy', () => [`UPDATE recordings SET privacy = '[]'`], '["minor"]'],
  ['who had a recorder', 'recorder_holdings', 'to_at', () => ['UPDATE recorder_holdings SET to_at = 5'], 'null'],
  ['a worker', 'workers', 'key_sha256', () => [`UPDATE workers SET key_sha256 = 'f'`], expect.stringMatching(/^[0-9a-f]{64}$/)],
];

describe('a change in the file', () => {
  it.each(CHANGES)('of %s is named', (what, table, column, statements, told) => {
    const found = contradictionsIn(changed(statements()));
    expect(found).toEqual([expect.objectContaining({ table, column, told })]);
    expect(found[0]?.entry === null).toBe(
      column === 'sort_at' || (column === null && told === null && what !== 'a case link that was taken away'),
    );
  });

  it('of many rows is told by verify row by row, more of them than one entry of the log holds', async () => {
    const rows = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT 'x' || i, 'X', NULL FROM n`;
    const database = join(station.directory, 'ledger.sqlite');
    change(database, [`INSERT INTO officers ${rows}`]);
    const lines = await verify();
    change(database, [`DELETE FROM officers WHERE name = 'X'`]);
    const found = lines.flatMap((line) => (line.type === 'fault' && line.contradiction ? [line] : []));
    expect(new Set(found.map(({ contradiction }) => contradiction?.row)).size).toBe(2500);
    expect(found[0]).toMatchObject({
      place: 'ledger',
      reason: { code: 'row-unlogged', params: { table: 'officers', row: expect.stringMatching(/^x\d+$/) } },
    });
    expect(lines.at(-1)).toMatchObject({ type: 'summary', faults: 2500 });
    const verdicts = (await station.ledger.custody.of(about('station:test'))).filter(({ type }) => type === 'log.replayed').slice(-3);
    expect(verdicts.map(({ data }) => data['contradictions'])).toEqual([1000, 1000, 500]);
    expect(verdicts[0]?.lists['rows']?.[0]).toMatchObject({ table: 'officers', column: null, entry: null });
  });
});

it('an erased value contradicts nothing, whatever stands there now', () => {
  const name = `UPDATE officers SET name = '' WHERE id = '041235'`;
  const erased = `DELETE FROM custody_beside WHERE name = 'name' AND seq = (SELECT seq FROM custody WHERE subject = 'officer:041235')`;
  expect(contradictionsIn(changed([name, erased]))).toEqual([]);
  expect(contradictionsIn(changed([name]))).toHaveLength(1);
});

it('does not keep the daemon from its other work', async () => {
  await station.ledger.transaction(async (writer) => {
    for (let n = 0; n < 20_000; n++) await writer.custody.append(aCustodyDraft({ n, recordingId: one }));
  });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const begun = performance.now();
  delay.enable();
  const lines = await Array.fromAsync(station.deps.upkeep.replay(new AbortController().signal));
  delay.disable();
  expect(lines.filter(({ type }) => type === 'progress').length).toBeGreaterThan(4);
  // Were it done in this thread, nothing else would have had a turn for nearly as long as it took.
  expect(delay.max / 1e6).toBeLessThan((performance.now() - begun) / 4);
});

it('ends at once when it is not wanted any more, and leaves no file behind', async () => {
  const abort = new AbortController();
  const lines = station.deps.upkeep.replay(abort.signal)[Symbol.asyncIterator]();
  await lines.next();
  abort.abort(new Error('enough'));
  await expect(lines.next().then(() => lines.next())).rejects.toThrow('enough');
  expect(await readdir(station.directory)).not.toContainEqual(expect.stringContaining('replay'));
});

describe('a log that took over from one in another byte form', () => {
  it('is not contradicted by what stands from before, and is by what it tells', async () => {
    const file = join(station.directory, 'former.sqlite');
    await (await openLedger({ file, stationId: 'test' })).close();
    const raw = new DatabaseSync(file);
    untypeCustody(raw);
    raw.exec(`INSERT INTO officers VALUES ('1', 'Old', NULL);
      INSERT INTO recorders VALUES ('R1', 'X', 'gat947', '1', 1, 1);
      INSERT INTO cases (number, title, stage, officer_ids, created_at) VALUES ('OLD-1', 'Before', 'filing', '[]', 1)`);
    appendFormer(raw, 'test', [{ type: 'officer.changed', subject: '1', data: { name: 'Old' } }]);
    raw.close();
    const ledger = await openLedger({ file, stationId: 'test' });
    const deps = { ...station.deps, ledger, upkeep: ledger.upkeep };
    const replayed = async () =>
      (await Array.fromAsync(ledger.upkeep.replay(new AbortController().signal))).filter(({ type }) => type === 'contradiction');
    expect(await replayed()).toEqual([]);
    await changeRecorder(deps, 'R1', { officer: null }, AT_MACHINE);
    await addCases(deps, [{ number: 'OLD-1', title: 'Before', stage: 'decision' }], { update: true, actor: ACTOR, seen: deps.ledger });
    expect(await replayed()).toEqual([]);
    const forge = new DatabaseSync(file);
    forge.exec(`UPDATE recorders SET assigned_officer_id = '1', model = 'anything';
      UPDATE cases SET stage = 'filing', title = 'anything';
      INSERT INTO cases (number, title, stage, officer_ids, created_at) VALUES ('NEW-1', 'After', 'filing', '[]', ${Date.now() + 60_000})`);
    forge.close();
    const found = await replayed();
    expect(found).toHaveLength(3);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ table: 'recorders', column: 'assigned_officer_id', told: 'null' }),
        expect.objectContaining({ table: 'cases', row: 'NEW-1', column: null, told: null }),
        expect.objectContaining({ table: 'cases', row: 'OLD-1', column: 'stage', told: 'decision' }),
      ]),
    );
    await ledger.close();
  });
});
