import type { Kind } from '#domain/kind';
import type { Reason } from '#domain/reason';

export interface MediaStream {
  readonly type: 'video' | 'audio' | 'subtitle' | 'data';
  /** As ffprobe names it; empty where no program knows it. */
  readonly codec: string;
  /** Place of the stream in the file, from 0. */
  readonly index?: number;
  readonly profile?: string;
  readonly width?: number;
  readonly height?: number;
  readonly pixelFormat?: string;
  readonly framesPerSecond?: number;
  /** Width of a pixel divided by its height. Left out for square pixels. */
  readonly pixelAspect?: number;
  /** Degrees by which a player turns the picture clockwise: 90, 180 or 270. Left out for an upright picture. */
  readonly rotation?: number;
  /** Transfer characteristics (ITU-T H.273, table 3): `bt709`, `smpte2084`, `arib-std-b67`. */
  readonly transfer?: string;
  /** The pictures are stored in another order than they are shown. */
  readonly reordered?: boolean;
  readonly sampleRate?: number;
  readonly channels?: number;
}

/** What a media file says of itself; every field is untrusted. */
export interface MediaFacts {
  readonly container: string;
  readonly durationMs: number | null;
  readonly streams: readonly MediaStream[];
  /** creation_time of the container, as it is written. */
  readonly creationTime: string | null;
}

/** Bytes of a file are missing or wrong. A file that is only unusual, unsupported or without a header is not damaged. */
export interface Damage {
  readonly reason: Reason;
}

/** One input, in its order within the recording. */
export interface MediaInput {
  readonly path: string;
  readonly kind: Kind;
  readonly bytes: number;
  /** The input is known to be damaged. What is made of it is decoded from beginning to end before it counts. */
  readonly damaged?: boolean;
}

export interface MediaRun {
  /** Progress of this run, 0 to 100. */
  readonly onPercent?: (percent: number) => void;
  readonly signal?: AbortSignal;
  /** Called when something has moved: a media process counted or read, or a step came to its end. Never called by a timer alone. */
  readonly onProgress?: () => void;
  /** Called when one part could not be made while the rest could: which part, and why. */
  readonly onMissing?: (what: Reason, why: Reason) => void;
}

export interface MadeFile {
  readonly path: string;
  readonly kind: 'playable' | 'poster' | 'contact-sheet' | 'thumbnails' | 'waveform' | 'thumbnail' | 'preview' | 'salvage';
  readonly mediaType: string;
  /** Name and version, for example `remux/1`, `h264-720p/1`. */
  readonly recipe: string;
  /** File name for the vault key, lower case: `playable.mp4`. */
  readonly name: string;
}

/** A photo that was made smaller. */
export interface MadeThumbnail extends MadeFile {
  /** Why the photo counts as damaged although some of it can be shown; null if it is whole. */
  readonly damage: Reason | null;
}

/** The part of a damaged file that could be saved. */
export interface Salvaged {
  readonly path: string;
  readonly how: Reason;
  /** How many picture units were recovered; Infinity where everything that could be read was kept. */
  readonly units: number;
}

/**
 * Examines media files and makes derivatives of them. Every child process has limits of time, memory and output, which follow from the bytes of the original.
 * It runs at low priority, with a bound on its threads and stderr, and may open local files only. Errors: transcoder.failed, .timeout, .stood-still, .missing,
 * .unplayable (the file is damaged and nothing of it can be shown), .unsupported (nothing here can show it), .too-large.
 */
export interface Transcoder {
  probe(path: string, run?: MediaRun): Promise<MediaFacts>;
  /** Finds damage. null if the file is whole, as far as can be told without decoding all of it. */
  inspect(path: string, facts: MediaFacts | null, run?: MediaRun): Promise<Damage | null>;
  /** Saves as much as possible of a damaged file into one new media file in `scratch`; null if nothing can be saved. */
  salvage(input: MediaInput, healthy: MediaInput | null, scratch: string, run?: MediaRun): Promise<Salvaged | null>;
  /**
   * Joins all inputs to one MP4 that browsers play (H.264 + AAC, moov first), with every sound track that decodes. Streams are copied where browsers allow it,
   * else the next way that works is taken (design.md, "Everything that decodes plays"). Sound alone becomes M4A.
   */
  makePlayable(inputs: readonly MediaInput[], scratch: string, run?: MediaRun): Promise<{ file: MadeFile; durationMs: number }>;
  /**
   * Makes poster, contact sheet, WebVTT thumbnail track and waveform, as far as the playable file has streams for them. One that cannot be made is told by
   * `onMissing`.
   */
  makePictures(playable: string, scratch: string, run?: MediaRun): Promise<readonly MadeFile[]>;
  /**
   * Makes a thumbnail of a photo, at most 480 px on its long side. The photo's rotation is applied and its metadata is dropped. Of a damaged photo it shows
   * what can be read.
   */
  makeThumbnail(photo: string, scratch: string, run?: MediaRun): Promise<MadeThumbnail>;
  /** The same for looking at on a whole screen: at most 2560 px on its long side. */
  makePreview(photo: string, scratch: string, run?: MediaRun): Promise<MadeThumbnail>;
  /** Versions of ffmpeg and ffprobe, for doctor; throws transcoder.missing. */
  check(): Promise<Reason>;
}
