import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { errnoOf } from '#domain/errno';

/*
 * What the kernel knows of USB devices and of the disks below them, read from /sys. A device may vanish between two reads: then it is not
 * listed, which is the truth.
 */

export interface UsbInterface {
  readonly number: number;
  /** 2 lower-case hexadecimal digits each. */
  readonly class: string;
  readonly subclass: string;
  readonly protocol: string;
  readonly name: string | null;
}

export interface UsbDevice {
  /** The kernel's name: `1-4.2` is in port 2 of the hub in port 4 of bus 1. */
  readonly sysName: string;
  /**
   * The physical port, by which slots are numbered. A USB 3 socket has two kernel names, one on the bus for USB 2 and one on its SuperSpeed peer
   * (`1-4` and `2-4`): whatever is plugged in, it is in the port of the lower name.
   */
  readonly port: string;
  /** The other name of the same socket, where the kernel knows it. */
  readonly peer: string | null;
  /** Changes with every enumeration, not with a bus reset: tells a device that came back from one that never left. */
  readonly identity: string;
  readonly busNumber: number;
  readonly deviceNumber: number;
  readonly vendorId: string;
  readonly productId: string;
  readonly manufacturer: string | null;
  readonly product: string | null;
  readonly serial: string | null;
  readonly isHub: boolean;
  /** The kernel was told to leave it alone: by this machine's rules, or because it was released. */
  readonly refused: boolean;
  readonly interfaces: readonly UsbInterface[];
}

export interface BlockDevice {
  /** Kernel name: `sdb1`. */
  readonly name: string;
  /** `8:17`. */
  readonly number: string;
  readonly bytes: number;
  /** 0 for a whole disk. */
  readonly partition: number;
  /**
   * The kernel's number of the medium in the disk, which changes with every medium that is put in (Linux 5.15 and later); null where there
   * is none.
   */
  readonly mediumNumber: string | null;
}

const HUB_CLASS = '09';
const DESCRIPTOR_CONFIGURATION = 2;
const DESCRIPTOR_INTERFACE = 4;
const SECTOR_BYTES = 512;
/** More devices than any station has ports: what comes after is not looked at. */
const DEVICES_MAX = 1024;
/** Strings of descriptors are a device's own claims. */
const TEXT_LENGTH_MAX = 126;

/** All USB devices but root hubs, by port path. `sys` is usually /sys; an empty list where there is no USB. */
export async function readUsbDevices(sys: string): Promise<ReadonlyMap<string, UsbDevice>> {
  const directory = join(sys, 'bus/usb/devices');
  const names = await namesIn(directory);
  // `1-4.2` is a device, `1-4.2:1.0` one of its interfaces, `usb1` a root hub.
  const ports = names.filter((name) => /^[0-9]+-[0-9.]+$/.test(name)).slice(0, DEVICES_MAX);
  const found = await Promise.all(ports.map((name) => readUsbDevice(join(directory, name), name)));
  return new Map(found.flatMap((device) => (device ? [[device.sysName, device] as const] : [])));
}

async function readUsbDevice(path: string, sysName: string): Promise<UsbDevice | null> {
  const read = (name: string) => attribute(join(path, name));
  const identity = await identityOf(path);
  const [busNumber, deviceNumber, vendorId, productId, deviceClass] = await Promise.all(
    ['busnum', 'devnum', 'idVendor', 'idProduct', 'bDeviceClass'].map(read),
  );
  if (!identity || !busNumber || !deviceNumber || !vendorId || !productId) return null;
  const texts = ['manufacturer', 'product', 'serial', 'authorized', 'bConfigurationValue'];
  const [manufacturer, product, serial, authorized, configuration] = await Promise.all(texts.map(read));
  const interfaces = await readInterfaces(path, sysName, configuration || '1');
  const peer = await peerOf(join(path, 'port'));
  return {
    sysName,
    port: peer !== null && isLower(peer, sysName) ? peer : sysName,
    peer,
    identity: `${identity}/${deviceNumber}`,
    busNumber: Number(busNumber),
    deviceNumber: Number(deviceNumber),
    vendorId,
    productId,
    manufacturer: manufacturer || null,
    product: product || null,
    serial: serial || null,
    // A hub is nothing else: one that also types is no hub.
    isHub: deviceClass === HUB_CLASS && interfaces.every((each) => each.class === HUB_CLASS),
    refused: authorized === '0',
    interfaces,
  };
}

function isLower(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}

/** The peer of a port, by its directory: `usb1-port4` is the root hub's port 1-4, `1-4-port2` is port 1-4.2. */
export async function peerOf(port: string): Promise<string | null> {
  try {
    const peer = basename(await readlink(join(port, 'peer')));
    const [, bus, hub, number] = /^(?:usb([0-9]+)|([0-9]+-[0-9.]+))-port([0-9]+)$/.exec(peer) ?? [];
    if (number === undefined) return null;
    return bus === undefined ? `${hub}.${number}` : `${bus}-${number}`;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/**
 * The interfaces of the configuration in use, from the descriptors as the device sent them: the kernel makes its own directories for them one
 * by one, and a keyboard that comes second must not be overlooked. Their names are in those directories, once they are there.
 */
async function readInterfaces(path: string, sysName: string, configuration: string): Promise<readonly UsbInterface[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(path, 'descriptors'));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
  const found = interfacesIn(bytes, Number(configuration));
  return Promise.all(
    found.map(async (each) => {
      const name = await attribute(join(path, `${sysName}:${configuration}.${each.number}`, 'interface'));
      return { ...each, name: name || null };
    }),
  );
}

/** Walks device, configuration and interface descriptors; every alternate setting counts. Never throws: a length that lies ends the walk. */
function interfacesIn(bytes: Buffer, configuration: number): Omit<UsbInterface, 'name'>[] {
  const found: Omit<UsbInterface, 'name'>[] = [];
  let current = -1;
  for (let at = 0; at + 2 <= bytes.length; ) {
    const length = bytes[at] ?? 0;
    const type = bytes[at + 1];
    if (length < 2 || at + length > bytes.length) break;
    if (type === DESCRIPTOR_CONFIGURATION && length >= 6) current = bytes[at + 5] ?? -1;
    if (type === DESCRIPTOR_INTERFACE && length >= 9 && current === configuration) {
      const hex = (offset: number) => (bytes[at + offset] ?? 0).toString(16).padStart(2, '0');
      found.push({ number: bytes[at + 2] ?? 0, class: hex(5), subclass: hex(6), protocol: hex(7) });
    }
    at += length;
  }
  return found;
}

/** Whether the device that was seen there is still there: the same enumeration of it, not another. */
export async function isPresent(sys: string, device: Pick<UsbDevice, 'sysName' | 'identity'>): Promise<boolean> {
  const path = join(sys, 'bus/usb/devices', device.sysName);
  const identity = await identityOf(path);
  return identity !== null && device.identity === `${identity}/${await attribute(join(path, 'devnum'))}`;
}

async function identityOf(path: string): Promise<string | null> {
  try {
    const { ino } = await stat(path);
    return String(ino);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** Disks and partitions below each USB device, by port path. A card reader without a card has a disk of 0 bytes. */
export async function readBlockDevices(sys: string): Promise<ReadonlyMap<string, readonly BlockDevice[]>> {
  const directory = join(sys, 'class/block');
  const below = new Map<string, BlockDevice[]>();
  for (const name of await namesIn(directory)) {
    const link = await linkIn(directory, name);
    const sysName = ownerOf(link);
    const device = sysName === null ? null : await readBlockDevice(resolve(directory, link));
    if (sysName !== null && device) below.set(sysName, [...(below.get(sysName) ?? []), device]);
  }
  for (const devices of below.values()) devices.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  return below;
}

/** The disks and partitions of these names, in their order, as they are now; without those that have gone. */
export async function readBlockDevicesNamed(sys: string, names: readonly string[]): Promise<readonly BlockDevice[]> {
  const directory = join(sys, 'class/block');
  const found = await Promise.all(names.map(async (name) => readBlockDevice(resolve(directory, await linkIn(directory, name)))));
  return found.filter((device) => device !== null);
}

async function readBlockDevice(path: string): Promise<BlockDevice | null> {
  const [number, size, partition] = await Promise.all(['dev', 'size', 'partition'].map((each) => attribute(join(path, each))));
  if (!number || !size) return null;
  // A partition has no number of its own: its medium is its disk's.
  const mediumNumber = (await attribute(join(partition ? dirname(path) : path, 'diskseq'))) || null;
  return { name: basename(path), number, bytes: Number(size) * SECTOR_BYTES, partition: Number(partition ?? 0), mediumNumber };
}

/** The USB device that a path of /sys belongs to: the innermost of `…/usb1/1-4/1-4.2/1-4.2:1.0/host2/…`. */
function ownerOf(path: string): string | null {
  return path.split('/').findLast((part) => /^[0-9]+-[0-9]+(\.[0-9]+)*$/.test(part)) ?? null;
}

async function linkIn(directory: string, name: string): Promise<string> {
  try {
    return await readlink(join(directory, name));
  } catch (error) {
    if (isGone(error)) return '';
    throw error;
  }
}

/** The hub that a port belongs to: `1-4` of `1-4.2`, and `1` (the bus, as in dock.hubs) of `1-4`. */
export function hubOf(sysName: string): string {
  const dot = sysName.lastIndexOf('.');
  return dot >= 0 ? sysName.slice(0, dot) : sysName.slice(0, sysName.indexOf('-'));
}

/** Whether a port is below a hub, however deep. */
export function isBelow(sysName: string, hub: string): boolean {
  return sysName.startsWith(hub.includes('-') ? `${hub}.` : `${hub}-`);
}

async function attribute(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim().slice(0, TEXT_LENGTH_MAX);
  } catch (error) {
    if (isGone(error)) return null;
    throw new Error(`${basename(path)} of a USB device cannot be read`, { cause: error });
  }
}

export async function isThere(path: string): Promise<boolean> {
  return (await identityOf(path)) !== null;
}

export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Attributes of a device that is just leaving answer with any of these. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENODEV', 'ENXIO', 'EIO', 'ENOTDIR', 'EINVAL'].includes(errnoOf(error) ?? '');
}
