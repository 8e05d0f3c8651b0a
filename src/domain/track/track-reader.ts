import type { Fixes } from './fix.ts';
import { GpxScanner } from './gpx.ts';
import { nmeaFixes } from './nmea.ts';
import { type Track, TrackPoints } from './track-points.ts';

/** A sentence has 82 characters, and some makers write more before it. A longer line is none, and is not kept. */
const LINE_CHARACTERS_MAX = 1024;
/** What may stand before the first character of a text: white space, a mark of the byte order. */
const BEFORE = /^[\s\u00ef\u00bb\u00bf]*/;

export type TrackFormat = 'nmea' | 'gpx';

/** Reads a track that comes in pieces of any size: sentences of NMEA 0183 or GPX, whichever it begins with. Nothing of the file is trusted, and little of it is ever held. */
export class TrackReader {
  readonly #points: TrackPoints;
  // Both formats tell what counts in ASCII, so a character is a byte and no piece cuts one in two.
  readonly #decoder = new TextDecoder('latin1');
  #gpx: GpxScanner | null = null;
  #format: TrackFormat | null = null;
  #line = '';
  #isTooLong = false;

  /** `near`: as of TrackPoints. */
  constructor(near: ConstructorParameters<typeof TrackPoints>[0]) {
    this.#points = new TrackPoints(near);
  }

  push(piece: Uint8Array): void {
    let text = this.#decoder.decode(piece, { stream: true });
    if (this.#format === null) {
      text = text.replace(BEFORE, '');
      if (text === '') return;
      this.#format = text.startsWith('<') ? 'gpx' : 'nmea';
      if (this.#format === 'gpx') this.#gpx = new GpxScanner();
    }
    if (this.#gpx) this.#add(this.#gpx.push(text));
    else this.#lines(text);
  }

  /** The track, and in which format it was; null: the file holds nothing but white space. */
  finish(): { readonly track: Track; readonly format: TrackFormat | null } {
    // The last line of a file may have no end.
    if (!this.#isTooLong) this.#add(nmeaFixes(this.#line));
    return { track: this.#points.finish(), format: this.#format };
  }

  #lines(text: string): void {
    const lines = text.split(/\r\n?|\n/);
    for (const [at, part] of lines.entries()) {
      const isLast = at === lines.length - 1;
      this.#isTooLong ||= this.#line.length + part.length > LINE_CHARACTERS_MAX;
      this.#line = this.#isTooLong ? '' : this.#line + part;
      if (isLast) break;
      if (this.#line.includes('RMC,')) this.#add(nmeaFixes(this.#line));
      this.#line = '';
      this.#isTooLong = false;
    }
  }

  #add({ fixes, unreadable }: Fixes): void {
    this.#points.unreadable(unreadable);
    for (const fix of fixes) this.#points.add(fix);
  }
}
