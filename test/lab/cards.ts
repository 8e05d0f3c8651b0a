import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeRecorder } from './recorders.ts';
import type { LabContext } from './scenario.ts';

/** What a recorder holds that the station knows by its names. */
export interface Card {
  /** Name of the stick, and what its file names say of the recorder: up to three capitals, then digits. */
  readonly serial: string;
  readonly image: string;
  /** SHA-256 by path. */
  readonly digests: ReadonlyMap<string, string>;
}

const VOLUME_BYTES = 40 * 1_048_576;

/** A vfat card with so many files of noise, sizes by chance within the bounds. */
export async function makeCard(
  context: LabContext,
  serial: string,
  options: {
    readonly files: number;
    readonly bytesMin: number;
    readonly bytesMax: number;
    readonly more?: Readonly<Record<string, Uint8Array>>;
  },
): Promise<Card> {
  const { files, bytesMin, bytesMax, more = {} } = options;
  const content: Record<string, Uint8Array> = {};
  for (let number = 1; number <= files; number += 1) {
    content[clipPath(serial, number)] = noise(context, bytesMin + Math.floor(context.random() * (bytesMax - bytesMin)));
  }
  return cardOf(context, serial, { ...content, ...more });
}

/** A vfat card with these files. */
export async function cardOf(context: LabContext, serial: string, files: Readonly<Record<string, Uint8Array>>): Promise<Card> {
  const image = join(context.directory, `${serial}.img`);
  const { digests } = await makeRecorder(image, [{ fileSystem: 'vfat', files, modified: '2026-06-20T08:00:00', bytes: VOLUME_BYTES }]);
  return { serial, image, digests };
}

/**
 * A name as the driver `gat947` knows it; numbers from 1 are minutes apart. Only the first is called a video: the others are data that the recorder
 * keeps beside its footage, taken and sealed just the same, and no time is lost with making playable copies of noise.
 */
export function clipPath(serial: string, number: number): string {
  const time = `${`${8 + Math.floor(number / 60)}`.padStart(2, '0')}${`${number % 60}`.padStart(2, '0')}00`;
  return `DCIM/20260620/${serial}_041234_20260620${time}_${`${number}`.padStart(4, '0')}.${number === 1 ? 'MP4' : 'DAT'}`;
}

export function noise(context: LabContext, bytes: number): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) made.writeUInt32LE(Math.floor(context.random() * 2 ** 32), at);
  return made;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
