/**
 * Measures a comparison of archive and ledger with a million objects: time and memory. The ledger is real, on disk; the list of the storage is made up, key by key, as a
 * bucket would give it. usage: node scripts/compare-million.ts [RECORDINGS]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { noLocks } from '#adapters/disk/no-locks';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { Comparison } from '#desk/archive-comparison/compare';
import { STATION } from '#domain/custody/actor';
import { manifestBeside } from '#domain/lock/compare-group';
import type { Archive } from '#ports/archive';
import type { ArchiveInventory } from '#ports/archive-inventory';

const recordings = Number(process.argv[2] ?? 500_000);
const idOf = (n: number) => `rec-${n.toString(36).padStart(10, '0')}-hz01-0000000000`;
const keyOf = (n: number) => `2026/06/20/${idOf(n)}/original-0001.mp4`;

const directory = await mkdtemp(join(tmpdir(), 'evidock-million-'));
const file = join(directory, 'ledger.sqlite');
await (await openLedger({ file, stationId: 'hz01' })).close();
const raw = new DatabaseSync(file);
raw.exec('PRAGMA foreign_keys = OFF; BEGIN');
const insert = raw.prepare(
  "INSERT INTO copies (item_id, place, recording_id, key, bytes, verified_at, verified_by, version_id, manifest_version_id) VALUES (?, 's3', ?, ?, 10, 0, 'readback', 'v', 'm')",
);
for (let n = 0; n < recordings; n += 1) insert.run(`org-${n.toString(36)}`, idOf(n), keyOf(n));
raw.exec('COMMIT');
raw.close();

const ledger = await openLedger({ file, stationId: 'hz01' });
const inventory: ArchiveInventory = {
  entries: async function* () {
    for (let n = 0; n < recordings; n += 1) {
      const newest = { isNewest: true, isMarker: false };
      yield { key: manifestBeside(keyOf(n)), versionId: 'm', bytes: 3, ...newest };
      yield { key: keyOf(n), versionId: 'v', bytes: 10, ...newest };
    }
  },
  uploads: async function* () {},
};
const clock = { nowMs: () => Date.now() };
const archive = { name: 's3' } as Archive;
const parts = { ledger, archive, locks: noLocks(clock), inventory, clock, pokeWork: () => undefined, stationId: 'hz01', actor: STATION };
let heapMax = 0;
const begun = performance.now();
const watch = setInterval(() => {
  heapMax = Math.max(heapMax, process.memoryUsage().heapUsed);
}, 100);
for await (const line of new Comparison({ ...parts, signal: new AbortController().signal, acceptBucket: false }).run()) {
  heapMax = Math.max(heapMax, process.memoryUsage().heapUsed);
  if (line.type === 'summary') process.stdout.write(`${JSON.stringify(line.counts)}\n`);
}
clearInterval(watch);
const seconds = (performance.now() - begun) / 1000;
process.stdout.write(`${recordings * 2} objects in ${seconds.toFixed(1)} s, heap at most ${(heapMax / 2 ** 20).toFixed(0)} MiB\n`);
await ledger.close();
await rm(directory, { recursive: true });
