/*
 * Shows what happens to work that is slow and to footage that is made again: slow work leaves its place and goes on where nothing waits for it; what was
 * playable stays so until something new was verified, and for good if nothing new can be made.
 */

import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '#domain/canonical-json';
import { actorText } from '#domain/custody/actor';
import { because } from '#domain/reason';
import { derivativeKey, derivedPrefix } from '#domain/vault/vault-key';
import { laneOf, PRIORITY, workId } from '#domain/work';
import type { FaultPoint, FaultPoints } from '#ports/fault-points';
import type { Vault } from '#ports/vault';
import { about, toldBy } from '#test/support/custody';
import { claimed } from '#test/support/ledger/claims';
import { deriving } from '#test/support/media/deriving';
import { buildServer } from '../../src/serve/server.ts';
import { runProgram } from '../support/evidock.ts';
import { type ServedStation, servedStation } from '../support/served-station.ts';

let station: ServedStation;
let app: FastifyInstance;

beforeEach(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, way: 'socket' });
});
afterEach(async () => {
  await app.close();
  await station.close();
});

function stage(turnMs: number, faults: FaultPoints = { reached: () => undefined }) {
  const { ledger, deps, clock, directory } = station;
  return deriving({ ledger, vault: deps.vault as Vault, clock, directory, turnMs, faults });
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
    await writer.work.insert({
      id: workId('derive', id),
      stage: 'derive',
      recordingId: id,
      priority: PRIORITY.normal,
      dueAtMs: nowMs,
      nowMs,
    });
    if (work === 'done') await writer.work.finish(await claimed(writer, workId('derive', id)));
    if (work === 'failed')
      await writer.work.fail(await claimed(writer, workId('derive', id)), {
        code: 'transcoder.failed',
        reason: because('said', { text: 'x' }),
        retryInMs: null,
      });
  });
  return id;
}

async function again(body: object): Promise<{ recordings: number; bytes: number; started: boolean }> {
  const headers = { host: 'localhost', 'x-evidock-actor': 'cli:wang' };
  const response = await app.inject({ method: 'POST', url: '/api/v1/derivatives/again', headers, payload: body });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

const workOf = (id: string) => station.ledger.work.get(workId('derive', id));

const files = async (id: string) => {
  const found: string[] = [];
  for await (const { key } of station.deps.vault.list(derivedPrefix(id))) found.push(key);
  return found.sort();
};
const keysOf = async (id: string) => (await station.ledger.recordings.derivatives(id)).map(({ vaultKey }) => vaultKey).sort();

describe('slow work', () => {
  it('is stopped when its turn is over, goes to the end of the queue, and is finished there', async () => {
    const id = await recorded(await clip('slow.avi', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'), 'waiting');
    await stage(1).run(id);
    const after = await workOf(id);
    expect(after).toMatchObject({ state: 'waiting', priority: PRIORITY.later, errorCode: null, attempts: 0 });
    expect(after && laneOf(after)).toBe('derive-later');
    expect((await station.ledger.recordings.derivatives(id)).map(({ recipe }) => recipe)).toEqual(['remux/1']);
    await stage(1).run(id, true);
    expect(await workOf(id)).toMatchObject({ state: 'done' });
    expect((await station.ledger.recordings.derivatives(id)).find(({ kind }) => kind === 'playable')?.recipe).toBe('h264-720p/2');
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
    const entries = (await station.ledger.custody.of(about(done))).filter(({ type }) => type === 'recording.derive-again');
    expect(entries.map((entry) => ({ actor: actorText(entry.actor), ...toldBy(entry) }))).toEqual([
      { actor: 'cli:wang', why: 'named', recipes: ['remux/1'] },
    ]);
  });

  it('replaces what was there by what was verified', async () => {
    const id = await recorded(await clip('a.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'), 'done');
    await again({ recordings: [id] });
    await stage(60_000).run(id, true);
    const playable = (await station.ledger.recordings.derivatives(id)).find(({ kind }) => kind === 'playable');
    expect(playable?.recipe).toBe('remux/2');
    const stored = await readFile(join(station.directory, 'vault', playable?.vaultKey ?? ''));
    expect(sha256Hex(stored)).toBe(playable?.sha256);
  });

  it('removes what was there before and what killed runs left, once the new is on record, and no other file', async () => {
    const id = await recorded(await clip('a.wav', '-f', 'lavfi', '-i', 'sine', '-map', '1:a', '-t', '2'), 'done');
    const before = await keysOf(id);
    expect(before).toHaveLength(1);
    const old = join(station.directory, 'vault', before[0] ?? '');
    const stray = join(station.directory, 'vault', derivativeKey(id, 1, 'poster.jpg'));
    await mkdir(dirname(stray), { recursive: true });
    await writeFile(stray, 'a run that was killed left this');
    const neighbour = await recorded(Buffer.from('another'), 'done');
    const untouched = await files(neighbour);
    // With what it is to be replaced by in place and not on record, it is still there.
    const seen: string[] = [];
    const reached = (point: FaultPoint) => seen.push(`${point} ${[old, stray].filter((path) => existsSync(path)).length}`);
    await stage(60_000, { reached }).run(id, true);
    expect(seen).toEqual(['w09-derivative-linked 2', 'w10-derived-recorded 2', 'w27-leftover-removed 1', 'w27-leftover-removed 0']);
    expect((await files(id)).map((key) => key.split('/').at(-1))).toEqual(['playable.m4a', 'waveform.png']);
    expect(await files(id)).toEqual(await keysOf(id));
    expect(await station.ledger.recordings.leftovers(5)).toEqual([]);
    expect(await files(neighbour)).toEqual(untouched);
  });

  it('keeps a noted file that has a row again', async () => {
    const id = await recorded(await clip('a.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'), 'done');
    const [kept] = await station.ledger.recordings.derivatives(id);
    await station.ledger.transaction((writer) => writer.recordings.noteLeftovers(id, [kept?.vaultKey ?? '']));
    await stage(60_000).gate.removeLeftovers();
    expect(existsSync(join(station.directory, 'vault', kept?.vaultKey ?? ''))).toBe(true);
    expect(await station.ledger.recordings.leftovers(5)).toEqual([]);
  });

  it('that is given up leaves no file of its runs, and the ones on record', async () => {
    const id = await recorded(await clip('a.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'), 'done');
    const before = await keysOf(id);
    const { claim, gate } = stage(60_000);
    const held = await claim(id);
    for (const run of [held.token - 1, held.token, held.token + 1]) {
      const half = join(station.directory, 'vault', derivativeKey(id, run, 'half.mp4'));
      await mkdir(dirname(half), { recursive: true });
      await writeFile(half, 'half of it');
    }
    await gate.giveUp(held, { code: 'vault.full', reason: because('nothing-free', {}), retryInMs: null });
    expect(await files(id)).toEqual([...before, derivativeKey(id, held.token + 1, 'half.mp4')].sort());
  });

  it('leaves what was there when nothing can be made, and does not call it damaged', async () => {
    const id = await recorded(Buffer.from('no media at all '.repeat(500)), 'done');
    const before = await station.ledger.recordings.detail(id);
    await again({ recordings: [id] });
    const made = stage(60_000);
    const claim = await made.claim(id);
    const error = await made.derive(claim, true).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'transcoder.unsupported' });
    await made.stage.gaveUp(claim, error as never);
    const after = await station.ledger.recordings.detail(id);
    expect(after?.derivatives).toEqual(before?.derivatives);
    expect(after?.recording).toMatchObject({ damaged: false, state: 'derived', notes: [] });
    expect(await workOf(id)).toMatchObject({ state: 'failed', errorCode: 'transcoder.unsupported' });
  });
});

describe('a worker that lost its lease', () => {
  it('leaves the files and rows of the one that has it as they are, and nothing of its own', async () => {
    const id = await recorded(await clip('a.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'), 'waiting');
    const { claim, derive, run } = stage(60_000);
    const late = await claim(id);
    await station.ledger.recover();
    await run(id);
    const [rows, work] = [await station.ledger.recordings.derivatives(id), await workOf(id)];
    expect(work).toMatchObject({ state: 'done' });
    // What the first station had of before is gone: no row names it.
    expect(await files(id)).toEqual(await keysOf(id));
    const entries = (await station.ledger.custody.of(about(id))).length;
    const pathsOf = () => rows.map(({ vaultKey }) => join(station.directory, 'vault', vaultKey));
    const inodes = () => Promise.all(pathsOf().map(async (path) => (await stat(path)).ino));
    const before = await inodes();
    await expect(derive(late)).rejects.toMatchObject({ code: 'work.lease-lost' });
    expect(await station.ledger.recordings.derivatives(id)).toEqual(rows);
    expect(await workOf(id)).toEqual(work);
    expect(await files(id)).toEqual(rows.map(({ vaultKey }) => vaultKey).sort());
    // Both made the same bytes: it is the files themselves that are still the ones on record.
    expect(await inodes()).toEqual(before);
    for (const { vaultKey, sha256 } of rows) expect(sha256Hex(await readFile(join(station.directory, 'vault', vaultKey)))).toBe(sha256);
    expect((await station.ledger.custody.of(about(id))).length).toBe(entries);
  });

  it('whose answer was lost on its way takes nothing away that is on record', async () => {
    const id = await recorded(await clip('a.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'), 'waiting');
    const { claim, derive, gate } = stage(60_000);
    const held = await claim(id);
    await derive(held);
    await gate.discard(held);
    expect(await files(id)).toEqual(await keysOf(id));
    expect((await files(id)).length).toBeGreaterThan(1);
  });
});
