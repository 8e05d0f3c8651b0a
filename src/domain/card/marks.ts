/*
 * Recorders mark footage as important by renaming it or by moving it to another folder, at any time, also after it was docked. The mark
 * then goes to the recording that the station has of it already.
 */

const MARK = /(?:_IMP|_I|@)(?=\.[^.]*$|$)/i;

/** The last part of a path without its mark, in one case: what stays the same when a file is marked. */
export function unmarkedName(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(MARK, '')
    .toLowerCase();
}
