/*
 * Goal: a station that is killed while it carries out requests with idempotency keys keeps each request with its answer, or neither.
 * Method: a running station, many requests at once over its control socket, SIGKILL in their midst, a new start, and all of them again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SocketClient } from '#cli/client';
import { subject } from '#domain/custody/subject';
import { openLedger } from '../../src/adapters/sqlite-ledger/ledger.ts';
import { ROOT, temporaryDirectory } from '../support/evidock.ts';

const REQUESTS = 60;
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let station: ChildProcess | undefined;

beforeEach(async () => {
  home = await temporaryDirectory();
});

afterEach(async () => {
  station?.kill('SIGKILL');
  await home.remove();
});

const state = () => join(home.path, 'state');
const socketPath = () => join(state(), 'run/control.sock');

async function start(): Promise<ChildProcess> {
  const env = { ...process.env, EVIDOCK_HTTP_PORT: '0' };
  const child = spawn(join(ROOT, 'scripts/evidock'), ['--state', state(), 'run'], { stdio: 'ignore', env });
  const client = new SocketClient({ socketPath: socketPath(), user: 'test' });
  await expect.poll(() => client.answers(), { timeout: 60_000, interval: 100 }).toBe(true);
  return child;
}

interface Told {
  readonly status: number | undefined;
  readonly replayed: boolean;
  readonly body: string;
}

/** null: the connection was lost before the answer was there. */
function addOfficer(n: number): Promise<Told | null> {
  return new Promise((resolve) => {
    const headers = { host: 'localhost', 'content-type': 'application/json', 'idempotency-key': `officer-${n}` };
    const outgoing = request({ socketPath: socketPath(), method: 'POST', path: '/api/v1/officers', headers, agent: false }, (answer) => {
      text(answer).then(
        (body) => resolve({ status: answer.statusCode, replayed: answer.headers['idempotency-replayed'] === 'true', body }),
        () => resolve(null),
      );
    });
    outgoing.once('error', () => resolve(null));
    outgoing.end(JSON.stringify({ id: `${n}`, name: 'Wang' }));
  });
}

it('that is sent again after kill -9 is carried out once, whether its answer had come or not', async () => {
  station = await start();
  const asked = Array.from({ length: REQUESTS }, (_, n) => addOfficer(n));
  // Some have been answered, others are on their way.
  await Promise.all(asked.slice(0, REQUESTS / 3));
  station.kill('SIGKILL');
  await once(station, 'exit');
  const first = await Promise.all(asked);
  expect(first.filter((answer) => answer !== null).length).toBeGreaterThanOrEqual(REQUESTS / 3);
  expect(first.filter((answer) => answer === null).length).toBeGreaterThan(0);

  station = await start();
  const again: (Told | null)[] = [];
  for (let n = 0; n < REQUESTS; n += 1) again.push(await addOfficer(n));
  for (const [n, answer] of again.entries()) {
    expect(answer?.status, `${n}`).toBe(200);
    // Added once: by the first, whose answer this is, or by this one.
    expect(JSON.parse(answer?.body ?? ''), `${n}`).toEqual({ added: 1, updated: 0 });
    if (first[n]) expect(answer, `${n}`).toEqual({ ...first[n], replayed: true });
  }
  station.kill('SIGTERM');
  await once(station, 'exit');
  const ledger = await openLedger({ file: join(state(), 'ledger/ledger.sqlite'), stationId: 'station1' });
  try {
    for (let n = 0; n < REQUESTS; n += 1) expect(await ledger.custody.of(subject('officer', `${n}`)), `${n}`).toHaveLength(1);
  } finally {
    await ledger.close();
  }
}, 180_000);
