/*
 * Shows what never leaves the vault, and what goes first, whatever the vault holds. Method: random files with random names, copies and uses; each promise is
 * counted again here from what the generator made.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LOCK } from '#domain/lock/lock';
import { chooseEvictions, type NameFacts, type StoredFile } from './choose.ts';
import { evictableOriginal } from './evictable.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 20);

const aCopy = fc.record({
  place: fc.constantFrom('vault', 's3', 'disk'),
  ageDays: fc.integer({ min: -2, max: 40 }),
  readBack: fc.boolean(),
  whole: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  own: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
});
const aName = fc.record({
  copies: fc.array(aCopy, { maxLength: 4 }),
  neededDays: fc.integer({ min: 0, max: 20 }),
  busy: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  inUse: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  sealed: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
});
const aFile = fc.record({ bytes: fc.integer({ min: 0, max: 1000 }), names: fc.array(aName, { minLength: 1, maxLength: 3 }) });
const someNeeds = fc.record({ copies: fc.integer({ min: 0, max: 2 }), days: fc.integer({ min: 1, max: 30 }), readBack: fc.boolean() });
type Made = { readonly bytes: number; readonly names: readonly Parameters<typeof nameOf>[1][] };

function nameOf(
  id: string,
  made: {
    copies: readonly { place: string; ageDays: number; readBack: boolean; whole: boolean; own: boolean }[];
    neededDays: number;
    busy: boolean;
    inUse: boolean;
    sealed: boolean;
  },
  bytes: number,
): NameFacts {
  const item = evictableOriginal({
    ...{ id, recordingId: `rec-${id}`, state: made.sealed ? ('sealed' as const) : ('copied' as const), bytes },
    ...{ digests: { sha256: 'ab', sm3: null }, vaultKey: id, evictedAtMs: null },
  });
  const copies = made.copies.map(({ place, ageDays, readBack, whole, own }) => ({
    ...{ itemId: own ? id : 'another', recordingId: item.recordingId, where: place, key: id, bytes: whole ? bytes : bytes + 1 },
    ...NO_LOCK,
    ...{ verifiedAtMs: NOW_MS - ageDays * DAY_MS, verifiedBy: readBack ? ('readback' as const) : ('head' as const) },
  }));
  return { item, copies, neededAtMs: NOW_MS - made.neededDays * DAY_MS, busy: made.busy, inUse: made.inUse };
}

const filesOf = (made: readonly Made[]): StoredFile[] =>
  made.map(({ bytes, names }, n) => ({ bytes, names: names.map((name, k) => nameOf(`${n}.${k}`, name, bytes)) }));

/** Said once more, in other words: how many places outside the vault hold all of it, by checks that count. */
function goodPlaces(made: Made['names'][number], needs: { days: number; readBack: boolean }, fresh: boolean): number {
  const places = new Set<string>();
  for (const { place, ageDays, readBack, whole, own } of made.copies) {
    if (place === 'vault' || !whole || !own) continue;
    if (fresh && (ageDays < 0 || ageDays > needs.days || (needs.readBack && !readBack))) continue;
    places.add(place);
  }
  return places.size;
}

const whole = (needs: { copies: number; days: number; readBack: boolean }) => ({
  copies: needs.copies,
  freshMs: needs.days * DAY_MS,
  readBack: needs.readBack,
});

describe('what leaves the vault', () => {
  it('has enough fresh copies under every name, and is neither worked on nor used', () => {
    fc.assert(
      fc.property(fc.array(aFile, { maxLength: 12 }), someNeeds, fc.integer({ min: 1, max: 3000 }), (made, needs, bytes) => {
        const files = filesOf(made);
        const { evict } = chooseEvictions(files, { bytes, checksMax: 100, needs: whole(needs), nowMs: NOW_MS });
        for (const file of evict) {
          const { names } = made[files.indexOf(file)]!;
          for (const name of names) {
            expect([name.busy, name.inUse, name.sealed]).toEqual([false, false, true]);
            expect(goodPlaces(name, needs, true)).toBeGreaterThanOrEqual(Math.max(1, needs.copies));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is what was needed least recently, and no more than is wanted', () => {
    fc.assert(
      fc.property(fc.array(aFile, { maxLength: 12 }), someNeeds, fc.integer({ min: 1, max: 3000 }), (made, needs, bytes) => {
        const files = filesOf(made);
        const { evict } = chooseEvictions(files, { bytes, checksMax: 100, needs: whole(needs), nowMs: NOW_MS });
        const may = made.filter(
          ({ bytes: own, names }) =>
            own > 0 &&
            names.every((name) => !name.busy && !name.inUse && name.sealed && goodPlaces(name, needs, true) >= Math.max(1, needs.copies)),
        );
        const chosen = evict.map((file) => made[files.indexOf(file)]!);
        const lastNeed = ({ names }: Made) => Math.min(...names.map(({ neededDays }) => neededDays));
        for (const left of may.filter((one) => !chosen.includes(one)))
          for (const gone of chosen) expect(lastNeed(gone)).toBeGreaterThanOrEqual(lastNeed(left));
        const freed = chosen.reduce((sum, one) => sum + one.bytes, 0);
        const all = may.reduce((sum, one) => sum + one.bytes, 0);
        expect(freed).toBeGreaterThanOrEqual(Math.min(bytes, all));
        // Without the last file it would not have been enough.
        expect(freed - (chosen.at(-1)?.bytes ?? 0)).toBeLessThan(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('is checked again first, where only the check of its copies is too old or too weak', () => {
    fc.assert(
      fc.property(fc.array(aFile, { maxLength: 12 }), someNeeds, (made, needs) => {
        const files = filesOf(made);
        const bytes = Number.MAX_SAFE_INTEGER;
        const { check } = chooseEvictions(files, { bytes, checksMax: 100, needs: whole(needs), nowMs: NOW_MS });
        const wanted = Math.max(1, needs.copies);
        const stale = made.filter(
          ({ bytes: own, names }) =>
            own > 0 &&
            names.every((name) => !name.busy && !name.inUse && name.sealed && goodPlaces(name, needs, false) >= wanted) &&
            names.some((name) => goodPlaces(name, needs, true) < wanted),
        );
        expect(new Set(check.map((file) => made[files.indexOf(file)]!))).toEqual(new Set(stale));
      }),
      { numRuns: 500 },
    );
  });

  it('is never a file that frees nothing, and at most a batch is checked', () => {
    const name = { copies: [{ place: 's3', ageDays: 31, readBack: true, whole: true, own: true }], neededDays: 3 };
    const made = [0, 10, 10, 10].map((bytes) => ({ bytes, names: [{ ...name, busy: false, inUse: false, sealed: true }] }));
    const needs = { copies: 1, freshMs: 30 * DAY_MS, readBack: true };
    const { check } = chooseEvictions(filesOf(made), { bytes: 1000, checksMax: 2, needs, nowMs: NOW_MS });
    expect(check.map(({ bytes }) => bytes)).toEqual([10, 10]);
  });
});
