import { parseArgs } from 'node:util';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { scoreDrivers } from '#dock/recognition';
import { groupCaptures } from '#domain/card/captures';
import { compilePatterns, readCardPath } from '#domain/card/facts';
import { compileLeftovers } from '#domain/card/leftovers';
import { movieDurationMs } from '#domain/media/iso-bmff';
import { english } from '#domain/reason';
import { chooseDriver } from '#domain/recorder/recognise';
import { msToClaimed } from '#domain/time/station-time';
import { DRIVERS, FALLBACK } from '#drivers';
import type { RecorderDriver, Volume, VolumeEntry } from '#ports/recorder-driver';

/*
 * Describes a mounted card as a driver's cards/*.json wants it: names, sizes, times and lengths, nothing else of what the files hold. Prints to stdout and writes nowhere.
 */

const FILES_MAX = 2000;
const TEXT_BYTES_MAX = 4096;
const ENTRIES_SAMPLED = 500;
const USAGE =
  'usage: sample-card DIR [--title WORDS] [--mask] [--officer REGEX] [--text PATH …] [--zone ZONE] > drivers/<id>/cards/<name>.json';

export interface SampleRequest {
  readonly directory: string;
  readonly title: string;
  readonly zone: string;
  /** Replaces each officer number by an invented one of the same length, the same everywhere. */
  readonly mask: boolean;
  /** Finds officer numbers in names that no driver reads: a regular expression with the group `officer`. */
  readonly officer?: RegExp;
  /** Small files whose text a driver needs, such as STATUS.TXT. */
  readonly texts: readonly string[];
}

interface SampleFile {
  readonly path: string;
  readonly mtime: string;
  readonly bytes?: number;
  readonly text?: string;
  /** Length as the container tells it. */
  readonly seconds?: number;
}

export interface Sample {
  readonly title: string;
  readonly serial: string | null;
  readonly clock: string | null;
  readonly files: readonly SampleFile[];
  readonly captures: readonly (readonly string[])[];
}

/** `serial`, `clock` and `captures` are what the station makes of the card today: a draft, to be put right by hand. */
export async function sampleCard(request: SampleRequest): Promise<Sample> {
  const { directory, title, zone, texts } = request;
  const limits = { filesMax: FILES_MAX, depthMax: 16, fileBytesMax: Number.MAX_SAFE_INTEGER };
  const volume = new DirectoryVolume({ root: directory, label: null, limits });
  try {
    const listed: VolumeEntry[] = [];
    const leftovers = compileLeftovers();
    for await (const entry of volume.list()) {
      if ('code' in entry) console.error(`sample-card: left out ${entry.path}: ${english(entry.reason)}`);
      else if (leftovers.placeOf(entry.path) !== null)
        console.error(`sample-card: left out ${entry.path}: it is no part of what a recorder holds`);
      else listed.push(entry);
    }
    const driver = driverOf(listed);
    const mask = maskerOf(listed, driver, request);
    const wallClock = (ms: number) => msToClaimed(ms, zone) ?? '1990-01-01T00:00:00';
    const lengths = await lengthsOf(volume, listed);
    const files: SampleFile[] = [];
    for (const { path, bytes, mtimeMs } of listed) {
      const text = texts.includes(path) ? await volume.readText(path) : null;
      if (text !== null && text.length > TEXT_BYTES_MAX) throw new Error(`${path} is longer than ${TEXT_BYTES_MAX} characters`);
      const length = lengths.get(path);
      const seconds = length === undefined ? {} : { seconds: Math.round(length / 100) / 10 };
      const content = text === null ? { bytes, ...seconds } : { text: mask(text) };
      files.push({ path: mask(path), mtime: wallClock(mtimeMs), ...content });
    }
    return {
      title,
      serial: mask((await driver.identify?.(volume, listed)) ?? '') || null,
      clock: (await driver.readClock?.(volume)) ?? null,
      files,
      captures: (await capturesOf(listed, driver, zone, lengths)).map((capture) => capture.map(mask)),
    };
  } finally {
    await volume.close();
  }
}

function driverOf(listed: readonly VolumeEntry[]): RecorderDriver {
  const hints = { vendorId: null, productId: null, serial: null, label: null, manufacturer: null, product: null };
  const sample = listed.slice(0, ENTRIES_SAMPLED);
  const { id } = chooseDriver(scoreDrivers(DRIVERS, sample, hints), FALLBACK.id);
  return DRIVERS.find((driver) => driver.id === id) ?? FALLBACK;
}

/** Lengths of the files as their containers tell them, ms by path: joining needs them. */
async function lengthsOf(volume: Volume, listed: readonly VolumeEntry[]): Promise<ReadonlyMap<string, number>> {
  const lengths = new Map<string, number>();
  for (const { path, bytes } of listed) {
    const file = await volume.open(path);
    try {
      const readAt = async (position: number, length: number) => {
        const target = new Uint8Array(length);
        return target.subarray(0, await file.read(target, position));
      };
      const durationMs = await movieDurationMs(readAt, bytes);
      if (durationMs !== null) lengths.set(path, durationMs);
    } finally {
      await file.close();
    }
  }
  return lengths;
}

async function capturesOf(
  listed: readonly VolumeEntry[],
  driver: RecorderDriver,
  zone: string,
  lengths: ReadonlyMap<string, number>,
): Promise<string[][]> {
  const patterns = compilePatterns(driver.patterns);
  const files = listed.map((entry) => ({ ...entry, facts: readCardPath(entry.path, patterns) }));
  const rules = {
    contiguousMs: driver.contiguousMs,
    timezone: zone,
    durationMs: async ({ path }: { path: string }) => lengths.get(path) ?? null,
  };
  const captures: string[][] = [];
  for await (const { segments } of groupCaptures(files, rules)) captures.push(segments.map(({ path }) => path));
  return captures;
}

function maskerOf(listed: readonly VolumeEntry[], driver: RecorderDriver, request: SampleRequest): (text: string) => string {
  if (!request.mask) return (text) => text;
  const patterns = compilePatterns(driver.patterns);
  const officers = new Set<string>();
  for (const { path } of listed) {
    const officer = request.officer?.exec(path)?.groups?.['officer'] ?? readCardPath(path, patterns).officerId;
    if (officer !== undefined) officers.add(officer);
  }
  const invented = new Map([...officers].map((officer, place) => [officer, String(place + 1).padStart(officer.length, '9')]));
  // Not within a longer number: a time may hold the same digits.
  return (text) => text.replace(/(?<![0-9])[0-9]+(?![0-9])/g, (digits) => invented.get(digits) ?? digits);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      title: { type: 'string', default: 'a card' },
      mask: { type: 'boolean', default: false },
      officer: { type: 'string' },
      text: { type: 'string', multiple: true, default: [] },
      zone: { type: 'string', default: 'Asia/Shanghai' },
    },
  });
  const [directory] = positionals;
  if (directory === undefined || positionals.length > 1) {
    console.error(USAGE);
    process.exitCode = 2;
  } else {
    const { title, mask, zone, text: texts, officer } = values;
    const request = { directory, title, mask, zone, texts, ...(officer === undefined ? {} : { officer: new RegExp(officer, 'iu') }) };
    console.log(JSON.stringify(await sampleCard(request), null, 2));
    console.error(
      'sample-card: serial, clock and captures are a draft. Read every line before you publish it: names of people may stand in folder names.',
    );
  }
}
