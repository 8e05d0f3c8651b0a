import { type FileHandle, open } from 'node:fs/promises';
import { boxesOf, type ReadAt } from '#domain/iso-bmff';
import type { Damage, MediaFacts, MediaRun } from '#ports/transcoder';
import { complaint, runChild } from './child.ts';
import { type FfmpegSettings, LOCAL_ONLY } from './settings.ts';

/** Reads from a file handle as the box walker wants it. */
export function readerOf(handle: FileHandle): ReadAt {
  return async (position, length) => {
    const target = new Uint8Array(length);
    const { bytesRead } = await handle.read(target, 0, length, position);
    return target.subarray(0, bytesRead);
  };
}

/** What is wrong with a file: its boxes first, for a truncated file can probe clean; then every packet. null if nothing was found. */
export async function inspect(
  settings: FfmpegSettings,
  path: string,
  facts: MediaFacts | null,
  run: MediaRun = {},
): Promise<Damage | null> {
  const boxes = await inspectBoxes(path);
  if (boxes) return boxes;
  if (!facts) return { reason: 'not a media file that can be read' };
  const limitMs = Math.max(settings.timeLimitMs, 6 * (facts.durationMs ?? 0));
  const args = [
    '-nostdin',
    '-v',
    'error',
    '-xerror',
    ...LOCAL_ONLY,
    '-i',
    path,
    '-map',
    '0:v?',
    '-map',
    '0:a?',
    '-c',
    'copy',
    '-f',
    'null',
    '-',
  ];
  const outcome = await runChild(settings.ffmpeg, args, { timeoutMs: limitMs, stdoutBytesMax: 65_536, signal: run.signal });
  return outcome.status === 0 ? null : { reason: complaint(outcome.stderr, path) };
}

async function inspectBoxes(path: string): Promise<Damage | null> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size === 0) return { reason: 'empty file' };
    const boxes = await boxesOf(readerOf(handle), 0, size);
    if (!boxes.some((box) => ['ftyp', 'moov', 'mdat'].includes(box.type))) return null;
    const last = boxes.at(-1);
    if (!boxes.some((box) => box.type === 'moov')) return { reason: 'no moov box: the recording was cut off before its index was written' };
    if (last && last.end > size) return { reason: `truncated: box ${last.type} ends at byte ${last.end}, the file has ${size}` };
    return null;
  } finally {
    await handle.close();
  }
}
