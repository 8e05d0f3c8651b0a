/*
 * Shows what happens to work that is slow and to footage that is made again: slow work leaves its place and goes on where nothing waits for it; what was
 * playable stays so until something new was verified, and for good if nothing new can be made.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FfmpegTranscoder } from '#adapters/ffmpeg/ffmpeg-transcoder';
import { DeriveStage } from '#derive/derive-stage';
import { sha256Hex } from '#domain/canonical-json';
import { derivativeKey, derivativesPrefix } from '#domain/vault/vault-key';
import { laneOf, PRIORITY, workId } from '#domain/work';
import { DRIVERS } from '#drivers';
import type { FaultPoint, FaultPoints } from '#ports/fault-points';
import type { Vault } from '#ports/vault';
import { buildServer } from '../../src/serve/server.ts';
import { runProgram } from '../support/evidock.ts';
import { type ServedStation, servedStation } from '../support/served-station.ts';

const SETTINGS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 2, timeLimitMs: 60_000, outputBytesMax: 2 ** 30 };

let station: ServedStation;
let app: FastifyInstance;

beforeEach(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, grants: 'operator' });
});
afterEach(async () => {
  await app.close();
  await station.close();
});

function stage(turnMs: number, faults: FaultPoints = { reached: () => undefined }): DeriveStage {
  return new DeriveStage({
    ledger: station.ledger,
    vault: station.deps.vault as Vault,
    transcoder: new FfmpegTranscoder({ settings: SETTINGS }),
    clock: station.clock,
    log: pino({ level: 'silent' }),
    faults,
    settings: { stationId: 'test', timezone: 'Asia/Shanghai', drivers: DRIVERS, attemptsMax: 1, turnMs, archiveDerivatives: false },
    onDerived: () => undefined,
  });
}

async function clip(name: string, ...options: string[]): Promise<Buffer> {
  const path = join(station.directory, name);
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10', '-t', '2'];
  const { status, stderr } = await runProgram('ffmpeg', ['-nostdin', '-v', 'error', ...source, ...options, path]);
  expect(status, stderr).toBe(0);
  return readFile(path);
}

/** A recording that is sealed and has a playable of an old recipe; its derive work stands as told. */
async function recorded(bytes: Uint8Array, work: 'done' | 'failed' | 'waiting'): Promise<string> {
  const { id } = await station.addRecording(bytes);
  const nowMs = station.clock.nowMs();
  await station.ledger.transaction(async (writer) => {
    await writer.insertWork({
      id: workId('derive', id),
      stage: 'derive',
      recordingId: id,
      priority: PRIORITY.normal,
      dueAtMs: nowMs,
      nowMs,
    });
    if (work === 'done') await writer.finishWork(workId('derive', id), nowMs);
    if (work === 'failed')
      await writer.failWork(workId('derive', id), { code: 'transcoder.failed', detail: 'x', nowMs, nextDueAtMs: null });
  });
  return id;
}

async function again(body: object): Promise<{ recordings: number; bytes: number; started: boolean }> {
  const headers = { host: 'localhost', 'x-evidock-actor': 'cli:wang' };
  const response = await app.inject({ method: 'POST', url: '/api/v1/derivatives/again', headers, payload: body });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

const workOf = (id: string) => station.ledger.work(workId('derive', id));
const run = (later: boolean) => ({ later, signal: new AbortController().signal, onPercent: () => undefined, onProgress: () => undefined });

describe('slow work', () => {
  it('is stopped when its turn is over, goes to the end of the queue, and is finished there', async () => {
    const id = await recorded(await clip('slow.avi', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'), 'waiting');
    await stage(1).run(id, run(false));
    const after = await workOf(id);
    expect(after).toMatchObject({ state: 'waiting', priority: PRIORITY.later, errorCode: null, attempts: 0 });
    expect(after && laneOf(after)).toBe('derive-later');
    expect((await station.ledger.derivatives(id)).map(({ recipe }) => recipe)).toEqual(['remux/1']);
    await stage(1).run(id, run(true));
    expect(await workOf(id)).toMatchObject({ state: 'done' });
    expect((await station.ledger.derivatives(id)).find(({ kind }) => kind === 'playable')?.recipe).toBe('h264-720p/2');
  });
});

describe('made again', () => {
  it('counts first, then queues what was asked for behind everything else, with an entry that tells who', async () => {
    const bytes = await clip('a.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    const [done, failed, waiting] = [await recorded(bytes, 'done'), await recorded(bytes, 'failed'), await recorded(bytes, 'waiting')];
    expect(await again({ count: true })).toEqual({ recordings: 2, bytes: 2 * bytes.length, started: false });
    expect(await again({ count: true, recipe: 'remux/1' })).toMatchObject({ recordings: 2 });
    expect(await again({ count: true, recipe: 'remux/2' })).toMatchObject({ recordings: 0 });
    expect((await workOf(done))?.state).toBe('done');
    expect(await again({ failed: true })).toEqual({ recordings: 1, bytes: bytes.length, started: true });
    expect(await workOf(failed)).toMatchObject({ state: 'waiting', priority: PRIORITY.later });
    expect((await workOf(done))?.state).toBe('done');
    expect(await again({ recordings: [done, waiting] })).toMatchObject({ recordings: 1, started: true });
    expect((await workOf(waiting))?.priority).toBe(PRIORITY.normal);
    const entries = (await station.ledger.custodyOf(done)).filter(({ type }) => type === 'recording.derive-again');
    expect(entries.map(({ actor, data }) => ({ actor, data }))).toEqual([
      { actor: 'cli:wang', data: { why: 'named', recipes: ['remux/1'] } },
    ]);
  });

  it('replaces what was there by what was verified', async () => {
    const id = await recorded(await clip('a.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'), 'done');
    await again({ recordings: [id] });
    await stage(60_000).run(id, run(true));
    const playable = (await station.ledger.derivatives(id)).find(({ kind }) => kind === 'playable');
    expect(playable?.recipe).toBe('remux/2');
    const stored = await readFile(join(station.directory, 'vault', playable?.vaultKey ?? ''));
    expect(sha256Hex(stored)).toBe(playable?.sha256);
  });

  it('removes a file whose name has changed, once the new one is on record, and no other', async () => {
    const id = await recorded(await clip('a.wav', '-f', 'lavfi', '-i', 'sine', '-map', '1:a', '-t', '2'), 'done');
    const before = (await station.ledger.derivatives(id)).map(({ vaultKey }) => vaultKey);
    expect(before).toEqual([derivativeKey(id, 'playable.mp4')]);
    const stray = derivativeKey(id, 'poster.jpg');
    await writeFile(join(station.directory, 'vault', stray), 'a run that was killed left this');
    const neighbour = await recorded(Buffer.from('another'), 'done');
    await again({ recordings: [id] });
    // With what it is to be replaced by in place and not on record, it is still there.
    const seen: string[] = [];
    const reached = (point: FaultPoint) => seen.push(`${point} ${existsSync(join(station.directory, 'vault', before[0] ?? ''))}`);
    await stage(60_000, { reached }).run(id, run(true));
    expect(seen).toEqual([
      'w09-derivative-linked true',
      'w10-derived-recorded true',
      'w23-leftover-removed false',
      'w23-leftover-removed false',
    ]);
    const files = (await readdir(join(station.directory, 'vault', derivativesPrefix(id)))).sort();
    expect(files).toEqual(['playable.m4a', 'waveform.png']);
    expect(await station.ledger.leftovers(5)).toEqual([]);
    expect(await readdir(join(station.directory, 'vault', derivativesPrefix(neighbour)))).toEqual(['playable.mp4']);
  });

  it('keeps a noted file that has a row again', async () => {
    const id = await recorded(await clip('a.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'), 'done');
    const [kept] = await station.ledger.derivatives(id);
    await station.ledger.transaction((writer) => writer.noteLeftovers(id, [kept?.vaultKey ?? '']));
    await stage(60_000).removeLeftovers();
    expect(existsSync(join(station.directory, 'vault', kept?.vaultKey ?? ''))).toBe(true);
    expect(await station.ledger.leftovers(5)).toEqual([]);
  });

  it('leaves what was there when nothing can be made, and does not call it damaged', async () => {
    const id = await recorded(Buffer.from('no media at all '.repeat(500)), 'done');
    const before = await station.ledger.recordingDetail(id);
    await again({ recordings: [id] });
    const error = await stage(60_000)
      .run(id, run(true))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'transcoder.unsupported' });
    await stage(60_000).gaveUp(id, error as never);
    const after = await station.ledger.recordingDetail(id);
    expect(after?.derivatives).toEqual(before?.derivatives);
    expect(after?.recording).toMatchObject({ damaged: false, state: 'derived', notes: [] });
    expect(await workOf(id)).toMatchObject({ state: 'failed', errorCode: 'transcoder.unsupported' });
  });
});
