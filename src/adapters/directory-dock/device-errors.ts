import { access, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '#domain/errno';

/** Failed commands of the device below a file system. */
export interface DeviceErrors {
  /** Changes whenever a command has failed; null once the device has left or is given up by the kernel. */
  mark(): Promise<string | null>;
}

/**
 * The kernel's own count for SCSI disks, which every USB disk is (`ioerr_cnt` in /sys). FAT needs it: its driver passes over directory blocks
 * that it cannot read, so that a directory of a failing or departing card looks shorter, or empty, without any error.
 * Null where nobody counts: other disks, FUSE, a directory of the station's own.
 */
export async function deviceErrorsBelow(root: string | Buffer, sys = '/sys'): Promise<DeviceErrors | null> {
  try {
    const { dev } = await stat(root);
    const number = deviceNumber(dev);
    const link = join(sys, 'dev/block', number);
    // A mount may outlive its device; major 0 is for file systems without one.
    if (!number.startsWith('0:') && (await exists(join(sys, 'dev/block'))) && !(await exists(link))) return { mark: async () => null };
    const block = await realpath(link);
    const disk = (await exists(join(block, 'partition'))) ? dirname(block) : block;
    // The device is kept by its place in /sys: its number may later be another device's.
    const device = await realpath(join(disk, 'device'));
    if (!(await exists(join(device, 'ioerr_cnt')))) return null;
    return { mark: () => markOf(device, disk) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * The mark names the medium as well. A reader whose card was pulled out shows a disk of size 0, and another card has another sequence
 * number.
 */
async function markOf(device: string, disk: string): Promise<string | null> {
  try {
    const files = [join(device, 'state'), join(disk, 'size'), join(device, 'ioerr_cnt')];
    const [state, size, errors] = await Promise.all(files.map(async (file) => (await readFile(file, 'utf8')).trim()));
    // Linux has diskseq since 5.15.
    const medium = await readFile(join(disk, 'diskseq'), 'utf8').catch(() => '');
    return state === 'running' && size !== '0' ? `${errors} ${size} ${medium.trim()}` : null;
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

/** `8:1` from a device number as glibc packs it (makedev(3)). */
function deviceNumber(dev: number): string {
  const bits = BigInt(dev);
  const major = ((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n);
  const minor = (bits & 0xffn) | ((bits >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
