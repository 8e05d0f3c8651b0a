/* Many throttled recorders at once, in a process of its own: node recorders-child.ts HOME STATE COUNT; cards are HOME/card-N. */
import { join } from 'node:path';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import { benchStation } from './bench-station.ts';

const BYTES_PER_SECOND = 40e6;
const [home = '', state = '', count = '1'] = process.argv.slice(2);

/** A volume that delivers 40 MB/s over all its files, as a USB 2 recorder does. */
function throttled(volume: Volume): Volume {
  let freeAtMs = 0;
  const wait = async (bytes: number) => {
    const nowMs = performance.now();
    freeAtMs = Math.max(nowMs, freeAtMs) + (1000 * bytes) / BYTES_PER_SECOND;
    await new Promise((resolve) => setTimeout(resolve, freeAtMs - nowMs));
  };
  return {
    label: volume.label,
    list: (signal) => volume.list(signal),
    readText: (path) => volume.readText(path),
    close: () => volume.close(),
    open: async (path): Promise<VolumeFile> => {
      const file = await volume.open(path);
      return {
        stat: () => file.stat(),
        close: () => file.close(),
        read: async (target, position, signal) => {
          const bytes = await file.read(target, position, signal);
          await wait(bytes);
          return bytes;
        },
      };
    },
  };
}

const station = await benchStation(state, { sm3: false, seal: false });
const limits = { filesMax: 1000, depthMax: 4, fileBytesMax: 2 ** 40 };
const begun = performance.now();
const slots = Array.from({ length: Number(count) }, (_, place) => place + 1);
const eachMs = await Promise.all(
  slots.map(async (slot) => {
    const volume = throttled(new DirectoryVolume({ root: join(home, `card-${slot}`), label: `card-${slot}`, limits }));
    const docking = await station.dock(volume, slot);
    await docking.copied;
    return performance.now() - begun;
  }),
);
const elapsedMs = performance.now() - begun;
await station.close();
console.log(JSON.stringify({ elapsedMs, eachMs, rssBytes: process.resourceUsage().maxRSS * 1024 }));
