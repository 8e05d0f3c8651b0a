/*
 * Goal: doctor and metrics tell what only the archive holds, how far the vault is above its low-water mark, and why. Method: the real routes over a station with
 * an archive on disk and one evicted original; what the last eviction had to leave is given.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { InProcessClient } from '#cli/client';
import type { Stays } from '#domain/eviction/choose';
import { reasonText } from '#messages/reason';
import { Metrics } from '#serve/metrics';
import { buildServer } from '#serve/server';
import { fixedClock, STATION_ID } from '#test/support/builders';
import { evictedRecording, evictPlayable } from '#test/support/eviction/evicted-recording';
import { temporaryDirectory } from '#test/support/evidock';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { diskBucket } from '#test/support/walk-archive';
import { evictionCheck } from './eviction-check.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let archive: DiskArchive;
let station: ServedStation;
let recording: string;
let stays: Partial<Record<Stays, number>> = {};
let low = 0;

beforeAll(async () => {
  home = await temporaryDirectory();
  const directory = join(home.path, 'archive');
  const limiter = { pieceBytes: 65_536, take: async () => undefined };
  archive = new DiskArchive({ directory, limiter, faults: { reached: () => undefined }, stationId: STATION_ID });
  await archive.open(false);
  const marks = () => ({ high: 100, low });
  const evicting = {
    get marks() {
      return marks();
    },
    lastStays: () => stays,
  };
  station = await servedStation({ archive, bucket: diskBucket(directory, fixedClock()), evicting });
  recording = await evictedRecording(station, archive, Buffer.alloc(2048, 7));
});
afterAll(async () => {
  await station.close();
  await archive.close();
  await home.remove();
});

async function told() {
  const control = buildServer({ deps: station.deps, way: 'socket' });
  const [check] = await evictionCheck(new InProcessClient({ app: control, user: 'root', close: async () => undefined }));
  await control.close();
  if (!check) throw new Error('nothing was told');
  return { ...check, en: reasonText('en', check.reason), zh: reasonText('zh-CN', check.reason) };
}

describe('eviction, as doctor and metrics tell of it', () => {
  it('counts what only the archive holds, and says where the vault stands', async () => {
    low = 100;
    expect(await told()).toMatchObject({
      ok: true,
      remedy: null,
      en: '1 original (2.0 KiB) held by the archive alone: the vault is below its low-water mark',
    });
    low = 0;
    const { en, zh } = await told();
    expect(en).toMatch(/: the vault is [\d.]+ \w+ above its low-water mark$/);
    expect(zh).toMatch(/^仅存于归档的原始文件 1 个（2\.0 KiB）.+本地库高出低水位线 [\d.]+ \w+$/);
  });

  it('warns with what had to stay, and why', async () => {
    stays = { 'too-few-copies': 2, unverified: 1 };
    const { warn, en, zh, remedy } = await told();
    expect({ warn, remedy: remedy?.code }).toEqual({ warn: true, remedy: 'mend-eviction' });
    expect(en).toMatch(/2 files without enough copies in the archive.*1 file whose copies have to be read back first$/);
    expect(zh).toContain('2 个文件在归档中的副本不足');
    const text = await new Metrics(station.deps).text();
    expect(text).toMatch(/^evidock_evicted_originals 1$/m);
    expect(text).toMatch(/^evidock_evicted_bytes 2048$/m);
    expect(text).toMatch(/^evidock_vault_above_low_water_bytes [1-9]\d*$/m);
    expect(text).toMatch(/^evidock_eviction_left_files\{why="too-few-copies"\} 2$/m);
    expect(text).toMatch(/^evidock_eviction_left_files\{why="busy"\} 0$/m);
    stays = {};
  });

  it('counts playable copies that only the archive holds beside the originals', async () => {
    const { ledger, clock, directory } = station;
    await evictPlayable({ ledger, clock, archive, vault: join(directory, 'vault') }, recording);
    const { en, zh } = await told();
    expect(en).toMatch(
      /^1 original \(2\.0 KiB\) held by the archive alone.+1 playable copy \(2\.0 KiB\) held by the archive alone: the vault/,
    );
    expect(zh).toContain('仅存于归档的可播放副本 1 个（2.0 KiB）');
    const text = await new Metrics(station.deps).text();
    expect(text).toMatch(/^evidock_evicted_playable_copies 1$/m);
    expect(text).toMatch(/^evidock_evicted_playable_bytes 2057$/m);
    expect(text).toMatch(/^evidock_evicted_originals 1$/m);
  });
});
