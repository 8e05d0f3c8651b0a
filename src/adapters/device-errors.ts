import { access, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '#domain/errors';

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
    const block = await realpath(join(sys, 'dev/block', deviceNumber(dev)));
    const disk = (await exists(join(block, 'partition'))) ? dirname(block) : block;
    // By its own place: the number may be another device's later.
    const device = await realpath(join(disk, 'device'));
    if (!(await exists(join(device, 'ioerr_cnt')))) return null;
    return { mark: () => markOf(device) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function markOf(device: string): Promise<string | null> {
  try {
    const [errors, state] = await Promise.all(['ioerr_cnt', 'state'].map((name) => readFile(join(device, name), 'utf8')));
    return state?.trim() === 'running' ? (errors?.trim() ?? null) : null;
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

/** `8:1`, as glibc packs it (makedev(3)). */
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
