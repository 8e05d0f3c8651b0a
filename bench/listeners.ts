import { execFileSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { control, endStation, runStation } from '../test/console/support/running-station.ts';
import { coldCache, makeFile, median, workDirectory } from './paired.ts';
import type { Row } from './row.ts';

const LISTENERS = 200;
const PAIRS = 9;
const FILES = 8;
const MEBIBYTES = 64;
const RATIO_MAX = 1.05;
const PASSWORD = 'willow kettle bench stamp';

/** Whether 200 browsers that hear of every change keep a docking waiting: the same bytes are taken in with them and without, in turn. */
export async function benchListeners(): Promise<readonly Row[]> {
  const home = workDirectory('listeners');
  const state = join(home, 's');
  const { child, address } = await runStation(state, {
    ...{ EVIDOCK_ARCHIVE_KIND: 'none', EVIDOCK_SCRUB_ON: 'false', EVIDOCK_HTTP_REQUESTS_PER_MINUTE: '60000' },
    // What is measured is the way in. Random bytes are no film, and making nothing of them is no part of it.
    EVIDOCK_LOG_LEVEL: 'error',
  });
  try {
    await control(state, 'POST', '/users', { account: 'bench', name: '陈立新', roles: ['auditor'] });
    await control(state, 'PUT', '/accounts/bench/password', { password: PASSWORD });
    const cookie = await sessionAt(address);
    const [alone, beside]: [number[], number[]] = [[], []];
    let heard = 0;
    for (let pair = 0; pair < PAIRS; pair += 1)
      for (const listens of pair % 2 === 0 ? [false, true] : [true, false]) {
        const streams = listens ? await listen(address, cookie, () => (heard += 1)) : [];
        const seconds = await takenIn(state, join(home, `card-${pair}-${listens}`));
        (listens ? beside : alone).push(seconds);
        for (const stream of streams) stream.destroy();
      }
    if (heard === 0) throw new Error('nobody heard anything');
    const ratio = median(beside) / median(alone);
    return [
      {
        ...{ name: `a docking beside ${LISTENERS} browsers`, ours: median(beside), theirs: median(alone), unit: 's', ratio },
        ...{ limit: `≤ ${RATIO_MAX}`, ok: ratio <= RATIO_MAX },
        note: `${FILES} files of ${MEBIBYTES} MiB from the directory to safe; each browser has an address and a stream of changes of its own (${heard} events heard); the named tool is the same station with nobody; ${PAIRS} pairs`,
      },
    ];
  } finally {
    await endStation(child);
    await rm(home, { recursive: true, force: true });
  }
}

async function sessionAt(address: string): Promise<string> {
  const response = await fetch(`${address}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address },
    body: JSON.stringify({ account: 'bench', password: PASSWORD }),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
}

/** So many streams, each from an address of its own: a station bounds those of one. */
function listen(address: string, cookie: string, heard: () => void): Promise<IncomingMessage[]> {
  const { port } = new URL(address);
  const one = (n: number) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const localAddress = `127.0.${1 + (n >> 7)}.${1 + (n & 127)}`;
      const outgoing = request(
        { host: '127.0.0.1', port, localAddress, path: '/api/v1/changes', agent: false, headers: { host: `127.0.0.1:${port}`, cookie } },
        (answer) => {
          if (answer.statusCode !== 200) return reject(new Error(`listener ${n}: ${answer.statusCode}`));
          answer.on('data', (bytes: Buffer) => {
            if (bytes.includes('event: changed')) heard();
          });
          answer.once('error', () => undefined);
          resolve(answer);
        },
      );
      outgoing.once('error', reject);
      outgoing.end();
    });
  return Promise.all(Array.from({ length: LISTENERS }, (_, n) => one(n)));
}

/** From the docking of a directory until it is safe, s. */
async function takenIn(state: string, card: string): Promise<number> {
  await mkdir(join(card, 'DCIM'), { recursive: true });
  for (let n = 0; n < FILES; n += 1) makeFile(join(card, `DCIM/${n}.MP4`), MEBIBYTES);
  execFileSync('sync');
  coldCache();
  const begun = performance.now();
  const { dockingId: id } = await control<{ dockingId: string }>(state, 'POST', '/dockings', { directory: card });
  for (;;) {
    const { docking } = await control<{ docking: { state: string } }>(state, 'GET', `/dockings/${id}`);
    if (docking.state === 'safe') break;
    if (docking.state === 'failed') throw new Error(`${card} failed`);
    await sleep(20);
  }
  const seconds = (performance.now() - begun) / 1000;
  await control(state, 'POST', `/dockings/${id}/removal`);
  await rm(card, { recursive: true, force: true });
  return seconds;
}
