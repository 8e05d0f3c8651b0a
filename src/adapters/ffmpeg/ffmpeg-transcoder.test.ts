import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeTranscoderContract } from '../../../test/contract/transcoder.ts';
import { describeTranscoderWords } from '../../../test/contract/transcoder-words.ts';
import { temporaryDirectory } from '../../../test/support/evidock.ts';
import { runChild } from './child.ts';
import { FfmpegTranscoder } from './ffmpeg-transcoder.ts';

const SETTINGS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 2, timeLimitMs: 60_000, outputBytesMax: 2 ** 30 };

describeTranscoderContract('ffmpeg', () => new FfmpegTranscoder({ settings: SETTINGS }));

describeTranscoderWords('ffmpeg', () => new FfmpegTranscoder({ settings: SETTINGS }));

describe('media processes', () => {
  let home: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeAll(async () => {
    home = await temporaryDirectory();
  });
  afterAll(() => home.remove());

  it('says which program is missing', async () => {
    const transcoder = new FfmpegTranscoder({ settings: { ...SETTINGS, ffprobe: 'no-such-ffprobe' } });
    await expect(transcoder.probe('/dev/null')).rejects.toMatchObject({ code: 'transcoder.missing', detail: 'no-such-ffprobe' });
  });

  it('is stopped at its time limit', async () => {
    const begun = performance.now();
    await expect(runChild('sleep', ['60'], { timeoutMs: 100, stdoutBytesMax: 100 })).rejects.toMatchObject({ code: 'transcoder.timeout' });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('cannot take more memory than it may, while 8192 × 8192 needs less than a gibibyte', async () => {
    const bomb = ['-e', 'const all = []; for (;;) all.push(Buffer.alloc(64 * 1024 * 1024, 1));'];
    const limits = { timeoutMs: 60_000, stdoutBytesMax: 1000, memoryBytesMax: 512 * 1024 * 1024 };
    expect((await runChild(process.execPath, bomb, limits)).status).not.toBe(0);
    const large = join(home.path, 'large.avi');
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=8192x8192:rate=2', '-t', '1', '-c:v', 'mjpeg', '-q:v', '20'];
    await runChild('ffmpeg', ['-v', 'error', ...source, large], { timeoutMs: 60_000, stdoutBytesMax: 1000, memoryBytesMax: 8 * 1024 ** 3 });
    const transcoder = new FfmpegTranscoder({ settings: { ...SETTINGS, memoryBytesMax: 1024 ** 3 } });
    const { file } = await transcoder.makePlayable([{ path: large, kind: 'video', bytes: (await stat(large)).size }], home.path);
    expect(file.recipe).toBe('h264-720p/2');
  });

  it('is the first to go when the machine runs out of memory', async () => {
    const { stdout } = await runChild('sh', ['-c', 'sleep 0.3; cat /proc/self/oom_score_adj'], { timeoutMs: 10_000, stdoutBytesMax: 100 });
    expect(Number(stdout)).toBe(800);
  });

  it('is stopped when it prints more than it may', async () => {
    await expect(runChild('yes', [], { timeoutMs: 10_000, stdoutBytesMax: 1000 })).rejects.toMatchObject({ code: 'transcoder.failed' });
  });

  it('opens nothing but the file: a playlist that names another one is no recording', async () => {
    const playlist = join(home.path, 'list.mp4');
    await writeFile(playlist, '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n');
    await expect(new FfmpegTranscoder({ settings: SETTINGS }).probe(playlist)).rejects.toMatchObject({ code: 'transcoder.unsupported' });
    const list = join(home.path, 'concat.mp4');
    await writeFile(list, "ffconcat version 1.0\nfile '/etc/hostname'\n");
    await expect(new FfmpegTranscoder({ settings: SETTINGS }).probe(list)).rejects.toMatchObject({ code: 'transcoder.unsupported' });
  });

  it('shows nobody another recording through a playlist, also when it tries to salvage', async () => {
    const [film, stream] = ['film.mp4', 'film.ts'].map((name) => join(home.path, name));
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-t', '1', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
    for (const path of [film ?? '', stream ?? ''])
      await runChild('ffmpeg', ['-v', 'error', ...source, path], { timeoutMs: 60_000, stdoutBytesMax: 1000 });
    const transcoder = new FfmpegTranscoder({ settings: SETTINGS });
    expect((await transcoder.probe(stream ?? '')).durationMs).toBeGreaterThan(500);
    const playlists = {
      'hls.mp4': `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:1,\nfile://${stream}\n#EXT-X-ENDLIST\n`,
      'concat.mp4': "ffconcat version 1.0\nfile 'film.mp4'\n",
    };
    for (const [name, text] of Object.entries(playlists)) {
      const path = join(home.path, name);
      await writeFile(path, text);
      const input = { path, kind: 'video', bytes: text.length } as const;
      expect(await transcoder.salvage(input, null, home.path), name).toBeNull();
      await expect(transcoder.makePlayable([input], home.path), name).rejects.toMatchObject({ code: 'transcoder.unsupported' });
    }
  });

  it('makes the pictures of a clip of one second whose sound begins before its picture', async () => {
    const [stream, film] = [join(home.path, 'short.ts'), join(home.path, 'short.mp4')];
    const limits = { timeoutMs: 60_000, stdoutBytesMax: 1000 };
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-f', 'lavfi', '-i', 'sine', '-t', '1'];
    // A transport stream keeps the offset. In an MP4 an edit list would hide it.
    await runChild(
      'ffmpeg',
      ['-v', 'error', ...source, '-c:v', 'libx264', '-bf', '0', '-pix_fmt', 'yuv420p', '-c:a', 'aac', stream],
      limits,
    );
    await runChild('ffmpeg', ['-v', 'error', '-i', stream, '-c', 'copy', film], limits);
    const made = await new FfmpegTranscoder({ settings: SETTINGS }).makePictures(film, home.path);
    expect(made.map(({ kind }) => kind)).toContain('contact-sheet');
  });

  it('refuses a picture that is made to burst before it is decoded', async () => {
    const bomb = join(home.path, 'bomb.avi');
    const outcome = await runChild(
      'ffmpeg',
      ['-v', 'error', '-f', 'lavfi', '-i', 'color=black:size=12000x9000', '-frames:v', '1', '-c:v', 'ffv1', bomb],
      { timeoutMs: 60_000, stdoutBytesMax: 1000, memoryBytesMax: 8 * 1024 ** 3 },
    );
    expect(outcome.status, outcome.stderr).toBe(0);
    const transcoder = new FfmpegTranscoder({ settings: SETTINGS });
    const input = { path: bomb, kind: 'video', bytes: 1 } as const;
    await expect(transcoder.makePlayable([input], home.path)).rejects.toMatchObject({
      code: 'transcoder.unsupported',
      detail: expect.stringContaining('larger than 8192'),
    });
  });

  it('refuses an output that grows beyond its bound', async () => {
    const source = join(home.path, 'noise.avi');
    const made = await runChild(
      'ffmpeg',
      [
        '-nostdin',
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        'testsrc2=size=640x360:rate=25,noise=alls=80:allf=t',
        '-t',
        '3',
        '-c:v',
        'mjpeg',
        source,
      ],
      { timeoutMs: 60_000, stdoutBytesMax: 1000 },
    );
    expect(made.status).toBe(0);
    const small = new FfmpegTranscoder({ settings: { ...SETTINGS, outputBytesMax: 50_000 } });
    await expect(small.makePlayable([{ path: source, kind: 'video', bytes: 1 }], home.path)).rejects.toMatchObject({
      code: 'transcoder.too-large',
    });
  });
});
