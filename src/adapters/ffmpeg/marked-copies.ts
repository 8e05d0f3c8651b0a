import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { MarkedCopies, MarkedCopy, PlainCopy } from '#ports/marked-copies';
import type { Scratch } from '#ports/scratch';
import { CJK_FONT_FILE, checkFont } from '../cjk-font.ts';
import { streamFfmpeg } from './convert.ts';
import { MARK_FILE, markFilter, markLines } from './mark-picture.ts';
import { type FfmpegSettings, PIPED_ONLY } from './settings.ts';
import { OWN_TIMES } from './ways.ts';

/** Made, and not yet taken by whoever downloads. ffmpeg waits when it is full. */
const UNREAD_BYTES_MAX = 256 * 1024;
/** Whoever takes nothing for so long is let go, because others wait for the place. */
const STANDSTILL_MS = 60_000;
/** Frames may add to the time limit as if they had so many pixels: some 8 frames a second are made on the slowest machine. */
const PIXELS_ASSUMED = 250_000;
/** How much of the copy a player has to have before it can begin, microseconds. */
const FRAGMENT_US = 2_000_000;

interface Options {
  readonly settings: FfmpegSettings;
  /** For the file with the words of the mark, as long as the copy is made. */
  readonly scratch: Scratch;
  readonly fontFile?: string;
}

/** MarkedCopies on ffmpeg: it reads the plain copy from its standard input, and prints a fragmented MP4, which needs no place to go back to. */
export class FfmpegMarkedCopies implements MarkedCopies {
  readonly recipe = 'mark/1';
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async check(): Promise<void> {
    await checkFont(this.#options.fontFile ?? CJK_FONT_FILE);
  }

  async make(plain: PlainCopy, mark: string, signal: AbortSignal): Promise<MarkedCopy> {
    const { settings, scratch } = this.#options;
    const output = new PassThrough({ highWaterMark: UNREAD_BYTES_MAX });
    const gone = new AbortController();
    output.once('close', () => gone.abort());
    // Told by whoever takes the copy. Until somebody listens, an error must not end the station.
    output.on('error', () => undefined);
    plain.content.once('error', (error) => output.destroy(error));
    const run = async () => {
      const place = await scratch.open();
      try {
        await writeFile(join(place.path, MARK_FILE), markLines(mark).join('\n'), { mode: 0o600 });
        const about = { durationMs: null, bytes: plain.bytes, pixels: PIXELS_ASSUMED, inputs: [], standstillMsMax: STANDSTILL_MS };
        const streams = { input: plain.content, output, directory: place.path };
        await streamFfmpeg(
          settings,
          argumentsOf(settings, plain, mark),
          { ...about, signal: AbortSignal.any([signal, gone.signal]) },
          streams,
        );
      } finally {
        plain.content.destroy();
        await place.remove();
      }
    };
    const ended = run().then(
      () => void output.end(),
      (error: unknown) => void output.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    await once(output, 'readable');
    return { content: output, ended };
  }
}

function argumentsOf({ threads }: FfmpegSettings, { mediaType }: PlainCopy, mark: string): readonly string[] {
  const limits = ['-threads', String(threads)];
  return [
    ...[...limits, ...PIPED_ONLY, '-i', 'pipe:0'],
    ...(mediaType.startsWith('video/') ? picture(threads) : ['-map', '0:a']),
    ...['-c:a', 'copy', '-max_muxing_queue_size', '4096', '-map_metadata', '-1', '-metadata', `comment=${mark}`],
    // The index is written when the first fragment is known: only then can it tell where picture and sound begin.
    ...['-movflags', '+delay_moov+default_base_moof+frag_keyframe', '-frag_duration', String(FRAGMENT_US), '-f', 'mp4', 'pipe:1'],
  ];
}

/** The picture keeps its size and the time of each frame. Sharper than the playable copy, so that what can be read there can be read here. */
function picture(threads: number): readonly string[] {
  return [
    ...['-map', '0:v:0', '-map', '0:a?', '-vf', markFilter(), '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23'],
    ...['-threads:v', String(threads), '-g', '60', '-force_key_frames', 'expr:gte(t,n_forced*2)', ...OWN_TIMES],
  ];
}
