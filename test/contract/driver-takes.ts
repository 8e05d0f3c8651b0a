import { expect, it } from 'vitest';
import { groupCaptures } from '#domain/card/captures';
import { type CardFacts, type CompiledPattern, compilePatterns, readCardPath } from '#domain/card/facts';
import type { ListedFile } from '#domain/card/listed-file';
import { standsInRow } from '#domain/take/segment-names';
import type { RecorderDriver } from '#ports/recorder-driver';

/*
 * What every driver must keep of "one take" (docs/design.md). Nothing here knows a family: names are made from the driver's own patterns, by writing other
 * digits into the groups of their examples.
 */

const ZONE = 'Asia/Shanghai';
const ZONE_MS = 8 * 3600_000;
/** Wall clock, five minutes before midnight. */
const LATE = '2019-06-27T23:55:00';
const LASTS_MS = 300_000;

/** What a made file is to tell; what its pattern has no group for is left out. */
interface Told {
  readonly sequence?: number;
  readonly part?: number;
  readonly startsAfterMs?: number;
  readonly officer?: 1 | 2;
  readonly lens?: string;
}

interface Naming {
  readonly pattern: CompiledPattern;
  readonly facts: CardFacts;
  make(told: Told): MadeFile;
}

interface MadeFile {
  readonly path: string;
  readonly startMs: number;
}

/** The patterns by whose names files can stand in a row of segments. */
function namingsOf(patterns: readonly CompiledPattern[]): readonly Naming[] {
  return patterns.flatMap((pattern) => {
    const facts = readCardPath(pattern.example, patterns);
    if (!standsInRow(facts.kind, facts)) return [];
    const make = ({ startsAfterMs = 0, ...told }: Told): MadeFile => {
      const startMs = Date.parse(`${LATE}Z`) + startsAfterMs;
      return { path: renamed(pattern, facts, startMs, told), startMs };
    };
    return [{ pattern, facts, make }];
  });
}

function renamed(pattern: CompiledPattern, facts: CardFacts, startMs: number, told: Omit<Told, 'startsAfterMs'>): string {
  const groups = new RegExp(pattern.regex, 'iud').exec(pattern.example)?.indices?.groups ?? {};
  const stamp = new Date(startMs).toISOString().replace(/\D/g, '');
  const values: Record<string, string | undefined> = {
    date: stamp.slice(0, 8),
    time: stamp.slice(8, 14),
    sequence: told.sequence?.toString(),
    part: told.part === undefined ? undefined : facts.partLetters ? String.fromCharCode(64 + told.part) : String(told.part),
    officer: told.officer?.toString(),
    lens: told.lens,
  };
  const letters = [...pattern.example];
  for (const [name, value] of Object.entries(values)) {
    const span = groups[name];
    if (span && value !== undefined) write(letters, span, value);
  }
  // A folder by day, where it is not the place that the date is read from.
  const date = groups['date'] ? pattern.example.slice(...groups['date']).replace(/\D/g, '') : '';
  return date === '' ? letters.join('') : letters.join('').replaceAll(new RegExp(`(?<=/)${date}(?=/)`, 'g'), stamp.slice(0, 8));
}

/** Right to left, so that a short number gets zeros before it; what is no digit between digits stays. */
function write(letters: string[], [start, end]: [number, number], value: string): void {
  const numeric = /^\d+$/.test(value);
  let at = value.length - 1;
  for (let place = end - 1; place >= start; place -= 1) {
    if (numeric && !/\d/.test(letters[place] ?? '')) continue;
    letters[place] = value[at] ?? '0';
    at -= 1;
  }
}

function nextFolder(path: string): string {
  return path.replace(/(?<=\/)(\d{3})(?=[A-Z]{5}\/)/i, (number) => String(Number(number) + 1));
}

/** As a card lists them: the file's time is the end, the container tells the length. */
async function joined(driver: RecorderDriver, files: readonly MadeFile[]): Promise<string[][]> {
  const patterns = compilePatterns(driver.patterns);
  const listed: ListedFile[] = files.map(({ path, startMs }) => ({
    path,
    bytes: 1,
    mtimeMs: startMs + LASTS_MS - ZONE_MS,
    facts: readCardPath(path, patterns),
  }));
  expect(new Set(files.map(({ path }) => path)).size, 'names that differ').toBe(files.length);
  const rules = { contiguousMs: driver.contiguousMs, timezone: ZONE, durationMs: async () => LASTS_MS };
  const captures = await Array.fromAsync(groupCaptures(listed, rules));
  return captures.map(({ segments }) => segments.map(({ path }) => path));
}

/** Two files of which the second follows the first by name; the number begins again where `sequence` says so. */
function following({ facts, make }: Naming, next: Told = {}): readonly [MadeFile, MadeFile] {
  const place = facts.part === undefined ? { sequence: 7 } : { part: (facts.firstPart ?? 1) + (facts.part === facts.firstPart ? 0 : 1) };
  const then = facts.part === undefined ? { sequence: 8 } : { part: (place.part ?? 0) + 1 };
  return [make({ officer: 1, ...place }), make({ officer: 1, startsAfterMs: LASTS_MS, ...then, ...next })];
}

export function itKeepsTakes(driver: RecorderDriver): void {
  const patterns = compilePatterns(driver.patterns);
  // A first part without a number stands in a pattern of its own: what follows it is in another.
  const namings = namingsOf(patterns).filter(({ pattern }) => pattern.part === undefined);
  const paths = (files: readonly MadeFile[]) => files.map(({ path }) => path);
  const apart = (files: readonly MadeFile[]) => files.map(({ path }) => [path]);

  if (namings.length === 0) {
    it('says that it never joins, and why, and joins nothing', async () => {
      expect(driver.neverJoins).toMatch(/\w+ \w+/);
      const names = ['0001.mp4', '0002.mp4', 'DCIM/100MEDIA/CLIP0001.MP4', 'DCIM/100MEDIA/CLIP0002.MP4'];
      const files = [...names, ...patterns.map(({ example }) => example)].map((path, place) => ({
        path,
        startMs: Date.parse(`${LATE}Z`) + place * LASTS_MS,
      }));
      expect((await joined(driver, files)).every((segments) => segments.length === 1)).toBe(true);
    });
    return;
  }

  it('joins, and so names the silence that may lie between two segments', () => {
    expect(driver.neverJoins).toBeUndefined();
    expect(driver.contiguousMs).toBeGreaterThan(0);
  });

  it.each(namings.map((naming) => [naming.pattern.name, naming] as const))(
    'joins over midnight and into a new folder: %s',
    async (_name, naming) => {
      const [first, second] = following(naming);
      expect(await joined(driver, [first, second])).toEqual([paths([first, second])]);
      const moved = { ...second, path: nextFolder(second.path) };
      if (moved.path !== second.path) expect(await joined(driver, [first, moved])).toEqual([paths([first, moved])]);
    },
  );

  it.each(namings.filter(({ facts }) => facts.part === undefined).map((naming) => [naming.pattern.name, naming] as const))(
    'joins where numbers begin again, and only there: %s',
    async (_name, naming) => {
      const largest = naming.facts.sequenceMax ?? Number.NaN;
      const last = naming.make({ officer: 1, sequence: largest });
      const then = (sequence: number) => naming.make({ officer: 1, sequence, startsAfterMs: LASTS_MS });
      for (const begin of [0, 1]) expect(await joined(driver, [last, then(begin)])).toEqual([paths([last, then(begin)])]);
      for (const other of [2, largest - 1])
        expect((await joined(driver, [last, then(other)])).sort()).toEqual(apart([last, then(other)]).sort());
    },
  );

  it.each(namings.map((naming) => [naming.pattern.name, naming] as const))(
    'never joins what only looks alike: %s',
    async (_name, naming) => {
      const { facts } = naming;
      const place = facts.part === undefined ? { sequence: 9 } : { part: facts.part + 3 };
      const others: Record<string, Told> = {
        'a minute later': { startsAfterMs: LASTS_MS + 60_000 },
        'a year later': { startsAfterMs: LASTS_MS + 365 * 86_400_000 },
        'before it ended': { startsAfterMs: LASTS_MS - 60_000 },
        'a number further': place,
        ...(facts.officerId === undefined ? {} : { 'another officer': { officer: 2 } }),
        ...(facts.lens === undefined
          ? {}
          : { 'another lens': { lens: facts.lens === 'A' || facts.lens === 'H' ? { A: 'B', H: 'X' }[facts.lens] : 'A' } }),
      };
      for (const [what, told] of Object.entries(others)) {
        const files = following(naming, told);
        expect((await joined(driver, files)).sort(), what).toEqual(apart(files).sort());
      }
    },
  );
}
