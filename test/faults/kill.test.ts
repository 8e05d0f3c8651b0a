/*
 * Goal: kill -9 at every numbered write of docs/life-of-a-recording.md loses nothing and doubles nothing.
 * Method: EVIDOCK_FAULT_POINT makes the real process kill itself right after that write; then the same command runs
 * again to its end, `verify` must be clean, and every file on the card must stand in the ledger exactly once. The card has films only where what is killed
 * has to do with films: deriving them takes most of the time.
 */
import { cp, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULT_POINTS, type FaultPoint } from '#ports/fault-points';
import { type Rgw, startRgw } from '../support/archive/rgw.ts';
import { expectWhole, filesOf } from '../support/card/card-check.ts';
import { makeQuickCard } from '../support/card/quick-card.ts';
import { makeSmallCard } from '../support/card/small-card.ts';
import { evidock, temporaryDirectory } from '../support/evidock.ts';
import { partOfToday } from '../support/part-of-today.ts';

/** Points that are reached only where the recorder is wiped: these kill a wipe of a copy of the card. */
const WIPING: readonly FaultPoint[] = ['w16-wipe-begun', 'w17-files-removed', 'w18-wipe-recorded', 'w19-wipe-finished'];
/** Points that are reached only where a card comes again: these kill the re-check of a card that is known. */
const RECHECKING: readonly FaultPoint[] = ['w20-rechecked-recorded', 'w21-difference-recorded'];
/** Points of a merge, which is done once a day (log-shipping.test.ts). */
const MERGING: readonly FaultPoint[] = ['w25-merged-written', 'w26-merged-removed'];
/** Of a clip of six megabytes a sample hits one byte that differs in one of six dockings: then the next byte is tried. */
const TRIES_MAX = 10;
/** Points that are reached only where footage is looked at: kill-looks.test.ts. */
const LOOKING: readonly FaultPoint[] = ['w28-look-recorded', 'w29-seen-recorded'];
/** Points that are reached only where a derivative is made again under another name: kill-derive-again.test.ts. */
const DERIVING_AGAIN: readonly FaultPoint[] = ['w27-leftover-removed'];
/**
 * Points that are reached only where a copy is destroyed, comes back, is healed or held: kill-evict.test.ts, kill-dispose.test.ts, src/desk/scrub/scrub.test.ts,
 * test/journeys/held-objects.test.ts.
 */
const OF_COPIES = /^w(3[0-9]|4[1245])-/;
const OF_FILMS: readonly FaultPoint[] = ['w09-derivative-linked', 'w10-derived-recorded'];
const ONLY_S3: readonly FaultPoint[] = ['w11-upload-begun', 'w12-part-recorded'];

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let films: string;
let photos: string;
let rgw: Rgw;

function s3Environment(bucketPrefix: string): Record<string, string> {
  return {
    EVIDOCK_ARCHIVE_KIND: 's3',
    EVIDOCK_ARCHIVE_S3_UNLOCKED: 'accepted-without-versions',
    EVIDOCK_STATION_ID: 'test1',
    EVIDOCK_ARCHIVE_S3_ENDPOINT: rgw.endpoint,
    EVIDOCK_ARCHIVE_S3_BUCKET: rgw.bucket,
    EVIDOCK_ARCHIVE_S3_PREFIX: bucketPrefix,
    EVIDOCK_ARCHIVE_S3_ACCESS_KEY_ID: rgw.accessKeyId,
    EVIDOCK_ARCHIVE_S3_SECRET_ACCESS_KEY: rgw.secretAccessKey,
    EVIDOCK_ARCHIVE_S3_PART_SIZE: '5',
  };
}

describe('kill -9 after each write', () => {
  beforeAll(async () => {
    home = await temporaryDirectory();
    [films, photos] = [join(home.path, 'films'), join(home.path, 'photos')];
    await makeSmallCard(films);
    await makeQuickCard(photos);
    rgw = await startRgw();
  });

  afterAll(async () => {
    await rgw?.stop();
    await home.remove();
  });

  const points = FAULT_POINTS.filter(
    (point) => ![...RECHECKING, ...MERGING, ...DERIVING_AGAIN, ...LOOKING].includes(point) && !OF_COPIES.test(point),
  );
  it.each(partOfToday(points, 6))(
    '%s',
    async (point) => {
      const state = join(home.path, point);
      const archive = ONLY_S3.includes(point)
        ? s3Environment(point)
        : { EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: join(home.path, `${point}-archive`) };
      const card = OF_FILMS.includes(point) ? films : photos;
      const wiping = WIPING.includes(point);
      const docked = wiping ? join(home.path, `${point}-card`) : card;
      if (wiping) await cp(card, docked, { recursive: true, preserveTimestamps: true });
      const env: Record<string, string> = { ...archive, ...(wiping ? { EVIDOCK_DOCK_WIPE: 'after-sealed' } : {}) };
      const ingest = ['--state', state, 'ingest', docked, '--slot', '1', '--serial', 'T000001', '--wait'];

      const killed = await evidock(ingest, { env: { ...env, EVIDOCK_FAULT_POINT: point } });
      expect(`${killed.signal ?? killed.status} ${killed.stderr.slice(-2000)}`).toMatch(/^(SIGKILL|137)/);

      const finished = await evidock(ingest, { env });
      expect(finished.status, finished.stderr).toBe(0);
      if (wiping) expect(filesOf(docked)).toEqual([]);
      const recordings = await expectWhole(state, card, archive);
      expect(recordings.map((recording) => recording.state)).toEqual(recordings.map(() => 'archived'));
    },
    360_000,
  );

  it.each(RECHECKING)(
    '%s',
    async (point) => {
      const state = join(home.path, point);
      const docked = join(home.path, `${point}-card`);
      await cp(films, docked, { recursive: true, preserveTimestamps: true });
      const archive = { EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: join(home.path, `${point}-archive`) };
      const ingest = ['--state', state, 'ingest', docked, '--slot', '1', '--serial', 'T000001', '--wait'];
      expect((await evidock(ingest, { env: archive })).status).toBe(0);
      const contents = new Set(filesOf(docked));

      let killed = '';
      for (let tries = 1; !/^(SIGKILL|137)/.test(killed) && tries <= TRIES_MAX; tries += 1) {
        if (point === 'w21-difference-recorded') await changeOneByte(docked, 1_000_000 + tries * 100_001);
        for (const content of filesOf(docked)) contents.add(content);
        const outcome = await evidock(ingest, { env: { ...archive, EVIDOCK_FAULT_POINT: point } });
        killed = `${outcome.signal ?? outcome.status} ${outcome.stderr.slice(-2000)}`;
      }
      expect(killed).toMatch(/^(SIGKILL|137)/);

      const finished = await evidock(ingest, { env: archive });
      expect(finished.status, finished.stderr).toBe(0);
      // Whatever the files of the card have been is in the ledger, once.
      await expectWhole(state, [...contents].sort(), archive);
    },
    720_000,
  );
});

/** In the longest clip of the card, under the same name, size and time. */
async function changeOneByte(directory: string, at: number): Promise<void> {
  const path = join(directory, 'DCIM/20260620/DSJ0012345_041234_20260620153012_0007.MP4');
  const { atime, mtime } = await stat(path);
  const content = await readFile(path);
  content[at] = (content[at] ?? 0) ^ 1;
  await writeFile(path, content);
  await utimes(path, atime, mtime);
}
