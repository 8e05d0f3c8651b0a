/*
 * Goal: an archive that is away when footage is sealed does not keep officers from going home, and is filled by itself when it is back;
 * an emptied Redis in the middle of that loses nothing. Keys that end within seconds and are renewed in their file keep it going without a restart.
 * Method: a running station over a real RGW that is reached through a port which at first refuses, and its private Redis flushed;
 * temporary keys by the STS of that RGW (AssumeRole).
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { english, type Reason } from '#domain/reason';
import { saying } from '#test/support/saying';
import { type Rgw, startRgw } from '../support/archive/rgw.ts';
import { makeSmallCard } from '../support/card/small-card.ts';
import { evidock, evidockJson, type RecordingJson, ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';
import { FaultyProxy } from '../support/http/faulty-proxy.ts';

/** How long temporary keys live. */
const KEYS_SECONDS = 3;
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let rgw: Rgw;
let proxy: FaultyProxy;
let station: ReturnType<typeof spawn>;

async function until(what: string, seconds: number, condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

describe('a station whose archive is away', () => {
  let state: string;
  const list = () => evidockJson<RecordingJson[]>(['--state', state, 'recordings']);

  const renewKeys = async (json: string) => {
    const file = join(home.path, 'keys/s3-credentials');
    await writeFile(`${file}.new`, json, { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  const archiveCheck = async () => {
    const doctor = await evidock(['--json', '--state', state, 'doctor']);
    return (JSON.parse(doctor.stdout) as { name: string; ok: boolean; reason: Reason }[]).find(({ name }) => name === 'archive');
  };

  beforeAll(async () => {
    home = await temporaryDirectory();
    state = join(home.path, 's');
    rgw = await startRgw({ sts: true });
    proxy = new FaultyProxy({ target: new URL(rgw.endpoint) });
    await proxy.start();
    proxy.refuse(true);
    await mkdir(join(home.path, 'keys'));
    await renewKeys(JSON.stringify({ AccessKeyId: rgw.accessKeyId, SecretAccessKey: rgw.secretAccessKey }));
    await makeSmallCard(join(home.path, 'card'));
    station = spawn(join(ROOT, 'scripts/evidock'), ['--state', state, 'run'], {
      stdio: 'ignore',
      env: {
        ...process.env,
        EVIDOCK_HTTP_PORT: '0',
        EVIDOCK_QUEUE_SWEEP_SECONDS: '1',
        EVIDOCK_ARCHIVE_KIND: 's3',
        EVIDOCK_ARCHIVE_S3_UNLOCKED: 'accepted-without-versions',
        EVIDOCK_STATION_ID: 'test1',
        EVIDOCK_ARCHIVE_S3_ENDPOINT: proxy.endpoint,
        EVIDOCK_ARCHIVE_S3_BUCKET: rgw.bucket,
        EVIDOCK_ARCHIVE_S3_CREDENTIALS: join(home.path, 'keys'),
        EVIDOCK_ARCHIVE_S3_TIMEOUT: '2',
      },
    });
    // Not asked by a command: before the station has opened its state, the command would open it itself.
    await until('the station runs', 30, async () => existsSync(join(state, 'run/address')));
  }, 360_000);

  afterAll(async () => {
    station?.kill('SIGTERM');
    await new Promise((resolve) => (station?.exitCode === null ? station.once('close', resolve) : resolve(null)));
    await proxy?.stop();
    await rgw?.stop();
    await home.remove();
  }, 180_000);

  it('says safe to undock all the same, and names the side that fails', async () => {
    const ingest = await evidock(['--state', state, 'ingest', join(home.path, 'card'), '--slot', '1', '--serial', 'T000001']);
    expect(ingest.status, ingest.stderr).toBe(0);
    await until('work tells of the archive', 60, async () => {
      const work = await evidockJson<{ stage: string; errorCode: string | null }[]>(['--state', state, 'jobs']);
      return work.some((each) => each.stage === 'archive' && each.errorCode === 'archive.unreachable');
    });
    expect((await list()).every((recording) => recording.state !== 'archived')).toBe(true);
    expect(await archiveCheck()).toMatchObject({ ok: false, reason: saying(/^the connection was cut \(ECONNRESET\)/) });
  }, 360_000);

  it('is not blocked for ever by answers that stop in the middle: each transfer ends, says why, and the work gives its place back', async () => {
    proxy.refuse(false);
    proxy.suffer({ stallDownAfter: 3000 });
    expect((await evidock(['--state', state, 'jobs', 'retry'])).status).toBe(0);
    await until('work tells that no byte moved', 90, async () => {
      const work = await evidockJson<{ stage: string; errorReason: Reason | null }[]>(['--state', state, 'jobs']);
      return work.some(
        (each) => each.stage === 'archive' && each.errorReason !== null && english(each.errorReason).startsWith('no byte moved for 2 s'),
      );
    });
    proxy.suffer({});
    proxy.refuse(true);
  }, 360_000);

  it('fills the archive by itself when it is back, though Redis is emptied meanwhile', async () => {
    const socket = JSON.parse((await runProgram('cat', [join(state, 'run/redis.json')])).stdout) as {
      socketPath: string;
      password: string;
    };
    const flush = () => runProgram('redis-cli', ['-s', socket.socketPath, '--no-auth-warning', '-a', socket.password, 'FLUSHALL']);
    expect((await flush()).stdout.trim()).toBe('OK');
    proxy.refuse(false);
    expect((await evidock(['--state', state, 'jobs', 'retry'])).status).toBe(0);
    expect((await flush()).stdout.trim()).toBe('OK');
    await until('everything is archived', 120, async () => (await list()).every((recording) => recording.state === 'archived'));
    const verified = await evidock(['--state', state, 'verify']);
    expect(verified.status, verified.stdout + verified.stderr).toBe(0);
  }, 540_000);

  it('goes on with temporary keys that end in the middle of an upload, as long as their file is renewed, and without them tells why', async () => {
    // An upload takes longer than three pairs of keys live.
    await renewKeys(await rgw.assumeRole(KEYS_SECONDS));
    proxy.suffer({ bytesPerSecond: 2_500_000 });
    const card = join(home.path, 'second');
    await mkdir(card);
    await writeFile(join(card, 'DSJ0012345_041234_20260621153012_0021.MP4'), randomBytes(15 * 1024 * 1024));
    expect((await evidock(['--state', state, 'ingest', card, '--slot', '2', '--serial', 'T000002'])).status).toBe(0);
    const begun = performance.now();
    let renewals = 0;
    await until('the second card is archived', 90, async () => {
      if (performance.now() - begun > renewals * KEYS_SECONDS * 500) {
        renewals += 1;
        await renewKeys(await rgw.assumeRole(KEYS_SECONDS));
      }
      return (await list()).every((recording) => recording.state === 'archived');
    });
    expect(performance.now() - begun).toBeGreaterThan(3000 * KEYS_SECONDS);
    proxy.suffer({});
    // Nobody renews them: they end.
    await new Promise((resolve) => setTimeout(resolve, 1000 * KEYS_SECONDS + 1000));
    expect(await archiveCheck()).toMatchObject({ ok: false, reason: saying(/HTTP 403/) });
    await renewKeys(await rgw.assumeRole(120));
    // Who asks often is told of the same probe again for two seconds.
    await until('the archive is well', 60, async () => (await archiveCheck())?.ok === true);
    // Every copy is read back with them.
    const verified = await evidock(['--state', state, 'verify']);
    expect(verified.status, verified.stdout + verified.stderr).toBe(0);
    expect(station.exitCode).toBeNull();
  }, 540_000);
});
