import { copyFile, mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '#test/support/evidock';

const TIME = new Date('2026-06-20T07:40:00Z');
/** Larger than the smallest S3 part, 5 MiB. */
const LOG_BYTES = 6 * 1024 * 1024;

/** A card in GA/T 947 style whose footage costs little to derive: two photos, a duplicate of one under another name, and a log that is uploaded in parts. */
export async function makeQuickCard(directory: string): Promise<void> {
  const day = join(directory, 'DCIM/20260620');
  await mkdir(day, { recursive: true });
  await mkdir(join(directory, 'LOG'));
  const photo = (n: number) => join(day, `DSJ0012345_041234_2026062015301${n}_000${n}.JPG`);
  for (const n of [1, 2]) {
    const source = ['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=1:duration=1,hue=h=${n * 90}`, '-frames:v', '1'];
    const made = await runProgram('ffmpeg', ['-nostdin', '-v', 'error', ...source, photo(n)]);
    if (made.status !== 0) throw new Error(made.stderr);
    await utimes(photo(n), TIME, TIME);
  }
  await copyFile(photo(1), join(day, 'DSJ0012345_041234_20260620180000_0011_IMP.JPG'));
  await writeFile(join(directory, 'LOG/20260620.log'), '2026-06-20 15:30:12 REC start\n'.repeat(Math.ceil(LOG_BYTES / 30)));
}
