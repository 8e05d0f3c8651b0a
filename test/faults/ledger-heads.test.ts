/*
 * Goal: a ledger that is cut, put back, gone or changed from outside is noticed at every start and by verify, and is used only when a person says so.
 * Method: the real commands over a real state directory whose ledger a second hand changes while no station runs.
 */

import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { DiskVault } from '#adapters/disk/disk-vault';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { loadConfig } from '#config/load';
import { Verification } from '#desk/verify';
import { sealEntry } from '#domain/custody/entry';
import { english } from '#domain/reason';
import type { LedgerWriter } from '#ports/ledger';
import { aCustodyDraft, cli } from '#test/support/custody';
import { Station } from '../../src/station.ts';
import { makeSmallCard } from '../support/card/small-card.ts';
import { evidock, ROOT, temporaryDirectory } from '../support/evidock.ts';
import { servedStation } from '../support/served-station.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
/** A station that took a card in twice, and its ledger of before the second time. */
let grown: string;
let state: string;
let archive: string;
let env: Record<string, string>;
const ledgerOf = (directory: string) => join(directory, 'ledger/ledger.sqlite');

beforeAll(async () => {
  home = await temporaryDirectory();
  grown = join(home.path, 'grown');
  env = { EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: join(home.path, 'archive'), EVIDOCK_STATION_ID: 'test1' };
  const card = join(home.path, 'card');
  await makeSmallCard(card);
  const ingest = ['--state', join(grown, 'state'), 'ingest', card, '--slot', '1', '--serial', 'T000001'];
  expect(await evidock(ingest, { env })).toMatchObject({ status: 0 });
  await cp(ledgerOf(join(grown, 'state')), join(grown, 'older.sqlite'));
  await writeFile(join(card, 'LATER.MP4'), 'more');
  expect(await evidock(ingest, { env })).toMatchObject({ status: 0 });
  await mkdir(join(home.path, 'archive'), { recursive: true });
  await cp(join(home.path, 'archive'), join(grown, 'archive'), { recursive: true });
}, 480_000);
afterAll(() => home.remove());
beforeEach(async () => {
  state = join(home.path, 'state');
  archive = join(home.path, 'archive');
  await rm(state, { recursive: true, force: true });
  await rm(archive, { recursive: true, force: true });
  await cp(join(grown, 'state'), state, { recursive: true });
  await cp(join(grown, 'archive'), archive, { recursive: true });
});

const run = (...args: string[]) => evidock(['--state', state, ...args], { env });

function change(...statements: string[]): void {
  const raw = new DatabaseSync(ledgerOf(state));
  for (const statement of statements) raw.exec(statement);
  raw.close();
}

async function putBack(): Promise<void> {
  for (const name of await readdir(join(state, 'ledger'))) await rm(join(state, 'ledger', name));
  await cp(join(grown, 'older.sqlite'), ledgerOf(state));
}

const WITHOUT_TRIGGERS = ['DROP TRIGGER custody_refuses_delete', 'DROP TRIGGER custody_refuses_update'];
const TRIGGERS_AGAIN = ['UPDATE', 'DELETE'].map(
  (verb) =>
    `CREATE TRIGGER custody_refuses_${verb.toLowerCase()} BEFORE ${verb} ON custody BEGIN SELECT RAISE(ABORT, 'custody is append-only'); END`,
);
const LAST = '(SELECT max(seq) FROM custody)';

describe('the station refuses to start over a ledger', () => {
  it.each<[string, () => Promise<void> | void, string, RegExp]>([
    [
      'of which the last entry was cut',
      () => change(...WITHOUT_TRIGGERS, `DELETE FROM custody WHERE seq = ${LAST}`, ...TRIGGERS_AGAIN),
      'ledger.rolled-back',
      /ends with entry \d+/,
    ],
    ['whose last entry was written anew', () => rewriteLast(), 'ledger.rolled-back', /another hash/],
    ['that is an older copy', putBack, 'ledger.rolled-back', /vault names custody entry \d+/],
    ['that is gone', () => rm(join(state, 'ledger'), { recursive: true }), 'ledger.missing', /vault names custody entry/],
    [
      'that is gone, with the note in the vault',
      async () => {
        await rm(join(state, 'ledger'), { recursive: true });
        await rm(join(state, 'vault/ledger-head.json'));
      },
      'ledger.missing',
      /the ledger is new, and the vault is not/,
    ],
    [
      'whose note in the vault was spoilt',
      () => writeFile(join(state, 'vault/ledger-head.json'), 'x'),
      'ledger.rolled-back',
      /cannot be read/,
    ],
    ['without a trigger', () => change(WITHOUT_TRIGGERS[0] ?? ''), 'ledger.altered', /trigger custody_refuses_delete is missing/],
    ['without an index', () => change('DROP INDEX work_by_state'), 'ledger.altered', /index work_by_state is missing/],
    [
      'with a trigger that does nothing',
      () => change(WITHOUT_TRIGGERS[0] ?? '', 'CREATE TRIGGER custody_refuses_delete BEFORE DELETE ON custody BEGIN SELECT 1; END'),
      'ledger.altered',
      /custody_refuses_delete is not as/,
    ],
    [
      'with a trigger of somebody else',
      () => change('CREATE TRIGGER x AFTER INSERT ON custody BEGIN SELECT 1; END'),
      'ledger.altered',
      /trigger x is not the station's/,
    ],
    ['with another column', () => change('ALTER TABLE work ADD COLUMN x TEXT'), 'ledger.altered', /table work is not as/],
  ])('%s', async (_, spoil, code, detail) => {
    await spoil();
    const refused = await startFailure('look');
    expect(refused).toMatchObject({ code, detail: expect.stringMatching(detail), remedy: expect.stringContaining('ledger accept') });
  });

  it('that the archive alone knows better', async () => {
    // The station itself writes this note every hour; here it is one of an hour that never was.
    const heads = join(archive, 'ledger-heads/test1');
    await mkdir(heads, { recursive: true });
    await writeFile(join(heads, '000000099999.json'), `{"hash":"${'a'.repeat(64)}","seq":99999,"station":"test1","v":1}\n`);
    expect(await startFailure('intake')).toMatchObject({
      code: 'ledger.rolled-back',
      detail: expect.stringContaining('archive names custody entry 99999'),
    });
    expect(await faultsOf()).toContain('the archive names custody entry 99999');
  });
});

describe('a ledger that a person accepts', () => {
  it('is used although the archive names entries that were lost with another one, and a loss after that is noticed again', async () => {
    await putBack();
    const heads = join(archive, 'ledger-heads/test1');
    const note = (seq: number, hash: string) =>
      writeFile(join(heads, `${String(seq).padStart(12, '0')}.json`), `{"hash":"${hash}","seq":${seq},"station":"test1","v":1}\n`);
    await mkdir(heads, { recursive: true });
    for (const seq of [3, 99_998, 99_999]) await note(seq, 'a'.repeat(59) + String(seq).padStart(5, '0'));
    expect(await startFailure('intake')).toMatchObject({ code: 'ledger.rolled-back' });
    expect(await run('ledger', 'accept')).toMatchObject({ status: 0 });
    for (const mode of ['look', 'intake'] as const) expect(await startFailure(mode)).toBeNull();
    expect(await faultsOf()).not.toContain('archive names');
    await note(99_997, 'b'.repeat(64));
    expect(await startFailure('intake')).toMatchObject({ detail: expect.stringContaining('archive names custody entry 99997') });
    expect(await run('ledger', 'accept')).toMatchObject({ status: 0 });
    expect(await startFailure('intake')).toBeNull();
  });

  it('is used although a note in the archive is none, and a good one behind it is compared again', async () => {
    const heads = join(archive, 'ledger-heads/test1');
    await mkdir(heads, { recursive: true });
    await writeFile(join(heads, '000000099999.json'), '{"hash":');
    expect(await startFailure('intake')).toMatchObject({
      detail: expect.stringContaining('000000099999.json in the archive cannot be read'),
    });
    expect(await run('ledger', 'accept')).toMatchObject({ status: 0 });
    expect(await startFailure('intake')).toBeNull();
    await writeFile(join(heads, '000000099998.json'), `{"hash":"${'c'.repeat(64)}","seq":99998,"station":"test1","v":1}\n`);
    expect(await startFailure('intake')).toMatchObject({ detail: expect.stringContaining('archive names custody entry 99998') });
    // Other bytes that are no note were not accepted.
    await writeFile(join(heads, '000000099999.json'), 'x');
    expect(await startFailure('intake')).toMatchObject({ detail: expect.stringContaining('cannot be read') });
  });

  it('is used, and the custody log tells what was wrong with it', async () => {
    await putBack();
    expect(await run('ledger', 'accept')).toMatchObject({ status: 0, stdout: expect.stringContaining('evidock verify') });
    expect(await startFailure('look')).toBeNull();
    const raw = new DatabaseSync(ledgerOf(state), { readOnly: true });
    const [entry] = raw
      .prepare("SELECT CAST(b.bytes AS TEXT) AS text FROM custody JOIN custody_beside b USING (seq) WHERE type = 'ledger.accepted'")
      .all();
    raw.close();
    expect(String(entry?.['text'])).toMatch(/"code":"head-missing","params":\{"last":\d+,"place":"vault"/);
    // What the older ledger does not know is named, and nothing is wrong with the log itself.
    const faults = await faultsOf();
    expect(faults).toContain('no row of the ledger knows this file');
    expect(faults).not.toContain('custody entry');
  });

  it('has its triggers again; what cannot be made again is still refused', async () => {
    change(...WITHOUT_TRIGGERS, 'DROP INDEX work_by_state');
    expect(await startFailure('look', true)).toBeNull();
    expect(() => change('DELETE FROM custody')).toThrow(/append-only/);
    change('ALTER TABLE work ADD COLUMN x TEXT');
    expect(await startFailure('look', true)).toMatchObject({ code: 'ledger.altered' });
  });

  it('gets no entry where nothing is wrong', async () => {
    expect(await startFailure('look', true)).toBeNull();
    const raw = new DatabaseSync(ledgerOf(state), { readOnly: true });
    expect(raw.prepare("SELECT count(*) AS count FROM custody WHERE type = 'ledger.accepted'").get()).toEqual({ count: 0 });
    raw.close();
    expect(await faultsOf()).toBe('');
  });
});

describe('a ledger that is put back', () => {
  it('onto an empty machine, where nothing can be compared, is counted anew as well', async () => {
    await inLedger((ledger) => ledger.transaction((writer) => unmarked(writer)));
    expect(staleCount()).toBe(0);
    expect(await startFailure('look', true)).toBeNull();
    expect(staleCount()).toBeGreaterThan(3);
  }, 120_000);
});

/** As if every term was counted. */
async function unmarked(writer: LedgerWriter): Promise<void> {
  const ids = (await writer.retention.stale(1000)) as string[];
  await writer.retention.markCounted(ids, { turn: 0, seq: 0 });
}

const staleCount = () => Number(rows<{ n: number }>('SELECT count(*) AS n FROM retention_stale')[0]?.n);

function rows<T>(sql: string): T[] {
  const raw = new DatabaseSync(ledgerOf(state), { readOnly: true });
  try {
    return raw.prepare(sql).all() as T[];
  } finally {
    raw.close();
  }
}

async function inLedger(body: (ledger: SqliteLedger) => Promise<void>): Promise<void> {
  const ledger = await openLedger({ file: ledgerOf(state), stationId: 'test1', demandsCustody: true });
  try {
    await body(ledger);
  } finally {
    await ledger.close();
  }
}

/** Opens the station in this process; null if it starts, else why not. */
async function startFailure(mode: 'look' | 'intake', acceptLedger = false): Promise<unknown> {
  const { config } = loadConfig({ file: null, state, env, root: ROOT });
  const station = new Station({ config, settings: [], mode, clock: { nowMs: () => Date.now() }, env: {}, acceptLedger });
  try {
    await station.start();
    return null;
  } catch (error) {
    return error;
  } finally {
    await station.stop();
  }
}

/** What verify finds, past the check of the start. */
async function faultsOf(): Promise<string> {
  const ledger = await openLedger({ file: ledgerOf(state), stationId: 'test1' });
  const vault = new DiskVault({ directory: join(state, 'vault'), reserveBytes: 0, rereadThreads: 1 });
  const disk = new DiskArchive({
    directory: archive,
    limiter: { pieceBytes: 65_536, take: async () => undefined },
    faults: { reached: () => undefined },
    stationId: 'test1',
  });
  const station = await servedStation({ ledger, upkeep: ledger.upkeep, vault, archive: disk });
  const request = { recording: null, vault: true, archive: true, log: true };
  const faults: string[] = [];
  const { signal } = new AbortController();
  const deps = { ...station.deps, facts: { ...station.deps.facts, stationId: 'test1' } };
  for await (const line of new Verification({ deps, request, actor: cli('test'), signal }).run())
    if (line.type === 'fault' && line.reason.code !== 'archived-without-copy') faults.push(english(line.reason));
  await Promise.all([station.close(), disk.close(), vault.close(), ledger.close()]);
  return faults.join('\n');
}

function rewriteLast(): void {
  const raw = new DatabaseSync(ledgerOf(state));
  for (const statement of WITHOUT_TRIGGERS) raw.exec(statement);
  const last = raw.prepare(`SELECT seq, prev FROM custody WHERE seq = ${LAST}`).get();
  const place = { station: 'test1', seq: Number(last?.['seq']), prev: String(last?.['prev']) };
  const { bytes, hash } = sealEntry(aCustodyDraft(), place, () => new Uint8Array(32));
  raw.prepare(`UPDATE custody SET bytes = ?, hash = ? WHERE seq = ${LAST}`).run(bytes, hash);
  for (const statement of TRIGGERS_AGAIN) raw.exec(statement);
  raw.close();
}
