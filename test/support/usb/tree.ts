import { mkdir, mkdtemp, readdir, readlink, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * A /sys and a /run as the kernel and udev show them, made of plain files: as much of them as a dock reads. The real ones are the lab's.
 */

interface TreeDevice {
  readonly port: string;
  readonly number: number;
  readonly ids: string;
  readonly serial?: string;
  readonly product?: string;
  readonly deviceClass?: string;
  /** Class, subclass and protocol of each interface: `080650`. */
  readonly interfaces: readonly string[];
  /** Kernel name and size in bytes of each disk; partitions are named `sda1`. */
  readonly disks?: Readonly<Record<string, number>>;
  readonly authorized?: boolean;
  /** What the kernel calls the port's peer: `usb2-port1`. */
  readonly peer?: string;
}

export class UsbTree {
  readonly root: string;
  /** False for a kernel before 5.15, which does not number media. */
  numbersMedia = true;
  #blockNumber = 1;
  #mediumNumber = 1;

  private constructor(root: string) {
    this.root = root;
  }

  static async make(): Promise<UsbTree> {
    const tree = new UsbTree(await realpath(await mkdtemp(join(tmpdir(), 'evidock-usb-'))));
    for (const path of ['sys/bus/usb/devices', 'sys/class/block', 'sys/devices', 'run/udev/data']) {
      await mkdir(join(tree.root, path), { recursive: true });
    }
    return tree;
  }

  get sys(): string {
    return join(this.root, 'sys');
  }

  get run(): string {
    return join(this.root, 'run');
  }

  async plug(device: TreeDevice): Promise<void> {
    const [vendorId = '', productId = ''] = device.ids.split(':');
    const directory = this.#directory(device.port);
    const attributes: Record<string, string | Buffer> = {
      busnum: device.port.split('-')[0] ?? '',
      devnum: String(device.number),
      idVendor: vendorId,
      idProduct: productId,
      bDeviceClass: device.deviceClass ?? '00',
      bConfigurationValue: '1',
      authorized: device.authorized === false ? '0' : '1',
      descriptors: descriptors(device.interfaces),
      ...(device.serial === undefined ? {} : { serial: device.serial }),
      ...(device.product === undefined ? {} : { product: device.product }),
    };
    // The directory appears as a whole, as the kernel makes it.
    await mkdir(`${directory}.new`, { recursive: true });
    for (const [name, value] of Object.entries(attributes))
      await writeFile(join(`${directory}.new`, name), typeof value === 'string' ? `${value}\n` : value);
    if (device.peer !== undefined) {
      await mkdir(join(`${directory}.new`, 'port'));
      await symlink(`../../${device.peer}`, join(`${directory}.new`, 'port/peer'));
    }
    await rename(`${directory}.new`, directory);
    for (const [name, bytes] of Object.entries(device.disks ?? {})) await this.addDisk(device.port, name, bytes);
    await symlink(directory, join(this.sys, 'bus/usb/devices', device.port));
  }

  /** A bus with the ports of its root hub and, where they have one, what the kernel calls their peers: `{ 1: 'usb2-port1', 2: null }`. */
  async rootHub(bus: number, peers: Readonly<Record<number, string | null>>): Promise<void> {
    const directory = join(this.sys, 'devices/pci0000:00/0000:00:03.0', `usb${bus}`);
    for (const [port, peer] of Object.entries(peers)) {
      const path = join(directory, `${bus}-0:1.0`, `usb${bus}-port${port}`);
      await mkdir(path, { recursive: true });
      if (peer !== null) await symlink(`../../../${peer.split('-')[0]}/x/${peer}`, join(path, 'peer'));
    }
    await symlink(directory, join(this.sys, 'bus/usb/devices', `usb${bus}`));
  }

  async addDisk(port: string, name: string, bytes: number): Promise<void> {
    const place = `8:${this.#blockNumber++}`;
    const disk = name.replace(/\d+$/, '');
    const directory = join(this.#directory(port), `${port}:1.0/host0/block`, disk, name === disk ? '' : name);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'dev'), `${place}\n`);
    await writeFile(join(directory, 'size'), `${bytes / 512}\n`);
    if (name !== disk) await writeFile(join(directory, 'partition'), `${name.slice(disk.length)}\n`);
    else if (this.numbersMedia) await this.#set(directory, 'diskseq', this.#mediumNumber++);
    await writeFile(join(this.run, 'udev/data', `b${place}`), `E:ID_PATH=pci-0000:00:03.0-usb-0:${port}\nG:systemd\n`);
    await symlink(directory, join(this.sys, 'class/block', name));
  }

  /** Takes the card out of a disk of a card reader. The disk stays, its partitions go. */
  async pullCard(name: string): Promise<void> {
    const disk = join(this.sys, 'class/block', name);
    await this.#set(disk, 'size', 0);
    if (this.numbersMedia) await this.#set(disk, 'diskseq', this.#mediumNumber++);
    for (const other of await readdir(join(this.sys, 'class/block')))
      if (other !== name && other.startsWith(name)) await rm(join(this.sys, 'class/block', other));
  }

  /** Puts another card into a disk of a card reader before anybody has looked. The kernel numbers the card before it knows its size. */
  async changeCard(name: string, bytes: number): Promise<void> {
    const disk = join(this.sys, 'class/block', name);
    if (this.numbersMedia) await this.#set(disk, 'diskseq', this.#mediumNumber++);
    await this.#set(disk, 'size', bytes / 512);
  }

  /** Does what `authorized` = 0 does: the attribute changes first, and then the disks go. */
  async deauthorize(port: string): Promise<void> {
    const directory = this.#directory(port);
    await this.#set(directory, 'authorized', 0);
    const links = join(this.sys, 'class/block');
    for (const name of await readdir(links))
      if ((await readlink(join(links, name))).startsWith(`${directory}/`)) await rm(join(links, name));
  }

  /** Writes an attribute as a whole, because one of the kernel is read so. */
  async #set(directory: string, name: string, value: number): Promise<void> {
    await writeFile(join(directory, `${name}.new`), `${value}\n`);
    await rename(join(directory, `${name}.new`), join(directory, name));
  }

  async pull(port: string): Promise<void> {
    await rm(join(this.sys, 'bus/usb/devices', port));
    await rm(this.#directory(port), { recursive: true });
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true });
  }

  #directory(port: string): string {
    return join(this.sys, 'devices/pci0000:00/0000:00:03.0', `usb${port.split('-')[0]}`, ...chain(port));
  }
}

/** `1-4`, `1-4.2` of `1-4.2`. */
function chain(port: string): string[] {
  const parts = port.split('.');
  return parts.map((_, place) => parts.slice(0, place + 1).join('.'));
}

function descriptors(interfaces: readonly string[]): Buffer {
  const device = Buffer.alloc(18);
  device.set([18, 1]);
  const configuration = Buffer.from([9, 2, 9 + interfaces.length * 9, 0, interfaces.length, 1, 0, 0x80, 50]);
  const each = interfaces.map((triple, number) => Buffer.from([9, 4, number, 0, 2, ...Buffer.from(triple, 'hex'), 0]));
  return Buffer.concat([device, configuration, ...each]);
}

export const MASS_STORAGE = '080650';
export const KEYBOARD = '030101';
export const VENDOR = 'ff0000';
