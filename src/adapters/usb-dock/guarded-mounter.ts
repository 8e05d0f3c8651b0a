import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EvidockError, errnoOf } from '#domain/errors';
import { mountsBelow, mountTable } from './mount-table.ts';
import { DEVICE_NAME, type Mounted, type Mounter, type MountRequest, type MtpRequest, PORT_NAME, type RemountMode } from './mounter.ts';

/** The tag that config/udev puts on what is plugged into a recorder slot. */
const TAG = 'evidock';
const USB_MAJOR = 189;
const DEVICES_PER_BUS = 128;

interface Options {
  /** Carries out what passes. */
  readonly mounter: Mounter;
  /** Below which it mounts. */
  readonly directory: string;
  /** Usually /sys, /run/udev/data and /proc/swaps. */
  readonly sys: string;
  readonly udev: string;
  readonly swaps: string;
}

/**
 * Lets through only what concerns a recorder's slot: devices that udev tagged by the administrator's rules, and that nothing else on this
 * machine uses. A station that has been taken over cannot reach any other disk through it.
 */
export class GuardedMounter implements Mounter {
  readonly #o: Options;

  constructor(options: Options) {
    this.#o = options;
  }

  async mount(request: MountRequest): Promise<Mounted> {
    const { device } = request;
    if (!DEVICE_NAME.test(device)) throw refused('that is no name of a disk');
    const number = await this.#blockNumber(device);
    await this.#checkTag(`b${number}`, device);
    await this.#checkUnused(device);
    const mounted = await this.#o.mounter.mount(request);
    // Between the look and the mount one device may have left and another have taken its name.
    const [entry] = await mountsBelow(mounted.path);
    try {
      if (!entry || entry.device !== number) throw new EvidockError('recorder.removed', `${device} was replaced while it was mounted`);
      await this.#checkTag(`b${number}`, device);
    } catch (error) {
      await this.#o.mounter.unmount(mounted.path);
      throw error;
    }
    return mounted;
  }

  async mountMtp(request: MtpRequest): Promise<Mounted> {
    const { busNumber, deviceNumber } = request;
    await this.#checkTag(usbNumber(busNumber, deviceNumber), `USB device ${busNumber}:${deviceNumber}`);
    return this.#o.mounter.mountMtp(request);
  }

  remount(path: string, mode: RemountMode): Promise<void> {
    return this.#o.mounter.remount(path, mode);
  }

  unmount(path: string): Promise<void> {
    return this.#o.mounter.unmount(path);
  }

  unmountAll(): Promise<number> {
    return this.#o.mounter.unmountAll();
  }

  /** Only a port in which a tagged device is, or one that tagged disks hang on: never a hub, a keyboard or the station's own disk. */
  async powerOff(sysName: string): Promise<void> {
    if (!PORT_NAME.test(sysName)) throw refused('that is no USB port');
    const directory = join(this.#o.sys, 'bus/usb/devices', sysName);
    const [bus, device] = await Promise.all(['busnum', 'devnum'].map((name) => numberIn(join(directory, name))));
    // Nothing is in the port any more: that is what was wanted.
    if (bus === undefined || device === undefined) return;
    await this.#checkTag(usbNumber(bus, device), `the device in port ${sysName}`);
    await this.#o.mounter.powerOff(sysName);
  }

  async #blockNumber(device: string): Promise<string> {
    try {
      const number = (await readFile(join(this.#o.sys, 'class/block', device, 'dev'), 'utf8')).trim();
      if (/^[0-9]{1,4}:[0-9]{1,7}$/.test(number)) return number;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENODEV')
        throw new EvidockError('recorder.removed', `${device} is gone`, error);
      throw error;
    }
    throw refused(`${device} has no device number`);
  }

  /** `Q:` lines of udev's database are the tags of the last event; `G:` would be those of all events ever. */
  async #checkTag(record: string, what: string): Promise<void> {
    let text = '';
    try {
      text = await readFile(join(this.#o.udev, record), 'utf8');
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    if (!text.split('\n').includes(`Q:${TAG}`)) throw refused(`udev did not mark ${what} as a recorder's`);
  }

  /** Neither it nor another part of its disk is mounted elsewhere, swapped to, or a building block of something else. */
  async #checkUnused(device: string): Promise<void> {
    const directory = await realpath(join(this.#o.sys, 'class/block', device));
    const disk = /^sd[a-z]+[0-9]+$/.test(device) ? dirname(directory) : directory;
    const parts = [disk, ...(await readdir(disk)).filter((name) => name.startsWith(basename(disk))).map((name) => join(disk, name))];
    const mounts = (await mountTable()).filter(({ path }) => dirname(path) !== this.#o.directory);
    const swaps = await readFile(this.#o.swaps, 'utf8').catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return '';
      throw error;
    });
    for (const part of parts) {
      const number = (await readFile(join(part, 'dev'), 'utf8')).trim();
      const name = basename(part);
      const holders = await readdir(join(part, 'holders'));
      const swapped = swaps.split('\n').some((line) => line.split(/\s/)[0] === `/dev/${name}`);
      const elsewhere = mounts.some((mount) => mount.device === number);
      if (holders.length > 0 || swapped || elsewhere) throw refused(`${name} is in use by this machine`);
    }
  }
}

function usbNumber(busNumber: number, deviceNumber: number): string {
  return `c${USB_MAJOR}:${(busNumber - 1) * DEVICES_PER_BUS + deviceNumber - 1}`;
}

async function numberIn(file: string): Promise<number | undefined> {
  try {
    const number = Number((await readFile(file, 'utf8')).trim());
    return Number.isInteger(number) && number > 0 ? number : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENODEV') return undefined;
    throw error;
  }
}

function refused(why: string): EvidockError {
  return new EvidockError('recorder.mount-failed', why);
}
