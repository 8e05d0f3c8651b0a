/*
 * Goal: verification names every single thing that differs from what was sealed, and only that.
 * Method: one thing at a time is changed on the real disk or in the real archive (a directory).
 */

import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, rmdir, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { verifyRequestOf } from '#desk/verification/verify-request';
import { english, type Reason } from '#domain/reason';
import { derivativeKey, manifestKey, recordingPrefix } from '#domain/vault/vault-key';
import { workId } from '#domain/work';
import { aCopy, START_MS } from '#test/support/builders';
import { about, cli } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { Verification, type VerifyLine } from './verify.ts';

let station: ServedStation;
let one: { id: string; key: string };

async function verify(asked: Parameters<typeof verifyRequestOf>[1] = {}) {
  const { deps } = station;
  const lines: VerifyLine[] = [];
  const run = new Verification({
    deps,
    request: verifyRequestOf(deps, asked),
    actor: cli('test'),
    signal: new AbortController().signal,
  }).run();
  for await (const line of run) lines.push(line);
  const faults = lines.filter((line) => line.type === 'fault').map((line) => ({ ...line, what: english(line.reason) }));
  const summary = lines.at(-1);
  if (summary?.type !== 'summary') throw new Error('no summary');
  expect(summary.faults).toBe(faults.length);
  return { faults, summary };
}

const inVault = (key: string) => join(station.directory, 'vault', key);

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

beforeEach(async () => {
  station = await servedStation();
  one = await station.addRecording(randomBytes(100_000));
  await station.addRecording(randomBytes(10));
});

afterEach(() => station.close());

describe('verification', () => {
  it('is clean when nothing differs, and leaves its own entry', async () => {
    const { faults, summary } = await verify();
    expect(faults).toEqual([]);
    expect(summary).toMatchObject({ vaultFiles: 2, archiveFiles: 0, logEntries: 10 });
    const last = (await station.ledger.custody.of(about('station:test'))).at(-1);
    expect(last).toMatchObject({ type: 'station.verified', actor: cli('test'), data: { faults: 0, vaultFiles: 2 } });
  });

  it('puts a verdict on every file that it read, by its key', async () => {
    await flip(join(station.directory, 'vault', one.key));
    await verify({ vault: true });
    const [told] = (await station.ledger.custody.of(about('station:test'))).filter(({ type }) => type === 'fixity.checked');
    expect(told).toMatchObject({ actor: cli('test'), data: { place: 'vault', files: 6, differ: 1, unread: 0 } });
    expect(told?.lists['items']).toEqual(
      expect.arrayContaining([
        { key: one.key, same: false },
        { key: manifestKey(one.id, 1), same: true },
      ]),
    );
    await verify({ recording: one.id, vault: true });
    expect((await station.ledger.custody.of(about(one.id))).map(({ type }) => type)).toContain('fixity.checked');
  });

  it('tells a file that cannot be read from one that holds other bytes', async () => {
    const path = join(station.directory, 'vault', one.key);
    await rm(path);
    await mkdir(path);
    await verify({ vault: true });
    const [told] = (await station.ledger.custody.of(about('station:test'))).filter(({ type }) => type === 'fixity.checked');
    expect(told?.data).toMatchObject({ differ: 0, unread: 1 });
    expect(told?.lists['items']).toContainEqual({ key: one.key, same: null });
    await rmdir(path);
    await verify({ vault: true });
    const again = (await station.ledger.custody.of(about('station:test'))).findLast(({ type }) => type === 'fixity.checked');
    expect(again?.data).toMatchObject({ differ: 1, unread: 0 });
  });

  it('keeps when the bytes were last seen to be right', async () => {
    station.clock.advance(5000);
    await verify({ recording: one.id });
    const [copy] = await station.ledger.recordings.copies(one.id);
    expect(copy?.verifiedAtMs).toBe(START_MS + 5000);
  });

  const changes: [string, (key: string, id: string) => Promise<void>, string | RegExp][] = [
    ['one bit of an original', (key) => flip(inVault(key)), /has SHA-256 [0-9a-f]{64}, sealed was/],
    ['the length of an original', (key) => truncate(inVault(key), 99_999), 'has 99999 bytes, 100000 were sealed'],
    ['a missing original', (key) => rm(inVault(key)), 'not there'],
    ['a manifest', (_, id) => flip(inVault(manifestKey(id, 1))), /manifest has SHA-256/],
    ['a missing manifest', (_, id) => rm(inVault(manifestKey(id, 1))), 'not there'],
    ['a derivative', (_, id) => flip(inVault(derivativeKey(id, 1, 'playable.mp4'))), /playable: has SHA-256/],
    ['a file that nobody knows', (_, id) => writeFile(inVault(`${recordingPrefix(id)}/stranger.bin`), 'x'), 'no row'],
  ];
  it.each(changes)('names %s', async (_, change, what) => {
    await change(one.key, one.id);
    const { faults } = await verify();
    expect(faults).toEqual([expect.objectContaining({ place: 'vault', recordingId: one.id, what: expect.stringMatching(what) })]);
    const other = await verify({ log: true });
    expect(other.faults).toEqual([]);
  });

  it('names a file below a recording that does not exist', async () => {
    const stray = inVault('2026/06/20/rec-unknown/original-0001.mp4');
    await mkdir(dirname(stray), { recursive: true });
    await writeFile(stray, 'x');
    expect((await verify({ vault: true })).faults).toMatchObject([{ recordingId: 'rec-unknown', what: expect.stringContaining('no row') }]);
  });

  it('is not talked round by a ledger whose digest was changed to fit the file', async () => {
    await flip(inVault(one.key));
    const forged = createHash('sha256')
      .update(await readFile(inVault(one.key)))
      .digest('hex');
    const database = new DatabaseSync(join(station.directory, 'ledger.sqlite'));
    database.prepare('UPDATE originals SET sha256 = ? WHERE recording_id = ?').run(forged, one.id);
    database.close();
    const { faults } = await verify({ recording: one.id });
    expect(faults.map(({ place }) => place)).toEqual(['ledger', 'vault']);
  });

  it('names an SM3 digest that the ledger tells otherwise than the custody log', async () => {
    const database = new DatabaseSync(join(station.directory, 'ledger.sqlite'));
    database.prepare('UPDATE originals SET sm3 = ? WHERE recording_id = ?').run('0'.repeat(64), one.id);
    database.close();
    const { faults } = await verify({ recording: one.id });
    expect(faults).toMatchObject([{ place: 'ledger', what: expect.stringContaining('SM3 0000') }]);
  });

  it('does not take the files of derive work in progress for strangers', async () => {
    const nowMs = START_MS;
    await station.ledger.transaction((writer) =>
      writer.work.insert({ id: `derive.${one.id}`, stage: 'derive', recordingId: one.id, priority: 5, dueAtMs: nowMs, nowMs }),
    );
    await writeFile(inVault(derivativeKey(one.id, 1, 'poster.jpg')), 'x');
    expect((await verify()).faults).toEqual([]);
  });
});

describe('verification of the archive', () => {
  let archive: DiskArchive;
  const inArchive = (key: string) => join(station.directory, 'archive', key);

  beforeEach(async () => {
    archive = new DiskArchive({
      directory: join(station.directory, 'archive'),
      limiter: { pieceBytes: 65_536, take: async () => undefined },
      faults: { reached: () => undefined },
      stationId: 'test',
    });
    await archive.open(false);
    station = { ...station, deps: { ...station.deps, archive, log: pino({ level: 'silent' }) } };
    const detail = await station.ledger.recordings.detail(one.id);
    const [original] = detail?.originals ?? [];
    if (!original) throw new Error('no original');
    for (const key of [one.key, manifestKey(one.id, 1)]) {
      await mkdir(dirname(inArchive(key)), { recursive: true });
      await copyFile(inVault(key), inArchive(key));
    }
    await station.ledger.transaction(async (writer) => {
      await writer.recordings.upsertCopy(aCopy({ ...original }, { where: 'disk', verifiedBy: 'readback' }));
      await writer.recordings.update(one.id, { state: 'archived' });
    });
  });

  afterEach(() => archive.close());

  it('is clean when nothing differs', async () => {
    const { faults, summary } = await verify({ archive: true });
    expect(faults).toEqual([]);
    expect(summary).toMatchObject({ vaultFiles: 0, archiveFiles: 1 });
  });

  it.each([
    ['a changed object', () => flip(inArchive(one.key)), 'returned other bytes'],
    ['a missing object', () => rm(inArchive(one.key)), 'does not hold'],
    ['a changed manifest', () => flip(inArchive(manifestKey(one.id, 1))), 'manifest: '],
  ])('names %s', async (_, change, what) => {
    await change();
    expect((await verify()).faults).toMatchObject([{ place: 'archive', recordingId: one.id, what: expect.stringContaining(what) }]);
    expect((await verify({ vault: true })).faults).toEqual([]);
  });

  it.each([
    ['a changed object', () => flip(inArchive(one.key)), 'SHA-256'],
    ['a shorter object', () => truncate(inArchive(one.key), 500), '500 bytes instead of 100000'],
    ['a missing object', () => rm(inArchive(one.key)), 'does not hold'],
    ['a changed manifest', () => flip(inArchive(manifestKey(one.id, 1))), 'manifest.json'],
  ])('withdraws the copy for %s: no row, no longer archived, work again, and custody says why', async (_, change, what) => {
    await change();
    await verify({ archive: true });
    expect((await station.ledger.recordings.copies(one.id)).map(({ where }) => where)).toEqual(['vault']);
    expect((await station.ledger.recordings.get(one.id))?.state).toBe('derived');
    expect(await station.ledger.work.get(workId('archive', one.id))).toMatchObject({ state: 'waiting' });
    const told = (await station.ledger.custody.of(about(one.id))).find(({ type }) => type === 'copy.withdrawn');
    expect(told).toMatchObject({ actor: cli('test'), data: { archive: 'disk' } });
    const objects = told?.lists['objects'] as readonly { key: string; what: Reason }[];
    expect(objects.map((each) => `${each.key} ${english(each.what)}`).join()).toContain(what);
  });

  it('withdraws nothing because the archive is away', async () => {
    await rm(inArchive('.evidock-archive'));
    expect((await verify({ archive: true })).faults).toHaveLength(2);
    expect((await station.ledger.recordings.get(one.id))?.state).toBe('archived');
    expect(await station.ledger.recordings.copies(one.id)).toHaveLength(2);
  });

  it('queues again what is archived and has no copy on record', async () => {
    await station.ledger.transaction((writer) =>
      writer.recordings.withdrawCopy({ recordingId: one.id, itemId: `${one.id}-none`, where: 'disk' }),
    );
    const [original] = await station.ledger.originals.ofRecording(one.id);
    await station.ledger.transaction((writer) =>
      writer.recordings.withdrawCopy({ recordingId: one.id, itemId: original?.id ?? '', where: 'disk' }),
    );
    expect((await verify({ archive: true })).faults).toHaveLength(1);
    expect(await station.ledger.work.get(workId('archive', one.id))).toMatchObject({ state: 'waiting' });
  });
});
