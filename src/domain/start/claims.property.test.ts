import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { describe, expect, it } from 'vitest';
import { decideStart, type StartDecision } from './claims.ts';
import { type ClockFacts, readingsOf, type Sighting } from './readings.ts';

// Goal: a recording is dated as it was made, whatever the habits of its recorder. Method: random recorders in random zones make random cards; the maker
// below knows the true starts and shares nothing with the rules but the data that a card shows. Zones are computed by Intl, not by the code under test.

const ZONES = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'Asia/Kathmandu'] as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Digits on a wall clock at a moment, as if they were UTC. */
function wall(ms: number, zone: string): number {
  return ms + new IANAZone(zone).offset(ms) * MINUTE;
}

function standard(ms: number, zone: string): number {
  const year = new Date(ms).getUTCFullYear();
  return Math.min(new IANAZone(zone).offset(Date.UTC(year, 0)), new IANAZone(zone).offset(Date.UTC(year, 6))) * MINUTE;
}

const digits = (ms: number) => new Date(ms).toISOString().slice(0, 19);

interface Habits {
  readonly zone: string;
  readonly container: 'utc' | 'local' | 'factory' | 'none';
  readonly side: 'start' | 'end';
  readonly named: boolean;
  /** FAT keeps the wall clock in steps of 2 s, and it is read in standard time; others keep the moment. */
  readonly fileTimes: 'standard' | 'instant';
  /** Recorder minus truth, measured at the docking. */
  readonly aheadMs: number;
}

interface Made {
  readonly startMs: number;
  readonly sighting: Sighting;
}

/** What a recorder with these habits leaves on its card. */
function record(habits: Habits, startMs: number, durationMs: number): Made {
  const { zone, container, side, named, fileTimes, aheadMs } = habits;
  const shown = startMs + aheadMs;
  const end = shown + durationMs;
  const told = side === 'start' ? shown : end;
  const fat = Math.floor(wall(end, zone) / 2000) * 2000;
  const written = { utc: told, local: wall(told, zone), factory: Date.UTC(2012, 0, 1), none: null }[container];
  return {
    startMs,
    sighting: {
      kind: 'video',
      name: named ? digits(wall(shown, zone)) : null,
      writtenMs: written === null ? null : Math.floor(written / 1000) * 1000,
      durationMs,
      mtimeMs: fileTimes === 'standard' ? fat - standard(fat, zone) : end,
      gps: null,
      row: 'DCIM/|video|',
    },
  };
}

/** Moments that are not within an hour of a change of clocks, where a wall clock alone cannot tell what it means. */
function isPlain(ms: number, zone: string): boolean {
  const offsets = [-3, -2, -1, 0, 1, 2, 3].map((hours) => new IANAZone(zone).offset(ms + hours * HOUR));
  return new Set(offsets).size === 1;
}

const habits = fc.record({
  zone: fc.constantFrom(...ZONES),
  container: fc.constantFrom('utc', 'local'),
  side: fc.constantFrom('start', 'end'),
  named: fc.boolean(),
  fileTimes: fc.constantFrom('standard', 'instant'),
  aheadMs: fc.constantFrom(0, 0, 17 * MINUTE, -26 * 365 * 24 * HOUR, 95 * 24 * HOUR),
} as const);

/** Clips of a few minutes with pauses, in the last years. */
const clips = fc.tuple(
  fc.integer({ min: Date.UTC(2021, 0, 5) / 1000, max: Date.UTC(2025, 11, 20) / 1000 }),
  fc.array(fc.tuple(fc.integer({ min: 90, max: 1500 }), fc.integer({ min: 1, max: 40_000 })), { minLength: 3, maxLength: 10 }),
);

function cardOf(how: Habits, [firstS, rest]: [number, [number, number][]]): Made[] {
  let at = firstS * 1000;
  const made: Made[] = [];
  for (const [lastsS, pauseS] of rest) {
    if (isPlain(at, how.zone) && isPlain(at + how.aheadMs, how.zone)) made.push(record(how, at, lastsS * 1000));
    at += (lastsS + pauseS) * 1000;
  }
  return made;
}

function factsOf(how: Habits, made: readonly Made[], told = how.fileTimes): ClockFacts {
  const last = made.at(-1);
  const dockedMs = (last?.startMs ?? 0) + (last?.sighting.durationMs ?? 0) + 4 * HOUR;
  return { zone: how.zone, offsetOf: () => -how.aheadMs, dockedMs, madeSince: 2015, fileTimes: told };
}

function decideAll(made: readonly Made[], facts: ClockFacts): StartDecision[] {
  const sightings = made.map(({ sighting }) => sighting);
  const readings = readingsOf(sightings, facts);
  return sightings.map((sighting) => decideStart(sighting, readings, facts));
}

const off = (decision: StartDecision | undefined, made: Made) => Math.abs((decision?.startMs ?? Number.NaN) - made.startMs);

describe('the start of recordings', () => {
  it('is that of the recorder, whether it writes UTC or wall clock, start or end, and whatever its clock said', () => {
    fc.assert(
      fc.property(habits, clips, (how, seeds) => {
        const made = cardOf(how, seeds);
        const decisions = decideAll(made, factsOf(how, made));
        for (const [place, each] of made.entries()) {
          expect(off(decisions[place], each)).toBeLessThanOrEqual(3000);
          expect(decisions[place]?.notes).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is found where nobody told how the times of files were read, if names tell it', () => {
    fc.assert(
      fc.property(habits, clips, (how, seeds) => {
        const named = { ...how, named: true };
        const made = cardOf(named, seeds);
        const { fileTimes: _, ...untold } = factsOf(named, made);
        const decisions = decideAll(made, untold);
        for (const [place, each] of made.entries()) expect(off(decisions[place], each)).toBeLessThan(1000);
      }),
      { numRuns: 60 },
    );
  });

  it('does not come from a factory date, nor from one odd file in its own place, and each that disagrees is marked', () => {
    const odd = fc.constantFrom<'factory' | 'future' | 'past'>('factory', 'future', 'past');
    fc.assert(
      fc.property(habits, clips, odd, fc.nat(), (how, seeds, kind, at) => {
        const made = cardOf(how, seeds);
        const facts = factsOf(how, made);
        const place = at % Math.max(1, made.length);
        const victim = made[place];
        if (!victim) return;
        const wrong = { factory: Date.UTC(2016, 0, 1), future: facts.dockedMs + how.aheadMs + 400 * 24 * HOUR, past: Date.UTC(2009, 5, 6) }[
          kind
        ];
        made[place] = { ...victim, sighting: { ...victim.sighting, writtenMs: wrong } };
        const decisions = decideAll(made, facts);
        for (const [index, each] of made.entries()) expect(off(decisions[index], each)).toBeLessThanOrEqual(3000);
        expect(decisions.map(({ notes }) => notes.map(({ code }) => code).join())).toEqual(
          made.map((_, index) => (index === place ? 'time-uncertain' : '')),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('comes from names or times of files where every container has one date', () => {
    fc.assert(
      fc.property(habits, clips, (how, seeds) => {
        const factory = { ...how, container: 'factory' as const, aheadMs: 0 };
        const made = cardOf(factory, seeds);
        const decisions = decideAll(made, factsOf(factory, made));
        for (const [place, each] of made.entries()) expect(off(decisions[place], each)).toBeLessThanOrEqual(3000);
      }),
      { numRuns: 60 },
    );
  });

  it('is unknown where a dead clock tells it and nobody measured that', () => {
    fc.assert(
      fc.property(habits, clips, (how, seeds) => {
        const [firstS] = seeds;
        const dead = { ...how, aheadMs: Date.UTC(2000, 0, 1, 0, 1) - firstS * 1000 };
        const made = cardOf(dead, seeds).map((each) => each);
        const unmeasured = { ...factsOf(dead, made), offsetOf: () => null };
        for (const { startMs, notes, claimedStart } of decideAll(made, unmeasured)) {
          expect(startMs).toBeNull();
          expect(claimedStart).toMatch(/^(1999|2000)-/);
          expect(notes.map(({ code }) => code)).toEqual(['time-unknown']);
        }
        // The same card, with the clock measured: every start is right.
        const decisions = decideAll(made, factsOf(dead, made));
        for (const [place, each] of made.entries()) expect(off(decisions[place], each)).toBeLessThanOrEqual(3000);
      }),
      { numRuns: 60 },
    );
  });
});
