/* One intake of a directory in a process of its own: node intake-child.ts SOURCE STATE [sm3] [seal]; prints wall time in ms and the largest RSS in bytes as JSON. */
import { DirectoryVolume } from '#adapters/directory-volume';
import { benchStation } from './bench-station.ts';

const [root = '', state = '', ...flags] = process.argv.slice(2);
const seal = flags.includes('seal');
const station = await benchStation(state, { sm3: flags.includes('sm3'), seal });
const limits = { filesMax: 1000, depthMax: 4, fileBytesMax: 2 ** 50 };
const begun = performance.now();
const docking = await station.dock(new DirectoryVolume({ root, label: 'bench', limits }), 1);
await (seal ? docking.safe : docking.copied);
const elapsedMs = performance.now() - begun;
await station.close();
console.log(JSON.stringify({ elapsedMs, rssBytes: process.resourceUsage().maxRSS * 1024 }));
