import { errnoOf } from '#domain/errno';
import { tracksOf } from '#domain/media/iso-bmff';
import { withReader } from './read-at.ts';

/** Largest edit list that is obeyed. A camera writes one or two edits for each track, editing software some dozens. */
const EDITS_MAX = 200;

/**
 * Options with which a file is opened. An edit list with a million entries would take minutes to read, and show the same frames again and again for hours and
 * gigabytes. Such a list is ignored, and every frame is shown once.
 */
export async function inputOptionsOf(path: string): Promise<readonly string[]> {
  try {
    const edits = await withReader(path, async (readAt, bytes) => (await tracksOf(readAt, bytes)).map((track) => track.edits));
    return edits.some((count) => count > EDITS_MAX) ? SHOW_EVERY_FRAME : [];
  } catch (error) {
    // ffprobe reports a file that cannot be opened.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EACCES') return [];
    throw error;
  }
}

/** An option that only the demuxer of ISO base media files knows. */
export const SHOW_EVERY_FRAME: readonly string[] = ['-ignore_editlist', '1'];
