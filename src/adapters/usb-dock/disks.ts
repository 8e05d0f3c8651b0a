import { setTimeout as sleep } from 'node:timers/promises';
import { type BlockDevice, readBlockDevices, readBlockDevicesNamed } from './sysfs.ts';
import { hasUdev, readUdev, type UdevFacts } from './udev.ts';

/** A disk or partition that may hold a file system. */
export interface Disk extends BlockDevice {
  /** null where there is no udev, or it was too slow. */
  readonly udev: UdevFacts | null;
}

export interface Disks {
  readonly disks: readonly Disk[];
  readonly media: Media;
}

/** Which disks with a medium a device had. */
export interface Media {
  readonly names: readonly string[];
  /** What `mediaOf` returns for these disks. */
  readonly text: string;
}

interface Places {
  readonly sys: string;
  readonly run: string;
}

const LOOK_MS = 150;
/** The disks are all there when nothing new came for this long: a recorder's second disk comes some time after its first. */
const QUIET_MS = 600;
const UDEV_MS_MAX = 5000;
/** An extended partition shows as one of 1 KiB. */
const PARTITION_BYTES_MIN = 64 * 1024;

/**
 * Waits until the disks of a USB device are there, have their partitions, and udev has worked through its rules for them: before that, what it
 * says of them is not known, and mounting would race with it. No disks if no medium came in time.
 */
export async function waitForDisks(places: Places, sysName: string, msMax: number, signal: AbortSignal): Promise<Disks> {
  const withUdev = await hasUdev(places.run);
  const begunMs = performance.now();
  let seen = '';
  let changedMs = begunMs;
  for (;;) {
    signal.throwIfAborted();
    const nowMs = performance.now();
    const found = await disksOf(places, sysName);
    // A disk that spins up gets its size late, and then another medium number.
    const now = found.map((disk) => `${disk.name} ${disk.bytes} ${disk.mediumNumber}`).join(',');
    if (now !== seen) {
      seen = now;
      changedMs = nowMs;
    }
    const quiet = nowMs - changedMs >= QUIET_MS;
    const processed = !withUdev || nowMs - changedMs > UDEV_MS_MAX || found.every((disk) => disk.udev !== null);
    if (found.length > 0 && quiet && processed)
      return { disks: mountable(found), media: { names: found.map(({ name }) => name), text: mediaOf(found) } };
    if (found.length === 0 && nowMs - begunMs > msMax) return { disks: [], media: { names: [], text: '' } };
    await sleep(LOOK_MS, undefined, { signal });
  }
}

async function disksOf(places: Places, sysName: string): Promise<Disk[]> {
  const devices = (await readBlockDevices(places.sys)).get(sysName) ?? [];
  const present = devices.filter((device) => device.bytes > 0);
  return Promise.all(present.map(async (device) => ({ ...device, udev: await readUdev(places.run, device.number) })));
}

/** The partitions of a disk; the disk itself where it has none. */
function mountable(disks: readonly Disk[]): readonly Disk[] {
  const partitioned = new Set(disks.filter((disk) => disk.partition > 0).map((disk) => disk.name.replace(/\d+$/, '')));
  return disks.filter((disk) => (disk.partition > 0 ? disk.bytes >= PARTITION_BYTES_MIN : !partitioned.has(disk.name)));
}

/**
 * One text that says which disks have a medium, and which one. Two such texts differ when a card was pulled out of a reader, even if
 * another was put in its place before anybody looked. Kernels that do not number media tell two cards apart by their size at best.
 */
export function mediaOf(devices: readonly BlockDevice[]): string {
  return devices
    .filter((device) => device.bytes > 0)
    .map((device) => `${device.name} ${device.mediumNumber === null ? `${device.bytes} bytes` : `medium ${device.mediumNumber}`}`)
    .join(',');
}

/** Whether none of these media has left its disk. Unlike a look at all disks it is cheap enough to be asked beside every file. */
export async function areStillThere(sys: string, media: Media): Promise<boolean> {
  return mediaOf(await readBlockDevicesNamed(sys, media.names)) === media.text;
}
