import type { Fix, Fixes } from './fix.ts';

/** A longer tag is none that a recorder writes. */
const TAG_CHARACTERS_MAX = 4096;
/** Times and speeds are short. */
const TEXT_CHARACTERS_MAX = 64;
/** `<![CDATA[` has so many characters: what begins with fewer may still become it. */
const OPENING = 9;
const NAME = /^\/?(?:[\w.-]{1,64}:)?([\w.-]{1,64})/;
const TIME = /^\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\s*$/;
const NUMBER = /^\s*[+-]?\d{1,4}(?:\.\d{1,20})?\s*$/;
const LATITUDE = /\slat\s{0,9}=\s{0,9}["']([^"']{1,40})["']/;
const LONGITUDE = /\slon\s{0,9}=\s{0,9}["']([^"']{1,40})["']/;
const KMH_OF_MS = 3.6;

/** The time of a point in GPX 1.1 (`xsd:dateTime` with a zone), ms since 1970 UTC; NaN: it is none. */
export function gpxTimeMs(text: string): number {
  return Date.parse(TIME.exec(text)?.[1] ?? '');
}

interface Point {
  readonly latitude: number;
  readonly longitude: number;
  time: string;
  speed: string;
}

/**
 * Finds the points of tracks in GPX 1.0 and 1.1 that comes in pieces. It is no XML parser: it knows tags, comments and CDATA, resolves no entity and follows no address,
 * and it never keeps more than one tag and one short text.
 */
export class GpxScanner {
  #rest = '';
  /** What ends what is passed over; null: nothing is. */
  #until: string | null = null;
  #point: Point | null = null;
  #field: 'time' | 'speed' | null = null;
  #fixes: Fix[] = [];
  #unreadable = 0;

  push(piece: string): Fixes {
    this.#fixes = [];
    this.#unreadable = 0;
    const text = this.#rest + piece;
    this.#rest = text.slice(this.#scan(text));
    return { fixes: this.#fixes, unreadable: this.#unreadable };
  }

  /** Reads as far as it can be told what it is; where the rest begins. */
  #scan(text: string): number {
    let at = 0;
    for (;;) {
      if (this.#until !== null) {
        const end = text.indexOf(this.#until, at);
        if (end < 0) return Math.max(at, text.length - this.#until.length + 1);
        at = end + this.#until.length;
        this.#until = null;
      }
      const open = text.indexOf('<', at);
      this.#text(text.slice(at, open < 0 ? text.length : open));
      if (open < 0) return text.length;
      if (text.length - open < OPENING && !text.includes('>', open)) return open;
      if (text.startsWith('<!--', open)) this.#until = '-->';
      else if (text.startsWith('<![CDATA[', open)) this.#until = ']]>';
      if (this.#until !== null) {
        at = open + 1;
        continue;
      }
      const close = text.indexOf('>', open);
      if (close < 0 && text.length - open <= TAG_CHARACTERS_MAX) return open;
      if (close < 0) {
        this.#until = '>';
        at = open + 1;
        continue;
      }
      if (close - open <= TAG_CHARACTERS_MAX) this.#tag(text.slice(open + 1, close));
      at = close + 1;
    }
  }

  #text(text: string): void {
    if (this.#point && this.#field) this.#point[this.#field] = (this.#point[this.#field] + text).slice(0, TEXT_CHARACTERS_MAX);
  }

  #tag(tag: string): void {
    const name = NAME.exec(tag)?.[1];
    const closes = tag.startsWith('/');
    const alone = tag.endsWith('/');
    if (name === 'trkpt') {
      if (!closes) this.#point = { latitude: numberIn(tag, LATITUDE), longitude: numberIn(tag, LONGITUDE), time: '', speed: '' };
      if (closes || alone) this.#ended();
    } else if (name === 'time' || name === 'speed') this.#field = closes || alone ? null : name;
  }

  #ended(): void {
    const point = this.#point;
    this.#point = null;
    this.#field = null;
    if (!point) return;
    const atMs = gpxTimeMs(point.time);
    if (Number.isNaN(atMs)) this.#unreadable += 1;
    else {
      const { latitude, longitude, speed } = point;
      const metres = NUMBER.test(speed) ? Number(speed) : null;
      this.#fixes.push({ atMs, latitude, longitude, kmh: metres === null || metres < 0 ? null : metres * KMH_OF_MS });
    }
  }
}

function numberIn(tag: string, attribute: RegExp): number {
  const found = attribute.exec(tag)?.[1] ?? '';
  return NUMBER.test(found) ? Number(found) : Number.NaN;
}
