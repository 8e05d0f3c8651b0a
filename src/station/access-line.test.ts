/*
 * Goal: a station that runs has a policy in force from its first start on, and a file that is changed is noticed while it runs; a broken one changes nothing but
 * what is told. Method: the part of the station that does it, over a real ledger and a real file.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { openAccess } from './access-line.ts';
import type { StationContext } from './context.ts';

const SHIPPED = await readFile(new URL('../../config/access.yaml', import.meta.url), 'utf8');

let station: ServedStation;
let file: string;
let logged: string[];
let closers: (() => Promise<void>)[];
let reloads: (() => Promise<void>)[];

beforeEach(async () => {
  station = await servedStation();
  file = join(station.directory, 'access.yaml');
  logged = [];
  closers = [];
  reloads = [];
});
afterEach(async () => {
  for (const close of closers) await close();
  await station.close();
});

function open(policy: string, runs = true) {
  const log = pino({}, { write: (line: string) => logged.push(line) });
  const context = {
    config: { access: { policy } },
    clock: station.clock,
    log,
    onStop: (close: () => Promise<void>) => closers.push(close),
    onReload: (look: () => Promise<void>) => reloads.push(look),
  };
  return openAccess(context as unknown as StationContext, { ledger: station.ledger, runs });
}

const states = async () => (await station.ledger.policies.list({ limit: 9 })).map(({ state }) => state);

it('adopts the policy of the software at the first start, and not again', async () => {
  expect((await open('')).policy().version).toBe(1);
  expect((await open('')).policy().version).toBe(1);
  expect(await states()).toEqual(['in-force']);
});

it('adopts nothing for a command that only looks', async () => {
  const access = await open('', false);
  expect([access.policy().version, access.policy().rules.length > 0, await states()]).toEqual([0, true, []]);
});

it('proposes a file that was changed while it runs; one that only narrows counts at once', async () => {
  await writeFile(file, SHIPPED);
  const access = await open(file);
  expect(await states()).toEqual(['in-force']);
  // Editors write another file and put it in the place of the old one.
  await writeFile(`${file}.new`, SHIPPED.replace('hoursMax: 4', 'hoursMax: 5'));
  await rename(`${file}.new`, file);
  await expect.poll(states).toEqual(['proposed', 'in-force']);
  expect(access.policy().version).toBe(1);
  await writeFile(file, SHIPPED.replace('hoursMax: 4', 'hoursMax: 3'));
  await expect.poll(() => access.policy().urgent.hoursMax).toBe(3);
  expect(await states()).toEqual(['in-force', 'withdrawn', 'former']);
});

it('reads the file at once when the station is told to reload, whatever the watch has seen', async () => {
  await writeFile(file, SHIPPED);
  const access = await open(file);
  await writeFile(file, SHIPPED.replace('hoursMax: 4', 'hoursMax: 3'));
  for (const look of reloads) await look();
  expect([reloads.length, access.policy().urgent.hoursMax]).toEqual([1, 3]);
  await writeFile(file, 'rules: 5');
  for (const look of reloads) await look();
  expect(access.keeper.trouble).not.toBeNull();
});

it('leaves the policy in force where the file is broken or gone, and says so until it is mended', async () => {
  await writeFile(file, 'rules: 5');
  const access = await open(file);
  expect([access.policy().version, access.keeper.trouble?.code]).toEqual([1, 'as-failed']);
  expect(logged.join('')).toContain('"found":"broken"');
  await writeFile(file, SHIPPED);
  await expect.poll(() => access.keeper.trouble).toBeNull();
  await rm(file);
  await expect.poll(() => access.keeper.trouble?.code).toBe('as-failed');
  expect([access.policy().version, await states()]).toEqual([1, ['in-force']]);
});
