/*
 * Goal: a site can add a year, or say it otherwise, and is told what is wrong in its file. Method: the example that comes with the software, files with one fault each, and a directory on the disk.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvidockError } from '#domain/errors';
import { reasonText } from '#messages/reason';
import { loadCalendar, readHolidayFile } from './read-holidays.ts';

const SMALL = `format: evidock-holidays/1
year: 2027
source: a notice
holidays:
  - 2026-12-31/2027-01-02
  - 2027-02-08
workdays: [2027-02-13]
`;
const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'days-off-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** What the refusal says in English; it has words in Chinese too. */
function told(error: unknown): string {
  const { code, reason } = error as EvidockError;
  expect([code, reasonText('zh-CN', reason)]).toEqual(['config.invalid', expect.stringMatching(/\p{Script=Han}/u)]);
  return reasonText('en', reason);
}

function refusal(text: string, file = '2027.yaml'): string {
  try {
    readHolidayFile(text, file);
  } catch (error) {
    return told(error);
  }
  return 'was taken';
}

describe('a file of days off', () => {
  it('names days and spans of days', () => {
    const { holidays, workdays } = readHolidayFile(SMALL, '2027.yaml');
    expect([holidays, workdays]).toEqual([['2026-12-31', '2027-01-01', '2027-01-02', '2027-02-08'], ['2027-02-13']]);
  });

  it.each([
    ['2027-02-08', '2027-02-30', 'line 6, holidays[1]: 2027-02-30 is no day'],
    ['2027-02-08', '"2027/02/008"', 'line 6, holidays[1]: 2027/02/008 is no day'],
    ['2027-01-02', '2026-12-30', 'line 5, holidays[0]: 2026-12-31/2026-12-30 ends before it begins'],
    ['2027-02-08', '2028-01-01', 'line 6, holidays[1]: 2028-01-01 does not belong to this year'],
    ['2027-02-08', '2026-12-24', 'line 6, holidays[1]: 2026-12-24 does not belong to this year'],
    ['2027-02-13', '2027-02-08', 'line 7, workdays[0]: 2027-02-08 is a day off and a working day'],
    ['2027-02-13', '2027-02-15', 'line 7, workdays[0]: 2027-02-15 is no Saturday or Sunday'],
    ['year: 2027', 'year: 2026', 'line 2, year: the file is called 2027.yaml and is about 2026'],
    ['source: a notice\n', '', 'line 1, —: source is missing'],
    ['workdays: [2027-02-13]', 'workdays: 2027-02-13', 'line 7, workdays: "2027-02-13" must be of type array'],
    ['workdays', 'workday', 'there is no workday here'],
  ])('with %j for %j is refused with its line', (before, after, words) => {
    expect(SMALL).toContain(before);
    expect(refusal(SMALL.replace(before, after))).toContain(words);
  });
});

describe('a directory of a site', () => {
  const load = async (name: string, files: Readonly<Record<string, string>>, holidays: 'china' | 'own' = 'china') => {
    const directory = join(home, name);
    await mkdir(directory);
    await Promise.all(Object.entries(files).map(([file, text]) => writeFile(join(directory, file), text)));
    return loadCalendar({ zone: 'Asia/Shanghai', holidays, directory });
  };

  it('adds a year, and with it the last days of the year before', async () => {
    const { working } = await load('adds', { '2027.yaml': SMALL, 'README.md': 'none', '2028.yaml.example': 'none' });
    expect(working.years.at(-1)).toBe(2027);
    expect(['2026-12-30', '2026-12-31', '2027-01-01', '2027-02-13', '2027-02-09'].map((text) => working.isWorkingDay(day(text)))).toEqual([
      true,
      false,
      false,
      true,
      true,
    ]);
  });

  it('counts instead of what the software knows of its year', async () => {
    const own = { '2026.yaml': 'format: evidock-holidays/1\nyear: 2026\nsource: the office\nholidays: [2026-10-09]\nworkdays: []\n' };
    const { working } = await load('instead', own);
    expect(['2026-10-09', '2026-10-01', '2026-10-10', '2025-10-01'].map((text) => working.isWorkingDay(day(text)))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect((await load('own', own, 'own')).working.years).toEqual([2026]);
  });

  it('that is not there, or has a broken file, is told', async () => {
    const gone = loadCalendar({ zone: 'Asia/Shanghai', holidays: 'own', directory: join(home, 'gone') });
    expect(told(await gone.catch((error: unknown) => error))).toContain('ENOENT');
    expect(told(await load('broken', { '2027.yaml': 'year: [' }).catch((error: unknown) => error))).toContain('2027.yaml: line 1');
  });
});

it('the example is 2025 as chinese-days has it', async () => {
  const text = await readFile(new URL('../../../config/holidays/2025.yaml.example', import.meta.url), 'utf8');
  const theirs = JSON.parse(await readFile(new URL(import.meta.resolve('chinese-days/dist/years/2025.json')), 'utf8')) as Record<
    string,
    object
  >;
  const { holidays, workdays } = readHolidayFile(text, 'config/holidays/2025.yaml');
  expect([holidays, workdays]).toEqual([Object.keys(theirs['holidays'] ?? {}), Object.keys(theirs['workdays'] ?? {})]);
});
