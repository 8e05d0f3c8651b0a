import { describe, expect, it } from 'vitest';
import { boxesOf, movieTimes } from '#domain/media/iso-bmff';
import { because } from '#domain/reason';
import { chooseDriver } from '#domain/recorder/recognise';
import { suggestFor } from '#domain/suggest';
import { claimedToMs, msToClaimed } from '#domain/time/station-time';
import { backoffMs } from '#domain/work';
import { saying } from '#test/support/saying';
import { groupCaptures } from './captures.ts';
import { compilePatterns, readCardPath } from './facts.ts';
import type { ListedFile } from './listed-file.ts';
import { printableName, rawName, refusedName } from './path.ts';

describe('names on a card', () => {
  const cases: [string, Uint8Array, string][] = [
    ['plain', Buffer.from('DSJ0012345.MP4'), 'DSJ0012345.MP4'],
    ['Chinese', Buffer.from('视频.mp4'), '视频.mp4'],
    ['invalid UTF-8', Uint8Array.of(0xff, 0x61), '%FFa'],
    ['GBK', Uint8Array.of(0xd6, 0xd0), '%D6%D0'],
    ['control characters', Buffer.from('a\nb\x7f'), 'a%0Ab%7F'],
    ['right-to-left override', Buffer.from('\u202e4pm'), '%E2%80%AE4pm'],
    ['percent', Buffer.from('50%41'), '50%2541'],
    ['backslash', Buffer.from('a\\b'), 'a%5Cb'],
    ['cut-off sequence', Uint8Array.of(0x61, 0xe8, 0xa7), 'a%E8%A7'],
  ];

  it.each(cases)('prints %s and turns it back', (_name, raw, printed) => {
    expect(printableName(raw)).toBe(printed);
    expect(Buffer.from(rawName(printed)).equals(raw)).toBe(true);
  });

  it('is reversible and free of unsafe characters for every byte, and pairs of bytes never print alike', () => {
    const seen = new Map<string, string>();
    for (let a = 0; a < 256; a += 1) {
      for (let b = 0; b < 256; b += 3) {
        const raw = Uint8Array.of(a, b);
        const printed = printableName(raw);
        expect(Buffer.from(rawName(printed)).equals(raw)).toBe(true);
        const key = `${a},${b}`;
        expect(seen.get(printed) ?? key).toBe(key);
        seen.set(printed, key);
      }
    }
  });

  it('refuses only what cannot be a name', () => {
    for (const name of ['', '.', '..', 'a/b', 'a\0b', 'x'.repeat(256)]) expect(refusedName(Buffer.from(name)), name).not.toBeNull();
    for (const name of ['...', '..a', ' ', '\n', 'x'.repeat(255)]) expect(refusedName(Buffer.from(name)), name).toBeNull();
  });
});

describe('what a name tells', () => {
  it('takes no officer of zeros, and no day that the calendar does not have', () => {
    const patterns = compilePatterns([
      { name: 'p', regex: '(?<officer>\\d{6})_(?<date>\\d{8})(?<time>\\d{6})', example: '041234_20260620153012' },
    ]);
    expect(readCardPath('000000_20260620153012.mp4', patterns).officerId).toBeUndefined();
    expect(readCardPath('041234_20260231153012.mp4', patterns)).not.toHaveProperty('claimedStart');
    expect(readCardPath('041234_20260620153012.mp4', patterns)).toMatchObject({
      officerId: '041234',
      claimedStart: '2026-06-20T15:30:12',
      kind: 'video',
    });
  });
});

describe('captures', () => {
  const start = '2026-06-20T15:30:00';
  const rules = (durations: Record<string, number>) => ({
    contiguousMs: 3000,
    timezone: 'UTC',
    durationMs: async (file: ListedFile) => durations[file.path] ?? null,
  });
  const file = (path: string, sequence: number, claimedStart: string, mtime = claimedStart): ListedFile => {
    return {
      path,
      bytes: 1,
      mtimeMs: claimedToMs(mtime, 'UTC'),
      facts: { kind: 'video', stem: path, deviceNumber: 'D1', sequence, claimedStart },
    };
  };

  it('joins by the length that the container tells, whatever the file time', async () => {
    const files = [file('a', 1, start), file('b', 2, '2026-06-20T15:35:01'), file('c', 3, '2026-06-20T15:50:00')];
    const found = await Array.fromAsync(groupCaptures(files, rules({ a: 300_000, b: 300_000 })));
    expect(found.map(({ segments }) => segments.map(({ path }) => path))).toEqual([['a', 'b'], ['c']]);
  });

  it('does not join across a gap in numbers, another recorder, or without evidence', async () => {
    const gap = [file('a', 1, start), file('b', 3, '2026-06-20T15:35:00')];
    expect(await Array.fromAsync(groupCaptures(gap, rules({ a: 300_000 })))).toHaveLength(2);
    const silent = [file('a', 1, start), file('b', 2, '2026-06-20T15:35:00')];
    expect(await Array.fromAsync(groupCaptures(silent, rules({})))).toHaveLength(2);
  });
});

describe('ISO base media files', () => {
  const box = (type: string, body: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + body.length);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  };
  const reader = (bytes: Buffer) => async (position: number, length: number) => bytes.subarray(position, position + length);

  it('tells the length of a movie, and nothing of what is none', async () => {
    const mvhd = Buffer.alloc(100);
    mvhd.writeUInt32BE(1000, 12);
    mvhd.writeUInt32BE(4500, 16);
    const movie = Buffer.concat([box('ftyp', Buffer.from('isom')), box('moov', box('mvhd', mvhd))]);
    expect(await movieTimes(reader(movie), movie.length)).toEqual({ durationMs: 4500, createdMs: null });
    mvhd.writeUInt32BE(3_800_000_000, 4);
    const dated = Buffer.concat([box('ftyp', Buffer.from('isom')), box('moov', box('mvhd', mvhd))]);
    expect((await movieTimes(reader(dated), dated.length))?.createdMs).toBe(Date.parse('2024-05-31T11:33:20Z'));
    for (const other of [Buffer.alloc(0), Buffer.from('just some text'), Buffer.alloc(64, 0xff), movie.subarray(0, 40)]) {
      expect(await movieTimes(reader(other), other.length)).toBeNull();
    }
  });

  it('ends at a box that claims to be smaller than its own head', async () => {
    expect(await boxesOf(reader(Buffer.from([0, 0, 0, 4, 0x66, 0x72, 0x65, 0x65, 0, 0])), 0, 10)).toEqual([]);
  });
});

describe('choice of a driver', () => {
  const candidate = (id: string, score: number) => ({ id, score, why: [because('card-empty', {})] });
  it('takes the best, and leaves weak and tied matches to the fallback, with the reason', () => {
    expect(chooseDriver([candidate('a', 90), candidate('b', 50)], 'generic').id).toBe('a');
    expect(chooseDriver([candidate('a', 39)], 'generic')).toMatchObject({
      id: 'generic',
      why: [saying('weak'), expect.anything()],
    });
    expect(chooseDriver([candidate('a', 80), candidate('b', 77)], 'generic')).toMatchObject({
      id: 'generic',
      why: [saying('tie'), expect.anything()],
    });
    expect(chooseDriver([], 'generic').id).toBe('generic');
  });
});

describe('times', () => {
  it('keeps wall clock and zone apart', () => {
    expect(claimedToMs('2026-06-20T15:30:12', 'Asia/Shanghai')).toBe(Date.parse('2026-06-20T07:30:12Z'));
    expect(msToClaimed(Date.parse('2026-06-20T07:30:12Z'), 'Asia/Shanghai')).toBe('2026-06-20T15:30:12');
    expect(msToClaimed(0, 'UTC')).toBeNull();
    expect(msToClaimed(Date.parse('2107-12-31T00:00:00Z'), 'UTC')).toBeNull();
  });
});

describe('suggestions', () => {
  const event = {
    id: 'evt-1',
    caseNumber: 'C1',
    stage: 'evidence' as const,
    officerIds: ['041234'],
    startMs: 1_000_000,
    endMs: 2_000_000,
    place: null,
  };
  const recording = { startMs: 1_500_000, durationMs: 100_000, officerId: '041234' };
  it('matches by time and officer, and says why', () => {
    expect(suggestFor(recording, [event], 0)).toMatchObject([
      { eventId: 'evt-1', overlapMs: 100_000, officerMatches: true, reason: saying('during the event') },
    ]);
    expect(suggestFor({ ...recording, officerId: '999999' }, [event], 0)).toEqual([]);
    expect(suggestFor({ ...recording, startMs: 2_100_000 }, [event], 60_000)).toEqual([]);
    expect(suggestFor({ ...recording, startMs: 2_050_000 }, [event], 60_000)).toHaveLength(1);
    expect(suggestFor({ ...recording, startMs: null }, [event], 0)).toEqual([]);
  });
});

describe('backoff', () => {
  it('doubles from 2 s to 15 min, jittered on the upper half', () => {
    expect([backoffMs(1, 0), backoffMs(1, 0.999), backoffMs(2, 0)]).toEqual([1000, 1999, 2000]);
    expect(backoffMs(50, 0.9999)).toBeLessThanOrEqual(15 * 60_000);
  });
});
