/*
 * Goal: where a recorder was is told from what was sealed and travels with a recording, wherever it lies now; it is on record as a look before it is told; and where there is nothing to
 * tell, the answer says why, and nothing is on record. Method: the server with the real ledger, vault and an archive on the disk.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { buildServer } from '#serve/server';
import { START_MS } from '#test/support/builders';
import { gpxOf, nmeaOf, ride } from '#test/support/card/made-tracks';
import { about } from '#test/support/custody';
import { checkedCopies } from '#test/support/eviction/checked-copies';
import { evictOriginal } from '#test/support/eviction/evicted-recording';
import { openTo } from '#test/support/principals';
import { onRecord, type ServedStation, type Sidecar, servedStation } from '#test/support/served-station';

const HOUR = 3_600_000;
/** Of the builders' recordings. */
const BEGIN = START_MS - HOUR;
const way = ride({ atMs: BEGIN, latitude: 34.62, longitude: 112.4567 }, [{ course: 90, seconds: 60, speed: 5 }]);
const nmea = (content: string, name = 'clip.NMEA'): Sidecar => ({
  cardPath: `DCIM/20260620/${name}`,
  content: Buffer.from(content, 'latin1'),
});

let station: ServedStation;
let app: FastifyInstance;

beforeAll(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, way: 'network', ...openTo() });
});
afterAll(async () => {
  await app?.close();
  await station?.close();
});

const recorded = (sidecars: readonly Sidecar[]) => station.addRecording(randomBytes(20), { startMs: BEGIN }, undefined, sidecars);
const asked = (id: string, at: FastifyInstance = app) =>
  at.inject({ url: `/api/v1/recordings/${id}/track`, headers: { host: 'localhost' } });
const looks = async (id: string) => (await station.ledger.custody.of(about(id))).filter(({ type }) => type === 'recording.viewed');

describe('the track of a recording', () => {
  it('is told from its sentences, with what was left out, and is a look at that file', async () => {
    const zero = { atMs: BEGIN + 30_500, latitude: 0, longitude: 0 };
    const { id } = await recorded([nmea(nmeaOf([...way.slice(0, 31), zero, ...way.slice(31)]))]);
    const answer = await asked(id);
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
    expect(answer.headers['cache-control']).toBe('private, no-store');
    const told = answer.json();
    expect(told).toMatchObject({
      ...{ recording: id, begin: '2026-06-20T15:00:00.000+08:00', end: '2026-06-20T15:01:00.000+08:00', fixes: 62, filesLeft: 0 },
      dropped: { unreadable: 0, nowhere: 1, otherTime: 0, backwards: 0, tooFast: 0 },
      files: [{ original: 2, shownPath: 'DCIM/20260620/clip.NMEA', format: 'nmea', points: 61, whole: true }],
    });
    expect(told.points).toHaveLength(61);
    expect(told.points[0]).toEqual([0, 34.62, 112.4567, null]);
    expect(told.points[60]?.[0]).toBe(60_000);
    expect(told.lengthM / 300).toBeCloseTo(1, 1);
    const [look, ...more] = await looks(id);
    expect(more).toEqual([]);
    const original = (await station.ledger.recordings.detail(id))?.originals[1];
    expect(look?.data).toMatchObject({ what: 'track', from: 'vault', range: null, look: { item: original?.id, rule: 'test' } });
  });

  it('is one way from several files, each of which is a look', async () => {
    const later = ride({ ...(way.at(-1) ?? expect.fail('no way')), atMs: BEGIN + 61_000 }, [{ course: 0, seconds: 30, speed: 5 }]);
    const { id } = await recorded([nmea(gpxOf(later), 'b.GPX'), nmea(nmeaOf(way), 'a.NMEA'), nmea(gpxOf(way), 'a.GPX')]);
    const told = (await asked(id)).json();
    expect(told.points).toHaveLength(61 + 31);
    expect(told.files.map(({ original, format }: { original: number; format: string }) => [original, format])).toEqual([
      [2, 'gpx'],
      [3, 'nmea'],
      [4, 'gpx'],
    ]);
    expect(await looks(id)).toHaveLength(3);
  });

  it('is read from a text beside the clip where no file is a track by its name', async () => {
    const log = { ...nmea(nmeaOf(way), 'clip.txt'), kind: 'document' as const };
    const { id } = await recorded([log]);
    expect((await asked(id)).json().files).toMatchObject([{ original: 2, format: 'nmea' }]);
  });

  it('of another day is none', async () => {
    const { id } = await recorded([nmea(nmeaOf(way.map((fix) => ({ ...fix, atMs: fix.atMs + 40 * HOUR }))))]);
    const answer = await asked(id);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().reason).toMatchObject({
      code: 'track-empty',
      params: { recording: id, names: ['DCIM/20260620/clip.NMEA'], left: 61 },
    });
    expect(await looks(id)).toEqual([]);
  });

  it.each([
    ['there is none', [] as Sidecar[], 'no-track'],
    ['it is of a format that nobody knows', [nmea('\x00\x01LIGOGPSINFO', 'clip.gps')], 'track-empty'],
    ['it is empty', [nmea('')], 'track-empty'],
  ])('is answered with the reason where %s, and nothing is on record', async (_what, sidecars, code) => {
    const { id } = await recorded(sidecars);
    const answer = await asked(id);
    expect([answer.statusCode, answer.json().reason.code]).toEqual([404, code]);
    expect(await looks(id)).toEqual([]);
  });

  it('is read from the archive where the vault has given it up', async () => {
    const archive = new DiskArchive({
      directory: join(station.directory, 'archive'),
      limiter: { pieceBytes: 65_536, take: async () => undefined },
      faults: { reached: () => undefined },
      stationId: 'test',
    });
    await archive.open(false);
    const { id } = await recorded([nmea(nmeaOf(way))]);
    const original = (await station.ledger.recordings.detail(id))?.originals[1] ?? expect.fail('no track');
    await evictOriginal({ ledger: station.ledger, vault: join(station.directory, 'vault'), archive }, original);
    const deps = { ...station.deps, archive, archived: checkedCopies(station.deps, archive) };
    const elsewhere = buildServer({ deps, way: 'network', ...openTo() });
    const answer = await asked(id, elsewhere);
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
    expect(answer.json().points).toHaveLength(61);
    expect((await looks(id)).map(({ data }) => data['from'])).toEqual([archive.name]);
    await elsewhere.close();
    await archive.close();
  });

  it('is no page that another site can lead somebody to, and has no head that would be a look', async () => {
    const { id } = await recorded([nmea(nmeaOf(way))]);
    const url = `/api/v1/recordings/${id}/track`;
    const led = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const answer = await app.inject({ url, headers: { host: 'localhost', ...led } });
    expect([answer.statusCode, answer.json().reason.code]).toEqual([403, 'other-site']);
    expect((await app.inject({ method: 'HEAD', url, headers: { host: 'localhost' } })).statusCode).toBeGreaterThanOrEqual(400);
    expect(await looks(id)).toEqual([]);
  });

  it('is not told where its file is gone, or where the look cannot be put on record', async () => {
    const { id } = await recorded([nmea(nmeaOf(way))]);
    const failing = Object.assign(Object.create(station.ledger), { transaction: () => Promise.reject(new Error('disk')) });
    const broken = buildServer({ deps: { ...station.deps, ...onRecord(failing, station.clock) }, way: 'network', ...openTo() });
    const answer = await asked(id, broken);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('34.62');
    await broken.close();
    const original = (await station.ledger.recordings.detail(id))?.originals[1];
    await rm(join(station.directory, 'vault', original?.vaultKey ?? ''));
    expect((await asked(id)).json()).toMatchObject({ code: 'vault.missing' });
    expect(await looks(id)).toEqual([]);
  });
});
