/* One intake of a directory in a process of its own: node intake-child.ts SOURCE STATE [sm3] [seal]; prints wall time and CPU time in ms and the largest RSS in bytes as JSON. */
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { benchStation } from './bench-station.ts';

const [root = '', state = '', ...flags] = process.argv.slice(2);
const seal = flags.includes('seal');
const station = await benchStation(state, { sm3: flags.includes('sm3'), seal });
const limits = { filesMax: 100_000, depthMax: 4, fileBytesMax: 2 ** 50 };
// What waits for its turn must not let the process end.
const alive = setInterval(() => undefined, 1000);
const begun = performance.now();
const docking = await station.dock(new DirectoryVolume({ root, label: 'bench', limits }), 1);
await (seal ? docking.safe : docking.copied);
const elapsedMs = performance.now() - begun;
clearInterval(alive);
await station.close();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ elapsedMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, rssBytes: maxRSS * 1024 }));
