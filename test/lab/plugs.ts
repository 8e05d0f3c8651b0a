import { realpath } from 'node:fs/promises';
import type { Guest } from './guest.ts';
import type { Json } from './qmp.ts';

/*
 * The hands at the dock: devices that QEMU itself emulates, plugged into a port and pulled. Ports are written as QEMU and the kernel write
 * them: `3` is the third port of the root hub, `1.2` the second port of a hub that was plugged into the first.
 */

/** What ID_PATH of a device on QEMU's bus begins with; `:<port>` follows. The address is fixed in guest.ts, so that more disks do not move it. */
export const USB_PATH = 'pci-0000:00:10.0-usb-0';

export interface Stick {
  /** Serial of the device, and its name for `yank`. */
  readonly name: string;
  readonly port: string;
  readonly image: string;
  readonly readOnly?: boolean;
  readonly bytesPerSecond?: number;
  /** 512-byte sectors of the image that cannot be read. */
  readonly badSectors?: readonly number[];
}

/**
 * What QEMU reports for a bad sector: ENODATA becomes MEDIUM ERROR, unrecovered read error, as flash tells it. A reader through a file system
 * then gets EIO, one with O_DIRECT gets ENODATA. */
const ENODATA = 61;

/** A USB stick (vendor 46f4, product 0001). For other ids see gadgets.ts. */
export async function plug(guest: Guest, stick: Stick): Promise<void> {
  const { name } = stick;
  const readOnly = stick.readOnly ?? false;
  await addNode(guest, `${name}-file`, { driver: 'file', filename: await realpath(stick.image), 'read-only': readOnly });
  let node = `${name}-file`;
  const over = async (kind: string, options: { readonly [key: string]: Json }) => {
    await addNode(guest, `${name}-${kind}`, { 'read-only': readOnly, ...options });
    node = `${name}-${kind}`;
  };
  if (stick.badSectors) {
    const rules = stick.badSectors.map((sector) => ({ event: 'none', iotype: 'read', errno: ENODATA, sector, once: false }));
    await over('bad', { driver: 'blkdebug', image: node, 'inject-error': rules });
  }
  await over('raw', { driver: 'raw', file: node });
  if (stick.bytesPerSecond !== undefined) {
    await guest.qmp.execute('object-add', { 'qom-type': 'throttle-group', id: `${name}-rate`, limits: limits(stick.bytesPerSecond) });
    await over('slow', { driver: 'throttle', 'throttle-group': `${name}-rate`, file: node });
  }
  await addDevice(guest, { driver: 'usb-storage', id: name, drive: node, port: stick.port, serial: name });
}

/** Changes the speed of a stick that was plugged with `bytesPerSecond`. */
export async function setSpeed(guest: Guest, name: string, bytesPerSecond: number): Promise<void> {
  await guest.qmp.execute('qom-set', { path: `/objects/${name}-rate`, property: 'limits', value: limits(bytesPerSecond) });
}

/**
 * Pulls a device; returns when it is gone, with the moment at which QEMU had pulled it (`performance.now()`). What is plugged into a hub goes with
 * it: `behind` names that.
 */
export async function yank(guest: Guest, name: string, behind: readonly string[] = []): Promise<number> {
  const gone = [name, ...behind].map((device) => guest.qmp.event('DEVICE_DELETED', { device }));
  const pulled = guest.qmp.execute('device_del', { id: name }).then(() => performance.now());
  await Promise.all([...gone, pulled]);
  for (const device of [name, ...behind]) await forgetBackend(guest, device);
  return pulled;
}

/** Takes apart what fed a device that is gone: of a stick its image, of a network its net. */
async function forgetBackend(guest: Guest, name: string): Promise<void> {
  const nodes = (await guest.qmp.execute('query-named-block-nodes', { flat: true })) as readonly { readonly 'node-name': string }[];
  const names = new Set(nodes.map((node) => node['node-name']));
  for (const kind of ['slow', 'raw', 'bad', 'file']) {
    if (names.has(`${name}-${kind}`)) await guest.qmp.execute('blockdev-del', { 'node-name': `${name}-${kind}` });
  }
  const objects = (await guest.qmp.execute('qom-list', { path: '/objects' })) as readonly { readonly name: string }[];
  for (const object of objects) {
    if (object.name === `${name}-rate`) await guest.qmp.execute('object-del', { id: object.name });
    if (object.name === `${name}-net`) await guest.qmp.execute('netdev_del', { id: object.name });
  }
}

/** A hub with 8 ports. It is a full-speed one, so what is plugged into it runs at full speed. */
export async function plugHub(guest: Guest, device: { readonly name: string; readonly port: string }): Promise<void> {
  await addDevice(guest, { driver: 'usb-hub', id: device.name, port: device.port });
}

/** A keyboard, as a BadUSB device shows one. */
export async function plugKeyboard(guest: Guest, device: { readonly name: string; readonly port: string }): Promise<void> {
  await addDevice(guest, { driver: 'usb-kbd', id: device.name, port: device.port, serial: device.name });
}

/** A network adapter (RNDIS and CDC Ethernet) on a net of its own that leads nowhere. */
export async function plugNetwork(guest: Guest, device: { readonly name: string; readonly port: string }): Promise<void> {
  await guest.qmp.execute('netdev_add', { type: 'user', id: `${device.name}-net`, restrict: true });
  await addDevice(guest, { driver: 'usb-net', id: device.name, port: device.port, netdev: `${device.name}-net` });
}

/** An MTP device that shows a directory of the host. */
export async function plugMtp(
  guest: Guest,
  device: { readonly name: string; readonly port: string; readonly directory: string },
): Promise<void> {
  const rootdir = await realpath(device.directory);
  await addDevice(guest, { driver: 'usb-mtp', id: device.name, port: device.port, rootdir, desc: device.name, readonly: true });
}

function limits(bytesPerSecond: number): { readonly [key: string]: Json } {
  return { 'bps-total': bytesPerSecond };
}

async function addNode(guest: Guest, name: string, options: { readonly [key: string]: Json }): Promise<void> {
  await guest.qmp.execute('blockdev-add', { 'node-name': name, ...options });
}

async function addDevice(guest: Guest, options: { readonly [key: string]: Json }): Promise<void> {
  await guest.qmp.execute('device_add', { bus: 'usb.0', ...options });
}
