import { randomBytes } from 'node:crypto';
import { access, chmod, chown, mkdir, open, readlink, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { runCommand } from '../run-command.ts';
import { mustBeUnused, mustBeUnusedBelow } from './disk-use.ts';
import { isDirty } from './file-system-state.ts';
import { mountsBelow } from './mount-table.ts';
import {
  DEVICE_NAME,
  type FileSystem,
  type Mounted,
  type Mounter,
  type MountRequest,
  type MtpRequest,
  PORT_NAME,
  type RemountMode,
  WRITABLE_UNCLEAN,
} from './mounter.ts';

const MOUNT_MS_MAX = 30_000;
const UNMOUNT_MS_MAX = 20_000;
const PROBE_MS_MAX = 10_000;
/** How often the table is looked at until a FUSE program has mounted, ms. */
const MTP_LOOK_MS = 200;
/** File systems have their marks in this much of a disk's beginning. */
const SUPERBLOCKS_BYTES = 68 * 1024;
const SAFE_OPTIONS = ['noexec', 'nosuid', 'nodev', 'noatime'];
/**
 * Keeps an error in the file system from stopping this machine. An ext4 card may ask for a panic, and its driver obeys unless it is told
 * otherwise. vfat and exfat take the same option, though their cards cannot ask for anything; NTFS drivers do not know it.
 */
const onErrors = (type: string): readonly string[] => (['ext2', 'ext3', 'ext4', 'vfat', 'exfat'].includes(type) ? ['errors=continue'] : []);
/** The name of a mount directory as `mount` makes it; nothing else is ever unmounted or removed. */
const MOUNT_NAME = /^[a-z0-9-]{1,24}-[0-9a-f]{8}$/;

interface Options {
  /** Absolute; made when it is needed, seen by nobody but root and the owner. */
  readonly directory: string;
  /** Who may read what is mounted (and write, while it is writable): file systems without owners are given to them. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Usually /sys and /dev. */
  readonly sys: string;
  readonly dev: string;
  /** Usually /proc/swaps. */
  readonly swaps?: string;
  /** Whether wiping or setting clocks is configured now: nothing is made writable otherwise. */
  readonly mayWrite: () => boolean | Promise<boolean>;
  /** Refuses disks that are not on USB. Off in tests only, which have nothing but loop devices. */
  readonly usbOnly?: boolean;
}

interface Unwritable {
  readonly why: Reason;
  /** The only mode in which it may be written all the same. */
  readonly allowing: RemountMode | null;
}

interface Probed {
  readonly fileSystem: FileSystem;
  readonly label: string | null;
  readonly uuid: string | null;
}

/** Mounts with the system's own programs; needs the rights of root. Used by the station where it is root, and by the mount helper. */
export class PlainMounter implements Mounter {
  readonly #options: Options;
  /** Mounts of file systems that must not be written. */
  readonly #unwritable = new Map<string, Unwritable>();

  constructor(options: Options) {
    this.#options = options;
  }

  get #uses() {
    const { sys, directory, swaps = '/proc/swaps' } = this.#options;
    return { sys, directory, swaps };
  }

  async mount({ device, utcOffsetMinutes }: MountRequest): Promise<Mounted> {
    if (!DEVICE_NAME.test(device) && this.#options.usbOnly !== false)
      throw new EvidockError('recorder.mount-failed', because('not-disk-name', {}));
    if (!Number.isInteger(utcOffsetMinutes) || Math.abs(utcOffsetMinutes) > 840)
      throw new EvidockError('recorder.mount-failed', because('not-time-offset', {}));
    if (this.#options.usbOnly !== false) await this.#checkUsb(device);
    await mustBeUnused(this.#uses, device);
    const node = join(this.#options.dev, device);
    // The kernel itself refuses every write from here on, also one that a file system driver would make at mounting.
    await this.#setWritable(node, false);
    const probed = await probe(node, device);
    const dirty = await this.#readState(node, device, probed.fileSystem);
    const path = await this.#newDirectory(device);
    try {
      await this.#mountAs(probed.fileSystem, node, path, utcOffsetMinutes);
    } catch (error) {
      await rmdir(path);
      throw await this.#explained(error, node, device);
    }
    if (dirty)
      this.#unwritable.set(path, {
        why: because('unclean', {}),
        allowing: WRITABLE_UNCLEAN.includes(probed.fileSystem) ? 'rw-unclean' : null,
      });
    return { path, ...probed, readOnly: true, dirty };
  }

  async mountMtp({ busNumber, deviceNumber }: MtpRequest): Promise<Mounted> {
    for (const number of [busNumber, deviceNumber]) {
      if (!Number.isInteger(number) || number < 1 || number > 999)
        throw new EvidockError('recorder.mount-failed', because('not-bus-address', {}));
    }
    const path = await this.#newDirectory(`mtp-${busNumber}-${deviceNumber}`);
    const { owner } = this.#options;
    const options = ['ro', 'noexec', 'nosuid', 'nodev'].join(',');
    try {
      // fusermount looks into the empty directory as root, but without root's right to pass by permissions.
      await chmod(path, 0o755);
      // The program that talks to a device nobody trusts runs as the one who reads what it shows, never with the rights of root.
      await chown(path, owner.uid, owner.gid);
      const args = [`-device=${busNumber},${deviceNumber}`, path, '-o', options];
      const { status, stdout, stderr } = await runCommand('jmtpfs', args, MOUNT_MS_MAX, owner);
      if (status !== 0)
        throw new EvidockError('recorder.mount-failed', because('thing-said', { thing: 'jmtpfs', text: lastLine(stderr || stdout) }));
      await this.#mounted(path);
    } catch (error) {
      await this.unmount(path);
      throw error;
    }
    this.#unwritable.set(path, { why: because('mtp-read-only', {}), allowing: null });
    return { path, fileSystem: 'mtp', readOnly: true, dirty: false, label: null, uuid: null };
  }

  async remount(path: string, asked: RemountMode): Promise<void> {
    this.#checkPath(path);
    const refusal = this.#unwritable.get(path);
    if (asked !== 'ro' && refusal && refusal.allowing !== asked) throw new EvidockError('recorder.mount-failed', refusal.why);
    if (asked !== 'ro' && !(await this.#options.mayWrite()))
      throw new EvidockError('recorder.mount-failed', because('no-writing-configured', {}));
    const mode = asked === 'ro' ? 'ro' : 'rw';
    const [entry, ...under] = await mountsBelow(path);
    if (!entry) throw new EvidockError('recorder.removed', because('not-mounted-now', {}));
    if (mode === 'ro' && under.length > 0) await this.#unmountTop(path);
    if (mode === 'rw') await this.#setWritable(entry.source, true);
    try {
      const options = ['remount', mode, ...SAFE_OPTIONS, ...onErrors(entry.fileSystem)];
      await this.#command('mount', ['-o', options.join(','), path], `remount ${mode}`);
      // A service in a mount namespace of its own has a copy of this mount that stays read-only. A second mount on top reaches that
      // service, and is writable.
      if (mode === 'rw') await this.#command('mount', ['--bind', path, path], 'bind');
    } catch (error) {
      // Whatever the file system says, the kernel lets nobody write to the device any more.
      await this.#setWritable(entry.source, false);
      throw await this.#explained(error, entry.source, basename(entry.source));
    }
    if (mode === 'ro') await this.#setWritable(entry.source, false);
  }

  async unmount(path: string): Promise<void> {
    this.#checkPath(path);
    this.#unwritable.delete(path);
    for (const entry of await mountsBelow(path)) await this.#unmountTop(entry.path);
    try {
      await rmdir(path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT')
        throw new EvidockError('recorder.mount-failed', because('mount-stays', { errno: errnoText(error) }), error);
    }
  }

  async unmountAll(): Promise<number> {
    const paths = new Set<string>();
    for (const { path } of await mountsBelow(this.#options.directory)) {
      if (dirname(path) === this.#options.directory && MOUNT_NAME.test(basename(path))) paths.add(path);
    }
    for (const path of paths) await this.unmount(path);
    return paths.size;
  }

  /**
   * Withdraws the kernel's leave to use the device (`authorized`). The device then only charges, and all its disks are gone. Writing to
   * `remove` instead would make the kernel forget the device, and nobody would see when it is pulled: a root hub cannot be asked for that.
   */
  async powerOff(sysName: string): Promise<void> {
    if (!PORT_NAME.test(sysName)) throw new EvidockError('recorder.mount-failed', because('not-usb-port', {}));
    try {
      await mustBeUnusedBelow(this.#uses, sysName);
      await writeFile(join(this.#options.sys, 'bus/usb/devices', sysName, 'authorized'), '0');
    } catch (error) {
      if (error instanceof EvidockError) throw error;
      if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENODEV')
        throw new EvidockError('recorder.mount-failed', because('power-off-failed', { errno: errnoText(error) }), error);
    }
  }

  /** A name from a request must not reach the station's own disks. */
  async #checkUsb(device: string): Promise<void> {
    try {
      const target = await readlink(join(this.#options.sys, 'class/block', device));
      if (/\/usb[0-9]+\//.test(target)) return;
    } catch (error) {
      throw new EvidockError('recorder.removed', because('device-gone', { device }), error);
    }
    throw new EvidockError('recorder.mount-failed', because('not-on-usb', { device }));
  }

  async #unmountTop(path: string): Promise<void> {
    const { status } = await runCommand('umount', ['-i', path], UNMOUNT_MS_MAX).catch(() => ({ status: -1 }));
    // The mount is busy, or waits for a device that is gone. A lazy unmount lets nobody in any more, and the mount ends with its last
    // reader.
    if (status !== 0) await runCommand('umount', ['-i', '-l', path], UNMOUNT_MS_MAX);
  }

  async #command(program: string, args: readonly string[], what: string): Promise<void> {
    const { status, stderr } = await runCommand(program, args, MOUNT_MS_MAX);
    if (status !== 0) throw new EvidockError('recorder.mount-failed', because('thing-said', { thing: what, text: lastLine(stderr) }));
  }

  #checkPath(path: string): void {
    if (dirname(path) !== this.#options.directory || !MOUNT_NAME.test(basename(path)))
      throw new EvidockError('recorder.mount-failed', because('not-a-mount', {}));
  }

  async #newDirectory(name: string): Promise<string> {
    await mkdir(this.#options.directory, { recursive: true, mode: 0o755 });
    const path = join(this.#options.directory, `${name}-${randomBytes(4).toString('hex')}`);
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  async #setWritable(node: string, writable: boolean): Promise<void> {
    const { status, stderr } = await runCommand('blockdev', [writable ? '--setrw' : '--setro', node], PROBE_MS_MAX);
    if (status !== 0)
      throw await this.#explained(
        new EvidockError('recorder.mount-failed', because('said', { text: lastLine(stderr) })),
        node,
        basename(node),
      );
  }

  async #readState(node: string, device: string, fileSystem: FileSystem): Promise<boolean> {
    try {
      return await isDirty(node, fileSystem);
    } catch (error) {
      throw await this.#explained(
        new EvidockError('recorder.mount-failed', because('thing-errno', { thing: device, errno: errnoText(error) }), error),
        node,
        device,
      );
    }
  }

  async #mountAs(fileSystem: FileSystem, node: string, path: string, utcOffsetMinutes: number): Promise<void> {
    const { uid, gid } = this.#options.owner;
    const owned = [`uid=${uid}`, `gid=${gid}`];
    const offset = `time_offset=${utcOffsetMinutes}`;
    if (fileSystem === 'vfat') return mountWith('vfat', node, path, ['utf8=1', 'fmask=0177', 'dmask=0077', offset, ...owned]);
    if (fileSystem === 'exfat') return mountWith('exfat', node, path, ['fmask=0177', 'dmask=0077', offset, ...owned]);
    // noload: the journal is not replayed, so that nothing is written and the state stays as the recorder left it.
    if (fileSystem === 'ext4') return mountWith('ext4', node, path, ['noload']);
    const masks = ['fmask=0177', 'dmask=0077', ...owned];
    try {
      return await mountWith('ntfs3', node, path, masks);
    } catch (error) {
      // Many kernels come without ntfs3; then the FUSE program does it, if it is there.
      const program = await firstExisting(['/usr/bin/ntfs-3g', '/bin/ntfs-3g']);
      if (program === null || !(error instanceof EvidockError) || !/unknown filesystem/.test(String(error.reason.params['text'])))
        throw error;
      const options = ['ro', ...SAFE_OPTIONS, ...masks, 'allow_other'].join(',');
      const { status, stderr } = await runCommand(program, ['-o', options, node, path], MOUNT_MS_MAX);
      if (status !== 0)
        throw new EvidockError('recorder.mount-failed', because('thing-said', { thing: 'ntfs-3g', text: lastLine(stderr) }));
    }
  }

  /** Waits for a mount: a FUSE program may return before its mount is there. */
  async #mounted(path: string): Promise<void> {
    for (let waitedMs = 0; waitedMs < PROBE_MS_MAX; waitedMs += MTP_LOOK_MS) {
      if ((await mountsBelow(path)).length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, MTP_LOOK_MS));
    }
    throw new EvidockError('recorder.mount-failed', because('jmtpfs-nothing', {}));
  }

  /** Whatever failed: if the device is gone, that is why. */
  async #explained(error: unknown, node: string, device: string): Promise<EvidockError> {
    try {
      await access(node);
    } catch (missing) {
      // EPERM means that a list of allowed devices lacks it: then the device is there, and the first error says more.
      if (['ENOENT', 'ENODEV', 'ENXIO'].includes(errnoOf(missing) ?? ''))
        return new EvidockError('recorder.removed', because('device-gone', { device }), error);
    }
    if (error instanceof EvidockError) return error;
    return new EvidockError('recorder.mount-failed', said(error), error);
  }
}

const MOUNTABLE: Readonly<Record<string, FileSystem>> = {
  vfat: 'vfat',
  exfat: 'exfat',
  ext2: 'ext4',
  ext3: 'ext4',
  ext4: 'ext4',
  ntfs: 'ntfs',
};

/** What is on a disk, by its own marks. */
async function probe(node: string, device: string): Promise<Probed> {
  await mustBeReadable(node, device);
  const { stdout } = await runCommand('blkid', ['-p', '-o', 'export', node], PROBE_MS_MAX);
  const told = new Map(
    stdout
      .split('\n')
      .map((line) => /^([A-Z_]+)=(.*)$/.exec(line))
      .map((match) => [match?.[1] ?? '', match?.[2] ?? '']),
  );
  const type = told.get('TYPE');
  if (type === undefined) throw new EvidockError('recorder.mount-failed', because('no-file-system', { device }));
  const fileSystem = MOUNTABLE[type];
  if (!fileSystem) throw new EvidockError('recorder.mount-failed', because('foreign-file-system', { device, type }));
  return { fileSystem, label: told.get('LABEL')?.replace(/\\(.)/g, '$1') ?? null, uuid: told.get('UUID') ?? null };
}

/** blkid says the same of a disk without a file system and of one whose first blocks cannot be read. */
async function mustBeReadable(node: string, device: string): Promise<void> {
  try {
    const file = await open(node, 'r');
    try {
      await file.read(Buffer.alloc(SUPERBLOCKS_BYTES), 0, SUPERBLOCKS_BYTES, 0);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new EvidockError('recorder.mount-failed', because('first-blocks', { device, errno: errnoText(error) }), error);
  }
}

async function mountWith(type: string, node: string, path: string, options: readonly string[]): Promise<void> {
  const all = ['ro', ...SAFE_OPTIONS, ...onErrors(type), ...options].join(',');
  const { status, stderr } = await runCommand('mount', ['-i', '-t', type, '-o', all, node, path], MOUNT_MS_MAX);
  if (status !== 0) throw new EvidockError('recorder.mount-failed', because('thing-said', { thing: type, text: lastLine(stderr) }));
}

async function firstExisting(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    try {
      await access(path);
      return path;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
  return null;
}

/** The complaint of a program in one line, without the mount directory in it. */
function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^mount: \S+: /, '').trim());
  // mount(8) ends with a hint at dmesg.
  return lines.find((line) => line !== '' && !line.startsWith('dmesg'))?.slice(0, 200) ?? '—';
}
