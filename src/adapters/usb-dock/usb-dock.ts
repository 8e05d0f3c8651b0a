import { asEvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { usbStaleMounts, usbTrouble } from '#events';
import type { Dock, DockHandler } from '#ports/dock';
import { mediaOf } from './disks.ts';
import { PortStay, RETURN_MS_MAX, type StayOptions } from './port-stay.ts';
import { type BlockDevice, hubOf, isBelow, readBlockDevices, readUsbDevices, type UsbDevice } from './sysfs.ts';
import type { Introduction } from './vendor-commands.ts';

export interface UsbDockOptions extends StayOptions {
  /** Port paths below which ports are looked at, and all are for recorders; empty: every port is looked at. */
  readonly hubs: readonly string[];
  /** Take a released device off the bus. */
  readonly powerOff: boolean;
}

/** A recorder that was released: unmounted, but still in its port. */
interface Released {
  readonly key: string;
  readonly port: string;
  readonly identity: string;
  /** As `PortStay.media` tells. */
  readonly media: string | null;
}

/** A recorder that was unlocked and is expected back as a disk. */
interface Expected {
  readonly introduction: Introduction;
  readonly vendorId: string;
  readonly serial: string | null;
  readonly untilMs: number;
}

/** How often the ports are looked at when nothing rings, and for some time after something did: an event may come before /sys shows it. */
const SLOW_LOOK_MS = 2000;
const FAST_LOOK_MS = 150;
const FAST_FOR_MS = 3000;

/**
 * Recorders in USB ports. Events of the bus only ring: what is there is decided by looking at /sys, so that an event that was lost, doubled or
 * early does no harm.
 */
export class UsbDock implements Dock {
  readonly #options: UsbDockOptions;
  readonly #stays = new Map<string, PortStay>();
  readonly #released = new Map<string, Released>();
  /** By port: a recorder may come back under the other name of its socket. */
  readonly #expected = new Map<string, Expected>();
  /** Stays that are being unmounted. */
  readonly #leaving = new Set<Promise<void>>();
  #handler: DockHandler | undefined;
  #stopped = false;
  #fastUntilMs = 0;
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  #next = 1;

  constructor(options: UsbDockOptions) {
    const isSlotPort = async (port: string) => options.hubs.length > 0 || (await options.isSlotPort(port));
    this.#options = { ...options, isSlotPort };
  }

  async start(handler: DockHandler): Promise<void> {
    this.#handler = handler;
    const mounts = await this.#options.mounter.unmountAll();
    if (mounts > 0) usbStaleMounts(this.#options.log, { mounts });
    await this.#options.bus.start(() => this.#ring());
    await this.#look();
    this.#running = this.#keepLooking();
  }

  #ring(): void {
    this.#fastUntilMs = performance.now() + FAST_FOR_MS;
    this.#wake();
  }

  async #keepLooking(): Promise<void> {
    while (!this.#stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, performance.now() < this.#fastUntilMs ? FAST_LOOK_MS : SLOW_LOOK_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (!this.#stopped) await this.#look();
    }
  }

  async #look(): Promise<void> {
    try {
      // Disks are read first. A device that is taken off the bus in between then shows as refused, and not as one that has lost its card.
      const disks = await readBlockDevices(this.#options.sys);
      const devices = await readUsbDevices(this.#options.sys);
      for (const stay of this.#stays.values()) this.#lookAfter(stay, devices.get(stay.device.sysName), disks);
      for (const [port, released] of this.#released) this.#lookAfterReleased(port, released, devices.get(port), disks.get(port) ?? []);
      this.#lookAfterExpected(devices);
      for (const device of devices.values()) if (!device.isHub && this.#isWatched(device)) this.#consider(device);
    } catch (error) {
      usbTrouble(this.#options.log, { port: '' }, asEvidockError(error));
    }
  }

  /** Both names of a socket count: somebody who named the one means the socket. */
  #isWatched({ sysName, peer }: UsbDevice): boolean {
    return (
      this.#options.hubs.length === 0 || this.#options.hubs.some((hub) => isBelow(sysName, hub) || (peer !== null && isBelow(peer, hub)))
    );
  }

  #lookAfter(stay: PortStay, now: UsbDevice | undefined, disks: ReadonlyMap<string, readonly BlockDevice[]>): void {
    const { sysName, identity } = stay.device;
    const same = now?.identity === identity;
    // When a card was pulled out of a reader, put into it or changed, the device stays but its docking ends.
    const unchanged = stay.media === null || mediaOf(disks.get(sysName) ?? []) === stay.media;
    if (same && (stay.state === 'opening' || unchanged)) return;
    this.#stays.delete(sysName);
    const expected = !same && this.#expect(stay);
    this.#background(stay.leave(expected), sysName);
  }

  /** Whether a device that left does so because it was unlocked. */
  #expect(stay: PortStay): boolean {
    const { introduction, device } = stay;
    if (stay.state !== 'opening' || !introduction?.unlocked || this.#expected.has(device.port)) return false;
    const untilMs = performance.now() + RETURN_MS_MAX;
    this.#expected.set(device.port, { introduction, vendorId: device.vendorId, serial: device.serial, untilMs });
    return true;
  }

  #consider(found: UsbDevice): void {
    const { sysName } = found;
    if (!this.#handler || this.#stays.has(sysName) || this.#released.has(sysName)) return;
    const device = { ...found, port: this.#freePort(found) };
    const expected = this.#expected.get(device.port);
    this.#expected.delete(device.port);
    const remembered = expected && isSame(expected, device) ? expected.introduction : null;
    const stay = new PortStay(
      { ...this.#options, onChanged: () => this.#ring() },
      this.#handler,
      device,
      `usb-${this.#next++}`,
      remembered,
    );
    this.#stays.set(sysName, stay);
    stay.open();
  }

  /**
   * The port of a new device. A socket holds one device, so where two devices have the same port, the kernel has paired the names of two
   * sockets: the firmware did not tell which names belong together. Then each name is a port of its own.
   */
  #freePort({ port, sysName, peer }: UsbDevice): string {
    const taken = new Set([
      ...[...this.#stays.values()].map(({ device }) => device.port),
      ...[...this.#released.values()].map((each) => each.port),
    ]);
    return [port, sysName, peer].find((name) => name !== null && !taken.has(name)) ?? sysName;
  }

  #lookAfterExpected(devices: ReadonlyMap<string, UsbDevice>): void {
    for (const [port, { untilMs, introduction }] of this.#expected) {
      if (performance.now() < untilMs || [...devices.values()].some((device) => device.port === port)) continue;
      this.#expected.delete(port);
      // Pulled meanwhile, or stuck: that cannot be told from here, and a word too many is better than a recorder that nobody sees.
      const problem = { code: 'recorder.locked', reason: because('not-back-as-disk', {}) } as const;
      this.#handler?.noticed({ port, hub: hubOf(port), state: 'problem', facts: introduction.facts, problem });
    }
  }

  #lookAfterReleased(port: string, released: Released, now: UsbDevice | undefined, disks: readonly BlockDevice[]): void {
    // A released device that the station took off the bus has no disks, which tells nothing of its card. Where it has disks, they tell: a
    // card that was pulled leaves an empty disk, and another card has another medium.
    const tellsOfCards = now?.refused === false && disks.length > 0 && released.media !== null;
    const changed = tellsOfCards && mediaOf(disks) !== released.media;
    if (now?.identity === released.identity && !changed) return;
    this.#released.delete(port);
    this.#handler?.removed(released.key);
  }

  async release(key: string): Promise<void> {
    const stay = [...this.#stays.values()].find((each) => each.key === key);
    if (stay?.state !== 'docked') return;
    const { media } = stay;
    const { sysName, port, identity } = stay.device;
    this.#stays.delete(sysName);
    this.#released.set(sysName, { key, port, identity, media });
    await stay.release();
    // If another card was put in meanwhile, the device stays on the bus, so that the card is read.
    if (this.#options.powerOff && (await stay.holdsWhatWasOpened())) await this.#options.mounter.powerOff(sysName);
  }

  #background(work: Promise<void>, port: string): void {
    const tracked = work
      .catch((error: unknown) => usbTrouble(this.#options.log, { port }, asEvidockError(error)))
      .finally(() => this.#leaving.delete(tracked));
    this.#leaving.add(tracked);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#options.bus.stop();
    this.#wake();
    await this.#running;
    this.#handler = undefined;
    for (const stay of this.#stays.values()) this.#background(stay.release(), stay.device.sysName);
    this.#stays.clear();
    await Promise.all(this.#leaving);
  }
}

/** A recorder as a disk may have another product id, but not another maker; a serial that contradicts is another recorder's. */
function isSame(expected: Expected, device: UsbDevice): boolean {
  if (expected.vendorId !== device.vendorId) return false;
  return (
    device.serial === null ||
    expected.serial === null ||
    device.serial === expected.serial ||
    device.serial === expected.introduction.serial
  );
}
