import { errnoOf } from '#domain/errors';
import { tracksOf } from '#domain/media/iso-bmff';
import { withReader } from './read-at.ts';

/** A camera writes one edit or two for each track; editing software some dozens. */
const EDITS_MAX = 200;

/**
 * Options with which a file is opened. An edit list of a million entries would show the same frames again and again, for hours and gigabytes, and
 * take minutes to read: such a list is left aside, and every frame that is there is shown once.
 */
export async function inputOptionsOf(path: string): Promise<readonly string[]> {
  try {
    const edits = await withReader(path, async (readAt, bytes) => (await tracksOf(readAt, bytes)).map((track) => track.edits));
    return edits.some((count) => count > EDITS_MAX) ? SHOW_EVERY_FRAME : [];
  } catch (error) {
    // A file that cannot be opened is for ffprobe to complain of.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EACCES') return [];
    throw error;
  }
}

/** Of the demuxer of ISO base media files only: others do not know the option. */
export const SHOW_EVERY_FRAME: readonly string[] = ['-ignore_editlist', '1'];
