import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scoreDrivers } from '#dock/recognition';
import { groupCaptures } from '#domain/card/captures';
import { type CardFacts, compilePatterns, readCardPath } from '#domain/card/facts';
import { compileLeftovers } from '#domain/card/leftovers';
import { readName } from '#domain/card/names';
import type { Exchange, ExchangeStep, UsbProfile } from '#domain/recorder/exchange';
import { checkProfile, judgeAnswer, renderPacket } from '#domain/recorder/exchange-bytes';
import { chooseDriver, withoutMinority } from '#domain/recorder/recognise';
import { claimedToMs } from '#domain/time/station-time';
import { DRIVERS, FALLBACK } from '#drivers';
import type { RecorderDriver, VolumeEntry } from '#ports/recorder-driver';
import { MemoryVolume } from '../support/card/memory-volume.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { itKeepsTakes } from './driver-takes.ts';

const ZONE = 'Asia/Shanghai';
const NO_HINTS = { vendorId: null, productId: null, serial: null, label: null, manufacturer: null, product: null };

/** A sample card as it stands in a driver's cards/*.json. */
interface SampleCard {
  readonly title: string;
  /** What `identify` must find; null if the card does not say. */
  readonly serial: string | null;
  /** What `readClock` must find. */
  readonly clock: string | null;
  readonly files: readonly { path: string; mtime: string; bytes?: number; text?: string; seconds?: number }[];
  /** The captures that must come out: the paths of their segments. */
  readonly captures: readonly (readonly string[])[];
  /** What must be read from some of the paths: claimed start, officer, important, lens … */
  readonly facts?: Readonly<Record<string, Partial<CardFacts>>>;
}

const HOSTILE = [
  '',
  '.',
  '..',
  '/',
  'a/../b',
  'x'.repeat(5000),
  '%00',
  '\u202e4pm',
  'DCIM/'.repeat(300),
  '2'.repeat(400),
  `${'_'.repeat(255)}.mp4`,
  'IMP/.MP4',
  'DCIM/100MEDIA/AMBA0001.MP4/x',
];

// Pieces that names on cards are made of: random rows of them come close to what the patterns know.
const PIECES = [
  ...['DCIM/', 'CARDV/', 'MOVIE/', 'VIDEO/', 'IMP/', 'EMR/', '100MEDIA/', '20190627/', '视频/', '/', '_', '__', '.', '..', '-', '@', '%2F'],
  ...['AMBA', 'GH', 'DSJ', 'A', '_IMP', '_thm', '0', '07', '041234', '0012345', '20190627', '2019_0627', '153012', '20190627153012', '9'],
  ...['.MP4', '.mov', '.jpg', '.wav', '.log', '.LRV', 'STATUS.TXT', 'é', '\u202e', '😀', ' ', '\n'],
];
const FUZZ_ROUNDS = 1000;
const FUZZ_SEED = 947;

function stepsOf(profile: UsbProfile): readonly ExchangeStep[] {
  const exchanges = [profile.identify, profile.readClock, profile.setClock, profile.unlock];
  return exchanges.filter((exchange): exchange is Exchange => exchange !== undefined).flatMap((exchange) => exchange.steps);
}

function cardsOf(folder: string): SampleCard[] {
  const directory = join(folder, 'cards');
  return readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as SampleCard);
}

function volumeOf(card: SampleCard): MemoryVolume {
  return new MemoryVolume(
    card.files.map(({ path, mtime, bytes, text }) => ({
      path,
      mtimeMs: claimedToMs(mtime, ZONE),
      // Sizes of a real card would not fit into memory, and no driver looks at what the files hold.
      content: text === undefined ? new Uint8Array(Math.min(bytes ?? 0, 4096)) : new TextEncoder().encode(text),
    })),
  );
}

async function entriesOf(volume: MemoryVolume): Promise<VolumeEntry[]> {
  const entries: VolumeEntry[] = [];
  for await (const entry of volume.list()) entries.push(entry);
  return entries;
}

const LEFTOVERS = [
  ...[
    '._.Trashes',
    '.DS_Store',
    '.Spotlight-V100/Store-V2/a/0.indexHead',
    '.fseventsd/0000000000a1',
    'System Volume Information/WPSettings.dat',
  ],
  ...['$RECYCLE.BIN/S-1-5-21/desktop.ini', '.thumbnails/1.jpg', 'Thumbs.db'],
];
// Footage of families that no driver of this card knows, and of one that another driver knows.
const FOREIGN = ['DCIM/100MEDIA/DJI_0001.MP4', 'PRIVATE/AVCHD/BDMV/STREAM/00001.MTS', 'MP_ROOT/101PNV01/M4V10001.MP4'];
const FOOTAGE = /\.(?:mp4|mov|avi|ts|jpe?g|wav|insv)$/i;

/** The card with what operating systems leave, a fork beside each of its files, and fewer files of other cameras than its own. */
function sprinkled(card: SampleCard, driver: RecorderDriver): { readonly card: SampleCard; readonly leftovers: readonly string[] } {
  const patterns = compilePatterns(driver.patterns);
  const own = card.files.filter(({ path }) => FOOTAGE.test(path) && patterns.some(({ matcher }) => matcher.test(path))).length;
  const all = card.files.filter(({ path }) => FOOTAGE.test(path)).length;
  const forks = card.files.map(({ path }) => path.replace(/[^/]*$/, '._$&'));
  const leftovers = [...LEFTOVERS, ...forks];
  const foreign = FOREIGN.slice(0, Math.max(0, own - (all - own) - 1));
  const mtime = '2019-06-27T12:00:00';
  return { card: { ...card, files: [...card.files, ...[...leftovers, ...foreign].map((path) => ({ path, mtime, bytes: 7 }))] }, leftovers };
}

/** What every driver must keep; `folder` is its own, with README.md and cards/. */
export function describeDriverContract(driver: RecorderDriver, folder: string): void {
  describe(`driver contract: ${driver.id}`, () => {
    const patterns = compilePatterns(driver.patterns);

    it('is listed, also in the table of families, has a README that begins with its name, and sample cards', () => {
      expect(DRIVERS).toContain(driver);
      expect(readFileSync(join(folder, '../README.md'), 'utf8')).toContain(`\n| [${driver.id}](${driver.id}/) |`);
      expect(readFileSync(join(folder, 'README.md'), 'utf8')).toMatch(new RegExp(`^# ${driver.id}\\b`));
      expect(cardsOf(folder).length).toBeGreaterThan(0);
    });

    it('has patterns whose first match for each example is the pattern itself', () => {
      for (const pattern of patterns) expect(patterns.find(({ matcher }) => matcher.test(pattern.example))?.name).toBe(pattern.name);
    });

    it('reads any name without failing, in no time', () => {
      const begun = performance.now();
      for (const path of HOSTILE) expect(readCardPath(path, patterns).kind).toBeTypeOf('string');
      expect(performance.now() - begun).toBeLessThan(1000);
    });

    // One assertion over what went wrong, not one per round: assertions are what takes the time.
    it('reads random names of familiar pieces without failing, and tells only what makes sense', () => {
      const random = seededRandom(FUZZ_SEED);
      // Pieces of the driver's own names too, or its patterns would hardly ever be near a match.
      const pieces = [...PIECES, ...patterns.flatMap(({ example }) => example.split(/(?<=[/_.])|(?<=[A-Z])(?=[0-9])/i))];
      const paths = Array.from({ length: FUZZ_ROUNDS }, () =>
        Array.from({ length: 1 + random(12) }, () => pieces[random(pieces.length)] ?? '').join(''),
      );
      const wrong = paths.filter((path) => {
        const { claimedStart, part, captureKey } = readCardPath(path, patterns);
        if (claimedStart !== undefined && new Date(`${claimedStart}Z`).toISOString().slice(0, 19) !== claimedStart) return true;
        return part !== undefined && (!Number.isSafeInteger(part) || part < 0 || captureKey === undefined);
      });
      expect(wrong).toEqual([]);
      const sample = paths.slice(0, 500).map((path) => ({ path, bytes: 1, mtimeMs: 0 }));
      expect([...Array(101).keys()]).toContain(driver.match(sample, NO_HINTS).score);
    });

    it('keeps the bounds of USB exchanges, and no other driver claims the same device', () => {
      const claimed = (each: RecorderDriver) => (each.usb ?? []).map(({ vendorId, productId }) => `${vendorId}:${productId ?? 'any'}`);
      for (const profile of driver.usb ?? []) checkProfile(profile);
      const others = new Set(DRIVERS.filter((each) => each !== driver).flatMap(claimed));
      expect(claimed(driver).filter((ids) => others.has(ids))).toEqual([]);
    });

    it('takes random bytes for no answer, and never fails over an answer that goes wrong', () => {
      const random = seededRandom(FUZZ_SEED);
      const wrong: Uint8Array[] = [];
      for (const { send, receive } of (driver.usb ?? []).flatMap(stepsOf)) {
        const packet = renderPacket(send.parts, { secret: () => '1234', nowClaimed: '2019-06-27T15:30:12' }, send.padTo);
        expect(packet.length).toBeGreaterThanOrEqual(send.padTo ?? 0);
        for (let round = 0; receive && round < FUZZ_ROUNDS; round += 1) {
          const noise = Uint8Array.from({ length: random(receive.bytes + 2) }, () => random(256));
          if (judgeAnswer(receive, noise) !== null) wrong.push(noise);
          // Begun as it should be, and noise after that: what is captured, if anything, is printable.
          const begun = Buffer.from(receive.expect.find((part) => 'hex' in part)?.hex ?? '', 'hex');
          const judged = judgeAnswer(receive, Buffer.concat([begun, noise]));
          if (judged && 'captured' in judged && !/^[\x20-\x7e]*$/.test(Object.values(judged.captured).join(''))) wrong.push(noise);
        }
      }
      expect(wrong).toEqual([]);
    });

    itKeepsTakes(driver);

    it('scores 0 to 100, also for an empty card', () => {
      for (const sample of [[], HOSTILE.map((path) => ({ path, bytes: 1, mtimeMs: 0 }))]) {
        const { score } = driver.match(sample, NO_HINTS);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
      }
    });

    it.each(cardsOf(folder).map((card) => [card.title, card] as const))('recognises its own card: %s', async (_title, card) => {
      const volume = volumeOf(card);
      const entries = await entriesOf(volume);

      const choice = chooseDriver(scoreDrivers(DRIVERS, entries, NO_HINTS), FALLBACK.id);
      expect(choice.id).toBe(driver.id);
      expect((await driver.identify?.(volume, entries)) ?? null).toBe(card.serial);
      expect((await driver.readClock?.(volume)) ?? null).toBe(card.clock);
    });

    it.each(cardsOf(folder).map((card) => [card.title, card] as const))('reads what the paths of its card tell: %s', (_title, card) => {
      const told = Object.fromEntries(Object.keys(card.facts ?? {}).map((path) => [path, readCardPath(path, patterns)]));
      expect(told).toMatchObject(card.facts ?? {});
    });

    it.each(cardsOf(folder).map((card) => [card.title, card] as const))(
      'puts every file of the card into exactly one capture: %s',
      async (_title, card) => {
        const entries = await entriesOf(volumeOf(card));
        const listed = entries.map((entry) => ({ ...entry, facts: readCardPath(entry.path, patterns) }));
        const secondsOf = new Map(card.files.map(({ path, seconds }) => [path, seconds === undefined ? null : seconds * 1000]));
        const rules = {
          contiguousMs: driver.contiguousMs,
          timezone: ZONE,
          durationMs: async ({ path }: { path: string }) => secondsOf.get(path) ?? null,
        };
        const captures = await Array.fromAsync(groupCaptures(listed, rules));
        const paths = captures.flatMap(({ segments, sidecars }) => [...segments, ...sidecars]).map(({ path }) => path);
        expect(paths.sort()).toEqual(card.files.map(({ path }) => path).sort());
        const segments = captures.map((capture) => capture.segments.map(({ path }) => path));
        const order = (list: readonly (readonly string[])[]) => [...list].map((each) => each.join('|')).sort();
        expect(order(segments)).toEqual(order(card.captures));
      },
    );

    it.each(cardsOf(folder).map((card) => [card.title, card] as const))(
      'is not misled by leftovers and a minority of foreign files: %s',
      async (_title, clean) => {
        const { card, leftovers } = sprinkled(clean, driver);
        const places = compileLeftovers();
        const volume = volumeOf(card);
        const entries = await entriesOf(volume);
        const sample = entries.filter(({ path }) => places.placeOf(path) === null);
        const choice = chooseDriver(scoreDrivers(DRIVERS, sample, NO_HINTS), FALLBACK.id);
        expect(choice.id).toBe(driver.id);
        expect((await driver.identify?.(volume, withoutMinority(sample, patterns))) ?? null).toBe(card.serial);

        const others = compilePatterns(DRIVERS.flatMap((each) => each.patterns));
        const listed = entries.map((entry) => ({ ...entry, facts: readName(entry.path, { patterns, others, leftovers: places }) }));
        expect(listed.flatMap(({ path, facts }) => (facts.kind === 'leftover' ? [path] : [])).sort()).toEqual([...leftovers].sort());
        const secondsOf = new Map(clean.files.map(({ path, seconds }) => [path, seconds === undefined ? null : seconds * 1000]));
        const rules = {
          contiguousMs: driver.contiguousMs,
          timezone: ZONE,
          durationMs: async ({ path }: { path: string }) => secondsOf.get(path) ?? null,
        };
        const captures = (await Array.fromAsync(groupCaptures(listed, rules))).map((each) =>
          each.segments.map(({ path }) => path).join('|'),
        );
        expect(captures).toEqual(expect.arrayContaining(clean.captures.map((each) => each.join('|'))));
      },
    );
  });
}
