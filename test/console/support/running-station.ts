import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type Method, SocketClient } from '#cli/client';
import { ROOT } from '#test/support/evidock';

const UP_MS = 240_000;

interface Running {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:8470` */
  readonly address: string;
}

/** Starts a station and waits until it answers. `settings`: in its environment; without a port it takes a free one. Throws if it ends or takes too long. */
export async function runStation(state: string, settings: Readonly<Record<string, string>>): Promise<Running> {
  const file = join(state, 'run/address');
  rmSync(file, { force: true });
  const child = spawn(join(ROOT, 'scripts/evidock'), ['--state-dir', state, 'run'], {
    stdio: 'ignore',
    env: { ...process.env, EVIDOCK_HTTP_PORT: '0', EVIDOCK_HTTP_REQUESTS_PER_MINUTE: '6000', ...settings },
  });
  const untilMs = Date.now() + UP_MS;
  // The address is written a moment after its file is made.
  const isUp = () => existsSync(join(state, 'run/control.sock')) && (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
  while (!isUp()) {
    if (child.exitCode !== null || Date.now() > untilMs) throw new Error('the station did not start');
    await sleep(50);
  }
  return { child, address: (await readFile(file, 'utf8')).trim() };
}

/** Ends it as systemd does. */
export async function endStation(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await ended;
}

export type OfControl = readonly [method: Method, path: string, body?: object];

/** Asks over the control socket, as a command does, without starting one. Throws what the station refuses. */
export function control<T = unknown>(state: string, ...[method, path, body]: OfControl): Promise<T> {
  const client = new SocketClient({ socketPath: join(state, 'run/control.sock'), user: 'test' });
  return ask<T>(client, method, path, body === undefined ? {} : { body });
}
