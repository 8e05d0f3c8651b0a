/** Bounds under which every media process runs. */
export interface FfmpegSettings {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** Largest height of transcoded pictures, pixels. */
  readonly height: number;
  readonly threads: number;
  /** Least time limit of one process, ms; a long recording gets six times its length. */
  readonly timeLimitMs: number;
  readonly outputBytesMax: number;
}

/** Above this a picture is refused before any decoder sees it, pixels. */
export const PIXELS_MAX = 8192 * 8192;

/** Only local files: a playlist inside a recording must not make the station fetch anything. */
export const LOCAL_ONLY = ['-protocol_whitelist', 'file'] as const;

export const NICENESS = 10;
