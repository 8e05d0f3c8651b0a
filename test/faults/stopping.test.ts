/*
 * Goal: a station that is told to stop ends, also where its Redis was told so too and went first, as a service manager may do it.
 * Method: the real process; its redis-server and then itself get SIGTERM.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ROOT, temporaryDirectory } from '../support/evidock.ts';

/** Its queue is waited for 10 s. */
const STOP_MS_MAX = 25_000;

it('ends although its Redis is gone before it', async () => {
  const home = await temporaryDirectory();
  const state = join(home.path, 's');
  const env = { ...process.env, EVIDOCK_HTTP_PORT: '0' };
  const station = spawn(join(ROOT, 'scripts/evidock'), ['--state', state, 'run'], { stdio: 'ignore', env });
  try {
    for (let waited = 0; waited < 60_000 && !existsSync(join(state, 'run/address')); waited += 100) await sleep(100);
    process.kill(Number(await readFile(join(state, 'run/redis.pid'), 'utf8')), 'SIGTERM');
    // Long enough for the station to notice it, not for its Redis to be started again.
    await sleep(200);
    const exited = once(station, 'exit', { signal: AbortSignal.timeout(STOP_MS_MAX) });
    station.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  } finally {
    station.kill('SIGKILL');
    await home.remove();
  }
}, 120_000);
