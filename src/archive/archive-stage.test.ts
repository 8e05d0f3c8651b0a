/*
 * Goal: a copy counts only when it was read back. A copy with other bytes is told in the custody log. Hours are kept, also when they end in between.
 * Method: the stage on the real ledger, vault and disk archive, with single calls of the archive replaced.
 */

import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { noLocks } from '#adapters/disk/no-locks';
import { recordStep } from '#desk/case-course';
import { protectCase, protectRecording } from '#desk/protection';
import { tagRecording } from '#desk/tagging';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { hoursOf } from '#domain/time/hours';
import { factsKey } from '#domain/vault/vault-key';
import { workId } from '#domain/work';
import type { Archive } from '#ports/archive';
import type { LedgerWriter } from '#ports/ledger';
import { aCase, aDerivative, START_MS, someWork } from '#test/support/builders';
import { about, cli } from '#test/support/custody';
import { claimed } from '#test/support/ledger/claims';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { ArchiveRecords } from './archive-records.ts';
import { ArchiveStage } from './archive-stage.ts';

let station: ServedStation;
let disk: DiskArchive;
let id: string;
const faults = { reached: () => undefined };

beforeEach(async () => {
  station = await servedStation();
  disk = new DiskArchive({
    directory: join(station.directory, 'archive'),
    limiter: { pieceBytes: 65_536, take: async () => undefined },
    faults,
    stationId: 'test',
  });
  await disk.open(false);
  ({ id } = await station.addRecording(randomBytes(10_000)));
  await station.ledger.transaction((writer) => writer.work.insert(someWork('archive', id)));
});

afterEach(async () => {
  await disk.close();
  await station.close();
});

/** Runs the work once, as the runner does. `replaced`: calls of the archive that the test replaces. */
async function run(replaced: Partial<Archive> = {}, hours = hoursOf('', 'UTC')): Promise<void> {
  const { ledger, clock } = station;
  const archive = new Proxy<Archive>(disk, {
    get: (target, name: keyof Archive) => {
      const own = replaced[name] ?? target[name];
      return typeof own === 'function' ? (own as (...args: unknown[]) => unknown).bind(target) : own;
    },
  });
  const { vault } = station.deps;
  const stage = new ArchiveStage({
    gate: new ArchiveRecords({
      ...{ ledger, clock, faults, onArchived: () => undefined, onHealed: () => undefined, lockWish: async () => null },
      settings: { stationId: 'test', timezone: 'UTC', derivatives: true },
    }),
    ...{
      claims: { postpone: (claim, how) => ledger.transaction((writer) => writer.work.postpone(claim, how)) },
      vault,
      archive,
      clock,
      locks: noLocks(clock),
    },
    log: pino({ level: 'silent' }),
    settings: { verify: 'readback', derivatives: true, hours, standstillMsMax: 1000 },
  });
  const claim = await ledger.transaction((writer) => claimed(writer, workId('archive', id)));
  const quiet = { onPercent: () => undefined, onProgress: () => undefined };
  await stage.run(claim, { later: false, failedBefore: null, signal: new AbortController().signal, ...quiet });
}

const work = () => station.ledger.work.get(workId('archive', id));
const placesOfCopies = async () =>
  (await station.ledger.recordings.copies(id)).map(({ where, verifiedBy }) => `${where} ${verifiedBy}`).sort();

describe('the facts beside the footage', () => {
  const inArchive = () => join(station.directory, 'archive', factsKey(id));
  const facts = async () =>
    JSON.parse(await readFile(inArchive(), 'utf8')) as {
      recording: Record<string, unknown>;
      cases: unknown;
      originals: Record<string, unknown>[];
    };
  const types = async () => (await station.ledger.custody.of(about(id))).map(({ type }) => type);
  const tag = (request: Parameters<typeof tagRecording>[2]) => tagRecording(station.deps, id, request, cli('test'));

  beforeEach(async () => {
    await station.ledger.transaction(async (writer) => {
      for (const number of ['A-1', '案-2']) await writer.cases.upsert(aCase({ number }));
      await writer.registry.upsertOfficer({ id: '012345', name: 'Somebody', unit: null });
    });
  });

  it('name cases, officer, category and digests, and nobody by name', async () => {
    await tag({ cases: ['案-2', 'A-1'], officer: '012345', category: 'inspection' });
    await run();
    const [original] = await station.ledger.originals.ofRecording(id);
    const told = await facts();
    expect(told.recording).toMatchObject({
      id,
      cases: ['A-1', '案-2'],
      officer: '012345',
      officerSource: 'person',
      category: 'inspection',
    });
    expect(told.originals).toMatchObject([{ key: original?.vaultKey, sha256: original?.digests?.sha256, bytes: 10_000 }]);
    const sealed = (await station.ledger.custody.of(about(original?.id ?? ''))).find(({ type }) => type === 'original.sealed');
    expect(told.originals[0]?.['manifest']).toMatchObject({ sha256: sealed?.data['manifestSha256'] });
    expect(JSON.stringify(told)).not.toContain('Somebody');
  });

  const CHANGES: readonly [string, (writer: LedgerWriter) => Promise<void>, object][] = [
    ['a case', (writer) => writer.recordings.addCase(id, 'A-1'), { cases: ['A-1'] }],
    ['an officer', (writer) => writer.recordings.update(id, { officerId: '012345', officerSource: 'rule' }), { officer: '012345' }],
    ['a category', (writer) => writer.recordings.update(id, { category: 'fee' }), { category: 'fee' }],
    ['the important mark', (writer) => writer.recordings.update(id, { important: true }), { important: true }],
    [
      'damage',
      (writer) => writer.recordings.update(id, { damaged: true, damageReason: because('file-empty', {}) }),
      { damageReason: because('file-empty', {}) },
    ],
    ['a duration', (writer) => writer.recordings.update(id, { durationMs: 1234 }), { durationMs: 1234 }],
    [
      'a level',
      (writer) => writer.recordings.update(id, { confidentiality: 'secret' }),
      { effective: { confidentiality: 'secret', privacy: [] } },
    ],
    ['a privacy mark', (writer) => writer.recordings.update(id, { privacy: ['minor'] }), { privacy: ['minor'] }],
    ['a time', (writer) => writer.recordings.update(id, { startMs: START_MS }), { start: new Date(START_MS).toISOString() }],
  ];
  it.each(CHANGES)('are written anew by work that the change itself has queued: %s', async (_, change, expected) => {
    await run();
    expect(await work()).toMatchObject({ state: 'done' });
    await station.ledger.transaction(change);
    expect(await work()).toMatchObject({ state: 'waiting', attempts: 0 });
    // The recording stays archived while only its facts are put again.
    expect((await station.ledger.recordings.get(id))?.state).toBe('archived');
    await run();
    expect((await facts()).recording).toMatchObject(expected);
    expect((await types()).at(-1)).toBe('recording.facts-archived');
    expect(await work()).toMatchObject({ state: 'done' });
    // No earlier version of the facts is left beside them.
    expect((await readdir(dirname(inArchive()))).filter((name) => name.startsWith('facts'))).toEqual(['facts.json']);
  });

  it('tell how its cases stand, and what their marks make of it', async () => {
    await tag({ cases: ['A-1', '案-2'] });
    await run();
    await recordStep(station.deps, 'A-1', { step: 'decided', on: '2026-06-20' }, cli('test'));
    await protectCase(station.deps, '案-2', { confidentiality: 'highly-secret', addPrivacy: ['minor'] }, cli('test'));
    await protectRecording(station.deps, id, { confidentiality: 'internal' }, cli('test'));
    expect(await work()).toMatchObject({ state: 'waiting' });
    await run();
    const { recording, cases } = await facts();
    const effective = { confidentiality: 'highly-secret', privacy: ['minor'] };
    expect(recording).toMatchObject({ confidentiality: 'internal', privacy: [], effective });
    expect(cases).toMatchObject([
      { number: 'A-1', state: 'decided', decidedOn: '2026-06-20', closedOn: null, confidentiality: null },
      { number: '案-2', state: 'open', decidedOn: null, confidentiality: 'highly-secret', privacy: ['minor'] },
    ]);
    expect(JSON.stringify(cases)).not.toContain(aCase().title);
  });

  it('are queued with the change or not at all', async () => {
    await run();
    const failed = station.ledger.transaction(async (writer) => {
      await writer.recordings.addCase(id, 'A-1');
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await work()).toMatchObject({ state: 'done' });
  });

  it('are not sent when they came out the same, and sent again when they changed while they were sent', async () => {
    await run();
    const before = await types();
    await tag({ cases: ['A-1'] });
    await tag({ removeCases: ['A-1'] });
    let puts = 0;
    const count: Archive['put'] = (request) => {
      puts += 1;
      return disk.put(request);
    };
    await run({ put: count });
    expect(puts).toBe(0);
    expect(await work()).toMatchObject({ state: 'done' });
    expect((await types()).slice(before.length)).toEqual(['recording.tagged', 'recording.tagged']);
    await tag({ category: 'fee' });
    const tagMeanwhile: Archive['put'] = async (request) => {
      const stored = await disk.put(request);
      await tag({ category: 'levy' });
      return stored;
    };
    await run({ put: tagMeanwhile });
    expect(await work()).toMatchObject({ state: 'waiting' });
    await run();
    expect((await facts()).recording).toMatchObject({ category: 'levy' });
  });
});

describe('the archive stage', () => {
  it('puts original, manifest and derivatives there, reads them back, and says so in one custody entry', async () => {
    await run();
    expect(await placesOfCopies()).toEqual(['disk readback', 'disk readback', 'disk readback', 'vault direct']);
    expect(await work()).toMatchObject({ state: 'done' });
    expect((await station.ledger.recordings.get(id))?.state).toBe('archived');
    const entry = (await station.ledger.custody.of(about(id))).at(-1);
    expect(entry).toMatchObject({ type: 'recording.archived', data: { archive: 'disk', verifiedBy: 'readback' } });
    expect(entry?.lists['objects']).toHaveLength(4);
  });

  it('puts originals under the media type that they have', async () => {
    const types: string[] = [];
    const put: Archive['put'] = (request) => {
      types.push(request.mediaType);
      return disk.put(request);
    };
    await run({ put });
    expect(types).toEqual(['video/mp4', 'application/json', 'video/mp4', 'application/json']);
  });

  it('takes no accepted upload for a copy: an archive that lies is told to custody, and nothing counts', async () => {
    const verify: Archive['verify'] = async ({ key }) => {
      throw new EvidockError('archive.mismatch', because('digest-instead', { found: '0', sha256: '1', key }));
    };
    await expect(run({ verify })).rejects.toMatchObject({ code: 'archive.mismatch' });
    expect(await placesOfCopies()).toEqual(['vault direct']);
    expect((await station.ledger.recordings.get(id))?.state).toBe('derived');
    const [original] = await station.ledger.originals.ofRecording(id);
    const told = await station.ledger.custody.of(about(original?.recordingId ?? ''));
    expect(told.map(({ type }) => type).slice(-3)).toEqual(['original.sealed', 'recording.derived', 'copy.failed-verification']);
  });

  it('waits outside its hours without counting a try', async () => {
    // The station's clock stands at START_MS; the window opens one hour later.
    const at = (ms: number) => new Date(ms).toISOString().slice(11, 16);
    await run({}, hoursOf(`${at(START_MS + 3_600_000)}-${at(START_MS + 7_200_000)}`, 'UTC'));
    const waiting = await work();
    expect(waiting).toMatchObject({ state: 'waiting', attempts: 0, errorCode: null });
    expect(Math.abs((waiting?.dueAtMs ?? 0) - (START_MS + 3_600_000))).toBeLessThan(60_000);
    expect(await placesOfCopies()).toEqual(['vault direct']);
  });

  it('stops when its hours end in the middle, and goes on when they begin again', async () => {
    const begins = START_MS + 80_000_000;
    const closing = { isOpen: () => true, nextOpenMs: () => begins, nextCloseMs: (nowMs: number) => nowMs + 50 };
    const put: Archive['put'] = ({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    await run({ put }, closing);
    expect(await work()).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: begins, errorCode: null });
  });

  it('is not done when something was made meanwhile that is not there yet', async () => {
    let made = false;
    const verify: Archive['verify'] = async (expected, options) => {
      if (!made) {
        made = true;
        await station.ledger.transaction((writer) => writer.recordings.upsertDerivative(aDerivative(id, { kind: 'poster' })));
      }
      return disk.verify(expected, options);
    };
    await run({ verify });
    expect(await work()).toMatchObject({ state: 'waiting' });
    expect((await station.ledger.recordings.get(id))?.state).toBe('derived');
  });
});
