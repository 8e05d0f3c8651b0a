import { tracksOf } from '#domain/media/iso-bmff';
import { withReader } from './read-at.ts';
import { FASTSTART } from './ways.ts';

/** Largest size of a sample's entries in the tables of moov, bytes: stts 8, ctts 8, stsz 4, stsc 12, co64 8, stss 4 (ISO/IEC 14496-12 §8). */
const TABLE_BYTES = 44;
const HEADER_BYTES = 64 * 1024;
/** Largest share of the file to leave free for moov. A larger one is not worth it, or the header lies. */
const SHARE_MAX = 0.02;

/**
 * Muxer options that put moov before the media, so that a player need not fetch the end of the file first. ffmpeg would write the file twice for that. Where
 * the original tells how many samples there are, space is left for moov, and the file is written once.
 */
export async function indexFirst(path: string): Promise<readonly string[]> {
  const { samples, bytes } = await withReader(path, async (readAt, size) => ({
    samples: (await tracksOf(readAt, size)).reduce((sum, track) => sum + track.samples, 0),
    bytes: size,
  }));
  const room = TABLE_BYTES * samples + HEADER_BYTES;
  return samples > 0 && room <= SHARE_MAX * bytes ? ['-moov_size', String(room), '-f', 'mp4'] : FASTSTART;
}
