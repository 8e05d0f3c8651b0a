import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContainerHeader, readContainerHeader } from '#domain/media/container-header';
import { seededRandom } from '../support/seeded-random.ts';

// Goal: the headers of real files tell their time and length in a few small reads, and hostile ones are given up soon. Method: clips that ffmpeg makes,
// read through a counter; then the same headers with random bytes changed.

const CREATED = '2026-06-20T07:30:12Z';
const READS_MAX = 96;
const BYTES_MAX = 4096;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'headers-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function clip(name: string, args: readonly string[]): Promise<string> {
  const path = join(home, name);
  const made = [
    '-f',
    'lavfi',
    '-i',
    'testsrc=s=160x120:r=10:d=4',
    '-f',
    'lavfi',
    '-i',
    'sine=d=4',
    '-metadata',
    `creation_time=${CREATED}`,
  ];
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', ...made, '-shortest', ...args, path]);
  return path;
}

async function counted(path: string): Promise<ContainerHeader & { reads: number; bytes: number }> {
  const file = await open(path);
  let reads = 0;
  let bytes = 0;
  try {
    const header = await readContainerHeader(
      async (position, length) => {
        reads += 1;
        bytes += length;
        const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, position);
        return buffer.subarray(0, bytesRead);
      },
      (await file.stat()).size,
    );
    return { ...header, reads, bytes };
  } finally {
    await file.close();
  }
}

const VIDEO = ['-c:v', 'mpeg4', '-c:a', 'aac'];

describe('headers of containers', () => {
  it.each([
    ['moov at the end', 'end.mp4', VIDEO],
    ['moov in front', 'front.mp4', [...VIDEO, '-movflags', '+faststart']],
    ['QuickTime', 'quick.mov', VIDEO],
    ['3GP', 'phone.3gp', ['-c:v', 'mpeg4', '-an']],
    ['Matroska', 'm.mkv', VIDEO],
    ['WebM', 'w.webm', ['-c:v', 'libvpx', '-b:v', '100k', '-an']],
  ])('tell time and length: %s', async (_what, name, args) => {
    const { writtenMs, durationMs, reads, bytes } = await counted(await clip(name, args));
    expect(writtenMs).toBe(Date.parse(CREATED));
    expect(durationMs).toBeGreaterThanOrEqual(3900);
    expect(durationMs).toBeLessThanOrEqual(4200);
    expect(reads).toBeLessThan(40);
    expect(bytes).toBeLessThan(BYTES_MAX);
  });

  it.each([
    ['AVI', 'a.avi', ['-c:v', 'mjpeg', '-c:a', 'pcm_s16le']],
    ['WAV', 'a.wav', ['-map', '1:a', '-c:a', 'pcm_s16le']],
  ])('tell the length where the format has no time: %s', async (_what, name, args) => {
    const { writtenMs, durationMs, reads } = await counted(await clip(name, args));
    expect(writtenMs).toBeNull();
    expect(durationMs).toBeGreaterThanOrEqual(3900);
    expect(durationMs).toBeLessThanOrEqual(4200);
    expect(reads).toBeLessThan(40);
  });

  it.each([
    ['fragments, whose length stands in no header', 'f.mp4', [...VIDEO, '-movflags', 'frag_keyframe+empty_moov'], Date.parse(CREATED)],
    ['MPEG transport stream', 'a.ts', VIDEO, null],
  ])('tell no more than they know: %s', async (_what, name, args, writtenMs) => {
    expect(await counted(await clip(name, args))).toMatchObject({ writtenMs, durationMs: null });
  });

  it('are given up soon where bytes of them lie', async () => {
    const random = seededRandom(13);
    for (const name of ['end.mp4', 'm.mkv', 'a.avi', 'a.wav']) {
      const file = await open(join(home, name));
      const whole = await file.readFile();
      await file.close();
      for (let round = 0; round < 200; round += 1) {
        const bad = Buffer.from(whole);
        for (let change = 0; change < 8; change += 1) bad[random(Math.min(bad.length, 600))] = random(256);
        let reads = 0;
        const { writtenMs, durationMs } = await readContainerHeader(async (position, length) => {
          reads += 1;
          return bad.subarray(position, position + length);
        }, bad.length);
        expect(reads).toBeLessThanOrEqual(READS_MAX);
        expect(writtenMs === null || Number.isSafeInteger(writtenMs)).toBe(true);
        expect(durationMs === null || (durationMs > 0 && durationMs <= 7 * 86_400_000)).toBe(true);
      }
    }
  });
});
