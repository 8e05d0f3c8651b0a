import { readFile, writeFile } from 'node:fs/promises';
import { setFlvClock } from '../support/media/flv-clock.ts';
import { type Clip, cutEnd, everyNumber, ffmpeg, PICTURES, pictures, RATE, rotate, type Sources, tone } from './clips.ts';

/*
 * Clips that failed at some station, each by its own recipe, and their neighbours: what editing, cutting and cheap firmware do to a file.
 */

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'];
const AAC = ['-c:a', 'aac'];
const SLOWER = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];
const HALF_SILENT = "aevalsrc=exprs='gt(t,1)*0.5*random(0)':d=2:s=48000";

interface Special extends Partial<Clip> {
  readonly name: string;
  readonly ending: string;
}

function special(given: Special, args: (sources: Sources) => readonly string[], after?: (path: string) => Promise<void>): Clip {
  const [container = '', video = '', audio = '', variant = ''] = given.name.split(', ');
  return {
    ...{ container, video, audio, variant, numbers: everyNumber(PICTURES), tracks: 1, damaged: false, special: true },
    render: async (sources, path) => {
      await ffmpeg([...args(sources), path]);
      await after?.(path);
    },
    ...given,
  };
}

const film = ({ whole }: Sources) => pictures(whole, RATE);

export function specialClips(): Clip[] {
  return [...cut(), ...shaped(), ...sounds(), ...timed()];
}

function cut(): Clip[] {
  return [
    special(
      { name: 'Matroska, H.264, AAC, truncated half-way', ending: 'mkv', numbers: null, damaged: true },
      (from) => [...film(from), ...tone(440), ...H264, ...AAC],
      (path) => cutEnd(path, 0.5),
    ),
    special(
      { name: 'AVI, H.264, G.711, truncated', ending: 'avi', numbers: null, damaged: true },
      (from) => [...film(from), ...tone(440), ...H264, '-bf', '0', '-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1'],
      (path) => cutEnd(path, 0.6),
    ),
    special(
      { name: 'MPEG-TS, H.264, LATM, truncated', ending: 'ts', numbers: null, damaged: true },
      (from) => [...film(from), ...tone(440), ...H264, ...AAC, '-mpegts_flags', 'latm'],
      (path) => cutPackets(path, 0, 0.6),
    ),
    special(
      { name: 'MPEG-TS, H.264, AAC, begins in an open GOP', ending: 'ts', numbers: null, recipe: /^h264/ },
      (from) => [...film(from), ...tone(440), ...SLOWER, '-x264-params', 'keyint=20:min-keyint=20:scenecut=0:bframes=3:open-gop=1', ...AAC],
      (path) => cutPackets(path, 0.25, 1),
    ),
    special(
      { name: 'MP4, H.264, AAC, edit list hides the only key frame', ending: 'mp4', numbers: everyNumber(PICTURES).slice(25) },
      (from) => [...film(from), ...tone(440), ...SLOWER, '-g', '250', ...AAC],
      hideKeyFrame,
    ),
    special(
      { name: 'raw H.264, H.264, none, cut at both ends', ending: 'h264', numbers: null, tracks: 0 },
      (from) => [...film(from), ...H264, '-bf', '0'],
      (path) => cutMiddle(path, 0.1, 0.9),
    ),
  ];
}

function shaped(): Clip[] {
  const rawOdd = 'rotated and odd with broad pixels';
  return [
    special({ name: 'AVI, MJPEG, PCM, 176×143', ending: 'avi' }, (from) => [
      ...film(from),
      ...tone(440),
      '-vf',
      'scale=176:143',
      '-c:v',
      'mjpeg',
      '-pix_fmt',
      'yuvj420p',
      '-c:a',
      'pcm_s16le',
    ]),
    special({ name: 'MPEG-PS, MPEG-2, MP2, 720×288 with high pixels', ending: 'mpg' }, (from) => [
      ...film(from),
      ...tone(440),
      '-vf',
      'scale=720:288,setsar=1/2',
      '-c:v',
      'mpeg2video',
      '-q:v',
      '4',
      '-c:a',
      'mp2',
    ]),
    special({ name: 'MP4, HEVC, AAC, portrait 1080×1920', ending: 'mp4', numbers: everyNumber(10) }, (from) => [
      ...film(from),
      ...tone(440),
      '-frames:v',
      '10',
      '-vf',
      'scale=1080:1920',
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none',
      '-pix_fmt',
      'yuv420p',
      ...AAC,
    ]),
    special(
      { name: `QuickTime, MPEG-4, AAC, ${rawOdd}`, ending: 'mov' },
      (from) => [...film(from), ...tone(440), '-vf', 'transpose=clock,scale=143:175,setsar=4/3', '-c:v', 'mpeg4', '-q:v', '2', ...AAC],
      (path) => rotate(path, 'mov', 90),
    ),
    special({ name: 'MP4, HEVC, AAC, HLG', ending: 'mp4' }, (from) => [
      ...film(from),
      ...tone(440),
      '-vf',
      'scale=320:240:flags=neighbor',
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc',
      '-pix_fmt',
      'yuv420p10le',
      '-color_primaries',
      'bt2020',
      '-color_trc',
      'arib-std-b67',
      '-colorspace',
      'bt2020nc',
      ...AAC,
    ]),
    special({ name: 'MPEG-TS, H.264, AAC, interlaced without saying so', ending: 'ts', interlaced: true }, ({ fields }) => [
      ...pictures(fields, 2 * RATE),
      ...tone(440),
      '-vf',
      'scale=320:240:flags=neighbor,tinterlace=interleave_top',
      ...H264,
      ...AAC,
    ]),
    special({ name: 'MP4, H.264, AAC, says it is interlaced and is not', ending: 'mp4', recipe: /^remux/ }, (from) => [
      ...film(from),
      ...tone(440),
      ...H264,
      '-flags',
      '+ilme+ildct',
      ...AAC,
    ]),
    special({ name: 'MP4, H.264 10 bit, AAC, whole', ending: 'mp4' }, (from) => [
      ...film(from),
      ...tone(440),
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p10le',
      ...AAC,
    ]),
  ];
}

function sounds(): Clip[] {
  const two = (from: Sources) => [...film(from), ...tone(440), ...tone(880)];
  return [
    special(
      { name: 'MP4, H.264, none decodes, one of two tracks', ending: 'mp4' },
      (from) => [...two(from), '-map', '0:v', '-map', '1:a', '-map', '2:a', ...H264, ...AAC],
      (path) => rename(path, ['mp4a', 'esds'], ['apac', 'dapa']),
    ),
    special(
      { name: 'MP4, H.264, no stsd, whole', ending: 'mp4', tracks: 0 },
      (from) => [...film(from), ...tone(440), ...H264, ...AAC],
      (path) => renameLast(path, 'stsd', 'stsX'),
    ),
    special({ name: 'MP4, H.264, AAC, first of three tracks silent', ending: 'mp4', tracks: 3 }, (from) => [
      ...film(from),
      '-f',
      'lavfi',
      '-i',
      'anullsrc=r=48000:cl=mono,atrim=duration=2',
      ...tone(440),
      ...tone(880),
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-map',
      '2:a',
      '-map',
      '3:a',
      ...H264,
      ...AAC,
      '-filter:a:1',
      'volume=0.1',
    ]),
    special({ name: 'MP4, H.264, MP2, mono', ending: 'mp4' }, (from) => [...film(from), ...tone(440), ...H264, '-c:a', 'mp2', '-ac', '1']),
    special({ name: '3GP, H.263, AAC, whole', ending: '3gp' }, (from) => [
      ...film(from),
      ...tone(440),
      '-vf',
      'scale=176:144',
      '-c:v',
      'h263',
      '-q:v',
      '3',
      ...AAC,
      '-ar',
      '8000',
      '-ac',
      '1',
    ]),
    special({ name: 'WebM, VP9, Opus, whole', ending: 'webm' }, (from) => [
      ...film(from),
      ...tone(440),
      '-c:v',
      'libvpx-vp9',
      '-deadline',
      'realtime',
      '-cpu-used',
      '8',
      '-c:a',
      'libopus',
    ]),
    special({ name: 'ADTS, none, AAC, half silent', ending: 'aac', numbers: [] }, () => ['-f', 'lavfi', '-i', HALF_SILENT, ...AAC]),
    special({ name: 'MP3, none, MP3, variable rate without a header', ending: 'mp3', numbers: [] }, () => [
      '-f',
      'lavfi',
      '-i',
      HALF_SILENT,
      '-c:a',
      'libmp3lame',
      '-q:a',
      '9',
      '-write_xing',
      '0',
    ]),
    special({ name: 'WAV, none, ADPCM, whole', ending: 'wav', numbers: [] }, () => [...tone(440), '-c:a', 'adpcm_ima_wav', '-ar', '8000']),
    special({ name: 'Ogg, none, Vorbis, whole', ending: 'ogg', numbers: [] }, () => [...tone(440), '-c:a', 'libvorbis']),
  ];
}

function timed(): Clip[] {
  const jitter = 'setpts=PTS+mod(N*7\\,5)*0.003/TB';
  return [
    special({ name: 'ASF, WMV2, WMA, times in ms that jitter', ending: 'wmv' }, (from) => [
      ...film(from),
      ...tone(440),
      '-vf',
      `settb=1/1000,${jitter}`,
      '-enc_time_base',
      '1/1000',
      '-fps_mode',
      'passthrough',
      '-c:v',
      'wmv2',
      '-q:v',
      '3',
      '-c:a',
      'wmav2',
    ]),
    special({ name: 'raw H.264, H.264, none, tick rate of 180000', ending: 'h264', tracks: 0 }, (from) => [
      ...film(from),
      ...SLOWER,
      '-g',
      '25',
      '-bsf:v',
      'h264_metadata=tick_rate=180000:fixed_frame_rate_flag=0',
    ]),
    special({ name: 'raw HEVC, HEVC, none, whole', ending: 'hevc', tracks: 0 }, (from) => [
      ...film(from),
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none',
      '-pix_fmt',
      'yuv420p',
    ]),
    special({ name: 'raw MJPEG, MJPEG, none, whole', ending: 'mjpeg', tracks: 0 }, (from) => [
      ...film(from),
      '-c:v',
      'mjpeg',
      '-pix_fmt',
      'yuvj420p',
    ]),
    special(
      { name: 'FLV, H.264, AAC, its clock is set back', ending: 'flv', recipe: /-times/ },
      (from) => [...film(from), ...tone(440), ...H264, ...AAC],
      (path) => setFlvClock(path, -900),
    ),
    special(
      { name: 'FLV, FLV1, MP3, its clock is set back twice', ending: 'flv', recipe: /-times/ },
      (from) => [...film(from), ...tone(440), '-c:v', 'flv', '-q:v', '3', '-c:a', 'libmp3lame', '-ar', '44100'],
      async (path) => {
        await setFlvClock(path, -400, 800);
        await setFlvClock(path, -400, 1000);
      },
    ),
    special(
      { name: 'FLV, FLV1, MP3, its clock is set on', ending: 'flv', recipe: /720p\/2/ },
      (from) => [...film(from), ...tone(440), '-c:v', 'flv', '-q:v', '3', '-c:a', 'libmp3lame', '-ar', '44100'],
      (path) => setFlvClock(path, 700),
    ),
    special({ name: 'MP4, H.264, AAC, one picture a second', ending: 'mp4', numbers: [0, 1, 2] }, (from) => [
      ...pictures(from.whole, 1),
      '-f',
      'lavfi',
      '-i',
      'sine=duration=3',
      '-t',
      '3',
      ...H264,
      ...AAC,
    ]),
  ];
}

/** Of a transport stream, whole packets. */
async function cutPackets(path: string, from: number, to: number): Promise<void> {
  const bytes = await readFile(path);
  const at = (share: number) => Math.floor((bytes.length * share) / 188) * 188;
  await writeFile(path, bytes.subarray(at(from), at(to)));
}

async function cutMiddle(path: string, from: number, to: number): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(Math.floor(bytes.length * from), Math.floor(bytes.length * to)));
}

async function hideKeyFrame(path: string): Promise<void> {
  const hidden = path.replace('.mp4', '-hidden.mp4');
  await ffmpeg(['-ss', '1', '-i', path, '-c', 'copy', hidden]);
  await writeFile(path, await readFile(hidden));
}

/** Replaces the first place of each word. */
async function rename(path: string, words: readonly string[], by: readonly string[]): Promise<void> {
  const bytes = await readFile(path);
  for (const [place, word] of words.entries()) bytes.write(by[place] ?? word, bytes.indexOf(word), 'latin1');
  await writeFile(path, bytes);
}

async function renameLast(path: string, word: string, by: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.write(by, bytes.lastIndexOf(word), 'latin1');
  await writeFile(path, bytes);
}
