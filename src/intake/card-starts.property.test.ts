import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { describe, expect, it } from 'vitest';
import type { StartDecision } from '#domain/start/claims';
import { MemoryVolume } from '#test/support/card/memory-volume';
import { CardStarts } from './card-starts.ts';

// Goal: files of one card date each other, where one in a row is odd, and where the clock began anew in between. Method: random cards with real MP4 headers
// made here, read by the listing's own reader; the maker knows the true starts. No name tells a time here: start-claims.property.test.ts has names that do.

const HOUR = 3600_000;
const ZONES = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'Asia/Kathmandu'] as const;
const SECONDS_1904_TO_1970 = 2_082_844_800;

/** A file with a movie header and nothing else. */
function movie(writtenMs: number, durationMs: number): Uint8Array {
  const file = Buffer.alloc(132);
  file.writeUInt32BE(16, 0);
  file.write('ftypisom', 4);
  file.writeUInt32BE(116, 16);
  file.write('moov', 20);
  file.writeUInt32BE(108, 24);
  file.write('mvhd', 28);
  file.writeUInt32BE(Math.floor(writtenMs / 1000) + SECONDS_1904_TO_1970, 36);
  file.writeUInt32BE(1000, 44);
  file.writeUInt32BE(durationMs, 48);
  return file;
}

const wall = (ms: number, zone: string) => ms + new IANAZone(zone).offset(ms) * 60_000;

interface Made {
  readonly startMs: number;
  readonly lastsMs: number;
  /** What the recorder's clock showed at the start of the clip. */
  readonly shownMs: number;
  /** Another time that the container tells instead. */
  readonly writtenMs?: number;
}

const cards = fc.record({
  zone: fc.constantFrom(...ZONES),
  utc: fc.boolean(),
  atEnd: fc.boolean(),
  firstS: fc.integer({ min: Date.UTC(2021, 1, 5) / 1000, max: Date.UTC(2021, 1, 25) / 1000 }),
  clips: fc.array(fc.tuple(fc.integer({ min: 90, max: 1500 }), fc.integer({ min: 1, max: 40_000 })), { minLength: 6, maxLength: 30 }),
});
type Card = typeof cards extends fc.Arbitrary<infer T> ? T : never;

/** Makes clips with pauses, all in a month in which no zone changes its offset. */
function record({ firstS, clips }: Card): Made[] {
  let at = firstS * 1000;
  return clips.map(([lastsS, pauseS]) => {
    const made = { startMs: at, shownMs: at, lastsMs: lastsS * 1000 };
    at += (lastsS + pauseS) * 1000;
    return made;
  });
}

async function dateAll({ zone, utc, atEnd }: Card, made: readonly Made[]): Promise<StartDecision[]> {
  const files = made.map(({ shownMs, lastsMs, writtenMs }, place) => {
    const told = shownMs + (atEnd ? lastsMs : 0);
    const content = movie(writtenMs ?? (utc ? told : wall(told, zone)), lastsMs);
    return { path: `DCIM/100MEDIA/CLIP${String(place + 1).padStart(4, '0')}.MP4`, mtimeMs: shownMs + lastsMs, content };
  });
  const listed = files.map(({ path, mtimeMs, content }) => ({
    ...{ path, mtimeMs, bytes: content.length },
    facts: { kind: 'video' as const, stem: path },
  }));
  const last = made.at(-1);
  const nowMs = Math.max(...made.map(({ startMs, lastsMs }) => startMs + lastsMs)) + (last ? 4 * HOUR : 0);
  const starts = new CardStarts({
    ledger: { originals: { find: async () => null }, recordings: { get: async () => null } },
    volume: new MemoryVolume(files),
    docking: { clockOffsetMs: null },
    driver: {},
    formerClocks: [],
    clock: { nowMs: () => nowMs },
    timezone: zone,
    identity: ({ path, bytes, mtimeMs }) => ({ recorderSerial: 'R', cardPath: path, bytes, mtimeMs }),
    hasOtherBytes: () => false,
    isOwn: () => true,
  });
  starts.cardListed(listed, new AbortController().signal);
  await starts.prepare(listed.map((file) => ({ segments: [file], sidecars: [], notes: [] })));
  return listed.map((file) => starts.startOf([file], null));
}

function offOf(decisions: readonly StartDecision[], made: readonly Made[]): number[] {
  return made.map(({ startMs }, place) => Math.abs((decisions[place]?.startMs ?? Number.NaN) - startMs));
}

describe('files of one card', () => {
  it('show that one of them has a time of its own, however possible it is', async () => {
    const years = fc.integer({ min: Date.UTC(2010, 5), max: Date.UTC(2020, 11) });
    await fc.assert(
      fc.asyncProperty(cards, years, fc.nat(), async (card, oddMs, at) => {
        const made = record(card);
        const place = 1 + (at % (made.length - 2));
        const decisions = await dateAll(
          card,
          made.map((each, index) => (index === place ? { ...each, writtenMs: oddMs } : each)),
        );
        expect(Math.max(...offOf(decisions, made))).toBeLessThanOrEqual(1000);
        expect(decisions.flatMap(({ notes }, index) => (notes.length > 0 ? [index] : []))).toEqual([place]);
      }),
      { numRuns: 60 },
    );
  });

  it('show that the clock had begun anew in their midst: those files have no start, the others have theirs', async () => {
    await fc.assert(
      fc.asyncProperty(cards, fc.nat(), fc.nat(), fc.constantFrom(2012, 2015, 2020), async (card, from, length, year) => {
        const made = record(card);
        const first = 1 + (from % (made.length - 1));
        const count = 1 + (length % Math.min(5, made.length - first));
        const offset = (made[first]?.startMs ?? 0) - Date.UTC(year, 0, 1, 0, 1) + wall(0, card.zone);
        const shown = made.map((each, index) =>
          index >= first && index < first + count ? { ...each, shownMs: each.startMs - offset } : each,
        );
        const day = (ms: number) => new Date(wall(ms, card.zone)).toISOString().slice(5, 10);
        const decisions = await dateAll(card, shown);
        for (const [index, { startMs, shownMs }] of shown.entries()) {
          const decision = decisions[index];
          if (shownMs === startMs) expect(Math.abs((decision?.startMs ?? 0) - startMs)).toBeLessThanOrEqual(1000);
          // Days after a clock began anew it looks like any other wrong clock. Then the neighbours only mark the recording.
          else if (/01-0[12]/.test(day(shownMs))) expect([decision?.startMs, decision?.notes[0]?.code]).toEqual([null, 'time-unknown']);
          else expect(decision?.notes[0]?.code).toBe('time-uncertain');
        }
      }),
      { numRuns: 60 },
    );
  });
});
