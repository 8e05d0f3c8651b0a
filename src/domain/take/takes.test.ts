/*
 * Edges of "one take" that random days (test/takes.test.ts) hardly ever meet, each with its own small card.
 */
import { expect, it } from 'vitest';
import { groupCaptures } from '#domain/card/captures';
import { compilePatterns, type PathPattern, readCardPath } from '#domain/card/facts';
import type { ListedFile } from '#domain/card/listed-file';
import { instantsOf, shownAfter } from '#domain/time/wall-clock';
import { continuesIn, gapsBetween } from './derived-takes.ts';
import { takeFactsOf } from './segment-names.ts';

const NAME = '(?<officer>[0-9]{6})_(?<date>[0-9]{8})(?<time>[0-9]{6})_(?<sequence>[0-9]{3,4})';
const NUMBERED: PathPattern = { name: 'numbered', regex: `${NAME}\\.mp4$`, example: 'a/041234_20190627090000_0001.mp4' };
const LETTERED = (partTime: PathPattern['partTime']): PathPattern => ({
  ...{ name: 'lettered', regex: `${NAME}(?<part>[A-Z])\\.mp4$`, example: 'a/041234_20190627090000_0001A.mp4' },
  partTime,
});

interface Clip {
  readonly seconds?: number;
  readonly mtime?: string;
  readonly created?: string;
}

async function takesOf(clips: Readonly<Record<string, Clip>>, pattern: PathPattern = NUMBERED, timezone = 'Asia/Shanghai') {
  const patterns = compilePatterns([pattern]);
  const asked: string[] = [];
  const files = Object.entries(clips).map(([path, { mtime }]): ListedFile => {
    return { path, bytes: 1, mtimeMs: mtime === undefined ? 0 : Date.parse(mtime), facts: readCardPath(path, patterns) };
  });
  const captures = await Array.fromAsync(
    groupCaptures(files, {
      contiguousMs: 3000,
      timezone,
      durationMs: async ({ path }) => {
        asked.push(path);
        const seconds = clips[path]?.seconds;
        return seconds === undefined ? null : seconds * 1000;
      },
      containerStartMs: async ({ path }) => (clips[path]?.created === undefined ? null : Date.parse(clips[path].created)),
    }),
  );
  return { takes: captures.map(({ segments }) => segments.map(({ path }) => path)), notes: captures.map(({ notes }) => notes), asked };
}

it('leaves apart what two files could continue equally well, and takes the one of the same folder', async () => {
  const [a, b] = ['041234_20190101000000_0001.mp4', '041234_20190101000500_0002.mp4'];
  const clip = { seconds: 300 };
  expect((await takesOf({ [`x/${a}`]: clip, [`y/${b}`]: clip, [`z/${b}`]: clip })).takes).toHaveLength(3);
  const two = await takesOf({ [`x/${a}`]: clip, [`x/${b}`]: clip, [`y/${a}`]: clip, [`y/${b}`]: clip });
  expect(two.takes).toEqual([
    [`x/${a}`, `x/${b}`],
    [`y/${a}`, `y/${b}`],
  ]);
  // The clock was lost and came back a second later: both of the second take are within the tolerance of both of the first.
  const later = await takesOf({
    [`x/${a}`]: clip,
    [`x/${b}`]: clip,
    'x/041234_20190101000001_0001.mp4': clip,
    'x/041234_20190101000501_0002.mp4': clip,
  });
  expect(later.takes.map((take) => take.length)).toEqual([2, 2]);
});

it('asks no container whose file follows none and is followed by none', async () => {
  const clip = { seconds: 300 };
  const { asked, takes } = await takesOf({
    'x/041234_20190627090000_0001.mp4': clip,
    'x/041234_20190627090500_0002.mp4': clip,
    'x/041234_20190627120000_0100.mp4': clip,
    'x/055555_20190627120500_0101.mp4': clip,
  });
  expect(asked).toEqual(['x/041234_20190627090000_0001.mp4']);
  expect(takes).toHaveLength(3);
});

it('does not believe file times where the names tell each start, nor a file time that is no end', async () => {
  const copied = await takesOf({
    'x/041234_20190627090000_0001.mp4': { mtime: '2026-06-20T10:00:00Z' },
    'x/041234_20190627110000_0002.mp4': { seconds: 2, mtime: '2026-06-20T10:00:02Z' },
    'x/041234_20190627113000_0003.mp4': {},
  });
  expect(copied.takes).toHaveLength(3);
  const ended = { mtime: '2019-06-27T01:05:00Z' };
  const byMtime = { 'x/041234_20190627090000_0001.mp4': ended, 'x/041234_20190627090500_0002.mp4': {} };
  expect((await takesOf(byMtime)).takes).toHaveLength(1);
  // The container tells a length, and that is what counts.
  expect((await takesOf({ ...byMtime, 'x/041234_20190627090000_0001.mp4': { ...ended, seconds: 100 } })).takes).toHaveLength(2);
});

it('reads letters whose names hold the time of the take, as the pattern says', async () => {
  const [a, b] = ['x/041234_20190627090000_0001A.mp4', 'x/041234_20190627090000_0001B.mp4'];
  const clips = { [a]: { seconds: 300, mtime: '2019-06-27T01:05:00Z' }, [b]: { seconds: 60, mtime: '2019-06-27T01:06:00Z' } };
  for (const form of ['take', 'either'] as const) expect((await takesOf(clips, LETTERED(form))).takes, form).toEqual([[a, b]]);
  expect((await takesOf(clips, LETTERED('segment'))).takes).toHaveLength(2);
  const other = { ...clips, [b]: { seconds: 60, mtime: '2019-06-27T02:06:00Z' } };
  expect((await takesOf(other, LETTERED('take'))).takes).toHaveLength(2);
  const blind = await takesOf({ [a]: {}, [b]: {} }, LETTERED('take'));
  expect(blind.takes).toHaveLength(2);
  expect(blind.notes[0]).toEqual([{ code: 'join-unproven', parameters: { file: '041234_20190627090000_0001B.mp4' } }]);
  const own = { 'x/041234_20190627090000_0001A.mp4': { seconds: 300 }, 'x/041234_20190627090500_0001B.mp4': { seconds: 60 } };
  expect((await takesOf(own, LETTERED('either'))).takes).toHaveLength(1);
  expect((await takesOf(own, LETTERED('take'))).takes).toHaveLength(2);
});

it('counts by the digits of the name, or by what the pattern says', async () => {
  const pair = (first: string, second: string) => ({
    [`x/041234_20190627090000_${first}.mp4`]: { seconds: 300 },
    [`x/041234_20190627090500_${second}.mp4`]: { seconds: 300 },
  });
  for (const [first, second] of [
    ['999', '000'],
    ['999', '001'],
    ['999', '1000'],
    ['9999', '0001'],
  ] as const)
    expect((await takesOf(pair(first, second))).takes, `${first} ${second}`).toHaveLength(1);
  for (const [first, second] of [
    ['998', '000'],
    ['999', '0001'],
    ['499', '001'],
    ['007', '0008'],
  ] as const)
    expect((await takesOf(pair(first, second))).takes, `${first} ${second}`).toHaveLength(2);
  expect((await takesOf(pair('499', '001'), { ...NUMBERED, sequenceMax: 499 })).takes).toHaveLength(1);
});

it('bears the silence that the pattern names', async () => {
  const clips = { 'x/041234_20190627090000_0001.mp4': { seconds: 300 }, 'x/041234_20190627090520_0002.mp4': { seconds: 300 } };
  expect((await takesOf(clips)).takes).toHaveLength(2);
  expect((await takesOf(clips, { ...NUMBERED, contiguousMs: 20_000 })).takes).toHaveLength(1);
  expect((await takesOf(clips, { ...NUMBERED, contiguousMs: 19_000 })).takes).toHaveLength(2);
});

it('knows what a clock shows after an hour in which summer time begins or ends', () => {
  const at = (text: string) => Date.parse(`${text}Z`);
  const shown = (from: string, minutes: number, zone: string) =>
    shownAfter(at(from), minutes * 60_000, zone).map((ms) => new Date(ms).toISOString().slice(11, 16));
  expect(shown('2026-03-29T01:58:00', 5, 'Europe/Berlin')).toEqual(['02:03', '03:03']);
  expect(shown('2026-10-25T02:58:00', 5, 'Europe/Berlin').sort()).toEqual(['02:03', '03:03']);
  expect(shown('2026-04-05T01:58:00', 5, 'Australia/Lord_Howe').sort()).toEqual(['01:33', '02:03']);
  expect(shown('2026-06-20T02:58:00', 5, 'Europe/Berlin')).toEqual(['03:03']);
  expect(shown('2026-03-29T01:58:00', 5, 'Asia/Shanghai')).toEqual(['02:03']);
  expect(instantsOf(at('2026-03-29T02:30:00'), 'Europe/Berlin')).toEqual([]);
  expect(instantsOf(at('2026-10-25T02:30:00'), 'Europe/Berlin')).toHaveLength(2);
});

it('judges what is on record by the lengths that derive found, and by nothing but the very next number', () => {
  const patterns = compilePatterns([NUMBERED]);
  const onRecord = (name: string, durationMs: number | null, headMs: number | null = null) => {
    const facts = readCardPath(`x/041234_20190627${name}.mp4`, patterns);
    const take = takeFactsOf(facts, { contiguousMs: 3000, durationMs: headMs, containerMs: null });
    return { kind: 'video' as const, take, mtimeMs: 0, durationMs };
  };
  const zone = 'Asia/Shanghai';
  const last = onRecord('090000_9999', 300_000);
  expect(continuesIn(last, onRecord('090500_0001', 1000), zone)).toBe(true);
  expect(continuesIn(last, onRecord('090500_0002', 1000), zone)).toBe(false);
  expect(continuesIn(last, onRecord('090600_0001', 1000), zone)).toBe(false);
  expect(continuesIn(onRecord('090000_9999', null), onRecord('090500_0001', 1000), zone)).toBe(false);
  expect(continuesIn({ ...last, take: null }, onRecord('090500_0001', 1000), zone)).toBe(false);
  // The head said 300 s.
  expect(gapsBetween([onRecord('090000_0001', 250_000, 300_000), onRecord('090500_0002', 1000)], zone)).toEqual([
    { code: 'gap-between-segments', parameters: { segment: 2, seconds: 50 } },
  ]);
});
