/*
 * Goal: a clock that somebody sets under a running station is found by that station, holds over a restart, and is confirmed by a person; sleep and time that only
 * passes are none.
 * Method: the real program under libfaketime, whose file of the time is changed as root would change the clock; the kernel's time since the start of the machine
 * stays as it is.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ClockAnswer } from '#api/clock';
import { evidock, evidockJson, ROOT, temporaryDirectory } from '#test/support/evidock';

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
const HOUR_S = 3600;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let state: string;
let env: Record<string, string>;
let station: ChildProcess | undefined;

beforeAll(async () => {
  home = await temporaryDirectory();
  state = join(home.path, 'state');
  // The clock is set for the station alone: Redis has an allocator of its own with which the library does not start.
  const redis = join(home.path, 'redis');
  await writeFile(redis, '#!/bin/sh\nunset LD_PRELOAD\nexec redis-server "$@"\n', { mode: 0o755 });
  env = {
    EVIDOCK_QUEUE_REDIS_SERVER: redis,
    EVIDOCK_HTTP_PORT: '0',
    LD_PRELOAD: library ?? '',
    FAKETIME_TIMESTAMP_FILE: join(home.path, 'time'),
    ...{ FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' },
  };
});
afterAll(async () => {
  await stop();
  await home.remove();
});

/** Sets the clock to the real time and so many seconds. */
async function set(seconds: number): Promise<void> {
  await writeFile(join(home.path, 'time.new'), `${seconds < 0 ? '' : '+'}${seconds}`);
  await rename(join(home.path, 'time.new'), join(home.path, 'time'));
}

async function start(): Promise<void> {
  await rm(join(state, 'run/address'), { force: true });
  station = spawn(join(ROOT, 'scripts/evidock'), ['--state-dir', state, 'run'], { stdio: 'ignore', env: { ...process.env, ...env } });
  await vi.waitUntil(() => existsSync(join(state, 'run/address')), { timeout: 30_000, interval: 100 });
}

async function stop(): Promise<void> {
  if (!station || station.exitCode !== null) return;
  const ended = new Promise((resolve) => station?.once('close', resolve));
  station.kill('SIGTERM');
  await ended;
}

const show = () => evidockJson<ClockAnswer>(['--state-dir', state, 'clock', 'show']);
const found = async () =>
  (await evidockJson<{ type: string; clock: string }[]>(['--state-dir', state, 'audit', '--type', 'clock.doubted'])).map(
    ({ clock }) => clock,
  );

describe.runIf(library)('the clock of a running station', () => {
  it('is found to have been set, back and ahead, until somebody says that it is right', async () => {
    await set(0);
    await start();
    expect(await show()).toMatchObject({ state: 'steady' });
    await set(-2 * HOUR_S);
    const doubted = await show();
    expect(doubted.state).toBe('went-back');
    expect(Math.abs((doubted.byMs ?? 0) - 2 * HOUR_S * 1000)).toBeLessThan(2000);
    await stop();
    await start();
    expect((await show()).seenAt).toBe(doubted.seenAt);
    expect(await evidock(['--state-dir', state, 'clock', 'confirm', '--words', 'set by hand'])).toMatchObject({ status: 0 });
    expect(await show()).toMatchObject({ state: 'steady' });
    // Nobody asks: the station looks by itself.
    await set(30 * 24 * HOUR_S);
    await vi.waitUntil(async () => (await found()).includes('jumped'), { timeout: 20_000, interval: 1000 });
    await stop();
  });

  it('is judged at its start by the log', async () => {
    await set(-HOUR_S);
    await start();
    // It went back while the station was down. What was found before holds as long as nobody confirms it.
    expect(await show()).toMatchObject({ state: 'jumped' });
    expect(await evidock(['--state-dir', state, 'clock', 'confirm', '--words', 'set by hand'])).toMatchObject({ status: 0 });
    await stop();
    await set(-HOUR_S - 60);
    await start();
    expect(await show()).toMatchObject({ state: 'went-back' });
    expect(await found()).toEqual(['went-back', 'jumped', 'went-back']);
    await stop();
  });
});
