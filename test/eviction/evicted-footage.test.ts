/*
 * Shows that an evicted original stays first-class: it is downloaded, in ranges, from the archive and on record as that; it is verified there; it comes back by a
 * request, and is read from the vault then. An evicted playable copy is played and verified the same way. Method: the real server, ledger, vault and archive.
 */

import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { RecordingViewed } from '#domain/custody/recording-entries';
import type { Original } from '#domain/recording';
import { ArchiveFetchBack } from '#evict/fetch-back';
import type { Vault } from '#ports/vault';
import { about } from '#test/support/custody';
import { checkedCopies } from '#test/support/eviction/checked-copies';
import { evictedRecording, evictPlayable } from '#test/support/eviction/evicted-recording';
import { openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { buildServer } from '../../src/serve/server.ts';

const CONTENT = Buffer.from(Array.from({ length: 5000 }, (_, n) => n % 251));
const HEADERS = { host: 'localhost', 'x-evidock-actor': 'cli:wang' };

let station: ServedStation;
let archive: DiskArchive;
let app: FastifyInstance;
let id: string;

beforeEach(async () => {
  station = await servedStation();
  const { ledger, vault, clock, log } = station.deps;
  const faults = { reached: () => undefined };
  const limiter = { pieceBytes: 65_536, take: async () => undefined };
  archive = new DiskArchive({ directory: join(station.directory, 'archive'), limiter, faults, stationId: 'test' });
  await archive.open(false);
  const room = { makeRoom: async () => 0 };
  const fetchBack = new ArchiveFetchBack({ ledger, vault: vault as Vault, archive, room, clock, log, faults });
  app = buildServer({ deps: { ...station.deps, archive, archived: checkedCopies(station.deps, archive), fetchBack }, way: 'socket' });
  id = await evictedRecording(station, archive, CONTENT);
});
afterEach(async () => {
  await app.close();
  await archive.close();
  await station.close();
});

const download = (range?: string) =>
  app.inject({ url: `/api/v1/recordings/${id}/originals/1`, headers: { ...HEADERS, ...(range ? { range } : {}) } });
const lines = async (url: string, payload: object) => {
  const answer = await app.inject({ method: 'POST', url: `/api/v1${url}`, headers: HEADERS, payload });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};
const original = async () => (await station.ledger.originals.ofRecording(id))[0] as Original;
const lookedIn = async () =>
  (await station.ledger.custody.of(about(id))).map(RecordingViewed.parse).flatMap((entry) => (entry ? [entry.data.from] : []));

describe('an evicted original', () => {
  it('is downloaded from the archive, whole and in ranges, and from the vault when it is back', async () => {
    const [whole, part] = [await download(), await download('bytes=100-299')];
    expect([whole.statusCode, part.statusCode]).toEqual([200, 206]);
    expect(whole.rawPayload.equals(CONTENT)).toBe(true);
    expect(part.rawPayload.equals(CONTENT.subarray(100, 300))).toBe(true);
    expect(new Set(await lookedIn())).toEqual(new Set(['disk']));
    const shown = await app.inject({ url: `/api/v1/recordings/${id}`, headers: HEADERS });
    expect(shown.json()).toMatchObject({
      originals: [{ state: 'sealed', evictedAt: expect.stringMatching(/^2026-06-20T/) }],
      copies: [{ where: 'disk' }],
    });
    expect(await lines(`/recordings/${id}/fetch`, {})).toMatchObject([
      { type: 'progress', filesTotal: 1, bytesTotal: 5000 },
      { type: 'summary', files: 1, bytes: 5000 },
    ]);
    expect((await original()).evictedAtMs).toBeNull();
    expect((await download()).rawPayload.equals(CONTENT)).toBe(true);
    expect((await lookedIn()).at(-1)).toBe('vault');
  });

  it('is no fault of the vault, and is verified in the archive', async () => {
    const done = await lines('/verify', { recording: id, vault: true });
    expect(done.filter(({ type }) => type === 'fault')).toEqual([]);
    expect(done.at(-1)).toMatchObject({ type: 'summary', faults: 0 });
    expect(Number(done.at(-1)?.['bytes'])).toBeGreaterThanOrEqual(5000);
    const log = await lines('/verify', { log: true });
    expect(log.filter(({ type }) => type === 'fault')).toEqual([]);
  });

  it('that was wanted back while the archive was away says that it waits, and why', async () => {
    const away = join(station.directory, 'archive');
    await rename(away, `${away}.away`);
    const answer = await app.inject({ method: 'POST', url: `/api/v1/recordings/${id}/fetch`, headers: HEADERS, payload: {} });
    expect(answer.body).toContain('archive.unreachable');
    const shown = async () => (await app.inject({ url: `/api/v1/recordings/${id}`, headers: HEADERS })).json().fetches;
    const next = new Date(station.clock.nowMs() + 60_000);
    expect(await shown()).toMatchObject([{ original: 1, attempts: 1, reason: { code: expect.any(String) } }]);
    expect(new Date((await shown())[0].nextAt)).toEqual(next);
    await rename(`${away}.away`, away);
    await lines(`/recordings/${id}/fetch`, {});
    expect(await shown()).toEqual([]);
  });

  it('whose archived copy is wrong is a fault, told each time, and keeps that copy on record', async () => {
    const path = join(station.directory, 'archive', (await original()).vaultKey);
    await chmod(path, 0o600);
    await writeFile(path, Buffer.alloc(5000, 9));
    for (const asked of [{ vault: true }, { archive: true }, { vault: true, archive: true }]) {
      const done = await lines('/verify', { recording: id, ...asked });
      // Its manifest is not in this archive, which is a fault of another key.
      const faults = done.filter(({ type, key }) => type === 'fault' && !String(key).endsWith('.json'));
      expect(
        faults.map(({ place }) => place),
        JSON.stringify(asked),
      ).toEqual(['archive']);
    }
    expect((await station.ledger.recordings.copies(id)).map(({ where, itemId }) => [where, itemId])).toContainEqual([
      'disk',
      (await original()).id,
    ]);
    // None of its bytes is shown.
    const shown = await download();
    expect([shown.statusCode, shown.json()]).toEqual([502, expect.objectContaining({ code: 'archive.mismatch' })]);
  });
});

describe('an evicted playable copy', () => {
  const FILM = Buffer.from(Array.from({ length: 9000 }, (_, n) => (n * 7) % 253));
  let film: string;
  beforeEach(async () => {
    const { ledger, clock, directory } = station;
    film = (await station.addRecording(Buffer.alloc(100, 3), {}, FILM)).id;
    await evictPlayable({ ledger, clock, archive, vault: join(directory, 'vault') }, film);
  });
  const play = (path: string, range?: string) =>
    app.inject({ url: `/api/v1/recordings/${film}/${path}`, headers: { ...HEADERS, ...(range ? { range } : {}) } });

  it('is played and downloaded from the archive, whole and in ranges, and on record as that', async () => {
    const answers = [await play('playback', 'bytes=2000-6999'), await play('playback'), await play('derivatives/playable', 'bytes=8990-')];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([206, 200, 206]);
    const parts = [FILM.subarray(2000, 7000), FILM, FILM.subarray(8990)];
    expect(answers.map(({ rawPayload }, n) => rawPayload.equals(parts[n] ?? Buffer.alloc(0)))).toEqual([true, true, true]);
    const looks = (await station.ledger.custody.of(about(film))).map(RecordingViewed.parse).flatMap((entry) => (entry ? [entry.data] : []));
    expect(looks.map(({ from, what }) => `${what} ${from}`)).toContain('playable disk');
    expect(looks.filter(({ from }) => from === 'vault')).toEqual([]);
    const shown = await app.inject({ url: `/api/v1/recordings/${film}`, headers: HEADERS });
    expect(shown.json()).toMatchObject({
      playable: true,
      derivatives: [{ kind: 'playable', evictedAt: expect.stringMatching(/^2026-06-20T/) }],
    });
  });

  it('is downloaded over the network from the archive, with the mark of who asks', async () => {
    const network = buildServer({
      deps: { ...station.deps, archive, archived: checkedCopies(station.deps, archive) },
      way: 'network',
      ...openTo(),
    });
    const marked = await network.inject({ url: `/api/v1/recordings/${film}/derivatives/playable`, headers: { host: 'localhost' } });
    expect([marked.statusCode, marked.rawPayload.subarray(-FILM.length).equals(FILM)]).toEqual([200, true]);
    expect(marked.rawPayload.subarray(0, -FILM.length).toString()).toMatch(/^\[Wang · usr-wang · 2026-06-20 .+\]$/);
    const [look] = (await station.ledger.custody.of(about(film))).flatMap((entry) => RecordingViewed.parse(entry)?.data ?? []);
    expect(look).toMatchObject({ what: 'playable', from: 'disk', marked: 'test/1' });
    await network.close();
  });

  it('is no fault of the vault; one that is wrong in the archive is a fault, told each time, until it is made again', async () => {
    const faults = async (asked: object) =>
      (await lines('/verify', { recording: film, ...asked })).filter(
        ({ type, key }) => type === 'fault' && String(key).includes('/derived/'),
      );
    expect(await faults({ vault: true })).toEqual([]);
    expect(await faults({ vault: true, archive: true })).toEqual([]);
    const [playable] = await station.ledger.recordings.derivatives(film);
    const path = join(station.directory, 'archive', playable?.vaultKey ?? '');
    await chmod(path, 0o600);
    await writeFile(path, Buffer.alloc(9000, 9));
    for (const asked of [{ vault: true }, { archive: true }, { vault: true, archive: true }])
      expect((await faults(asked)).map(({ place }) => place)).toEqual(['archive']);
    expect((await station.ledger.recordings.copies(film)).map(({ itemId }) => itemId)).toContain(playable?.id);
  });
});
