import { stat } from 'node:fs/promises';
import { missingOfDss } from '#domain/media/dss';
import { type Box, boxesOf } from '#domain/media/iso-bmff';
import { missingOfAsf, missingOfFlv, missingOfTransportStream } from '#domain/media/packets';
import { missingOfRiff } from '#domain/media/riff';
import { because, together } from '#domain/reason';
import type { Damage, MediaFacts, MediaRun } from '#ports/transcoder';
import { complaint, quietly, runChild } from './child.ts';
import { inputOptionsOf } from './input-options.ts';
import { allowedMs } from './limits.ts';
import { withReader } from './read-at.ts';
import { type FfmpegSettings, LOCAL_ONLY } from './settings.ts';

/**
 * Finds what is wrong with a file; null if nothing was found. Its boxes are read first, because a truncated file may probe without error, and then every
 * packet. A file is damaged if bytes are missing or wrong. An unknown format, a stream that begins in the middle, times that jump, and a track without a
 * decoder are no damage.
 */
export async function inspect(
  settings: FfmpegSettings,
  path: string,
  facts: MediaFacts | null,
  run: MediaRun = {},
): Promise<Damage | null> {
  const boxes = await damageOfBoxes(path);
  if (boxes || !facts) return boxes;
  const known = facts.streams.filter(({ type, codec }) => (type === 'video' || type === 'audio') && codec !== '');
  if (known.length === 0 || TOLD_BY_LAYOUT.test(facts.container)) return null;
  const args = [
    ...['-nostdin', '-hide_banner', '-v', 'level+warning', ...LOCAL_ONLY, ...(await inputOptionsOf(path)), '-i', path],
    ...known.flatMap(({ index }, place) => ['-map', `0:${index ?? place}`]),
    ...['-c', 'copy', '-f', 'null', '-'],
  ];
  const { size } = await stat(path);
  const { memoryBytesMax } = settings;
  const limits = { timeoutMs: allowedMs(settings, size, 0), stdoutBytesMax: 65_536, memoryBytesMax, ...quietly(run) };
  const { stderr } = await runChild(settings.ffmpeg, args, limits);
  const line = stderr.split('\n').find((each) => DAMAGE.test(each));
  return line === undefined ? null : { reason: because('said', { text: complaint(line, path) }) };
}

/** Containers whose demuxer complains at the end of every whole file. Only their layout tells what is missing. */
const TOLD_BY_LAYOUT = /^dss\b/;

export const EMPTY = because('file-empty', {});

/** What demuxers say where bytes are missing or wrong. */
const DAMAGE =
  /partial file|truncat|prematurely|packet corrupt|corrupt input packet|corrupted|invalid data found|error while reading|error reading|invalid nal unit size|packet mismatch|missing mandatory|unexpected end/i;

/** The damage that a file's own container shows: it has less than it says, or nothing to play. */
export async function damageOfBoxes(path: string): Promise<Damage | null> {
  return withReader(path, async (readAt, bytes) => {
    if (bytes === 0) return { reason: EMPTY };
    for (const missing of [missingOfRiff, missingOfTransportStream, missingOfAsf, missingOfFlv, missingOfDss]) {
      const reason = await missing(readAt, bytes);
      if (reason !== null) return { reason };
    }
    return damageOf(await boxesOf(readAt, 0, bytes), bytes);
  });
}

function damageOf(boxes: readonly Box[], bytes: number): Damage | null {
  const has = (...types: readonly string[]) => boxes.some((box) => types.includes(box.type));
  if (!has('ftyp', 'moov', 'mdat')) return null;
  const last = boxes.at(-1);
  const still = has('meta') && !has('moov');
  if (last && last.end > bytes) {
    const reason = because('box-truncated', { name: last.type, end: last.end, bytes });
    return { reason: still || has('moov') ? reason : together([NO_INDEX, reason]) };
  }
  if (still) return null;
  if (!has('moov')) return { reason: NO_INDEX };
  if (!boxes.some((box) => box.type === 'mdat' && box.end - box.start > box.header)) return { reason: because('index-only', {}) };
  return null;
}

const NO_INDEX = because('no-index', {});
