/*
 * Goal: the bytes that went out are told as the media time that they hold. Method: real files of ffmpeg; what ffprobe says of each packet is the judge.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadAt } from '#domain/media/iso-bmff';
import { mediaIndexOf, playedOf } from './media-index.ts';

let home: string;
const SECONDS = 20;
const reader =
  (bytes: Uint8Array): ReadAt =>
  async (position, length) =>
    bytes.subarray(position, position + length);

interface Packet {
  readonly pos: number;
  readonly size: number;
  readonly dts: number;
}

function made(name: string, ...options: readonly string[]): { bytes: Uint8Array; packets: readonly Packet[] } {
  const file = join(home, name);
  const sources = [
    '-f',
    'lavfi',
    '-i',
    `testsrc=size=320x240:rate=25:duration=${SECONDS}`,
    '-f',
    'lavfi',
    '-i',
    `sine=duration=${SECONDS}`,
  ];
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-nostdin',
    ...sources,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-c:a',
    'aac',
    ...options,
    file,
  ]);
  const told = execFileSync('ffprobe', [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_entries',
    'packet=pos,size,dts_time',
    '-of',
    'json',
    file,
  ]);
  const { packets } = JSON.parse(told.toString()) as { packets: { pos: string; size: string; dts_time: string }[] };
  const first = Number(packets[0]?.dts_time ?? 0);
  return {
    bytes: readFileSync(file),
    packets: packets.map(({ pos, size, dts_time }) => ({ pos: Number(pos), size: Number(size), dts: (Number(dts_time) - first) * 1000 })),
  };
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'media-index-'));
});
afterAll(() => rmSync(home, { recursive: true }));

describe('the index of a file', () => {
  it.each([
    ['a playable copy, with its index in front', ['-movflags', '+faststart']],
    ['one with its index behind', []],
    ['one with frames that are shown out of order', ['-movflags', '+faststart', '-bf', '3', '-preset', 'medium']],
  ])('%s: tells the time of any bytes to the second, and of all bytes the whole', async (name, options) => {
    const { bytes, packets } = made(`${name.replaceAll(/\W/g, '-')}.mp4`, ...options);
    const index = await mediaIndexOf(reader(bytes), bytes.length);
    if (!index) return expect.fail('no index');
    expect(playedOf(index, [{ start: 0, end: bytes.length }], 10)).toEqual([{ fromMs: 0, toMs: SECONDS * 1000 }]);
    for (const [from, to] of [
      [0, 50],
      [120, 250],
      [300, 499],
    ] as const) {
      const start = packets[from]?.pos ?? 0;
      const last = packets[to];
      const end = (last?.pos ?? 0) + (last?.size ?? 0);
      const [span, ...more] = playedOf(index, [{ start, end }], 10);
      expect(more).toEqual([]);
      expect(Math.abs((span?.fromMs ?? -1e9) - (packets[from]?.dts ?? 0))).toBeLessThan(1000);
      expect(Math.abs((span?.toMs ?? -1e9) - (last?.dts ?? 0) - 40)).toBeLessThan(1000);
    }
  });

  it('tells two parts apart, joins them where too many, and gives no time to the index itself', async () => {
    const { bytes, packets } = made('parts.mp4', '-movflags', '+faststart');
    const index = await mediaIndexOf(reader(bytes), bytes.length);
    if (!index) return expect.fail('no index');
    const part = (from: number, to: number) => ({ start: packets[from]?.pos ?? 0, end: packets[to]?.pos ?? 0 });
    const parts = [part(0, 50), part(250, 300), part(400, 450)];
    expect(playedOf(index, parts, 10)).toHaveLength(3);
    expect(playedOf(index, parts, 2)).toHaveLength(2);
    expect(playedOf(index, [{ start: 0, end: Math.min(...packets.map(({ pos }) => pos)) }], 10)).toEqual([]);
    expect(playedOf(index, [], 10)).toEqual([]);
  });

  it('of sound alone is that of the sound', async () => {
    const file = join(home, 'sound.m4a');
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', 'sine=duration=5', '-c:a', 'aac', file]);
    const bytes = readFileSync(file);
    const index = await mediaIndexOf(reader(bytes), bytes.length);
    const [span] = index ? playedOf(index, [{ start: 0, end: bytes.length }], 10) : [];
    expect(span?.fromMs).toBe(0);
    expect(Math.abs((span?.toMs ?? 0) - 5000)).toBeLessThan(100);
  });

  it('is none for fragments, for other files, for cut and for lying ones', async () => {
    const { bytes } = made('fragments.mp4', '-movflags', 'frag_keyframe+empty_moov');
    expect(await mediaIndexOf(reader(bytes), bytes.length)).toBeNull();
    const words = new TextEncoder().encode('playable not a film at all');
    expect(await mediaIndexOf(reader(words), words.length)).toBeNull();
    const { bytes: whole } = made('lies.mp4', '-movflags', '+faststart');
    expect(await mediaIndexOf(reader(whole.subarray(0, 2000)), whole.length)).toBeNull();
    // Every number of the tables in turn says too much: an index is none, or stays within the file's own bounds of memory.
    const moov = Buffer.from(whole).indexOf('moov');
    for (let at = moov; at < moov + 4000; at += 4) {
      const lying = Buffer.from(whole);
      lying.writeUInt32BE(0xff_ff_ff_ff, at);
      const index = await mediaIndexOf(reader(lying), lying.length);
      expect(index?.chunks.length ?? 0).toBeLessThan(800_000);
    }
  });
});
