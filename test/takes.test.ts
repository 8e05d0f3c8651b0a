/*
 * Goal: what is joined is what was one take, whatever the day was like: officers, recorders, lenses, folders, midnight, the end of the counter, summer time,
 * lost clocks, lost segments.
 * Method: a generator plays recorders (test/support/card/made-takes.ts, which knows nothing of the station's rules) and says what was one take; the names go
 * through the drivers' own patterns.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Capture, groupCaptures } from '#domain/card/captures';
import { compilePatterns, readCardPath } from '#domain/card/facts';
import type { ListedFile } from '#domain/card/listed-file';
import { DRIVERS } from '#drivers';
import { cardPlan, type Family, type MadeCard, makeTakes } from './support/card/made-takes.ts';

const RUNS = 400;

function driverOf(family: Family) {
  const id = family === 'gopro' || family === 'novatek' ? family : 'gat947';
  const driver = DRIVERS.find((each) => each.id === id);
  if (!driver) throw new Error(`no driver ${id}`);
  return driver;
}

async function joined(card: MadeCard, family: Family, files = card.files): Promise<Capture[]> {
  const driver = driverOf(family);
  const patterns = compilePatterns(driver.patterns);
  const made = new Map(card.files.map((file) => [file.path, file]));
  const listed: ListedFile[] = files.map(({ path, mtimeMs }) => ({ path, bytes: 1, mtimeMs, facts: readCardPath(path, patterns) }));
  const rules = {
    contiguousMs: driver.contiguousMs,
    timezone: card.zone,
    durationMs: async ({ path }: ListedFile) => made.get(path)?.durationMs ?? null,
    containerStartMs: async ({ path }: ListedFile) => made.get(path)?.containerMs ?? null,
  };
  return Array.fromAsync(groupCaptures(listed, rules));
}

const pathsOf = (captures: readonly Capture[]) => captures.map(({ segments }) => segments.map(({ path }) => path));
const sorted = (takes: readonly (readonly string[])[]) => takes.map((paths) => paths.join('\n')).sort();

it('joins exactly what was one take, in its order, and puts every file into one recording', async () => {
  await fc.assert(
    fc.asyncProperty(cardPlan, async (plan) => {
      const card = makeTakes(plan);
      fc.pre(new Set(card.files.map(({ path }) => path)).size === card.files.length);
      expect(sorted(pathsOf(await joined(card, plan.family)))).toEqual(sorted(card.takes));
    }),
    { numRuns: RUNS },
  );
}, 60_000);

it('joins the same whatever the order in which the card lists its files', async () => {
  const shuffled = cardPlan.chain((plan) => {
    const card = makeTakes(plan);
    return fc.tuple(fc.constant({ plan, card }), fc.shuffledSubarray([...card.files], { minLength: card.files.length }));
  });
  await fc.assert(
    fc.asyncProperty(shuffled, async ([{ plan, card }, files]) => {
      const inOrder = await joined(card, plan.family);
      expect(sorted(pathsOf(await joined(card, plan.family, files)))).toEqual(sorted(pathsOf(inOrder)));
    }),
    { numRuns: RUNS / 4 },
  );
}, 60_000);

it('tells on both sides of a hole which chapters or letters are missing', async () => {
  await fc.assert(
    fc.asyncProperty(cardPlan, async (plan) => {
      fc.pre(plan.family !== 'gat947' && plan.family !== 'novatek');
      const card = makeTakes(plan);
      const captures = await joined(card, plan.family);
      const told = (path: string) => captures.find(({ segments }) => segments.some((segment) => segment.path === path))?.notes ?? [];
      for (const { before, after, missing } of card.holes) {
        const note = { code: 'segment-missing', parameters: { number: missing } };
        expect(told(before)).toContainEqual(note);
        expect(told(after)).toContainEqual(note);
      }
    }),
    { numRuns: RUNS / 2 },
  );
}, 60_000);
