/*
 * Goal: kill -9 at every numbered write of docs/life-of-a-recording.md loses nothing and doubles nothing.
 * Method: EVIDOCK_FAULT_POINT makes the real process kill itself right after that write; then the same command runs
 * again to its end, `verify` must be clean, and every file on the card must stand in the ledger exactly once.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULT_POINTS, type FaultPoint } from '#ports/fault-points';
import { expectWhole, filesOf } from '../support/card-check.ts';
import { evidock, temporaryDirectory } from '../support/evidock.ts';
import { type Rgw, startRgw } from '../support/rgw.ts';
import { makeSmallCard } from '../support/small-card.ts';

/** Points that are reached only where the recorder is wiped: these kill a wipe of a copy of the card. */
const WIPING: readonly FaultPoint[] = ['w16-wipe-begun', 'w17-files-removed', 'w18-wipe-recorded', 'w19-wipe-finished'];
const ONLY_S3: readonly FaultPoint[] = ['w11-upload-begun', 'w12-part-recorded'];

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;
let rgw: Rgw;

function s3Environment(bucketPrefix: string): Record<string, string> {
  return {
    EVIDOCK_ARCHIVE_KIND: 's3',
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
    card = join(home.path, 'card');
    await makeSmallCard(card);
    rgw = await startRgw();
  });

  afterAll(async () => {
    await rgw?.stop();
    await home.remove();
  });

  it.each(FAULT_POINTS)(
    '%s',
    async (point) => {
      const state = join(home.path, point);
      const archive = ONLY_S3.includes(point)
        ? s3Environment(point)
        : { EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: join(home.path, `${point}-archive`) };
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
    120_000,
  );
});
