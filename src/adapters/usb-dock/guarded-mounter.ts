import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '#domain/errno';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { mountsBelow } from './mount-table.ts';
import { DEVICE_NAME, type Mounted, type Mounter, type MountRequest, type MtpRequest, PORT_NAME, type RemountMode } from './mounter.ts';

/** The tag that config/udev puts on what is plugged into a recorder slot. */
const TAG = 'evidock';
const USB_MAJOR = 189;
const DEVICES_PER_BUS = 128;

interface Options {
  /** Carries out what passes. */
  readonly mounter: Mounter;
  /** Usually /sys and /run/udev/data. */
  readonly sys: string;
  readonly udev: string;
}

/**
 * Passes on only requests for devices that udev tagged by the administrator's rules: those in a recorder's slot. The mounter behind it
 * (`PlainMounter`) refuses devices that this machine uses itself. Past both, a station that has been taken over reaches no other disk.
 */
export class GuardedMounter implements Mounter {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async mount(request: MountRequest): Promise<Mounted> {
    const { device } = request;
    if (!DEVICE_NAME.test(device)) throw refused(because('not-disk-name', {}));
    const number = await this.#blockNumber(device);
    await this.#checkTag(`b${number}`, device);
    const mounted = await this.#options.mounter.mount(request);
    // Between the look and the mount one device may have left and another have taken its name.
    const [entry] = await mountsBelow(mounted.path);
    try {
      if (!entry || entry.device !== number) throw new EvidockError('recorder.removed', because('device-replaced', { device }));
      await this.#checkTag(`b${number}`, device);
    } catch (error) {
      await this.#options.mounter.unmount(mounted.path);
      throw error;
    }
    return mounted;
  }

  async mountMtp(request: MtpRequest): Promise<Mounted> {
    const { busNumber, deviceNumber } = request;
    await this.#checkTag(usbNumber(busNumber, deviceNumber), `USB device ${busNumber}:${deviceNumber}`);
    return this.#options.mounter.mountMtp(request);
  }

  remount(path: string, mode: RemountMode): Promise<void> {
    return this.#options.mounter.remount(path, mode);
  }

  unmount(path: string): Promise<void> {
    return this.#options.mounter.unmount(path);
  }

  unmountAll(): Promise<number> {
    return this.#options.mounter.unmountAll();
  }

  /** Switches a port off only if the device in it is tagged: never a hub, a keyboard or a disk that this machine uses. */
  async powerOff(sysName: string): Promise<void> {
    if (!PORT_NAME.test(sysName)) throw refused(because('not-usb-port', {}));
    const directory = join(this.#options.sys, 'bus/usb/devices', sysName);
    const [bus, device] = await Promise.all(['busnum', 'devnum'].map((name) => numberIn(join(directory, name))));
    // Nothing is in the port any more: that is what was wanted.
    if (bus === undefined || device === undefined) return;
    await this.#checkTag(usbNumber(bus, device), `the device in port ${sysName}`);
    await this.#options.mounter.powerOff(sysName);
  }

  async #blockNumber(device: string): Promise<string> {
    try {
      const number = (await readFile(join(this.#options.sys, 'class/block', device, 'dev'), 'utf8')).trim();
      if (/^[0-9]{1,4}:[0-9]{1,7}$/.test(number)) return number;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENODEV')
        throw new EvidockError('recorder.removed', because('device-gone', { device }), error);
      throw error;
    }
    throw refused(because('no-device-number', { device }));
  }

  /** `Q:` lines of udev's database are the tags of the last event; `G:` would be those of all events ever. */
  async #checkTag(record: string, what: string): Promise<void> {
    let text = '';
    try {
      text = await readFile(join(this.#options.udev, record), 'utf8');
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    if (!text.split('\n').includes(`Q:${TAG}`)) throw refused(because('not-marked', { device: what }));
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

function refused(why: Reason): EvidockError {
  return new EvidockError('recorder.mount-failed', why);
}
