import { copyFile, mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '#test/support/evidock';

/**
 * A card in GA/T 947 style that is small in time but has every kind of work: one capture of two segments (the first larger than the
 * smallest S3 part, 5 MiB), a duplicate of it under another name, a photo, a log.
 */
export async function makeSmallCard(directory: string): Promise<void> {
  const day = join(directory, 'DCIM/20260620');
  await mkdir(day, { recursive: true });
  await mkdir(join(directory, 'LOG'));
  const clip = async (path: string, seconds: number, kilobits: number) => {
    const outcome = await runProgram('ffmpeg', [
      ...[
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        `testsrc2=size=640x360:rate=25,noise=alls=80:allf=t`,
        '-f',
        'lavfi',
        '-i',
        'sine=frequency=440',
      ],
      ...[
        '-t',
        String(seconds),
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-pix_fmt',
        'yuv420p',
        '-b:v',
        `${kilobits}k`,
        '-minrate',
        `${kilobits}k`,
        '-maxrate',
        `${kilobits}k`,
      ],
      ...['-bufsize', '2000k', '-c:a', 'aac', '-y', path],
    ]);
    if (outcome.status !== 0) throw new Error(outcome.stderr);
  };
  const first = join(day, 'DSJ0012345_041234_20260620153012_0007.MP4');
  await clip(first, 4, 13_000);
  await clip(join(day, 'DSJ0012345_041234_20260620153016_0008.MP4'), 2, 500);
  await copyFile(first, join(day, 'DSJ0012345_041234_20260620180000_0011_IMP.MP4'));
  if ((await stat(first)).size <= 5 * 1024 * 1024) throw new Error('the first clip is too small to be uploaded in parts');
  const photo = await runProgram('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x180',
    '-frames:v',
    '1',
    '-y',
    join(day, 'DSJ0012345_041234_20260620160000_0009.JPG'),
  ]);
  if (photo.status !== 0) throw new Error(photo.stderr);
  await writeFile(join(directory, 'LOG/20260620.log'), '2026-06-20 15:30:12 REC start\n');
  const time = new Date('2026-06-20T07:40:00Z');
  await utimes(first, time, time);
}
