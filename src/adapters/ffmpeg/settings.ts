/** Bounds under which every media process runs. */
export interface FfmpegSettings {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** Largest short side of transcoded pictures, pixels: the height of a landscape picture, the width of a portrait one. */
  readonly height: number;
  readonly threads: number;
  /** How long a process may run before bytes and frames of the original add to that (limits.ts), ms. */
  readonly timeLimitMs: number;
  readonly outputBytesMax: number;
  /** Data memory of one media process, bytes; MEMORY_BYTES_DEFAULT if it is left out. */
  readonly memoryBytesMax?: number;
  /** How long one media process may stand still, ms; STANDSTILL_MS_DEFAULT if it is left out. */
  readonly standstillMsMax?: number;
  /** Program of libheif that turns HEIC stills into JPEG; `heif-convert` unless told. */
  readonly heifConvert?: string;
}

export const MEMORY_BYTES_DEFAULT = 1024 ** 3;
/** Longer than a busy machine takes for one frame, or for a read from a disk that wakes up. */
export const STANDSTILL_MS_DEFAULT = 300_000;

/** A larger picture is refused before any decoder sees it, pixels. */
export const PIXELS_MAX = 8192 * 8192;

/**
 * Demuxers for what recorders, phones and their software write. Playlists and edit lists (HLS, DASH, concat, IMF, SDP …) are not among them, because such a
 * file would make the station open others, even other people's recordings. Demuxers that accept almost anything are left out too.
 */
const CONTAINERS = [
  ...['mov', 'avi', 'matroska', 'mpegts', 'mpegtsraw', 'mpeg', 'mpegvideo', 'm4v', 'h261', 'h263', 'h264', 'hevc', 'mjpeg', 'mpjpeg'],
  ...[
    'asf',
    'asf_o',
    'flv',
    'live_flv',
    'kux',
    'dhav',
    'dv',
    'mxf',
    'ivf',
    'obu',
    'av1',
    'rm',
    'nut',
    'wtv',
    'gxf',
    'lxf',
    'pva',
    'nsv',
    'ty',
  ],
  ...['vc1', 'vc1test', 'cavsvideo', 'dirac', 'dnxhd', 'avs', 'avs2', 'avs3', 'yuv4mpegpipe', 'smjpeg', 'swf', 'roq', 'viv', 'vivo'],
  ...['wav', 'w64', 'mp3', 'aac', 'loas', 'latm', 'amr', 'amrnb', 'amrwb', 'ogg', 'flac', 'ac3', 'eac3', 'dts', 'dtshd', 'truehd', 'mlp'],
  ...['aiff', 'au', 'caf', 'g722', 'g723_1', 'g726', 'g726le', 'g729', 'gsm', 'ilbc', 'sbc', 'dss', 'qcp', 'voc', 'ircam', 'tta', 'wv'],
  ...['ape', 'mpc', 'mpc8', 'tak', 'xwma', 'oma', 'codec2', 'sln', 'sox', 'sds', 'spdif'],
].join(',');

/** Options to open only this one local file, and no file that it names. */
export const LOCAL_ONLY = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS] as const;
/** Options to open what comes through standard input, and no file that it names. It is a file that the station itself has made. */
export const PIPED_ONLY = ['-protocol_whitelist', 'pipe', '-format_whitelist', 'mov,matroska'] as const;
/** Options to open a list of files that the station itself has written. */
export const OWN_LIST = ['-f', 'concat', '-safe', '0', '-format_whitelist', `concat,${CONTAINERS}`] as const;

/** Containers of streams without times of their own. Their demuxers count frames, at the rate that the stream claims or that an option gives. */
export const RAW_STREAMS = /^(h26[1-4]|hevc|m4v|mpegvideo|mjpeg|mpjpeg|vc1|cavsvideo|dirac|avs[23]|obu)\b/;

export const NICENESS = 10;
/** Out of 1000 (proc(5), oom_score_adj): when the machine runs out of memory, a media process is killed before anything else. */
export const OOM_SCORE = 800;
