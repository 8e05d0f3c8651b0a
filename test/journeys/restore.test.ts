/*
 * Goal: docs/restore.md works: all footage of one case from the bucket alone, without Evidock, and a station on an empty machine from its last ledger
 * backup and the archive.
 * Method: a station archives to a real RGW; the blocks of the document are run by bash with rclone, jq and sha256sum, and once more after an object was changed.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rgw, startRgw } from '../support/archive/rgw.ts';
import { clientOf } from '../support/archive/s3-server.ts';
import { makeSmallCard } from '../support/card/small-card.ts';
import { evidock, evidockJson, type RecordingJson, ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';

const PREFIX = 'station/one';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let rgw: Rgw;
let env: Record<string, string>;
let blocks: readonly string[];

/** Runs a block of the document as a person would, who stands in `cwd`. */
const sh = (block: string, cwd: string, more: Record<string, string>) =>
  runProgram('bash', ['-euo', 'pipefail', '-c', `unset AWS_CA_BUNDLE\n${block}`], { cwd, env: { ...env, ...more }, timeoutMs: 180_000 });
/** The one block that holds this. */
const blockWith = (text: string): string => {
  const [found, ...others] = blocks.filter((block) => block.includes(text));
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} blocks with ${text}`);
  return found;
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('docs/restore.md', () => {
  let state: string;
  let recordings: readonly RecordingJson[];
  const cli = (args: string[], at = state) => evidock(['--state', at, ...args], { env });

  beforeAll(async () => {
    const text = await readFile(join(ROOT, 'docs/restore.md'), 'utf8');
    blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    home = await temporaryDirectory();
    state = join(home.path, 's');
    rgw = await startRgw();
    env = {
      EVIDOCK_ARCHIVE_KIND: 's3',
      EVIDOCK_ARCHIVE_S3_UNLOCKED: 'accepted-without-versions',
      EVIDOCK_STATION_ID: 'test1',
      EVIDOCK_ARCHIVE_S3_ENDPOINT: rgw.endpoint,
      EVIDOCK_ARCHIVE_S3_BUCKET: rgw.bucket,
      EVIDOCK_ARCHIVE_S3_PREFIX: PREFIX,
      EVIDOCK_ARCHIVE_S3_ACCESS_KEY_ID: rgw.accessKeyId,
      EVIDOCK_ARCHIVE_S3_SECRET_ACCESS_KEY: rgw.secretAccessKey,
      EVIDOCK_DERIVE_HEIGHT: '144',
      RCLONE_CONFIG: join(home.path, 'rclone.conf'),
      RCLONE_CONFIG_EVIDENCE_TYPE: 's3',
      RCLONE_CONFIG_EVIDENCE_PROVIDER: 'Other',
      RCLONE_CONFIG_EVIDENCE_ENDPOINT: rgw.endpoint,
      RCLONE_CONFIG_EVIDENCE_ACCESS_KEY_ID: rgw.accessKeyId,
      RCLONE_CONFIG_EVIDENCE_SECRET_ACCESS_KEY: rgw.secretAccessKey,
      ARCHIVE: `evidence:${rgw.bucket}/${PREFIX}`,
    };
    await makeSmallCard(join(home.path, 'card'));
    const ingested = await cli(['ingest', join(home.path, 'card'), '--slot', '1', '--serial', 'T000001', '--wait']);
    expect(ingested.status, ingested.stderr + ingested.stdout).toBe(0);
    recordings = await evidockJson<RecordingJson[]>(['--state', state, 'recordings'], { env });
    expect(recordings.map((each) => each.state)).toEqual(recordings.map(() => 'archived'));
  }, 540_000);

  afterAll(async () => {
    await rgw?.stop();
    await home?.remove();
  }, 180_000);

  it('finds, fetches and checks all footage of one case, tagged after it was archived', async () => {
    const [one, two, other] = recordings;
    for (const number of ['A-2026-17', 'B 9/x']) expect((await cli(['case', 'add', number, '--title', 'Somebody'])).status).toBe(0);
    expect((await cli(['officer', 'add', '012345', '--name', 'Nobody'])).status).toBe(0);
    for (const each of [one, two])
      expect((await cli(['tag', each?.id ?? '', '--case', 'A-2026-17', '--officer', '012345', '--category', 'inspection'])).status).toBe(0);
    expect((await cli(['tag', other?.id ?? '', '--case', 'B 9/x'])).status).toBe(0);
    // The work that a tag has queued is done by whatever works next on this state.
    const again = await cli(['ingest', join(home.path, 'card'), '--slot', '1', '--serial', 'T000001', '--wait']);
    expect(again.status, again.stderr).toBe(0);
    await expect
      .poll(async () => (await evidockJson<unknown[]>(['--state', state, 'jobs'], { env })).length, { timeout: 180_000, interval: 500 })
      .toBe(0);

    const place = join(home.path, 'case');
    await mkdir(place);
    const done = await sh(blockWith('SHA256SUMS'), place, { CASE: 'A-2026-17' });
    expect(done.status, done.stderr + done.stdout).toBe(0);
    const wanted = [one, two].flatMap((each) => each?.originals ?? []);
    const lines = done.stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines.map((line) => line[5]).sort()).toEqual(wanted.map(({ cardPath }) => cardPath).sort());
    expect(new Set(lines.map((line) => `${line[1]} ${line[2]} ${line[3]}`))).toEqual(new Set(['012345 inspection T000001']));
    const names = await readdir(join(place, 'footage'), { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile() && !entry.name.endsWith('.manifest.json'));
    const digests = await Promise.all(files.map(async (entry) => sha256(await readFile(join(entry.parentPath, entry.name)))));
    expect(digests.sort()).toEqual(wanted.map((original) => original.sha256).sort());
    expect(await readFile(join(place, 'case.jsonl'), 'utf8')).not.toMatch(/Somebody|Nobody/);
    // The same from an archive that is a directory.
    const directory = { ARCHIVE: join(home.path, 'archive') };
    expect((await sh(`rclone copy "$ARCHIVE" "${directory.ARCHIVE}"`, home.path, {})).status).toBe(0);
    await mkdir(join(home.path, 'again'));
    const fromDirectory = await sh(blockWith('SHA256SUMS'), join(home.path, 'again'), { ...directory, CASE: 'A-2026-17' });
    expect(fromDirectory.status, fromDirectory.stderr).toBe(0);
    expect(fromDirectory.stdout).toBe(done.stdout);
  }, 360_000);

  it('says so when there is no such case, and when a file is not what was sealed', async () => {
    const none = join(home.path, 'none');
    await mkdir(none);
    const missing = await sh(blockWith('SHA256SUMS'), none, { CASE: 'A-2026' });
    expect(missing.status).not.toBe(0);
    expect(missing.stderr).toContain('no recording of case A-2026');
    const key = (await readFile(join(home.path, 'case/keys'), 'utf8')).split('\n')[0] ?? '';
    const bytes = await readFile(join(home.path, 'case/footage', key));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    const client = clientOf(rgw);
    await client.send(new PutObjectCommand({ Bucket: rgw.bucket, Key: `${PREFIX}/${key}`, Body: bytes }));
    client.destroy();
    const place = join(home.path, 'spoilt');
    await mkdir(place);
    const spoilt = await sh(blockWith('SHA256SUMS'), place, { CASE: 'A-2026-17' });
    expect(spoilt.status).not.toBe(0);
    expect(spoilt.stdout + spoilt.stderr).toContain(`${key}: FAILED`);

    // And the station mends it by itself: found, withdrawn, made again.
    const found = await cli(['verify', '--archive']);
    expect(found.status).not.toBe(0);
    expect(found.stdout).toContain(key);
    const mended = await cli(['ingest', join(home.path, 'card'), '--slot', '1', '--serial', 'T000001', '--wait']);
    expect(mended.status, mended.stderr).toBe(0);
    await expect.poll(async () => (await cli(['verify', '--archive'])).status, { timeout: 180_000, interval: 500 }).toBe(0);
  }, 360_000);

  it('drill: puts the station onto an empty machine from its last ledger backup and the archive', async () => {
    const backup = join(home.path, 'backup.sqlite');
    expect((await cli(['ledger', 'backup', '--out', backup])).status).toBe(0);
    const before = await evidockJson<RecordingJson[]>(['--state', state, 'recordings'], { env });
    const empty = join(home.path, 'n');
    const restored = await sh(blockWith('ledger.sqlite'), home.path, { STATE: empty, BACKUP: backup });
    expect(restored.status, restored.stderr + restored.stdout).toBe(0);
    // The last block of the document, with the checkout's program.
    const accept = blockWith('ledger accept').replace(/^evidock/gm, join(ROOT, 'scripts/evidock'));
    const verified = await sh(accept, home.path, { STATE: empty });
    expect(verified.status, verified.stdout + verified.stderr).toBe(0);
    const after = await evidockJson<RecordingJson[]>(['--state', empty, 'recordings'], { env });
    // But for the time at which the vault was last seen to be right, which is now.
    const unverified = (all: readonly RecordingJson[]) => all.map((each) => ({ ...each, copies: each.copies.map(({ where }) => where) }));
    expect(unverified(after)).toEqual(unverified(before));
    // It goes on as the same station: the card is known, footage comes from its vault, the log holds.
    const again = await cli(['ingest', join(home.path, 'card'), '--slot', '1', '--serial', 'T000001', '--wait'], empty);
    expect(again.status, again.stderr).toBe(0);
    expect(await evidockJson<RecordingJson[]>(['--state', empty, 'recordings'], { env })).toHaveLength(before.length);
    expect((await cli(['verify'], empty)).status).toBe(0);
  }, 360_000);
});
