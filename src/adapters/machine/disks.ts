import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { said } from '#domain/errors';
import type { DiskAnswer } from '#domain/machine/disk';
import { runCommand } from '../run-command.ts';

/** What is asked. `-n` is left out: the disks of a station do not sleep. */
const ASKED = ['--json=c', '--info', '--health', '--attributes'];
/** A disk that is dying takes long to answer, and one that is dead never does. */
const ASK_MS_MAX = 30_000;
const OUTPUT_BYTES_MAX = 256 * 1024;
export const DISKS_MAX = 64;
/** What is no disk of its own: made of others, in memory, removable, or a second path of NVMe. */
const NO_DISK = /^(loop|ram|zram|dm-|md|sr|fd|nbd|drbd|nvme\d+c\d+n\d+$)/;
const TEXT_MAX = 4096;

interface Options {
  /** The program that asks: `smartctl`. */
  readonly program: string;
  /** `/sys`, or a test's own. */
  readonly sys: string;
  readonly dev: string;
  readonly signal?: AbortSignal;
}

/** Asks every disk of the machine, one after the other. Recorders, which hang on USB, are not asked. Throws what keeps it from naming the disks. */
export async function askDisks({ program, sys, dev, signal }: Options): Promise<readonly DiskAnswer[]> {
  const asked: DiskAnswer[] = [];
  for (const name of await disksIn(sys)) {
    signal?.throwIfAborted();
    const answer = await runCommand(program, [...ASKED, join(dev, name)], ASK_MS_MAX, {
      ...{ code: 'station.internal', outputBytesMax: OUTPUT_BYTES_MAX },
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => said(error));
    asked.push({
      name,
      serial: await serialOf(sys, name),
      answer: 'code' in answer ? answer : { status: answer.status, stdout: answer.stdout },
    });
  }
  return asked;
}

async function disksIn(sys: string): Promise<readonly string[]> {
  const disks: string[] = [];
  for (const name of (await readdir(join(sys, 'block'))).toSorted()) {
    if (NO_DISK.test(name) || disks.length === DISKS_MAX) continue;
    const place = await realpath(join(sys, 'block', name));
    const [size, removable] = [await textIn(join(place, 'size')), await textIn(join(place, 'removable'))];
    if (size !== '0' && removable !== '1' && !/\/usb\d*\//.test(place)) disks.push(name);
  }
  return disks;
}

/** NVMe, virtio and MMC have a file with it; SCSI and ATA a page of inquiry data, whose text begins after four bytes. */
async function serialOf(sys: string, name: string): Promise<string | null> {
  const place = join(sys, 'block', name);
  const plain = (await textIn(join(place, 'device', 'serial'))) ?? (await textIn(join(place, 'serial')));
  const page = plain === null ? await textIn(join(place, 'device', 'vpd_pg80'), 4) : null;
  const text = (plain ?? page ?? '').replaceAll(/\p{C}/gu, '').trim();
  return text === '' ? null : text.slice(0, 200);
}

/** null: the kernel has no such file for this device, or does not let it be read. */
async function textIn(path: string, from = 0): Promise<string | null> {
  try {
    return (await readFile(path)).subarray(from, TEXT_MAX).toString('utf8').trim();
  } catch {
    // What is missing is told by what depends on it: a disk without a serial number is called by its name.
    return null;
  }
}
