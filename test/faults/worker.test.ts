/*
 * Goal: a worker on another host derives and archives every recording once, though it is killed and its link is cut and slow. Method: station, Redis and S3 in one
 * network namespace, `evidock worker` in another, a veth link between them; 40 recordings; the custody log tells what was done how often.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { subject } from '#domain/custody/subject';
import { openLedger } from '../../src/adapters/sqlite-ledger/ledger.ts';
import { evidock, evidockJson, temporaryDirectory } from '../support/evidock.ts';
import { makePhotoCard, TwoHosts, WorkerHosts } from '../support/station/worker-hosts.ts';

const RECORDINGS = 40;

const hosts = new TwoHosts();
const why = process.getuid?.() === 0 ? hosts.make() : 'network namespaces need root';
const home = await temporaryDirectory();

afterAll(async () => {
  hosts.remove();
  await home.remove();
});

const title = 'a worker that is killed, cut off and slow does each recording once, and loses none';
it.skipIf(why !== null)(why === null ? title : `${title} (skipped: ${why})`, { timeout: 360_000 }, async () => {
  const within = (name: string) => ['ip', 'netns', 'exec', name];
  const station = new WorkerHosts({
    ...{ home: home.path, address: '10.98.0.1', ports: { redis: 6390, s3: 9390, work: 8390 } },
    ...{ stationHost: within(hosts.station), workerHost: within(hosts.worker) },
    // Derivatives that are made later would be archived in a second run.
    settings: { EVIDOCK_ARCHIVE_DERIVATIVES: 'false' },
  });
  try {
    const card = join(home.path, 'card');
    await mkdir(card);
    await Promise.all([makePhotoCard(card, { photos: RECORDINGS - 2, clips: 2 }), station.start()]);
    const invitation = await station.invite('render1');
    const archived = async () => (await station.states()).filter((state) => state === 'archived').length;
    const until = (count: number) => expect.poll(archived, { timeout: 180_000, interval: 200 }).toBeGreaterThanOrEqual(count);
    const settings = { EVIDOCK_DERIVE_AT_ONCE: '2', EVIDOCK_ARCHIVE_AT_ONCE: '2' };

    const first = await station.startWorker('render1', invitation, settings);
    const { status, stderr } = await evidock(['--state-dir', station.state, 'ingest', card, '--slot', '1', '--serial', 'T000001']);
    expect(status, stderr).toBe(0);
    await until(5);
    await station.kill(first);
    expect(await archived()).toBeLessThan(RECORDINGS);

    const second = await station.startWorker('render1', invitation, settings);
    await until(14);
    hosts.cut(true);
    await rest(4000);
    const before = await archived();
    hosts.cut(false);
    hosts.slow(2000);
    await rest(5000);
    hosts.slow(null);
    expect(before).toBeLessThan(RECORDINGS);
    await until(RECORDINGS);

    const verified = await evidock(['--state-dir', station.state, 'verify']);
    expect(verified.status, verified.stdout + verified.stderr).toBe(0);
    expect(await evidockJson(['--state-dir', station.state, 'worker', 'list'])).toMatchObject([
      { name: 'render1', running: 0, heardSecondsAgo: expect.any(Number) },
    ]);
    expect((await evidock(['--state-dir', station.state, 'doctor'])).stdout).toMatch(/workers.*render1: heard \d+ s ago, holds 0/);
    await station.kill(second, 'SIGTERM');
    expect(station.told(second)).toContain('"recording.archived"');
  } finally {
    await station.stop();
  }
  const ledger = await openLedger({ file: join(station.state, 'ledger/ledger.sqlite'), stationId: 'test1' });
  try {
    const ids: string[] = [];
    for await (const id of ledger.recordings.ids()) ids.push(id);
    expect(ids).toHaveLength(RECORDINGS);
    for (const id of ids) {
      const types = (await ledger.custody.of(subject('recording', id))).map(({ type }) => type);
      expect(types.filter((type) => type === 'recording.derived')).toHaveLength(1);
      expect(types.filter((type) => type === 'recording.archived')).toHaveLength(1);
    }
  } finally {
    await ledger.close();
  }
});
