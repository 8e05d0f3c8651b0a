/*
 * Shows: a program that hangs while fluent-ffmpeg asks what it can do, and one that is gone when it is to be started, give an error in words. No error arises
 * outside of the run, where it would end the station. These tests have a file of their own, because the library asks once in a process.
 */
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryDirectory } from '#test/support/evidock';
import { convert } from './convert.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  home = await temporaryDirectory();
});
afterAll(() => home.remove());

/** Makes a second of silence with a program of that name, with these lines of sh. */
async function made(name: string, lines: string) {
  const ffmpeg = join(home.path, name);
  await writeFile(ffmpeg, `#!/bin/sh\n${lines}\n`);
  await chmod(ffmpeg, 0o755);
  const settings = {
    ffmpeg,
    ffprobe: 'ffprobe',
    height: 720,
    threads: 1,
    timeLimitMs: 60_000,
    outputBytesMax: 2 ** 30,
    standstillMsMax: 1500,
  };
  const inputs = [{ path: 'anullsrc=duration=1', generated: true }];
  return {
    ffmpeg,
    run: () =>
      convert(settings, { inputs, outputOptions: ['-c:a', 'aac'], output: join(home.path, `${name}.m4a`), durationMs: 1000, bytes: 1000 }),
  };
}

it('one that does not tell what it can is not waited for', async () => {
  const { run } = await made('mute', 'exec sleep 6');
  await expect(run()).rejects.toMatchObject({ code: 'transcoder.stood-still', detail: '2 s in which nothing moved' });
});

it('one that is gone is missing', async () => {
  const { run, ffmpeg } = await made('gone', 'exec ffmpeg "$@"');
  expect((await run()).written.get(0)?.packets).toBeGreaterThan(40);
  await rm(ffmpeg);
  await expect(run()).rejects.toMatchObject({ code: 'transcoder.missing' });
});
