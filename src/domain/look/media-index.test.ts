/*
 * Goal: the bytes that went out are told as the media time that they hold. Method: real files of ffmpeg; what ffprobe says of each packet is the judge.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadAt } from '#domain/media/iso-bmff';
import { withEdits } from '#test/support/media/edit-list';
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

/** What ffprobe says of the picture's track, as `{ timescale }`. */
function told(file: string): string {
  const base = execFileSync('ffprobe', [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_entries',
    'stream=time_base',
    '-of',
    'csv=p=0',
    file,
  ]);
  return JSON.stringify({ timescale: Number(base.toString().trim().split('/')[1]) });
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'media-index-'));
});
afterAll(() => rmSync(home, { recursive: true }));

describe('the index of a file', () => {
  it.each([
    ['a playable copy, with its index in front', ['-movflags', '+faststart']],
    ['one with its index behind', []],
    ['fragments, each with a picture to begin with', ['-movflags', 'frag_keyframe+empty_moov', '-g', '25']],
    [
      'fragments of two seconds, with frames out of order',
      ['-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '2000000', '-bf', '3', '-preset', 'medium', '-g', '25'],
    ],
    ['fragments behind samples in the header', ['-movflags', 'frag_keyframe', '-g', '50']],
    ['one with frames that are shown out of order', ['-movflags', '+faststart', '-bf', '3', '-preset', 'medium']],
  ])('%s: tells the time of any bytes to the second, and of all bytes the whole', async (name, options) => {
    const { bytes, packets } = made(`${name.replaceAll(/\W/g, '-')}.mp4`, ...options);
    const index = await mediaIndexOf(reader(bytes), bytes.length);
    if (!index) return expect.fail('no index');
    const [all, ...rest] = playedOf(index, [{ start: 0, end: bytes.length }], 10);
    expect([all?.fromMs, rest]).toEqual([0, []]);
    // Where fragments guess the length of their last frame, it may be another by one frame.
    expect(Math.abs((all?.toMs ?? 0) - SECONDS * 1000)).toBeLessThanOrEqual(name.startsWith('fragments') ? 40 : 0);
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

  it('counts as a player shows it: what an edit list leaves out is not shown, and what it shows later is then', async () => {
    const whole = made('edited.mp4', '-g', '25').bytes;
    const film = Buffer.from(whole);
    const twice = withEdits(film, 2);
    const index = await mediaIndexOf(reader(twice), twice.length);
    // Each of the two edits shows the first two seconds.
    expect(index && playedOf(index, [{ start: 0, end: twice.length }], 10)).toEqual([{ fromMs: 0, toMs: 4000 }]);
    const late = Buffer.from(twice);
    const elst = late.indexOf('elst', late.indexOf('edts', late.lastIndexOf('moov')));
    // The first edit is empty, so what the second shows begins two seconds later; and that is the track from its third second on.
    late.writeInt32BE(-1, elst + 12 + 4);
    const { timescale } = JSON.parse(told(join(home, 'edited.mp4'))) as { timescale: number };
    late.writeInt32BE(3 * timescale, elst + 12 + 12 + 4);
    const moved = await mediaIndexOf(reader(late), late.length);
    const spans = moved ? playedOf(moved, [{ start: 0, end: late.length }], 10) : [];
    expect(spans.map(({ fromMs, toMs }) => [Math.round(fromMs / 100), Math.round(toMs / 100)])).toEqual([[20, 40]]);
  });

  it('of fragments is none where one of them lies, or the file is cut within one', async () => {
    const { bytes } = made('cut.mp4', '-movflags', 'frag_keyframe+empty_moov', '-g', '25');
    const last = Buffer.from(bytes).lastIndexOf('moof');
    expect(await mediaIndexOf(reader(bytes.subarray(0, last + 20)), last + 20)).toBeNull();
    // Where a box is none, what follows is not known: the fragments before it would be taken for all.
    const garbled = Buffer.from(bytes);
    garbled.writeUInt32BE(0, last);
    expect(await mediaIndexOf(reader(garbled), garbled.length)).toBeNull();
    for (let at = last - 4; at < last + 400; at += 4) {
      const lying = Buffer.from(bytes);
      lying.writeUInt32BE(0xff_ff_ff_ff, at);
      const index = await mediaIndexOf(reader(lying), lying.length);
      expect(index?.chunks.length ?? 0).toBeLessThan(800_000);
    }
  });

  it('is none for other files, for cut and for lying ones', async () => {
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
