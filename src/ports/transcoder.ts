import type { Kind } from '#domain/recording';

export interface MediaStream {
  readonly type: 'video' | 'audio' | 'subtitle' | 'data';
  readonly codec: string;
  readonly width?: number;
  readonly height?: number;
  readonly pixelFormat?: string;
  readonly framesPerSecond?: number;
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

export interface Damage {
  /** For a person: `no moov box: the recording was cut off`, `truncated: 1048576 of 4194304 bytes of mdat`. */
  readonly reason: string;
}

/** One input in its order within the recording. */
export interface MediaInput {
  readonly path: string;
  readonly kind: Kind;
  readonly bytes: number;
}

export interface MediaRun {
  /** 0 to 100 of this run. */
  readonly onPercent?: (percent: number) => void;
  readonly signal?: AbortSignal;
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

/** What could be saved of a damaged file. */
export interface Salvaged {
  readonly path: string;
  /** In words, for a person. */
  readonly how: string;
  /** How much: picture units recovered; Infinity where everything that could be read was kept. */
  readonly units: number;
}

/**
 * Looks into media files and makes derivatives of them. Every child process has a time limit, low priority, a bound
 * on threads and stderr, and no protocol but local files. Errors: transcoder.failed, .timeout, .unplayable, .missing.
 */
export interface Transcoder {
  probe(path: string, run?: MediaRun): Promise<MediaFacts>;
  /** null if the file is whole as far as can be told without decoding all of it. */
  inspect(path: string, facts: MediaFacts | null, run?: MediaRun): Promise<Damage | null>;
  /** As much as can be saved of a damaged file, as one new media file in `scratch`; null if nothing can. */
  salvage(input: MediaInput, healthy: MediaInput | null, scratch: string, run?: MediaRun): Promise<Salvaged | null>;
  /** One browser-playable MP4 (H.264 + AAC, faststart) of all inputs, joined; stream copy where codecs allow. Audio only becomes M4A. */
  makePlayable(inputs: readonly MediaInput[], scratch: string, run?: MediaRun): Promise<{ file: MadeFile; durationMs: number }>;
  /** Poster, contact sheet, WebVTT thumbnail track, waveform: what the playable file has streams for. */
  makePictures(playable: string, scratch: string, run?: MediaRun): Promise<readonly MadeFile[]>;
  /** A thumbnail of a photo, at most 480 px on its long side, with the photo's rotation applied and its metadata dropped. */
  makeThumbnail(photo: string, scratch: string, run?: MediaRun): Promise<MadeFile>;
  /** Versions of ffmpeg and ffprobe, for doctor; throws transcoder.missing. */
  check(): Promise<string>;
}
