import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeWorkQueueContract } from '#test/contract/work-queue';
import { runProgram, temporaryDirectory } from '#test/support/evidock';
import { saying } from '#test/support/saying';
import { BullmqQueue } from './bullmq-queue.ts';
import { PrivateRedis } from './private-redis.ts';

const log = pino({ level: 'silent' });
/** A server that is away or refuses uses these up whole: a station has longer ones. */
const SHORT = { answerMsMax: 1000, stopMsMax: 1000 };
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
const redisIn = (name: string) =>
  new PrivateRedis({ directory: join(home.path, name, 'queue'), runDirectory: join(home.path, name, 'run'), program: 'redis-server', log });
const clientOf = (redis: PrivateRedis) =>
  new Redis({ path: redis.address.socketPath, password: redis.address.password, maxRetriesPerRequest: 1 });

beforeAll(async () => {
  home = await temporaryDirectory();
});
afterAll(() => home.remove());

let turn = 0;
describeWorkQueueContract('BullMQ on a private Redis', async () => {
  turn += 1;
  const redis = redisIn(`c${turn}`);
  await redis.start();
  const queue = new BullmqQueue({ server: redis.address, prefix: 'test', stationId: 'st01', log });
  return {
    queue,
    forget: async () => {
      const client = clientOf(redis);
      await client.flushall();
      client.disconnect();
    },
    close: () => redis.stop(),
  };
});

describe('private Redis', () => {
  it('is reachable by its socket and password alone, and keeps both from others', async () => {
    const redis = redisIn('p');
    await redis.start();
    const { socketPath } = redis.address;
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    const refused = await runProgram('redis-cli', ['-s', socketPath, 'PING']);
    expect(refused.stdout).toContain('NOAUTH');
    const pid = (await readFile(join(home.path, 'p/run/redis.pid'), 'utf8')).trim();
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(redis.address.password);
    await redis.stop();
    await expect(stat(`/proc/${pid}`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('waits for a server that is slow to start, and tells what one said that ended', async () => {
    const slow = join(home.path, 'slow.sh');
    await writeFile(slow, '#!/bin/sh\nsleep 11\nexec redis-server "$@"\n', { mode: 0o755 });
    const redis = new PrivateRedis({ directory: join(home.path, 'w/queue'), runDirectory: join(home.path, 'w/run'), program: slow, log });
    await redis.start();
    const client = clientOf(redis);
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
    await redis.stop();
    const broken = join(home.path, 'broken.sh');
    await writeFile(broken, '#!/bin/sh\necho the disk is on fire >&2\nexit 1\n', { mode: 0o755 });
    const ends = new PrivateRedis({ directory: join(home.path, 'x/queue'), runDirectory: join(home.path, 'x/run'), program: broken, log });
    await expect(ends.start()).rejects.toMatchObject({ code: 'queue.unreachable', detail: expect.stringContaining('the disk is on fire') });
  });

  it('starts empty: what a killed station had in hand is rung by the ledger at once, not when its lock runs out', async () => {
    const redis = redisIn('e');
    await redis.start();
    const before = clientOf(redis);
    await before.set('left', 'behind');
    before.disconnect();
    await redis.stop();
    const next = redisIn('e');
    await next.start();
    const client = clientOf(next);
    expect(await client.dbsize()).toBe(0);
    expect(await readdir(join(home.path, 'e/queue'))).toEqual(['redis.conf']);
    client.disconnect();
    await next.stop();
  });

  it('stops a server that outlived its station, and no process that has its old number', async () => {
    const run = join(home.path, 'o/run');
    const address = { socketPath: join(run, 'redis.sock'), password: 'ab12' };
    await mkdir(run, { recursive: true });
    const old = spawn(
      'redis-server',
      ['--port', '0', '--unixsocket', address.socketPath, '--requirepass', address.password, '--save', ''],
      { stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => old.once('exit', resolve));
    const innocent = spawn('/bin/bash', ['-c', 'exec -a redis-server sleep 60'], { stdio: 'ignore' });
    try {
      await writeFile(join(run, 'redis.json'), JSON.stringify(address));
      await writeFile(join(run, 'redis.pid'), String(innocent.pid));
      await vi.waitFor(() => stat(address.socketPath), { timeout: 10_000 });
      const redis = redisIn('o');
      await redis.start();
      await ended;
      expect(innocent.exitCode ?? innocent.signalCode).toBeNull();
      const client = clientOf(redis);
      expect(await client.ping()).toBe('PONG');
      client.disconnect();
      await redis.stop();
    } finally {
      old.kill('SIGKILL');
      innocent.kill('SIGKILL');
    }
  });

  it.each([0, 2, 5, 20])('comes back when it dies %d ms after the queue was started, and the queue goes on', async (ms) => {
    const redis = redisIn(`d${ms}`);
    await redis.start();
    const queue = new BullmqQueue({ server: redis.address, prefix: 'test', stationId: 'st01', log });
    const heard: string[] = [];
    queue.listen('derive', 1, async (id) => {
      heard.push(id);
    });
    await queue.start();
    const pid = Number(await readFile(join(home.path, `d${ms}/run/redis.pid`), 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, ms));
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => queue.ring('derive', 'derive.rec-a', { priority: 5, delayMs: 0 }), { timeout: 30_000, interval: 300 });
    await vi.waitFor(() => expect(heard).toEqual(['derive.rec-a']), { timeout: 30_000, interval: 100 });
    await queue.stop();
    await redis.stop();
  });

  it('is found when it comes long after the queue was started', async () => {
    const redis = redisIn('l');
    const queue = new BullmqQueue({ server: redis.address, prefix: 'test', stationId: 'st01', log, ...SHORT });
    const heard: string[] = [];
    queue.listen('derive', 1, async (id) => {
      heard.push(id);
    });
    await queue.start();
    const ring = () => queue.ring('derive', 'derive.rec-a', { priority: 5, delayMs: 0 });
    for (const _ of [1, 2]) await expect(ring()).rejects.toMatchObject({ code: 'queue.unreachable' });
    await redis.start();
    await vi.waitFor(ring, { timeout: 30_000, interval: 300 });
    await vi.waitFor(() => expect(heard).toEqual(['derive.rec-a']), { timeout: 30_000, interval: 100 });
    await queue.stop();
    await redis.stop();
  });

  it('shared by two stations takes no ring of one to the other, nor the id of one for that of the other', async () => {
    const redis = redisIn('t');
    await redis.start();
    const heard: string[] = [];
    // One station's id is the beginning of the other's, and both ring for work with the same ids.
    const stations = await Promise.all(
      ['st1', 'st11'].map(async (stationId) => {
        const queue = new BullmqQueue({ server: redis.address, prefix: 'test', stationId, log });
        for (const lane of ['derive', 'archived'] as const)
          queue.listen(lane, 1, async (id) => {
            heard.push(`${stationId} ${lane} ${id}`);
          });
        await queue.start();
        return { stationId, queue };
      }),
    );
    const now = { priority: 5, delayMs: 0 };
    for (const round of [1, 2, 3, 4, 5])
      await Promise.all(
        stations.flatMap(({ queue }) => [queue.ring('derive', `r${round}`, now), queue.ring('archived', `r${round}`, now)]),
      );
    const all = stations.flatMap(({ stationId }) =>
      ['derive', 'archived'].flatMap((lane) => [1, 2, 3, 4, 5].map((round) => `${stationId} ${lane} r${round}`)),
    );
    await vi.waitFor(() => expect(heard.toSorted()).toEqual(all.toSorted()), { timeout: 20_000, interval: 50 });
    // A station whose workers are away keeps its rings: nobody else takes them, and they are there when it comes back.
    const [one, other] = stations;
    await other?.queue.stop();
    const absent = new BullmqQueue({ server: redis.address, prefix: 'test', stationId: 'st11', log });
    await absent.start();
    await absent.ring('derive', 'late', now);
    await one?.queue.ring('derive', 'mine', now);
    await vi.waitFor(() => expect(heard).toContain('st1 derive mine'), { timeout: 20_000, interval: 50 });
    expect(heard).not.toContain('st1 derive late');
    await absent.stop();
    const back = new BullmqQueue({ server: redis.address, prefix: 'test', stationId: 'st11', log });
    back.listen('derive', 1, async (id) => {
      heard.push(`st11 derive ${id}`);
    });
    await back.start();
    await vi.waitFor(() => expect(heard).toContain('st11 derive late'), { timeout: 20_000, interval: 50 });
    for (const queue of [one?.queue, back]) await queue?.stop();
    await redis.stop();
  });

  it('says that the queue cannot be reached when nobody is there', async () => {
    const queue = new BullmqQueue({ server: { url: 'redis://127.0.0.1:9' }, prefix: 'test', stationId: 'st01', log, ...SHORT });
    queue.listen('derive', 1, async () => undefined);
    await queue.start();
    await expect(queue.ring('derive', 'derive.rec-a', { priority: 5, delayMs: 0 })).rejects.toMatchObject({ code: 'queue.unreachable' });
    await expect(queue.check()).rejects.toMatchObject({ code: 'queue.unreachable' });
    await queue.stop();
  });
});

describe('a Redis that is there and takes no work', () => {
  it.each([
    ['as a read-only replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], 'it is a read-only replica (READONLY)'],
    ['without memory', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'], 'it has no memory left (maxmemory) (OOM)'],
  ])('is told from one that is well: %s', async (name, spoil, mend, detail) => {
    const redis = redisIn(name.slice(-6));
    await redis.start();
    const queue = new BullmqQueue({ server: redis.address, prefix: 'test', stationId: 'st01', log, ...SHORT });
    queue.listen('archive', 1, async () => undefined);
    await queue.start();
    const client = clientOf(redis);
    try {
      expect(await queue.check()).toEqual(saying('Redis'));
      await client.call(...(spoil as [string, ...string[]]));
      const refused = { code: 'queue.refused', detail };
      await expect(queue.check()).rejects.toMatchObject(refused);
      // A ring is refused in the same way.
      await expect(queue.ring('archive', 'archive.rec-x', { priority: 5, delayMs: 0 })).rejects.toMatchObject(refused);
      await client.call(...(mend as [string, ...string[]]));
      expect(await queue.check()).toEqual(saying('Redis'));
    } finally {
      client.disconnect();
      await queue.stop();
      await redis.stop();
    }
  });
});
