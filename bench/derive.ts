import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FfmpegTranscoder } from '#adapters/ffmpeg/ffmpeg-transcoder';
import { median, pairs, timeShell, workDirectory } from './paired.ts';
import type { Row } from './row.ts';

const RUNS = 5;

/** Remux and transcode through the transcoder port against the bare ffmpeg command line that does the same. */
export async function benchDerive(): Promise<readonly Row[]> {
  const home = workDirectory('derive');
  try {
    const source = ['-f lavfi -i testsrc2=size=1920x1080:rate=30', '-f lavfi -i sine=frequency=440:sample_rate=48000'].join(' ');
    const minute = join(home, 'minute.mp4');
    const h264 = join(home, 'h264.mp4');
    const hevc = join(home, 'hevc.mp4');
    const noise = 'noise=alls=20:allf=t';
    timeShell(
      `ffmpeg -v error -y ${source} -t 60 -vf ${noise} -c:v libx264 -preset ultrafast -b:v 8M -pix_fmt yuv420p -g 60 -c:a aac "$1"`,
      [minute],
    );
    timeShell('ffmpeg -v error -y -stream_loop 9 -i "$1" -c copy "$2"', [minute, h264]);
    timeShell(
      `ffmpeg -v error -y ${source} -t 40 -c:v libx265 -preset ultrafast -x265-params log-level=none -b:v 8M -pix_fmt yuv420p -c:a aac "$1"`,
      [hevc],
    );
    const remux = 'ffmpeg -v error -y -i "$1" -map 0:v:0 -map 0:a:0 -c copy -map_metadata -1 -map_chapters -1 -movflags +faststart "$2"';
    const encode = `ffmpeg -v error -y -i "$1" -map 0:v:0 -map 0:a:0 -vf "scale=w=-2:h='min(720,ih)',format=yuv420p" -threads 2 -c:v libx264 -preset veryfast -crf 26 -maxrate 2M -bufsize 4M -profile:v main -level 4.0 -g 60 -keyint_min 60 -sc_threshold 0 -c:a aac -b:a 96k -ac 2 -ar 48000 -movflags +faststart "$2"`;
    return [
      await compare(
        home,
        'remux of 10 min of 1080p H.264, 8 Mb/s',
        h264,
        remux,
        'stream copy, faststart; ours also runs ffprobe (60 ms) and decodes the first, middle and last second of what it made',
      ),
      await compare(
        home,
        'transcode of 40 s of 1080p HEVC to 720p H.264',
        hevc,
        encode,
        'veryfast, 2 threads; ours also runs ffprobe and decodes three seconds of what it made',
      ),
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function compare(home: string, name: string, input: string, script: string, note: string): Promise<Row> {
  const settings = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 2, timeLimitMs: 600_000, outputBytesMax: 2 ** 34 };
  const transcoder = new FfmpegTranscoder({ settings });
  let turn = 0;
  const ours = async () => {
    turn += 1;
    const scratch = join(home, `scratch-${turn}`);
    mkdirSync(scratch);
    const begun = performance.now();
    await transcoder.makePlayable([{ path: input, kind: 'video', bytes: statSync(input).size }], scratch);
    const elapsedMs = performance.now() - begun;
    rmSync(scratch, { recursive: true });
    return elapsedMs;
  };
  const theirs = () => timeShell(script, [input, join(home, 'theirs.mp4')]).wallMs;
  await ours();
  theirs();
  const runs = await pairs(RUNS, ours, theirs);
  const ratio = median(runs.map(({ a, b }) => a / b));
  return {
    name,
    ours: median(runs.map(({ a }) => a)) / 1000,
    theirs: median(runs.map(({ b }) => b)) / 1000,
    ratio,
    limit: '≤ 1.05',
    unit: 's',
    ok: ratio <= 1.05,
    note,
  };
}
