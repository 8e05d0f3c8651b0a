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

/**
 * What recorders write. Playlists and edit lists (HLS, DASH, concat, IMF, SDP …) are not among them: such a file would have the station open others,
 * also other people's recordings.
 */
const CONTAINERS = [
  ...[
    'mov',
    'avi',
    'matroska',
    'mpegts',
    'mpeg',
    'mpegvideo',
    'm4v',
    'h264',
    'hevc',
    'h263',
    'mjpeg',
    'asf',
    'flv',
    'dhav',
    'dv',
    'mxf',
    'ivf',
    'rm',
  ],
  ...['wav', 'w64', 'mp3', 'aac', 'amr', 'amrnb', 'amrwb', 'ogg', 'flac', 'ac3', 'aiff', 'au', 'caf', 'g722', 'g729', 'gsm'],
].join(',');

/** Only this one local file, and nothing that it may name. */
export const LOCAL_ONLY = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS] as const;
/** For a list of files that the station has written itself. */
export const OWN_LIST = ['-f', 'concat', '-safe', '0', '-format_whitelist', `concat,${CONTAINERS}`] as const;

export const NICENESS = 10;
