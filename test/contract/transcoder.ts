import { copyFile, mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kind } from '#domain/kind';
import type { MediaInput, Transcoder } from '#ports/transcoder';
import { saying } from '#test/support/saying';
import { runProgram, temporaryDirectory } from '../support/evidock.ts';

const SECONDS = 2;

/** Options that render each sample; the key is the file's name. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  'h264.mp4': ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25', '-c:a', 'aac'],
  'faststart.mp4': ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-movflags', '+faststart'],
  'silent.mp4': ['-an', '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
  'hevc.mp4': ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
  'mjpeg.avi': ['-c:v', 'mjpeg', '-q:v', '5', '-c:a', 'pcm_s16le'],
  'mpeg4.avi': ['-c:v', 'mpeg4', '-c:a', 'mp3'],
  'alaw.mov': ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1'],
  'stream.ts': ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-f', 'mpegts'],
  'windows.asf': ['-c:v', 'wmv2', '-c:a', 'wmav2'],
};
const COPIED = ['h264.mp4', 'faststart.mp4', 'silent.mp4', 'stream.ts'];

async function streams(path: string): Promise<string[]> {
  const { stdout } = await runProgram('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', path]);
  return stdout.trim().split('\n').sort();
}

async function seconds(path: string): Promise<number> {
  return Number((await runProgram('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path])).stdout);
}

/** SHA-256 of the compressed pictures, whatever the container. */
async function pictures(path: string): Promise<string> {
  return (
    await runProgram('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:v:0', '-c', 'copy', '-f', 'streamhash', '-hash', 'sha256', '-'])
  ).stdout.trim();
}

/** What every transcoder must do. */
export function describeTranscoderContract(name: string, make: () => Transcoder): void {
  describe(`transcoder contract: ${name}`, () => {
    const transcoder = make();
    let home: Awaited<ReturnType<typeof temporaryDirectory>>;
    let scratches = 0;
    const scratch = async () => {
      scratches += 1;
      const path = join(home.path, `scratch-${scratches}`);
      await mkdir(path);
      return path;
    };
    const input = async (file: string, kind: Kind = 'video'): Promise<MediaInput> => ({
      path: join(home.path, file),
      kind,
      bytes: (await stat(join(home.path, file))).size,
    });

    beforeAll(async () => {
      home = await temporaryDirectory();
      const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
      for (const [file, options] of Object.entries(SAMPLES)) {
        const made = await runProgram('ffmpeg', [
          '-nostdin',
          '-v',
          'error',
          ...source,
          '-t',
          String(SECONDS),
          ...options,
          join(home.path, file),
        ]);
        if (made.status !== 0) throw new Error(made.stderr);
      }
      const sound = await runProgram('ffmpeg', [
        '-nostdin',
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        'sine=frequency=440',
        '-t',
        String(SECONDS),
        join(home.path, 'sound.wav'),
      ]);
      if (sound.status !== 0) throw new Error(sound.stderr);
      await runProgram('ffmpeg', [
        '-nostdin',
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        'testsrc2=size=1280x720',
        '-frames:v',
        '1',
        join(home.path, 'photo.jpg'),
      ]);
      await writeFile(join(home.path, 'text.mp4'), 'a text whose extension lies\n'.repeat(100));
      await writeFile(join(home.path, 'empty.mp4'), '');
    }, 120_000);
    afterAll(() => home.remove());

    it.each(Object.keys(SAMPLES))('makes %s playable in a browser, with rising percent', async (file) => {
      const percents: number[] = [];
      const { file: made, durationMs } = await transcoder.makePlayable([await input(file)], await scratch(), {
        onPercent: (percent) => percents.push(percent),
      });
      expect(await streams(made.path)).toEqual(file === 'silent.mp4' ? ['h264'] : ['aac', 'h264']);
      expect(Math.abs(durationMs - SECONDS * 1000)).toBeLessThan(300);
      expect(percents.at(-1)).toBe(100);
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
      const bytes = await readFile(made.path);
      expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
      expect(made.recipe).toMatch(COPIED.includes(file) || file === 'alaw.mov' ? /^remux/ : /^h264-/);
    });

    it.each(['h264.mp4', 'faststart.mp4', 'silent.mp4'])('copies the pictures of %s as they are', async (file) => {
      const { file: made } = await transcoder.makePlayable([await input(file)], await scratch());
      expect(await pictures(made.path)).toBe(await pictures(join(home.path, file)));
    });

    it('joins segments of one making by copying, and of different makings by transcoding', async () => {
      const same = await transcoder.makePlayable(
        [await input('h264.mp4'), await input('h264.mp4'), await input('h264.mp4')],
        await scratch(),
      );
      expect(same.file.recipe).toMatch(/^remux/);
      expect(Math.abs((await seconds(same.file.path)) - 3 * SECONDS)).toBeLessThan(0.5);
      const mixed = await transcoder.makePlayable(
        [await input('hevc.mp4'), await input('silent.mp4'), await input('mjpeg.avi')],
        await scratch(),
      );
      expect(await streams(mixed.file.path)).toEqual(['aac', 'h264']);
      expect(Math.abs((await seconds(mixed.file.path)) - 3 * SECONDS)).toBeLessThan(0.7);
    });

    it('makes sound playable', async () => {
      const { file } = await transcoder.makePlayable([await input('sound.wav', 'audio')], await scratch());
      expect(file.mediaType).toBe('audio/mp4');
      expect(await streams(file.path)).toEqual(['aac']);
    });

    it('makes poster, contact sheet, thumbnail track and waveform', async () => {
      const made = await transcoder.makePictures(join(home.path, 'h264.mp4'), await scratch());
      expect(made.map((file) => file.kind).sort()).toEqual(['contact-sheet', 'poster', 'thumbnails', 'waveform']);
      const track = made.find((file) => file.kind === 'thumbnails');
      expect(await readFile(track?.path ?? '', 'utf8')).toMatch(
        /^WEBVTT\n\n00:00:00\.000 --> 00:00:02\.\d{3}\ncontact-sheet\.jpg#xywh=0,0,160,90\n/,
      );
    });

    it('makes thumbnails of photos, and of nothing else', async () => {
      const made = await transcoder.makeThumbnail(join(home.path, 'photo.jpg'), await scratch());
      expect(
        (await runProgram('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', made.path])).stdout.trim(),
      ).toBe('480,270');
      await expect(transcoder.makeThumbnail(join(home.path, 'text.mp4'), await scratch())).rejects.toMatchObject({
        code: 'transcoder.unsupported',
      });
    });

    it.each(['text.mp4', 'empty.mp4'])('knows that %s is no media', async (file) => {
      await expect(transcoder.probe(join(home.path, file))).rejects.toMatchObject({ code: 'transcoder.unsupported' });
      await expect(transcoder.makePlayable([await input(file)], await scratch())).rejects.toMatchObject({ code: 'transcoder.unsupported' });
    });

    it('finds whole files whole', async () => {
      for (const file of Object.keys(SAMPLES)) {
        const path = join(home.path, file);
        expect(await transcoder.inspect(path, await transcoder.probe(path)), file).toBeNull();
      }
    });

    it('finds a cut-off index and a cut-off end, and saves the pictures of both', async () => {
      const noIndex = join(home.path, 'no-index.mp4');
      await copyFile(join(home.path, 'h264.mp4'), noIndex);
      await truncate(noIndex, Math.floor((await stat(noIndex)).size * 0.7));
      expect((await transcoder.inspect(noIndex, null))?.reason).toEqual(saying('no moov box'));
      const saved = await transcoder.salvage(await input('no-index.mp4'), await input('faststart.mp4'), await scratch());
      expect(await seconds(saved?.path ?? '')).toBeGreaterThan(1);
      expect(await transcoder.salvage(await input('no-index.mp4'), null, await scratch())).toBeNull();

      const noEnd = join(home.path, 'no-end.mp4');
      await copyFile(join(home.path, 'faststart.mp4'), noEnd);
      await truncate(noEnd, Math.floor((await stat(noEnd)).size * 0.6));
      expect((await transcoder.inspect(noEnd, await transcoder.probe(noEnd)))?.reason).toEqual(saying('truncated'));
      const kept = await transcoder.salvage(await input('no-end.mp4'), null, await scratch());
      expect(await seconds(kept?.path ?? '')).toBeGreaterThan(0.5);
    });

    it('stops when it is told to, and leaves no process behind', async () => {
      const long = join(home.path, 'long.avi');
      await runProgram('ffmpeg', [
        '-nostdin',
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        'testsrc2=size=1280x720:rate=50',
        '-t',
        '30',
        '-c:v',
        'mjpeg',
        '-q:v',
        '10',
        long,
      ]);
      const stop = new AbortController();
      const run = transcoder.makePlayable([await input('long.avi')], await scratch(), {
        signal: stop.signal,
        onPercent: () => stop.abort(new Error('enough')),
      });
      await expect(run).rejects.toThrow('enough');
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await runProgram('pgrep', ['-f', long])).stdout.trim()).toBe('');
    });
  });
}
