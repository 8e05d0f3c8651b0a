import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '#domain/errno';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { mountTable } from './mount-table.ts';

interface Places {
  /** Usually /sys and /proc/swaps. */
  readonly sys: string;
  readonly swaps: string;
  /** Below which the station mounts: what is mounted there is its own use. */
  readonly directory: string;
}

/**
 * Throws recorder.mount-failed if this machine uses the disk of a block device: it, or another part of its disk, is mounted elsewhere, swapped to, or a
 * building block of something else. Asked before anything is done to it, read-only or not.
 */
export async function mustBeUnused(places: Places, device: string): Promise<void> {
  const directory = await realpath(join(places.sys, 'class/block', device));
  await checkDisk(places, /^sd[a-z]+[0-9]+$/.test(device) ? dirname(directory) : directory);
}

/** The same of every disk that hangs on a USB device, however far below it. */
export async function mustBeUnusedBelow(places: Places, sysName: string): Promise<void> {
  const top = await realpath(join(places.sys, 'bus/usb/devices', sysName));
  const names = await readdir(join(places.sys, 'class/block'));
  for (const name of names) {
    const directory = await realpath(join(places.sys, 'class/block', name)).catch((error: unknown) => {
      // It has left meanwhile.
      if (errnoOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (directory?.startsWith(`${top}/`)) await checkDisk(places, directory);
  }
}

async function checkDisk({ directory, swaps }: Places, disk: string): Promise<void> {
  const parts = [disk, ...(await readdir(disk)).filter((name) => name.startsWith(basename(disk))).map((name) => join(disk, name))];
  const table = await mountTable();
  // The disk of the station's directory may be mounted in two places. Then the station's own mounts show in both, under the same random
  // names, and are no other use of the disk.
  const own = new Set(table.filter(({ path }) => dirname(path) === directory).map(({ path }) => basename(path)));
  const mounts = table.filter(({ path }) => dirname(path) !== directory && !own.has(basename(path)));
  const swapped = await readFile(swaps, 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  });
  for (const part of parts) {
    const name = basename(part);
    const number = (await readFile(join(part, 'dev'), 'utf8')).trim();
    const holders = await readdir(join(part, 'holders'));
    const isSwap = swapped.split('\n').some((line) => line.split(/\s/)[0] === `/dev/${name}`);
    const mounted = mounts.find((mount) => mount.device === number);
    if (holders.length === 0 && !isSwap && !mounted) continue;
    throw new EvidockError(
      'recorder.mount-failed',
      mounted ? because('in-use-at', { device: name, path: mounted.path }) : because('in-use-here', { device: name }),
    );
  }
}
