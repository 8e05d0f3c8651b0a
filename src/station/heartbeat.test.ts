/*
 * Goal: somebody outside hears of the station again and again, by a signature that only it can make, and is told counts alone; what is not taken is tried again, bounded,
 * and how long nobody heard of it outlasts a restart. Method: a real HTTP server that takes, refuses or hangs; a real ledger with a duty and a docking.
 */
import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HeartbeatWebhook, silentSince } from '#adapters/notices/heartbeat';
import { Beater } from '#desk/heartbeat/beater';
import { heartbeatOf } from '#domain/machine/heartbeat';
import type { MachineState } from '#domain/machine/machine';
import { because } from '#domain/reason';
import { START_MS, STATION_ID } from '#test/support/builders';
import { openDuty } from '#test/support/retention/walk-duties';
import { type ServedStation, servedStation } from '#test/support/served-station';

const HOUR = 3_600_000;
let station: ServedStation;
let server: Server;
let answer: number | 'silent';
let posted: { signature: string; body: string }[];
let failures: unknown[];
const beaters: Beater[] = [];

beforeEach(async () => {
  [answer, posted, failures] = [204, [], []];
  station = await servedStation();
  await writeFile(join(station.directory, 'secret'), 'a key\n');
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    posted.push({ signature: String(request.headers['x-evidock-signature']), body });
    if (answer !== 'silent') response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const beater of beaters.splice(0)) await beater.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await station.close();
});

const file = () => join(station.directory, 'heartbeat.json');

function beater(everyMs: number, retryMs: number): Beater {
  const { ledger, clock, directory } = station;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const made = new Beater({
    ...{ ledger, clock, machine: () => null, stationId: STATION_ID, version: '1.0.0', everyMs, retryMs },
    sender: new HeartbeatWebhook({ url, secretFile: join(directory, 'secret'), clock, file: file() }),
    failed: (error) => failures.push(error),
  });
  beaters.push(made);
  made.start();
  return made;
}

it('comes again and again, signed, with counts and nothing personal', async () => {
  await station.addRecording(Buffer.from('footage'));
  await station.ledger.transaction((writer) => openDuty(writer, {}, START_MS));
  const beating = beater(20, 5);
  await expect.poll(() => posted.length).toBeGreaterThan(2);
  const [{ body, signature }] = posted as [(typeof posted)[0]];
  expect(JSON.parse(body)).toEqual({
    ...{ kind: 'heartbeat', station: STATION_ID, version: '1.0.0', at: new Date(START_MS).toISOString(), everySeconds: 0.02 },
    ...{ duties: { open: 1, overdue: 0 }, machine: null, lastDockingAt: expect.stringMatching(/^2026-/) },
  });
  const seconds = START_MS / 1000;
  expect(signature).toBe(`t=${seconds},v1=${createHmac('sha256', 'a key').update(`${seconds}.${body}`).digest('hex')}`);
  await expect.poll(() => beating.silentSinceMs()).toBe(START_MS);
});

it('that is not taken is tried again with the figures of then, ever more rarely, and silence outlasts a restart', async () => {
  answer = 500;
  const first = beater(200, 10);
  await expect.poll(() => posted.length).toBe(3);
  expect(failures[0]).toMatchObject({ code: 'notices.failed' });
  expect(first.silentSinceMs()).toBe(START_MS);
  await first.stop();
  station.clock.advance(7 * HOUR);
  const before = posted.length;
  const second = beater(200, 10);
  await expect.poll(() => posted.length).toBeGreaterThan(before);
  expect(second.silentSinceMs()).toBe(START_MS);
  expect(await silentSince(file())).toBe(START_MS);
  answer = 200;
  await expect.poll(() => second.silentSinceMs()).toBe(START_MS + 7 * HOUR);
  expect(JSON.parse(posted.at(-1)?.body ?? '').at).toBe(new Date(START_MS + 7 * HOUR).toISOString());
  await expect.poll(() => silentSince(file())).toBe(START_MS + 7 * HOUR);
});

it('is never sent twice at once, and a receiver that hangs does not hold up the end', async () => {
  answer = 'silent';
  const beating = beater(5, 5);
  await expect.poll(() => posted.length).toBe(1);
  await new Promise((wake) => setTimeout(wake, 100));
  expect(posted).toHaveLength(1);
  await beating.stop();
  expect(failures).toEqual([]);
});

it('goes on where its file is broken', async () => {
  await writeFile(file(), '{');
  const beating = beater(1000, 10);
  await expect.poll(() => posted.length).toBe(1);
  await expect.poll(() => silentSince(file())).toBe(START_MS);
  expect(beating.silentSinceMs()).toBe(START_MS);
});

it('counts what fails and what nobody can read, and names nothing', () => {
  const machine: MachineState = {
    disks: [
      { name: 'sda', id: 'VK0ABCDE', model: 'WD80', health: 'failing', signs: [], wearPercent: null },
      { name: 'sdb', id: 'VK0ABCDF', model: 'WD80', health: 'unread', signs: [], wearPercent: null },
    ],
    arrays: [{ name: 'md0', health: 'failing', words: because('disks-none', {}), missing: 1 }],
    space: because('disks-none', {}),
  };
  const duties = [
    { open: 3, overdue: 1 },
    { open: 2, overdue: 0 },
  ];
  const beat = heartbeatOf({ station: 'hz01', version: '1', nowMs: 0, everyMs: 60_000, duties, machine, lastDockingMs: null });
  expect(beat).toMatchObject({
    duties: { open: 5, overdue: 1 },
    machine: { disksFailing: 1, arraysFailing: 1, unread: 2, freeBytes: null, fullAt: null },
  });
  expect(JSON.stringify(beat)).not.toMatch(/VK0|WD80/);
});
