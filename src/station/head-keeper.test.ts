/*
 * Goal: the newest custody entry is noted in vault, archive and log, after it is durable.
 * Method: the real ledger, vault and disk archive.
 */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import type { DiskVault } from '#adapters/disk/disk-vault';
import { parseHead } from '#domain/vault/ledger-head';
import { aCustodyDraft } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { HeadKeeper } from './head-keeper.ts';

let station: ServedStation;
let vault: DiskVault;
let archive: DiskArchive;
const lines: { event: string; seq?: number; place?: string }[] = [];
let keeper: HeadKeeper;
beforeEach(async () => {
  lines.length = 0;
  station = await servedStation();
  vault = station.deps.vault as DiskVault;
  const unbound = { limiter: { pieceBytes: 65_536, take: async () => undefined }, faults: { reached: () => undefined } };
  archive = new DiskArchive({ directory: join(station.directory, 'archive'), stationId: 'cd01', ...unbound });
  await archive.open(false);
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  keeper = new HeadKeeper({ ledger: station.ledger, vault, archive, stationId: 'cd01', clock: station.clock, log });
});
afterEach(async () => {
  await keeper.stop();
  await archive.close();
  await station.close();
});

const append = () => station.ledger.transaction((writer) => writer.custody.append(aCustodyDraft()));
const noted = async () => parseHead((await vault.ledgerHead()) ?? new Uint8Array());
const archived = () => readdir(join(station.directory, 'archive/ledger-heads/cd01')).catch(() => []);

it('notes nothing of an empty log, then each newest entry in the vault, and one an hour in archive and log', async () => {
  keeper.start();
  await keeper.keep();
  expect([await noted(), await archived()]).toEqual([null, []]);
  const first = await append();
  await keeper.keep();
  expect(await noted()).toEqual({ station: 'cd01', seq: first.seq, hash: first.hash });
  const second = await append();
  await keeper.keep();
  expect((await noted())?.seq).toBe(second.seq);
  expect(await archived()).toEqual([`${String(first.seq).padStart(12, '0')}.json`]);
  station.clock.advance(3_600_000);
  await keeper.keep();
  expect((await archived()).length).toBe(2);
  expect(lines.map(({ event, seq }) => [event, seq])).toEqual([
    ['ledger.head', first.seq],
    ['ledger.head', second.seq],
  ]);
  const newest = await readFile(join(station.directory, 'archive/ledger-heads/cd01', (await archived()).sort().at(-1) ?? ''));
  expect(parseHead(newest)).toEqual({ station: 'cd01', seq: second.seq, hash: second.hash });
});

it('notes what came last when the station stops, also where it does nothing by itself', async () => {
  const last = await append();
  await keeper.stop();
  expect((await noted())?.seq).toBe(last.seq);
  expect(await archived()).toEqual([]);
});

it('tells once that a place cannot be written, and goes on with the others', async () => {
  await writeFile(join(station.directory, 'archive/.evidock-archive'), '');
  await writeFile(join(station.directory, 'archive/ledger-heads'), 'in the way');
  keeper.start();
  await append();
  await keeper.keep();
  station.clock.advance(3_600_000);
  const last = await append();
  await keeper.keep();
  expect((await noted())?.seq).toBe(last.seq);
  expect(lines.filter(({ event }) => event === 'ledger.head-failed').map(({ place }) => place)).toEqual(['archive']);
});
