/*
 * Shows: a media process that stands still is stopped, however much it prints, and then the next way is tried. One that moves is not stopped, however slow or
 * silent it is.
 * Method: programs in ffmpeg's place that hang, count or read, each for longer than a process may stand still here.
 */
import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram, temporaryDirectory } from '#test/support/evidock';
import { runFfmpeg } from './convert.ts';
import { FfmpegTranscoder } from './ffmpeg-transcoder.ts';

const STANDSTILL_MS = 2500;

/** A process that does `each` ten times a second for 6 s, with `n` counting. */
async function running(each: string) {
  const home = await temporaryDirectory();
  const ffmpeg = join(home.path, 'ffmpeg');
  const lines = [
    '#!/usr/bin/python3',
    'import time',
    `own = open('${ffmpeg}')`,
    'for n in range(60):',
    `    ${each}`,
    '    time.sleep(0.1)',
  ];
  await writeFile(ffmpeg, `${lines.join('\n')}\n`);
  await chmod(ffmpeg, 0o755);
  const settings = { ffmpeg, ffprobe: 'ffprobe', height: 720, threads: 1, timeLimitMs: 60_000, outputBytesMax: 2 ** 30 };
  try {
    return await runFfmpeg({ ...settings, standstillMsMax: STANDSTILL_MS }, [], { inputs: [], durationMs: null, bytes: 1000 });
  } finally {
    await home.remove();
  }
}

/** A program that is ffmpeg itself, but hangs where its arguments match the pattern of sh. */
async function hanging(directory: string, pattern: string, how: string): Promise<string> {
  const program = join(directory, 'hanging-ffmpeg');
  await writeFile(program, `#!/bin/sh\ncase "$*" in ${pattern}) ${how} ;; esac\nexec ffmpeg "$@"\n`);
  await chmod(program, 0o755);
  return program;
}

/** The outcome of making a second of H.264 playable. */
async function madeBy(pattern: string, how: string) {
  const home = await temporaryDirectory();
  try {
    const path = join(home.path, 'film.mp4');
    const film = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10', '-t', '1', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', path];
    expect((await runProgram('ffmpeg', ['-nostdin', '-v', 'error', ...film])).status).toBe(0);
    const ffmpeg = await hanging(home.path, pattern, how);
    const settings = { ffmpeg, ffprobe: 'ffprobe', height: 720, threads: 1, timeLimitMs: 60_000, outputBytesMax: 2 ** 30 };
    const transcoder = new FfmpegTranscoder({ settings: { ...settings, standstillMsMax: STANDSTILL_MS / 2 } });
    const { file } = await transcoder.makePlayable([{ path, kind: 'video', bytes: (await stat(path)).size }], home.path);
    return file.recipe;
  } finally {
    await home.remove();
  }
}

describe('a way of making the playable that stands still', () => {
  it.each([
    ['hangs', 'exec sleep 4711'],
    // Only SIGKILL ends a process that a signal has stopped.
    ['was stopped by a signal', 'kill -STOP $$'],
  ])('because its process %s gives way to the next', async (_, how) => {
    expect(await madeBy('*-c:v?copy*', how)).toBe('h264-720p/2');
  });

  it('is no word on the file where every one does: it is to be tried again', async () => {
    const stopped = { code: 'transcoder.stood-still', retry: 'later', detail: '1 s in which nothing moved' };
    await expect(madeBy('*-movflags*|*-moov_size*', 'exec sleep 4711')).rejects.toMatchObject(stopped);
  });
});

describe.concurrent('a media process', () => {
  it.each([
    ['says nothing', 'pass'],
    ['prints the same figures again and again', `print('frame=5\\nout_time_us=100\\ntotal_size=48', flush=True)`],
    ['tells only how long it has been at it', `print(f'speed={n}x\\nbitrate={n}kbits/s', flush=True)`],
  ])('that %s is stopped', async (_, each) => {
    const stopped = { code: 'transcoder.stood-still', detail: '3 s in which nothing moved' };
    await expect(running(each)).rejects.toMatchObject(stopped);
  });

  it.each([
    ['frames', `print(f'frame={n}', flush=True)`],
    ['time', `print(f'frame=5\\nout_time_us={n}', flush=True)`],
    ['bytes', `print(f'total_size={n}', flush=True)`],
    ['nothing, and reads (the second pass that puts an index first)', 'own.seek(0); own.read()'],
  ])('that counts %s is not', async (_, each) => {
    await expect(running(each)).resolves.toMatchObject({ errors: [] });
  });
});
