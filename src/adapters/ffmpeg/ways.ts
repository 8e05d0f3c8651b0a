import type { MediaStream } from '#ports/transcoder';
import { SHOW_EVERY_FRAME } from './input-options.ts';
import { playableSize, type Size } from './picture-size.ts';
import type { FfmpegSettings } from './settings.ts';
import { RATE_ASSUMED, RATE_MAX, type Source } from './source.ts';

/** The recorder's names, positions and subtitles stay in the original. A playable, which people pass on, carries none of them. */
export const BARE = ['-map_metadata', '-1', '-map_chapters', '-1', '-dn', '-sn'];
export const FASTSTART = ['-movflags', '+faststart', '-f', 'mp4'];
/** With these, a decoder that fails on most of a file still delivers the rest. */
export const TOLERANT = ['-fflags', '+genpts', '-err_detect', 'ignore_err'];
const SOUND_RATE_LOW = 16_000;

/** One way of making the playable. */
export interface Way {
  /** Name and version of the recipe, for the derivative. */
  readonly recipe: string;
  readonly copiesPicture: boolean;
  readonly picture: boolean;
  readonly opening: readonly string[];
  readonly options: readonly string[];
  /** Pixels of each picture that is encoded; 0 if none is. */
  readonly pixels: number;
  /** True: the way mends times, and is tried only after another way has lost frames. */
  readonly mendsTimes?: boolean;
}

export interface Seen {
  readonly source: Source;
  /** The sound tracks that decode, the loudest first. */
  readonly sounds: readonly MediaStream[];
  readonly interlaced: boolean;
}

/** Whether the picture may be copied. Browsers play H.264 with 8 bits and 4:2:0 (ISO/IEC 14496-10, up to High profile), in the usual range of brightness. */
export function pictureCanStay({ video, facts }: Source): boolean {
  if (video?.codec !== 'h264' || isHdr(video)) return false;
  // Without times, pictures that are stored in another order would be shown in that order.
  if (video.reordered && /^(h264|avi)\b/.test(facts.container)) return false;
  return video.pixelFormat === 'yuv420p' || video.pixelFormat === 'yuvj420p';
}

/**
 * Whether the sound may be copied. That is so only for AAC, in the profiles that browsers know: MP3 may be MP2 under its name, because ISO/IEC 14496-1 has one
 * object type for both.
 */
export function soundCanStay(sound: MediaStream): boolean {
  return sound.codec === 'aac' && /^(LC|HE-AAC|HE-AACv2)?$/.test(sound.profile ?? '');
}

/** All ways for one input, the best first. The first one whose result holds is taken. */
export function waysOf(settings: FfmpegSettings, seen: Seen): readonly Way[] {
  const { source, sounds } = seen;
  if (!source.video) return soundWays(source, sounds);
  const size = `${settings.height}p`;
  const tolerant = [...TOLERANT, ...(/\bmp4\b/.test(source.facts.container) ? SHOW_EVERY_FRAME : [])];
  const copy = { copiesPicture: true, picture: true, opening: source.opening, pixels: 0 };
  const encode = { ...copy, copiesPicture: false, pixels: area(playableSize(source.video, settings.height)) };
  const copied = ['-map', `0:${source.video.index}`, '-c:v', 'copy'];
  const encoded = pictureOptions(settings, seen, {});
  const simple = pictureOptions(settings, seen, { simple: true });
  const ways: Way[] = [];
  if (pictureCanStay(source) && !seen.interlaced) {
    if (sounds.every(soundCanStay)) ways.push({ ...copy, recipe: 'remux/2', options: [...copied, ...soundOptions(sounds, true)] });
    if (sounds.length > 0) ways.push({ ...copy, recipe: 'remux-aac/2', options: [...copied, ...soundOptions(sounds, false)] });
  }
  const opening = [...source.opening, ...tolerant];
  const onwards = [...pictureOptions(settings, seen, { onwards: true }), ...soundOptions(sounds, false, true)];
  ways.push({ ...encode, recipe: `h264-${size}/2`, options: [...encoded, ...soundOptions(sounds, true)] });
  ways.push({ ...encode, recipe: `h264-${size}-times/2`, options: onwards, mendsTimes: true });
  ways.push({ ...encode, recipe: `h264-${size}-tolerant/2`, opening, options: [...simple, ...soundOptions(sounds, false)] });
  if (sounds.length > 0) ways.push({ ...encode, recipe: `video-only-${size}/2`, opening, options: simple });
  return [...ways, ...soundWays(source, sounds).map((way) => ({ ...way, recipe: 'sound-only/2' }))];
}

function soundWays({ opening }: Source, sounds: readonly MediaStream[]): Way[] {
  if (sounds.length === 0) return [];
  const common = { copiesPicture: false, picture: false, pixels: 0 };
  const copy: Way = { ...common, recipe: 'sound-copy/2', opening, options: soundOptions(sounds, true) };
  const encode: Way = { ...common, recipe: 'aac/2', opening, options: soundOptions(sounds, false) };
  const tolerant: Way = { ...encode, recipe: 'aac-tolerant/2', opening: [...opening, ...TOLERANT] };
  return sounds.every(soundCanStay) ? [copy, encode, tolerant] : [encode, tolerant];
}

/**
 * Options that map and encode the tracks in that order. The first track plays unless a person chooses another. `onwards`: where times go back, the sound goes
 * on after the time reached.
 */
export function soundOptions(sounds: readonly MediaStream[], copyWhatCan: boolean, onwards = false): string[] {
  return sounds.flatMap((sound, place) => [
    ...['-map', `0:${sound.index}`],
    ...(copyWhatCan && soundCanStay(sound) ? [`-c:a:${place}`, 'copy'] : aac(sound, place, onwards)),
    ...[`-disposition:a:${place}`, place === 0 ? 'default' : '0'],
  ]);
}

/** Options for tracks that must fit those of other segments: one rate, two channels. */
export function joinedSoundOptions(sounds: readonly MediaStream[], onwards = false): string[] {
  return sounds.flatMap((sound, place) => ['-map', `0:${sound.index}`, ...aac({ ...sound, sampleRate: 48_000 }, place, onwards)]);
}

/**
 * AAC options. Speech at the rate of a telephone gets less than 96 kbit/s. Gaps in the times are filled with silence, so that the sound stays with the picture.
 */
function aac(sound: MediaStream, place: number, onwards = false): string[] {
  const low = (sound.sampleRate ?? 0) <= SOUND_RATE_LOW;
  const quality = low ? { bits: '48k', channels: '1', rate: '16000' } : { bits: '96k', channels: '2', rate: '48000' };
  return [
    ...[`-c:a:${place}`, 'aac', `-b:a:${place}`, quality.bits, `-ac:a:${place}`, quality.channels, `-ar:a:${place}`, quality.rate],
    ...[`-filter:a:${place}`, `${onwards ? `asetpts=${onwardsBy('NB_SAMPLES/SR/TB')},` : ''}aresample=async=1000`],
  ];
}

/**
 * A filter for times that go back, because a clock was set during the recording or a file holds two takes. Without it every frame would be lost until the old
 * time is reached again. The first such frame comes `step` after the one before it, and all that follow keep their distance to it.
 */
function onwardsBy(step: string): string {
  return `'if(isnan(PREV_OUTPTS),PTS,PREV_OUTPTS+if(gt(PTS,PREV_INPTS),PTS-PREV_INPTS,${step}))'`;
}

interface PictureHow {
  /** The size that several parts share. */
  readonly box?: Size;
  /** True: only scaling, and no other filter that may fail. */
  readonly simple?: boolean;
  /** True: where times go back, the picture goes on after the time reached. */
  readonly onwards?: boolean;
}

/** Options that map and encode the picture. */
export function pictureOptions(settings: FfmpegSettings, seen: Seen, how: PictureHow): string[] {
  const { video } = seen.source;
  if (!video) return [];
  return ['-map', `0:${video.index}`, '-vf', pictureFilter(settings, seen, how), ...h264(settings)];
}

function pictureFilter(settings: FfmpegSettings, seen: Seen, { box, simple, onwards }: PictureHow): string {
  const { video } = seen.source;
  if (!video) return 'null';
  const { width, height } = playableSize(video, settings.height);
  const fit = box
    ? [`scale=${box.width}:${box.height}:force_original_aspect_ratio=decrease:force_divisible_by=2`, `pad=${box.width}:${box.height}:-1:-1`]
    : [];
  const { framesPerSecond = 0 } = video;
  const rate = framesPerSecond >= 1 && framesPerSecond <= RATE_MAX ? framesPerSecond : RATE_ASSUMED;
  return [
    ...(onwards ? [`setpts=${onwardsBy(`1/${rate}/TB`)}`] : []),
    ...(seen.interlaced && !simple ? ['bwdif=mode=send_frame:deint=all'] : []),
    `scale=${width}:${height}`,
    ...(isHdr(video) && !simple ? [toSdr(video)] : []),
    'setsar=1',
    ...fit,
    'format=yuv420p',
  ].join(',');
}

/** 90,000 ticks a second are fine enough for every camera's times. Each frame keeps its own time, and none is doubled or dropped to fit a rate. */
export const OWN_TIMES = ['-fps_mode', 'vfr', '-enc_time_base', '1:90000', '-video_track_timescale', '90000'];

export function h264({ threads }: FfmpegSettings): string[] {
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-maxrate', '2M', '-bufsize', '4M', '-profile:v', 'main', '-level', '4.0'],
    ...['-threads:v', String(threads), '-g', '60', '-keyint_min', '60', '-sc_threshold', '0'],
    // Slow pictures (one a second) need key frames at intervals of time, not of pictures.
    ...['-force_key_frames', 'expr:gte(t,n_forced*2)', ...OWN_TIMES],
  ];
}

/** Whether the picture has high dynamic range, by its transfer function: PQ or HLG (ITU-R BT.2100). */
function isHdr({ transfer }: MediaStream): boolean {
  return transfer === 'smpte2084' || transfer === 'arib-std-b67';
}

/** A filter that converts to BT.709 through linear light. The properties of the input are named in it, for files that tell only their transfer function. */
function toSdr({ transfer }: MediaStream): string {
  const linear = `zscale=tin=${transfer}:min=bt2020nc:pin=bt2020:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709`;
  return `${linear},tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p`;
}

function area({ width, height }: Size): number {
  return width * height;
}

export interface Made {
  readonly path: string;
  readonly recipe: string;
  readonly picture: boolean;
  readonly durationMs: number;
}
