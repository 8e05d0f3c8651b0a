/*
 * A card is taken in and docked again, cold each time: node known-child.ts SOURCE STATE RUNS. Prints as JSON, for each time: until "safe to undock", until
 * its files were compared whole, sha256sum of the same card, in ms; and the largest RSS since the first time it was docked again, in bytes.
 */
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { benchStation } from './bench-station.ts';
import { coldCache, timeShell } from './paired.ts';

const [root = '', state = '', runs = '1'] = process.argv.slice(2);
const station = await benchStation(state, { sm3: false, seal: true });
const limits = { filesMax: 1000, depthMax: 4, fileBytesMax: 2 ** 50 };
const dock = () => station.dock(new DirectoryVolume({ root, label: 'bench', limits }), 1);
await (await dock()).safe;
let rssBytes = 0;
const sampler = setInterval(() => {
  rssBytes = Math.max(rssBytes, process.memoryUsage.rss());
}, 50);
const found = [];
for (let run = 0; run < Number(runs); run += 1) {
  coldCache();
  const begun = performance.now();
  const docking = await dock();
  await docking.safe;
  const safeMs = performance.now() - begun;
  await docking.rechecked;
  const recheckedMs = performance.now() - begun;
  coldCache();
  found.push({ safeMs, recheckedMs, toolMs: timeShell('sha256sum "$1"/* >/dev/null', [root]).wallMs });
}
clearInterval(sampler);
await station.close();
console.log(JSON.stringify({ runs: found, rssBytes }));
