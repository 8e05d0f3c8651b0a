/*
 * Shows that a media process is stopped when it stands still, however much it talks, and that one which moves is not, however slow or silent.
 * Method: programs in ffmpeg's place that hang, count or read, each for longer than a process may stand still here.
 */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '#test/support/evidock';
import { runFfmpeg } from './convert.ts';

const STANDSTILL_MS = 2500;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  home = await temporaryDirectory();
});
afterEach(() => home.remove());

/** Does `each` ten times a second, with `n` counting, for 6 s. */
async function running(each: string) {
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
  return runFfmpeg({ ...settings, standstillMsMax: STANDSTILL_MS }, [], { inputs: [], durationMs: null, bytes: 1000 });
}

describe.concurrent('a media process', () => {
  it.each([
    ['says nothing', 'pass'],
    ['prints the same figures again and again', `print('frame=5\\nout_time_us=100\\ntotal_size=48', flush=True)`],
    ['tells only how long it has been at it', `print(f'speed={n}x\\nbitrate={n}kbits/s', flush=True)`],
  ])('that %s is stopped', async (_, each) => {
    const stopped = { code: 'transcoder.timeout', detail: '3 s in which nothing moved' };
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
