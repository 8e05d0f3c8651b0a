import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidockError, isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { Damage, MadeFile, MadeThumbnail, MediaFacts, MediaInput, MediaRun, Salvaged, Transcoder } from '#ports/transcoder';
import { quietly, runChild } from './child.ts';
import { convert } from './convert.ts';
import { inputOptionsOf } from './input-options.ts';
import { inspect } from './inspect.ts';
import { salvageNals } from './nal-salvage.ts';
import { makeSmaller } from './photos.ts';
import { makePictures } from './pictures.ts';
import { makePlayable } from './playable.ts';
import { probe } from './probe.ts';
import type { FfmpegSettings } from './settings.ts';

const KEPT = because('kept-what-is-there', {});

/** The Transcoder port on ffmpeg, ffprobe, sharp and libheif. */
export class FfmpegTranscoder implements Transcoder {
  readonly #settings: FfmpegSettings;
  #salvages = 0;

  constructor(options: { settings: FfmpegSettings }) {
    this.#settings = options.settings;
  }

  probe(path: string, run?: MediaRun): Promise<MediaFacts> {
    return probe(this.#settings, path, run);
  }

  inspect(path: string, facts: MediaFacts | null, run?: MediaRun): Promise<Damage | null> {
    return inspect(this.#settings, path, facts, run);
  }

  async salvage(input: MediaInput, healthy: MediaInput | null, scratch: string, run: MediaRun = {}): Promise<Salvaged | null> {
    this.#salvages += 1;
    const kept = join(scratch, `salvage-${this.#salvages}.mkv`);
    if (await this.#copyWhatIsThere(input, kept, run)) return { path: kept, how: KEPT, units: Number.POSITIVE_INFINITY };
    if (!healthy || input.kind !== 'video') return null;
    const output = join(scratch, `salvage-${this.#salvages}.mp4`);
    const units = await this.#rebuild(input, healthy, scratch, output, run);
    return units === 0 ? null : { path: output, how: because('units-recovered', { units }), units };
  }

  /** Copies into Matroska, which takes every codec. It is decided later what of it can be played. */
  async #copyWhatIsThere(input: MediaInput, output: string, run: MediaRun): Promise<boolean> {
    try {
      const opening = await inputOptionsOf(input.path);
      const conversion = {
        inputs: [{ path: input.path, options: [...opening, '-err_detect', 'ignore_err', '-fflags', '+genpts'] }],
        outputOptions: ['-map', '0:v?', '-map', '0:a?', '-ignore_unknown', '-c', 'copy', '-map_metadata', '-1', '-f', 'matroska'],
        output,
        durationMs: null,
        bytes: input.bytes,
      };
      await convert(this.#settings, conversion, quietly(run));
      return await this.#hasLength(output, run);
    } catch (error) {
      return this.#notThisWay(error, output);
    }
  }

  async #rebuild(input: MediaInput, healthy: MediaInput, scratch: string, output: string, run: MediaRun): Promise<number> {
    const raw = join(scratch, `salvage-${this.#salvages}.h264`);
    const units = await salvageNals(this.#settings, input.path, healthy.path, raw, run);
    if (units === 0) return 0;
    const facts = await probe(this.#settings, healthy.path, run);
    const rate = facts.streams.find((stream) => stream.type === 'video')?.framesPerSecond ?? 25;
    try {
      const conversion = {
        inputs: [{ path: raw, options: ['-f', 'h264', '-framerate', String(rate)] }],
        outputOptions: ['-c', 'copy', '-f', 'mp4'],
        output,
        durationMs: null,
        bytes: input.bytes,
      };
      await convert(this.#settings, conversion, quietly(run));
      return (await this.#hasLength(output, run)) ? units : 0;
    } catch (error) {
      await this.#notThisWay(error, output);
      return 0;
    }
  }

  async #hasLength(path: string, run: MediaRun): Promise<boolean> {
    if ((await stat(path)).size === 0) return false;
    return ((await probe(this.#settings, path, run)).durationMs ?? 0) > 0;
  }

  /** Removes the output of a way of saving that did not work, so that the next way is tried. Throws an error that has another cause. */
  async #notThisWay(error: unknown, output: string): Promise<false> {
    if (!isFailure(error, 'transcoder.failed', 'transcoder.unplayable', 'transcoder.unsupported')) throw error;
    await rm(output, { force: true });
    return false;
  }

  makePlayable(inputs: readonly MediaInput[], scratch: string, run?: MediaRun): Promise<{ file: MadeFile; durationMs: number }> {
    return makePlayable(this.#settings, inputs, scratch, run);
  }

  makePictures(playable: string, scratch: string, run?: MediaRun): Promise<readonly MadeFile[]> {
    return makePictures(this.#settings, playable, scratch, run);
  }

  makeThumbnail(photo: string, scratch: string, run?: MediaRun): Promise<MadeThumbnail> {
    return makeSmaller(this.#settings, { photo, scratch, kind: 'thumbnail' }, run);
  }

  makePreview(photo: string, scratch: string, run?: MediaRun): Promise<MadeThumbnail> {
    return makeSmaller(this.#settings, { photo, scratch, kind: 'preview' }, run);
  }

  async check(): Promise<Reason> {
    const versions: string[] = [];
    for (const program of [this.#settings.ffmpeg, this.#settings.ffprobe]) {
      const { status, stdout } = await runChild(program, ['-version'], { timeoutMs: 10_000, stdoutBytesMax: 65_536 });
      if (status !== 0) throw new EvidockError('transcoder.missing', because('program', { program }));
      versions.push(stdout.split(' ').slice(0, 3).join(' '));
    }
    return because('program', { program: versions.join(', ') });
  }
}
