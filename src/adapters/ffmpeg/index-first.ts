import { tracksOf } from '#domain/media/iso-bmff';
import { withReader } from './read-at.ts';
import { FASTSTART } from './ways.ts';

/** Of each sample in the tables of moov, at most: stts 8, ctts 8, stsz 4, stsc 12, co64 8, stss 4 (ISO/IEC 14496-12 §8). */
const TABLE_BYTES = 44;
const HEADER_BYTES = 64 * 1024;
/** More than this share of the file is not worth it, or a lie. */
const SHARE_MAX = 0.02;

/**
 * Muxer options that put moov before the media, so that a player need not fetch the end of the file first. ffmpeg does that by writing the file twice;
 * where the original tells how many samples will come, room is left for moov instead, and the file is written once.
 */
export async function indexFirst(path: string): Promise<readonly string[]> {
  const { samples, bytes } = await withReader(path, async (readAt, size) => ({
    samples: (await tracksOf(readAt, size)).reduce((sum, track) => sum + track.samples, 0),
    bytes: size,
  }));
  const room = TABLE_BYTES * samples + HEADER_BYTES;
  return samples > 0 && room <= SHARE_MAX * bytes ? ['-moov_size', String(room), '-f', 'mp4'] : FASTSTART;
}
