import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidockError, isFailure } from '#domain/errors';
import { movieDurationMs } from '#domain/iso-bmff';
import type { MadeFile, MediaInput, MediaRun, MediaStream } from '#ports/transcoder';
import { convert } from './convert.ts';
import { type DetailedFacts, probe } from './probe.ts';
import { type FfmpegSettings, OWN_LIST } from './settings.ts';

/** Names, positions and subtitles of the recorder stay in the original: what is handed round carries none of them. */
const BARE = ['-map_metadata', '-1', '-map_chapters', '-1', '-dn', '-sn'];
const FASTSTART = ['-movflags', '+faststart', '-f', 'mp4'];
const SOUND = ['-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-ar', '48000'];

interface Known {
  readonly path: string;
  readonly facts: DetailedFacts;
  readonly video: MediaStream | undefined;
  readonly audio: MediaStream | undefined;
}

/** Browsers play H.264 with 8 bits and 4:2:0 (ISO/IEC 14496-10, up to High profile). */
function pictureCanStay({ video }: Known): boolean {
  return video?.codec === 'h264' && (video.pixelFormat === 'yuv420p' || video.pixelFormat === 'yuvj420p');
}

function soundCanStay({ audio }: Known): boolean {
  return !audio || audio.codec === 'aac' || audio.codec === 'mp3';
}

/** One file that browsers play, of all inputs in their order. */
export async function makePlayable(
  settings: FfmpegSettings,
  inputs: readonly MediaInput[],
  scratch: string,
  run: MediaRun = {},
): Promise<{ file: MadeFile; durationMs: number }> {
  const known: Known[] = [];
  for (const input of inputs) {
    const facts = await probe(settings, input.path, run);
    known.push({
      path: input.path,
      facts,
      video: facts.streams.find((s) => s.type === 'video'),
      audio: facts.streams.find((s) => s.type === 'audio'),
    });
  }
  const first = known[0];
  if (!first) throw new EvidockError('transcoder.unplayable', 'no input');
  const withPicture = known.some((each) => each.video !== undefined);
  const output = join(scratch, withPicture ? 'playable.mp4' : 'playable.m4a');
  const recipe = await make(settings, known, output, withPicture, scratch, run);
  const durationMs = checkedDuration(known, await writtenDurationMs(output));
  const mediaType = withPicture ? 'video/mp4' : 'audio/mp4';
  return { file: { path: output, kind: 'playable', mediaType, recipe, name: withPicture ? 'playable.mp4' : 'playable.m4a' }, durationMs };
}

/** What ffmpeg wrote into the file's own head: asking ffprobe would take longer than copying a short clip. */
async function writtenDurationMs(output: string): Promise<number> {
  const handle = await open(output);
  try {
    const readAt = async (position: number, length: number) => {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    return (await movieDurationMs(readAt, (await handle.stat()).size)) ?? 0;
  } finally {
    await handle.close();
  }
}

function checkedDuration(inputs: readonly Known[], durationMs: number): number {
  const expected = inputs.map((input) => input.facts.durationMs);
  if (durationMs === 0) throw new EvidockError('transcoder.unplayable', 'the playable file has no length');
  if (expected.includes(null)) return durationMs;
  const sum = expected.reduce<number>((total, each) => total + (each ?? 0), 0);
  // Raw streams tell their length only roughly, so a tenth is allowed.
  if (durationMs < sum - Math.max(2000, sum / 10))
    throw new EvidockError('transcoder.failed', `the playable file has ${durationMs} ms of ${sum}`);
  return durationMs;
}

async function make(
  settings: FfmpegSettings,
  inputs: readonly Known[],
  output: string,
  withPicture: boolean,
  scratch: string,
  run: MediaRun,
): Promise<string> {
  const [only] = inputs;
  if (!only) return '';
  if (!withPicture) {
    await makeSound(settings, inputs, output, scratch, run);
    return 'aac-96k/1';
  }
  const joinable = inputs.every((each) => each.facts.signature === only.facts.signature);
  if (inputs.every(pictureCanStay) && joinable) {
    const input = inputs.length === 1 ? { input: only.path } : await listOf(inputs, scratch);
    const sound = soundCanStay(only) ? ['-c:a', 'copy'] : SOUND;
    const outputOptions = ['-map', '0:v:0', '-map', '0:a:0?', '-c:v', 'copy', ...sound, ...BARE, ...FASTSTART];
    try {
      await convert(settings, { ...input, outputOptions, output, durationMs: lengthOf(inputs) }, run);
      return soundCanStay(only) ? 'remux/1' : 'remux-aac/1';
    } catch (error) {
      // Pictures without times (H.264 in AVI) cannot be copied into an MP4: then they are encoded anew.
      if (!isFailure(error, 'transcoder.failed')) throw error;
    }
  }
  await transcodeAll(settings, inputs, output, scratch, run);
  return `h264-${settings.height}p/1`;
}

function lengthOf(inputs: readonly Known[]): number | null {
  const lengths = inputs.map((input) => input.facts.durationMs);
  return lengths.includes(null) ? null : lengths.reduce<number>((sum, each) => sum + (each ?? 0), 0);
}

/** A list for the concat demuxer. The paths are the vault's or the scratch directory's, never names from a card. */
async function listOf(files: readonly { path: string }[], scratch: string): Promise<{ input: string; inputOptions: readonly string[] }> {
  const input = join(scratch, `list-${files.length}.txt`);
  await writeFile(input, files.map(({ path }) => `file '${path.replaceAll("'", "'\\''")}'\n`).join(''));
  return { input, inputOptions: OWN_LIST };
}

async function makeSound(
  settings: FfmpegSettings,
  inputs: readonly Known[],
  output: string,
  scratch: string,
  run: MediaRun,
): Promise<void> {
  const [only] = inputs;
  if (only && inputs.length === 1) {
    const sound = only.audio?.codec === 'aac' ? ['-c:a', 'copy'] : SOUND;
    await convert(
      settings,
      {
        input: only.path,
        outputOptions: ['-map', '0:a:0', '-vn', ...sound, ...BARE, ...FASTSTART],
        output,
        durationMs: only.facts.durationMs,
      },
      run,
    );
    return;
  }
  const parts: { path: string }[] = [];
  for (const [place, input] of inputs.entries()) {
    const path = join(scratch, `part-${place}.m4a`);
    const outputOptions = ['-map', '0:a:0', '-vn', ...SOUND, ...BARE, ...FASTSTART];
    await convert(
      settings,
      { input: input.path, outputOptions, output: path, durationMs: input.facts.durationMs },
      share(run, place, inputs.length + 1),
    );
    parts.push({ path });
  }
  const list = await listOf(parts, scratch);
  await convert(
    settings,
    { ...list, outputOptions: ['-c', 'copy', ...FASTSTART], output, durationMs: lengthOf(inputs) },
    share(run, inputs.length, inputs.length + 1),
  );
}

/** The part of the progress bar that one of several runs fills. */
function share(run: MediaRun, place: number, count: number): MediaRun {
  const onPercent = (percent: number) => run.onPercent?.((100 * place + percent) / count);
  return { onPercent, ...(run.signal ? { signal: run.signal } : {}) };
}

async function transcodeAll(
  settings: FfmpegSettings,
  inputs: readonly Known[],
  output: string,
  scratch: string,
  run: MediaRun,
): Promise<void> {
  const [only] = inputs;
  if (only && inputs.length === 1) {
    await transcode(settings, only, null, false, output, run);
    return;
  }
  const height = Math.min(settings.height, Math.max(...inputs.map((input) => input.video?.height ?? 0)));
  const largest = inputs.find((input) => input.video?.height !== undefined && input.video.height >= height) ?? inputs[0];
  const width = even(((largest?.video?.width ?? 1280) * height) / (largest?.video?.height ?? 720));
  const sound = inputs.some((input) => input.audio);
  const parts: { path: string }[] = [];
  for (const [place, input] of inputs.entries()) {
    const path = join(scratch, `part-${place}.mp4`);
    await transcode(settings, input, { width, height: even(height) }, sound, path, share(run, place, inputs.length + 1));
    parts.push({ path });
  }
  const list = await listOf(parts, scratch);
  await convert(
    settings,
    { ...list, outputOptions: ['-c', 'copy', ...FASTSTART], output, durationMs: lengthOf(inputs) },
    share(run, inputs.length, inputs.length + 1),
  );
}

function even(pixels: number): number {
  return Math.max(2, 2 * Math.round(pixels / 2));
}

/** To H.264 and AAC; into `box` (scaled and padded) where several have to fit together, silent sound added where only others have some. */
async function transcode(
  settings: FfmpegSettings,
  input: Known,
  box: { width: number; height: number } | null,
  needsSound: boolean,
  output: string,
  run: MediaRun,
): Promise<void> {
  const fit = box
    ? `scale=${box.width}:${box.height}:force_original_aspect_ratio=decrease,pad=${box.width}:${box.height}:(ow-iw)/2:(oh-ih)/2,setsar=1,fps=25`
    : `scale=w=-2:h='min(${settings.height},ih)'`;
  const silent = needsSound && !input.audio;
  // An endless source of silence has to end with the picture by itself: -shortest waits for ever behind a filter graph.
  const silence = `anullsrc=r=48000:cl=stereo,atrim=duration=${((input.facts.durationMs ?? 0) / 1000).toFixed(3)}[a]`;
  const graph = silent
    ? ['-filter_complex', `[0:v:0]${fit},format=yuv420p[v];${silence}`, '-map', '[v]', '-map', '[a]']
    : ['-map', '0:v:0', '-map', '0:a:0?', '-vf', `${fit},format=yuv420p`];
  const outputOptions = [
    ...graph,
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-maxrate', '2M', '-bufsize', '4M', '-profile:v', 'main', '-level', '4.0'],
    ...['-g', '60', '-keyint_min', '60', '-sc_threshold', '0'],
    ...SOUND,
    ...BARE,
    ...FASTSTART,
  ];
  await convert(settings, { input: input.path, outputOptions, output, durationMs: input.facts.durationMs }, run);
}
