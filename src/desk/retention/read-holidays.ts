import { readdir, readFile } from 'node:fs/promises';
import { readYaml } from '#desk/data-file/read-yaml';
import { HOLIDAYS_BYTES_MAX, HolidayFileSchema } from '#domain/calendar/holiday-schema';
import { type HolidayFault, holidayYearOf } from '#domain/calendar/holiday-year';
import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import type { HolidayYear } from '#domain/calendar/working-days';
import { EvidockError, errnoText } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

/** Files of a site: one for each year. */
const SITE_FILE = /^(\d{4})\.yaml$/;
const SHIPPED_FILE = /^(\d{4})\.json$/;
/** More years than that are a mistake. */
const FILES_MAX = 200;

/** Where the files of a site are if nobody says otherwise; the software puts none there but an example. */
const SHIPPED_DIRECTORY = new URL('../../../config/holidays/', import.meta.url);

interface Wanted {
  /** IANA zone of the agency. */
  readonly zone: string;
  /** Of the schedule: China's notices and the files of the site, or the files of the site alone. */
  readonly holidays: 'china' | 'own';
  /** Directory with the files of the site (`retention.holidays`); empty: config/holidays of the software. */
  readonly directory: string;
}

/** The calendar that terms are counted with. A file of the site counts instead of what the software has of its year. Throws config.invalid for a file that is none. */
export async function loadCalendar({ zone, holidays, directory }: Wanted): Promise<RetentionCalendar> {
  const shipped = holidays === 'china' ? await chinaYears() : [];
  const own = await siteYears(directory === '' ? SHIPPED_DIRECTORY : directory);
  const years = [...shipped.filter(({ year }) => !own.some((each) => each.year === year)), ...own];
  return new RetentionCalendar({ zone, years, holidays });
}

/** Reads the days off of one year. Throws config.invalid with each fault and its line. `file`: its name for people. */
export function readHolidayFile(text: string, file: string): HolidayYear {
  const { value, refusal } = readYaml(text, { schema: HolidayFileSchema, bytesMax: HOLIDAYS_BYTES_MAX, file });
  const { year, faults } = holidayYearOf(value);
  const named = SITE_FILE.exec(file.slice(file.lastIndexOf('/') + 1))?.[1];
  const troubles = faults.map((fault) => ({ path: fault.path, why: reasonOfFault(fault) }));
  if (named !== undefined && Number(named) !== year.year)
    troubles.push({ path: ['year'], why: because('holiday-year-of-file', { file, year: year.year }) });
  if (troubles.length > 0) throw refusal(troubles);
  return year;
}

async function siteYears(directory: string | URL): Promise<readonly HolidayYear[]> {
  const shown = directory instanceof URL ? 'config/holidays' : directory;
  const names = (await namesIn(directory, shown)).filter((name) => SITE_FILE.test(name));
  return Promise.all(
    names.map(async (name) => {
      const file = `${shown}/${name}`;
      return readHolidayFile(await readFile(placeOf(directory, name), 'utf8').catch(unreadable(file)), file);
    }),
  );
}

/** China's notices as `chinese-days` has them: its year files are read as data, because its functions answer for years that it does not know, and in the zone of the process. */
async function chinaYears(): Promise<readonly HolidayYear[]> {
  const directory = new URL('./dist/years/', import.meta.resolve('chinese-days/package.json'));
  const names = (await namesIn(directory, 'chinese-days')).filter((name) => SHIPPED_FILE.test(name));
  return Promise.all(
    names.map(async (name) => {
      const file = `chinese-days/${name}`;
      return shippedYear(await readFile(placeOf(directory, name), 'utf8').catch(unreadable(file)), file, Number(name.slice(0, 4)));
    }),
  );
}

function shippedYear(text: string, file: string, year: number): HolidayYear {
  const value: unknown = JSON.parse(text);
  const days = (list: string) => {
    const found = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[list] : undefined;
    if (typeof found !== 'object' || found === null) throw new EvidockError('config.invalid', because('holidays-unreadable', { file }));
    return Object.keys(found);
  };
  const { year: read, faults } = holidayYearOf({
    ...{ format: 'evidock-holidays/1', year, source: file },
    ...{ holidays: days('holidays'), workdays: days('workdays') },
  });
  if (faults.length > 0) throw new EvidockError('config.invalid', because('holidays-unreadable', { file }));
  return read;
}

async function namesIn(directory: string | URL, shown: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(unreadable(shown));
  if (names.length > FILES_MAX)
    throw new EvidockError('config.invalid', because('holidays-too-many', { directory: shown, limit: FILES_MAX }));
  return names.sort();
}

function placeOf(directory: string | URL, name: string): string | URL {
  return directory instanceof URL ? new URL(name, directory) : `${directory}/${name}`;
}

function unreadable(file: string): (error: unknown) => never {
  return (error) => {
    throw new EvidockError('config.invalid', because('cannot-read', { thing: file, errno: errnoText(error) }), error);
  };
}

function reasonOfFault({ code, day }: HolidayFault): Reason {
  return because(`holiday-${code}`, { day });
}
