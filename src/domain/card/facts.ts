import { EvidockError } from '#domain/errors';
import type { Kind } from '#domain/kind';
import { because } from '#domain/reason';
import { shownPath } from './path.ts';

/** How a file came to be where it is: `bin`: somebody deleted it; `repair`: a repaired file system gave it back. */
export type FoundIn = 'bin' | 'repair';

/** What one file's name and place on the card tell. All times are the recorder's wall clock without zone. */
export interface CardFacts {
  readonly kind: Kind;
  readonly deviceNumber?: string;
  /** Digits as on the card; left out where the maker writes "not set". */
  readonly officerId?: string;
  /** `2019-06-27T15:30:12`; as claimed, also where the year is absurd: a recorder whose clock was lost still claims something. */
  readonly claimedStart?: string;
  readonly sequence?: number;
  /** The largest number of the counter, after which it begins again with 0 or 1. */
  readonly sequenceMax?: number;
  /** Chapter or letter of a segment within one capture: 1, 2, 3 …; A = 1. */
  readonly part?: number;
  /** Number of a take's first part, if it is not 1. */
  readonly firstPart?: number;
  /** Parts are letters. */
  readonly partLetters?: boolean;
  /** What the time in a part's name tells (PART_TIMES). */
  readonly partTime?: PartTime;
  /** Longest silence between two segments, ms, where the pattern names another than the driver. */
  readonly contiguousMs?: number;
  /** Which of several lenses that record at the same time: files of two lenses are never segments of one capture. */
  readonly lens?: string;
  /** The same for all parts of one capture; given together with `part`. */
  readonly captureKey?: string;
  readonly important?: boolean;
  /** Travels with another file: a preview, a track, subtitles, a log. */
  readonly sidecar?: boolean;
  /** It lies in a bin, or where a repaired file system puts what it finds (leftovers.ts). */
  readonly foundIn?: FoundIn;
  /** Where it was before somebody deleted it, as the bin's record tells. */
  readonly formerPath?: string;
  /** Path without extension and marks: sidecars find their file by it. */
  readonly stem: string;
}

/**
 * What the time in the names of parts tells: when this segment began; when the take began, which is the same in all its names; or either,
 * as the recorder likes.
 */
export const PART_TIMES = ['segment', 'take', 'either'] as const;
type PartTime = (typeof PART_TIMES)[number];

/** A way of naming files, as data: tried in order, the first that matches the path wins. Sites may add more in the configuration. */
export interface PathPattern {
  readonly name: string;
  /**
   * Regular expression over the whole printable path, case ignored. Groups with a meaning: device, officer, date (YYYYMMDD, also with _ or -
   * between), time (HHMMSS, likewise), sequence, part (digits or one letter), capture, lens, mark (not empty: important), stem.
   */
  readonly regex: string;
  readonly kind?: Kind | undefined;
  readonly important?: boolean | undefined;
  readonly sidecar?: boolean | undefined;
  /** The largest `sequence`, after which numbers begin again with 0 or 1; left out: nines, as many as the name has digits (two at least). */
  readonly sequenceMax?: number | undefined;
  /** The part of files whose names hold none: a first chapter that is not numbered. */
  readonly part?: number | undefined;
  /** The first part of a take; left out: 1. */
  readonly firstPart?: number | undefined;
  /** Left out: `segment`. */
  readonly partTime?: PartTime | undefined;
  /** Longest silence between two segments, ms; left out: the driver's. */
  readonly contiguousMs?: number | undefined;
  /** A path that the pattern matches: checked by the contract suite and when the configuration is read. */
  readonly example: string;
}

export interface CompiledPattern extends PathPattern {
  readonly matcher: RegExp;
}

const KIND_OF: Readonly<Record<string, Kind>> = Object.fromEntries([
  ...[
    ...['mp4', 'mov', 'm4v', 'avi', 'mkv', 'webm', 'ts', 'mts', 'm2ts', 'mpg', 'mpeg', 'wmv', 'asf', '3gp', '3g2', 'flv', 'mxf', 'dav'],
    ...['h264', 'h265', '264', '265', 'hevc', 'lrv', 'lrf', 'insv', '360'],
  ].map((e) => [e, 'video']),
  ...[
    ...['wav', 'mp3', 'aac', 'm4a', 'amr', 'wma', 'ogg', 'opus', 'flac', 'g711', 'g726', 'awb', '3ga', 'oga', 'spx', 'gsm'],
    // Dictation machines and telephones.
    ...['dss', 'ds2', 'qcp', 'caf', 'aif', 'aiff', 'au', 'voc', 'mka', 'ac3', 'g722', 'g729'],
  ].map((e) => [e, 'audio']),
  ...['jpg', 'jpeg', 'png', 'bmp', 'heic', 'heif', 'tif', 'tiff', 'webp', 'gif', 'dng', 'gpr', 'insp', 'thm'].map((e) => [e, 'photo']),
  ...['gps', 'nmea', 'gpx', '3gf', 'kml'].map((e) => [e, 'track']),
  ...['log'].map((e) => [e, 'log']),
  ...['pdf', 'doc', 'docx', 'txt', 'srt', 'vtt', 'ass', 'xml', 'xmp', 'json', 'csv', 'ini'].map((e) => [e, 'document']),
]);
const SIDECAR_EXTENSIONS = new Set([
  ...['gps', 'nmea', 'gpx', '3gf', 'kml', 'srt', 'vtt', 'ass', 'xml', 'xmp', 'json', 'thm', 'lrv', 'lrf', 'log', 'txt'],
]);

function extensionOf(path: string): string {
  return /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

/** Kind by extension: a hint. What the file really is, its content says (media-kind.ts, and ffprobe later). */
function kindByExtension(path: string): Kind {
  return KIND_OF[extensionOf(path)] ?? 'unrecognised';
}

/** Compiles patterns and checks each against its example. Throws config.invalid with the pattern's name. */
export function compilePatterns(patterns: readonly PathPattern[]): readonly CompiledPattern[] {
  return patterns.map((pattern) => {
    let matcher: RegExp;
    try {
      matcher = new RegExp(pattern.regex, 'iu');
    } catch (error) {
      throw new EvidockError(
        'config.invalid',
        because('pattern-wrong', { name: pattern.name, text: error instanceof Error ? error.message : String(error) }),
        error,
      );
    }
    if (!matcher.test(pattern.example))
      throw new EvidockError('config.invalid', because('pattern-example', { name: pattern.name, example: pattern.example }));
    return { ...pattern, matcher };
  });
}

// A path is at most a few thousand characters; a pattern that backtracks over one gets no more than this to chew on.
const PATH_CHARACTERS_MAX = 1024;

/** What the first matching pattern, or else the extension alone, tells of a path, as people read it (shownPath). Never throws. */
export function readCardPath(cardPath: string, patterns: readonly CompiledPattern[]): CardFacts {
  const path = shownPath(cardPath);
  const stem = path.replace(/\.[^./]*$/, '').replace(/(_IMP|_I|@|_thm)$/i, '');
  const plain: CardFacts = { kind: kindByExtension(path), stem, ...(SIDECAR_EXTENSIONS.has(extensionOf(path)) ? { sidecar: true } : {}) };
  if (path.length > PATH_CHARACTERS_MAX) return plain;
  for (const pattern of patterns) {
    const groups = pattern.matcher.exec(path)?.groups;
    if (groups) return { ...plain, ...factsOf(pattern, groups) };
    if (pattern.matcher.test(path)) return { ...plain, ...factsOf(pattern, {}) };
  }
  return plain;
}

function factsOf(pattern: CompiledPattern, groups: Record<string, string | undefined>): Partial<CardFacts> {
  const facts: { -readonly [K in keyof CardFacts]?: CardFacts[K] } = {};
  if (pattern.kind) facts.kind = pattern.kind;
  if (pattern.sidecar !== undefined) facts.sidecar = pattern.sidecar;
  if (pattern.important || groups['mark']) facts.important = true;
  if (groups['device']) facts.deviceNumber = groups['device'].toUpperCase();
  if (groups['officer'] && !/^0+$/.test(groups['officer'])) facts.officerId = groups['officer'];
  if (pattern.contiguousMs !== undefined) facts.contiguousMs = pattern.contiguousMs;
  if (groups['sequence']) Object.assign(facts, numberOf(groups['sequence'], pattern));
  if (groups['lens']) facts.lens = groups['lens'].toUpperCase();
  if (groups['stem']) facts.stem = groups['stem'];
  const claimed = claimedTime(groups['date'], groups['time']);
  if (claimed) facts.claimedStart = claimed;
  const part = groups['part'] ?? pattern.part?.toString();
  return part === undefined ? facts : { ...facts, ...partOf(part, groups, facts, pattern) };
}

function numberOf(digits: string, { sequenceMax }: PathPattern): Pick<CardFacts, 'sequence' | 'sequenceMax'> {
  // A maker that writes one digit writes no zeros in front, so the digits do not tell where its counter ends.
  const largest = sequenceMax ?? (digits.length > 1 ? 10 ** digits.length - 1 : undefined);
  return { sequence: Number(digits), ...(largest === undefined ? {} : { sequenceMax: largest }) };
}

/** The day is no part of the key: a take goes on over midnight. */
function partOf(part: string, groups: Record<string, string | undefined>, facts: Partial<CardFacts>, pattern: PathPattern) {
  const letter = /^[A-Z]$/i.test(part);
  return {
    part: letter ? part.toUpperCase().charCodeAt(0) - 64 : Number(part),
    captureKey: groups['capture'] ?? `${facts.deviceNumber ?? ''}|${groups['sequence'] ?? ''}`,
    ...(letter ? { partLetters: true } : {}),
    ...(pattern.firstPart === undefined ? {} : { firstPart: pattern.firstPart }),
    ...(pattern.partTime === undefined ? {} : { partTime: pattern.partTime }),
  };
}

/** `2019-06-27T15:30:12` from the digits of a date and a time; undefined if the calendar has no such moment. */
function claimedTime(date: string | undefined, time: string | undefined): string | undefined {
  const day = /^(\d{4})(\d\d)(\d\d)$/.exec(date?.replace(/\D/g, '') ?? '');
  const clock = /^(\d\d)(\d\d)(\d\d)$/.exec(time?.replace(/\D/g, '') ?? '');
  if (!day || !clock) return undefined;
  const text = `${day[1]}-${day[2]}-${day[3]}T${clock[1]}:${clock[2]}:${clock[3]}`;
  const ms = Date.parse(`${text}Z`);
  // Date.parse rolls 31 February over into March: what comes back must be what went in.
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text) ? text : undefined;
}
