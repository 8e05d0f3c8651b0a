import { Mime } from 'mime';
import other from 'mime/types/other.js';
import standard from 'mime/types/standard.js';

/** Every player takes this extension for what it is, and few take the registered `video/x-m4v`. */
const TYPES = new Mime(standard, other).define({ 'video/mp4': ['m4v'] }, true);
/** A browser may show these and runs nothing of them: a page or a drawing from a recorder could hold a script, so both are bytes to keep. */
const SHOWN = /^(?:video|audio|image)\/(?!svg)|^application\/json$/;

/**
 * The media type that the extension of a vault key stands for, after the registry of IANA; `application/octet-stream` for what has none, is no
 * footage, or could run in a browser.
 */
export function mediaTypeOf(key: string): string {
  const type = TYPES.getType(key);
  return type !== null && SHOWN.test(type) ? type : 'application/octet-stream';
}
