import { setTimeout as sleep } from 'node:timers/promises';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because, type Reason, together } from '#domain/reason';
import type { UsbProfile } from '#domain/recorder/exchange';
import { type Log, usbTrouble } from '#events';
import type { Arrival, DockHandler, DockNotice } from '#ports/dock';
import { areStillThere, type Disk, type Media, mediaOf, waitForDisks } from './disks.ts';
import { type Role, roleOf } from './foreign.ts';
import { hasNothingToMount, type Mounted } from './mounter.ts';
import { hubOf, isPresent, readBlockDevices, type UsbDevice } from './sysfs.ts';
import { type IntroduceOptions, type Introduction, introduce } from './vendor-commands.ts';
import { type Opened, openDisks, openMtp, type VolumesOptions } from './volumes.ts';

export interface StayOptions extends VolumesOptions, IntroduceOptions {
  /** Usually /sys and /run. */
  readonly sys: string;
  readonly run: string;
  readonly profiles: readonly { readonly driverId: string; readonly profile: UsbProfile }[];
  readonly log: Log;
  /** Whether this port is for recorders only. */
  isSlotPort(port: string): Promise<boolean>;
  /** Few at a time: 32 recorders that are plugged in at once must not start 100 programs. */
  readonly oneOfFew: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The holder of the stays. A stay tells it what it found out before the next look does. */
interface StayOwner {
  /** Called when the device or its medium is not the one that was opened any more. */
  readonly onChanged: () => void;
}

/**
 * How long the first disk is waited for. A recorder that may be locked gets less time: if it is, its disk comes only after it was unlocked.
 */
const DISK_MS_MAX = 15_000;
const LOCKED_DISK_MS_MAX = 3000;
/** How long a recorder may be off the bus after it was unlocked. */
export const RETURN_MS_MAX = 20_000;
const OPEN_TRIES_MAX = 3;
const OPEN_PAUSE_MS = 1500;
/** Written by makers who did not care: the same on every device. */
const NO_SERIAL = /^(0*|f*|x*|none|0?123456789[0-9a-f]*|[0-9a-f]{0,4})$/i;

/** `ignored`: nothing of ours; `noticed`: told to the handler, but not docked; `docked`: arrived; `left`: over. */
export type StayState = 'opening' | 'ignored' | 'noticed' | 'docked' | 'left';

/** One device in one port, from the moment it is seen until it leaves: what it is, how it was opened, and what has to be undone. */
export class PortStay {
  readonly device: UsbDevice;
  readonly key: string;
  readonly #options: StayOptions & StayOwner;
  readonly #handler: DockHandler;
  readonly #gone = new AbortController();
  readonly #mounts: Mounted[] = [];
  readonly #facts: Reason[];
  #state: StayState = 'opening';
  #told = false;
  #media: Media | null = null;
  #introduction: Introduction | null;
  #opening: Promise<void> = Promise.resolve();

  constructor(options: StayOptions & StayOwner, handler: DockHandler, device: UsbDevice, key: string, remembered: Introduction | null) {
    this.#options = options;
    this.#handler = handler;
    this.device = device;
    this.key = key;
    this.#introduction = remembered;
    this.#facts = [
      because('usb-in-port', { vendor: device.vendorId, product: device.productId, port: portWords(device), why: described(device) }),
      ...(remembered?.facts ?? []),
    ];
  }

  get state(): StayState {
    return this.#state;
  }

  /** The disks with a medium that it was opened with, as `mediaOf` tells; null if it was not asked for its disks. */
  get media(): string | null {
    return this.#media?.text ?? null;
  }

  /** What it told before it was unlocked, for the device that comes in its place. */
  get introduction(): Introduction | null {
    return this.#introduction;
  }

  open(): void {
    this.#opening = this.#open().catch((error: unknown) => this.#failed(error));
  }

  async #open(): Promise<void> {
    const role = roleOf(this.device);
    if (await this.#isForeign(role)) return;
    const found = this.#options.profiles.find(({ profile }) => matches(profile, this.device));
    if (!role.storage && !role.mtp && !found) return this.#ignore(role);
    this.#notice('preparing', null);
    let disks = role.storage ? await this.#disks(found?.profile.unlock ? LOCKED_DISK_MS_MAX : DISK_MS_MAX) : [];
    const locked = disks.length === 0 && !role.mtp && found?.profile.unlock !== undefined;
    // What it told before it was unlocked need not be asked again: the disk it has become may answer no more.
    if (found && !this.#introduction?.unlocked && (locked || role.vendor)) await this.#introduce(found.profile, locked);
    if (locked) disks = await this.#disks(RETURN_MS_MAX);
    if (disks.length === 0 && !role.mtp) return this.#noDisk(locked);
    await this.#openSettled(disks);
  }

  /**
   * Mounts the disks until the media after the mounting are those from before it, so that what is told as arrived is what is there. A card
   * may be changed while it is mounted, and some disks number their medium only when they are first opened. Neither begins the stay anew,
   * but what was mounted is unmounted. After OPEN_TRIES_MAX tries the recorder arrives all the same, and the next look sees the change.
   */
  async #openSettled(found: readonly Disk[]): Promise<void> {
    let disks = found;
    for (let attempt = 1; ; attempt += 1) {
      const now = disks;
      const opened = await this.#options.oneOfFew(() => this.#openPatiently(now));
      this.#gone.signal.throwIfAborted();
      if (attempt >= OPEN_TRIES_MAX || (await this.#hasItsMedia())) {
        const serialOf = now.map((disk) => disk.udev?.serialShort).find((serial) => serial);
        return this.#arrive(opened, serialOf ?? null);
      }
      await this.#unmount();
      disks = await this.#disks(DISK_MS_MAX);
      if (disks.length === 0) return this.#noDisk(false);
    }
  }

  async #hasItsMedia(): Promise<boolean> {
    if (this.#media === null) return true;
    return mediaOf((await readBlockDevices(this.#options.sys)).get(this.device.sysName) ?? []) === this.#media.text;
  }

  async #disks(msMax: number): Promise<readonly Disk[]> {
    const found = await waitForDisks(this.#options, this.device.sysName, msMax, this.#gone.signal);
    this.#media = found.media;
    return found.disks;
  }

  async #isForeign(role: Role): Promise<boolean> {
    const { refused } = this.device;
    const why = role.foreign;
    // A recorder that was released by an earlier process and is still in its port: nothing to do until it is docked again.
    if (refused && why.length === 0) this.#state = 'ignored';
    if (why.length === 0) return refused;
    const onSlot = await this.#isOnSlot();
    if (onSlot || role.storage || role.mtp) {
      this.#facts.push(...why);
      this.#notice('problem', new EvidockError('recorder.foreign-device', together(why)));
    } else this.#state = 'ignored';
    return true;
  }

  async #isOnSlot(): Promise<boolean> {
    const { sysName, peer } = this.device;
    return (await this.#options.isSlotPort(sysName)) || (peer !== null && (await this.#options.isSlotPort(peer)));
  }

  /** The device has nothing that could be read. On a port for recorders a person is told of a vendor interface that no driver knows. */
  async #ignore(role: Role): Promise<void> {
    if (role.vendor && (await this.#isOnSlot())) {
      this.#facts.push(because('vendor-interface', {}));
      this.#notice('problem', new EvidockError('recorder.unknown', described(this.device)));
    } else this.#state = 'ignored';
  }

  async #introduce(profile: UsbProfile, unlock: boolean): Promise<void> {
    const options = {
      bus: this.#options.bus,
      setClock: this.#options.setClock,
      timezone: this.#options.timezone,
      unlock,
      signal: this.#gone.signal,
    };
    const told = await introduce(this.device, profile, {
      ...options,
      port: this.device.port,
      usbSerial: realSerial(this.device.serial),
      record: this.#handler,
      nowMs: () => this.#options.nowMs(),
      secret: (name) => this.#options.secret(name),
    });
    this.#introduction = told;
    this.#facts.push(...told.facts);
  }

  #noDisk(unlocked: boolean): void {
    if (unlocked) throw new EvidockError('recorder.locked', because('no-disk-after', { seconds: RETURN_MS_MAX / 1000 }));
    // A card reader without a card is no problem; the card's arrival opens it anew.
    this.#facts.push(because('no-medium', {}));
    this.#notice('gone', null);
    this.#told = false;
    this.#state = 'ignored';
  }

  /** Many devices answer only some time after they have come; and the mount helper may be starting anew. */
  async #openPatiently(disks: readonly Disk[]): Promise<Opened> {
    const keep = (mounted: Mounted) => this.#mounts.push(mounted);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return disks.length > 0
          ? await openDisks(disks, this.#options, this.holdsWhatWasOpened, keep)
          : await openMtp(this.device, this.#options, this.#present, keep);
      } catch (error) {
        const { code, reason } = asEvidockError(error);
        const hopeless = reason.code === 'not-installed' || hasNothingToMount(reason);
        if (attempt >= OPEN_TRIES_MAX || code !== 'recorder.mount-failed' || hopeless) throw error;
        await this.#unmount();
        await sleep(OPEN_PAUSE_MS, undefined, { signal: this.#gone.signal });
      }
    }
  }

  #arrive(opened: Opened, udevSerial: string | null): void {
    const { device } = this;
    const told = this.#introduction;
    const serial =
      told?.serial ?? realSerial(device.serial) ?? realSerial(udevSerial) ?? opened.mounts.find((mount) => mount.uuid)?.uuid ?? null;
    const arrival: Arrival = {
      key: this.key,
      port: device.port,
      hub: hubOf(device.sysName),
      slot: null,
      serial,
      vendorId: device.vendorId,
      productId: device.productId,
      manufacturer: device.manufacturer,
      product: device.product,
      clockOffsetMs: told?.clockOffsetMs ?? null,
      batteryPercent: told?.batteryPercent ?? null,
      clockSet: told?.clockSet ?? null,
      unlocked: told?.unlocked ?? false,
      facts: [...this.#facts, ...opened.facts],
      volume: opened.volume,
      access: opened.access,
      unclean: opened.unclean,
    };
    this.#state = 'docked';
    this.#handler.arrived(arrival);
  }

  /** Whether the device is still there. If not, the holder looks at once: a read may find this out long before the bus rings. */
  readonly #present = async (): Promise<boolean> => {
    const present = await isPresent(this.#options.sys, this.device);
    if (!present) this.#options.onChanged();
    return present;
  };

  /**
   * Whether the port still holds the device and the media that were opened. The volume asks when a read fails, because a pulled device and
   * a bad sector look alike. It asks too when a file was read or is to be removed, because the mount may lead to another card's blocks by
   * then.
   */
  readonly holdsWhatWasOpened = async (): Promise<boolean> => {
    if (!(await this.#present())) return false;
    if (this.#media === null || (await areStillThere(this.#options.sys, this.#media))) return true;
    this.#options.onChanged();
    return false;
  };

  async #failed(error: unknown): Promise<void> {
    await this.#unmount().catch((failure: unknown) =>
      usbTrouble(this.#options.log, { port: this.device.sysName }, asEvidockError(failure)),
    );
    if (this.#gone.signal.aborted) return;
    const failure = asEvidockError(error);
    // It is leaving: the look that finds it gone ends this stay.
    if (failure.code === 'recorder.removed' && !(await this.#present())) return;
    this.#notice('problem', failure);
  }

  #notice(state: DockNotice['state'], problem: EvidockError | null): void {
    if (this.#state === 'left') return;
    this.#state = state === 'preparing' ? 'opening' : 'noticed';
    this.#told = state !== 'gone';
    this.#handler.noticed({
      port: this.device.port,
      hub: hubOf(this.device.sysName),
      state,
      facts: [...this.#facts],
      problem: problem ? { code: problem.code, reason: problem.reason } : null,
    });
  }

  /**
   * Ends the stay: the device has left, or is to be opened anew. The handler hears of it at once. `expected`: the device was unlocked and
   * will come back, so the handler is not told. Resolves when everything is unmounted.
   */
  async leave(expected: boolean): Promise<void> {
    if (this.#state === 'left') return;
    const was = this.#state;
    if (was !== 'docked' && this.#told && !expected) this.#notice('gone', null);
    this.#state = 'left';
    this.#gone.abort(new EvidockError('recorder.removed', because('port', { port: this.device.port })));
    if (was === 'docked') this.#handler.removed(this.key);
    await this.#opening;
    await this.#unmount();
  }

  /** Unmounts; the recorder may be pulled from then on. The handler hears of the removal later, when it really happens. */
  async release(): Promise<void> {
    this.#state = 'left';
    this.#gone.abort(new EvidockError('recorder.removed', because('port', { port: this.device.port })));
    await this.#opening;
    await this.#unmount();
  }

  async #unmount(): Promise<void> {
    const results = await Promise.allSettled(this.#mounts.splice(0).map(({ path }) => this.#options.mounter.unmount(path)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

function matches(profile: UsbProfile, device: UsbDevice): boolean {
  return profile.vendorId === device.vendorId && (profile.productId === undefined || profile.productId === device.productId);
}

function realSerial(serial: string | null): string | null {
  return serial === null || NO_SERIAL.test(serial) ? null : serial;
}

function portWords({ port, sysName }: UsbDevice): string {
  return port === sysName ? port : `${port} (${sysName})`;
}

function described({ manufacturer, product, serial }: UsbDevice): Reason {
  const name = [manufacturer, product].filter((part) => part).join(', ') || '—';
  return serial ? because('named-with-serial', { name, serial }) : because('named-without-serial', { name });
}
