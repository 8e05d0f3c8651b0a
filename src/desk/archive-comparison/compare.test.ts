/*
 * Goal: a comparison that is cut short goes on where it was, tells nothing twice and forgets nothing; a storage that lost nearly everything is not taken for many lost
 * objects; what the vault has evicted stays on record. Method: the real ledger and a disk archive, whose files are taken away behind its back.
 */
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { diskInventory } from '#adapters/disk/disk-inventory';
import { noLocks } from '#adapters/disk/no-locks';
import { STATION } from '#domain/custody/actor';
import { FactsArchived } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { manifestBeside } from '#domain/lock/compare-group';
import type { ArchiveInventory } from '#ports/archive-inventory';
import { putOf } from '#test/contract/archive';
import { START_MS, STATION_ID } from '#test/support/builders';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { Comparison, type ComparisonLine } from './compare.ts';

let station: ServedStation;
let disk: DiskArchive;
let directory: string;
const keys: string[] = [];
const asked: string[] = [];

beforeEach(async () => {
  station = await servedStation();
  directory = join(station.directory, 'archive');
  const limiter = { pieceBytes: 65_536, take: async () => undefined };
  disk = new DiskArchive({ directory, limiter, faults: { reached: () => undefined }, stationId: STATION_ID });
  await disk.open(false);
  keys.length = 0;
  asked.length = 0;
});

afterEach(async () => {
  expect(contradictionsIn(join(station.directory, 'ledger.sqlite'))).toEqual([]);
  await disk.close();
  await station.close();
});

/** Archives the originals of so many recordings. */
async function archived(count: number): Promise<void> {
  const { ledger } = station;
  for (let n = 0; n < count; n += 1) {
    const { id } = await station.addRecording(randomBytes(10));
    const [original] = await ledger.originals.ofRecording(id);
    if (!original) throw new Error('no original');
    const request = putOf(original.vaultKey, randomBytes(10));
    await disk.put(request);
    await disk.put(putOf(manifestBeside(original.vaultKey), randomBytes(3)));
    keys.push(original.vaultKey);
    await ledger.transaction(async (writer) => {
      const { itemId, where } = { itemId: original.id, where: 'disk' };
      const copy = {
        itemId,
        recordingId: id,
        where,
        key: original.vaultKey,
        bytes: 10,
        verifiedAtMs: START_MS,
        verifiedBy: 'readback' as const,
      };
      await writer.recordings.upsertCopy(copy);
      const objects = [{ item: itemId, of: null, key: original.vaultKey, bytes: 10, sha256: request.sha256, version: null, lock: null }];
      const about = { atMs: START_MS, actor: STATION, subject: subject('recording', id) };
      await writer.custody.append(FactsArchived.make({ ...about, data: { archive: where, verifiedBy: 'readback' }, lists: { objects } }));
    });
  }
  keys.sort();
}

async function run(signal = new AbortController().signal, onLine: (line: ComparisonLine) => void = () => undefined) {
  const real = diskInventory(directory);
  const inventory: ArchiveInventory = {
    ...real,
    entries: (after) => {
      asked.push(after);
      return real.entries(after);
    },
  };
  const { ledger, clock } = station;
  const parts = { ledger, archive: disk, locks: noLocks(clock), inventory, clock, pokeWork: () => undefined, stationId: STATION_ID };
  const comparison = new Comparison({ ...parts, actor: STATION, signal, acceptBucket: false, checkpointGroups: 1 });
  const found: string[] = [];
  for await (const line of comparison.run()) {
    if (line.type === 'finding') found.push(`${line.kind} ${line.key}`);
    onLine(line);
    if (line.type === 'summary') return { found, counts: line.counts };
  }
  return { found, counts: null };
}

const take = (n: number) => rm(join(directory, keys[n] ?? ''));
const kinds = async () =>
  (await station.ledger.archive.findings('disk', { open: true, limit: 10 })).map(({ kind, key }) => `${kind} ${key}`);

describe('a comparison', () => {
  it('that was cut short goes on behind the last directory that it has put on record', async () => {
    await archived(8);
    await take(2);
    await take(6);
    const stop = new AbortController();
    await expect(run(stop.signal, ({ type }) => type === 'finding' && stop.abort(new Error('enough')))).rejects.toThrow('enough');
    // The directory in which something was found was still put on record.
    expect(await station.ledger.archive.comparison('disk')).toMatchObject({ endedAtMs: null, counts: { expected: 6, faults: 1 } });
    const { found, counts } = await run();
    expect(asked).toEqual(['', expect.stringMatching(/^2026.+0$/)]);
    expect(found).toEqual([`missing ${keys[6]}`]);
    expect(counts).toMatchObject({ expected: 16, found: 14, faults: 2 });
    // What lies before the place where it was cut was not looked at again, so it is not settled either.
    expect(await kinds()).toEqual([`missing ${keys[2]}`, `missing ${keys[6]}`]);
    // The next one begins at the start.
    station.clock.advance(1);
    await run();
    expect(asked.at(-1)).toBe('');
  });

  it('finds what nobody put there, and settles it when it is gone', async () => {
    await archived(2);
    const stranger = join(directory, '2026/stranger.mp4');
    await writeFile(stranger, 'x');
    expect((await run()).found).toEqual(['foreign 2026/stranger.mp4']);
    expect(await kinds()).toEqual(['foreign 2026/stranger.mp4']);
    await rm(stranger);
    expect(await run()).toMatchObject({ found: [], counts: { expected: 4, found: 4, objects: 4 } });
    expect(await kinds()).toEqual([]);
    const [row] = await station.ledger.archive.findings('disk', { limit: 10 });
    expect(row).toMatchObject({ kind: 'foreign', settledAtMs: expect.any(Number) });
  });

  it('leaves the row of an original that the vault has evicted: there is nothing to make a copy of', async () => {
    await archived(1);
    const [id = ''] = (await station.ledger.archive.copiesByKey('disk', '', 1)).map(({ itemId }) => itemId);
    const { originals } = station.ledger;
    const evicted = new Proxy(originals, {
      get: (target, name: keyof typeof originals) =>
        name === 'ofRecording'
          ? async (asking: string) => (await target.ofRecording(asking)).map((original) => ({ ...original, evictedAtMs: START_MS }))
          : Reflect.get(target, name).bind(target),
    });
    station = {
      ...station,
      ledger: new Proxy(station.ledger, { get: (target, name) => (name === 'originals' ? evicted : own(target, name)) }),
    };
    await take(0);
    expect((await run()).found).toEqual([`missing ${keys[0]}`]);
    expect((await station.ledger.archive.copiesByKey('disk', '', 1)).map(({ itemId }) => itemId)).toEqual([id]);
  });
});

function own(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}
