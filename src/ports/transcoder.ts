import type { Kind } from '#domain/kind';
import type { Reason } from '#domain/reason';

export interface MediaStream {
  readonly type: 'video' | 'audio' | 'subtitle' | 'data';
  /** As ffprobe names it; '' where no program knows it. */
  readonly codec: string;
  /** Its place in the file, from 0. */
  readonly index?: number;
  readonly profile?: string;
  readonly width?: number;
  readonly height?: number;
  readonly pixelFormat?: string;
  readonly framesPerSecond?: number;
  /** Width of a pixel over its height; left out for square pixels. */
  readonly pixelAspect?: number;
  /** Degrees by which a player turns the picture clockwise: 90, 180 or 270; left out for upright. */
  readonly rotation?: number;
  /** Transfer characteristics (ITU-T H.273, table 3): `bt709`, `smpte2084`, `arib-std-b67`. */
  readonly transfer?: string;
  /** Pictures are stored in another order than they are shown. */
  readonly reordered?: boolean;
  readonly sampleRate?: number;
  readonly channels?: number;
}

/** What a media file says of itself; every field is untrusted. */
export interface MediaFacts {
  readonly container: string;
  readonly durationMs: number | null;
  readonly streams: readonly MediaStream[];
  /** Container creation_time as written, raw. */
  readonly creationTime: string | null;
}

/** Bytes are missing or wrong. What is only unusual, unsupported or without a header is not damaged. */
export interface Damage {
  readonly reason: Reason;
}

/** One input in its order within the recording. */
export interface MediaInput {
  readonly path: string;
  readonly kind: Kind;
  readonly bytes: number;
  /** It is known to be damaged: what is made of it is decoded from beginning to end before it counts. */
  readonly damaged?: boolean;
}

export interface MediaRun {
  /** 0 to 100 of this run. */
  readonly onPercent?: (percent: number) => void;
  readonly signal?: AbortSignal;
  /** Something moved: a media process counted or read, a step came to its end. Never called by time alone. */
  readonly onProgress?: () => void;
  /** Something that was to be made could not be, while the rest could: which part, and why. */
  readonly onMissing?: (what: Reason, why: Reason) => void;
}

export interface MadeFile {
  readonly path: string;
  readonly kind: 'playable' | 'poster' | 'contact-sheet' | 'thumbnails' | 'waveform' | 'thumbnail' | 'salvage';
  readonly mediaType: string;
  /** Name and version, for example `remux/1`, `h264-720p/1`. */
  readonly recipe: string;
  /** File name for the vault key, lower case: `playable.mp4`. */
  readonly name: string;
}

export interface MadeThumbnail extends MadeFile {
  /** Why the photo counts as damaged although some of it can be shown; null if it is whole. */
  readonly damage: Reason | null;
}

/** What could be saved of a damaged file. */
export interface Salvaged {
  readonly path: string;
  readonly how: Reason;
  /** How much: picture units recovered; Infinity where everything that could be read was kept. */
  readonly units: number;
}

/**
 * Looks into media files and makes derivatives of them. Every child process has limits of time, memory and output that come from the bytes of
 * the original, low priority, a bound on threads and stderr, and no protocol but local files. Errors: transcoder.failed, .timeout, .stood-still, .missing;
 * .unplayable (the file is damaged and nothing of it can be shown), .unsupported (nothing here can show it), .too-large.
 */
export interface Transcoder {
  probe(path: string, run?: MediaRun): Promise<MediaFacts>;
  /** null if the file is whole as far as can be told without decoding all of it. */
  inspect(path: string, facts: MediaFacts | null, run?: MediaRun): Promise<Damage | null>;
  /** As much as can be saved of a damaged file, as one new media file in `scratch`; null if nothing can. */
  salvage(input: MediaInput, healthy: MediaInput | null, scratch: string, run?: MediaRun): Promise<Salvaged | null>;
  /**
   * One browser-playable MP4 (H.264 + AAC, moov first) of all inputs, joined, with every sound track that decodes; stream copy where browsers
   * allow it, else the next way that holds (design.md, "Everything that decodes plays"). Audio only becomes M4A.
   */
  makePlayable(inputs: readonly MediaInput[], scratch: string, run?: MediaRun): Promise<{ file: MadeFile; durationMs: number }>;
  /** Poster, contact sheet, WebVTT thumbnail track, waveform: what the playable file has streams for. One that fails is told by `onMissing`. */
  makePictures(playable: string, scratch: string, run?: MediaRun): Promise<readonly MadeFile[]>;
  /** A thumbnail of a photo, at most 480 px on its long side, with the photo's rotation applied and its metadata dropped; of a damaged one, what can be read. */
  makeThumbnail(photo: string, scratch: string, run?: MediaRun): Promise<MadeThumbnail>;
  /** Versions of ffmpeg and ffprobe, for doctor; throws transcoder.missing. */
  check(): Promise<Reason>;
}
