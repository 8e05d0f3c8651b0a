import assert from 'node:assert/strict';
import { Bench } from '../bench.ts';
import { type Card, makeCard } from '../cards.ts';
import { expectClean } from '../examine.ts';
import { setSpeed } from '../plugs.ts';
import type { LabContext, Scenario } from '../scenario.ts';

/** The end of a shift: eight recorders (long: 32) behind hubs behind a hub; then somebody stumbles over the hub's cable. */
export const MANY: Scenario = {
  name: 'many',
  title:
    'eight recorders on hubs of a hub are safe with fair shares, and go on after the hub was pulled with all of them; long: 32 are safe',
  minutesMax: { short: 20, long: 40 },
  async run(context) {
    await Bench.with(context, { name: 'many' }, async (bench) => {
      await plugHubs(bench);
      // Thirty-two need minutes to arrive on the emulated bus, and the first are safe before the last has come: nothing is shared then.
      if (context.long) return manyRound(bench, await cardsOf(context, 'MNL', 700_000, 8));
      const first = await cardsOf(context, 'MNA', 2_200_000, 16);
      await fairRound(bench, first);
      context.note('fair, and safe');
      const second = await cardsOf(context, 'MNB', 700_000, 4);
      await pulledRound(bench, second);
      await expectClean(bench.station, [...first, ...second]);
    });
  },
};

/** Hubs, and recorders on each; QEMU's hub has eight ports. */
const SHORT = { hubs: 2, each: 4 };
const LONG = { hubs: 4, each: 8 };
const SLOW = 48 * 1024;
const FAST = 384 * 1024;
/** The slowest gets at least this part of the mean. */
const SHARE_MIN = 0.6;

/** Copied bytes are told for each file: only many small ones show who gets how much. */
function cardsOf(context: LabContext, prefix: string, bytes: number, files: number): Promise<readonly Card[]> {
  const { hubs, each } = context.long ? LONG : SHORT;
  const serials = Array.from({ length: hubs * each }, (_, index) => `${prefix}${String(index + 1).padStart(4, '0')}`);
  return Promise.all(
    serials.map((serial) => makeCard(context, serial, { files, bytesMin: bytes / files - 1000, bytesMax: bytes / files })),
  );
}

async function plugHubs(bench: Bench): Promise<void> {
  await bench.plugHub({ name: 'hub', port: '1' });
  const { hubs } = bench.context.long ? LONG : SHORT;
  for (let hub = 1; hub <= hubs; hub += 1) await bench.plugHub({ name: `hub-${hub}`, port: `1.${hub}` });
}

async function plugAll(bench: Bench, cards: readonly Card[], bytesPerSecond: number): Promise<void> {
  const { hubs } = bench.context.long ? LONG : SHORT;
  for (const [index, { serial, image }] of cards.entries()) {
    const port = `1.${1 + (index % hubs)}.${1 + Math.floor(index / hubs)}`;
    await bench.plug({ name: serial, port, image, readOnly: true, bytesPerSecond });
  }
}

async function manyRound(bench: Bench, cards: readonly Card[]): Promise<void> {
  const begunMs = performance.now();
  await plugAll(bench, cards, FAST);
  for (const { serial } of cards) await bench.station.safe(serial, 900);
  bench.context.figure(`${cards.length} recorders safe after ${Math.round((performance.now() - begunMs) / 1000)} s`);
  for (const { serial } of cards) await bench.yank(serial);
  await expectClean(bench.station, cards);
}

/** They arrive one after another, so they are slow until all are being copied, and their shares are measured from there. */
async function fairRound(bench: Bench, cards: readonly Card[]): Promise<void> {
  const { station } = bench;
  const bytesOf = (serial: string) => station.slotOf(serial)?.bytesCopied ?? 0;
  const copied = () => cards.map(({ serial }) => bytesOf(serial));
  await plugAll(bench, cards, SLOW);
  await station.until('all are being copied', 300, () => copied().every((bytes) => bytes > 0));
  for (const { serial } of cards) await setSpeed(bench.guest, serial, FAST);
  const before = copied();
  await station.until('the first has almost all', 300, () =>
    cards.some(({ serial }) => {
      const slot = station.slotOf(serial);
      return slot !== undefined && slot.bytesListed > 0 && slot.bytesCopied >= 0.85 * slot.bytesListed;
    }),
  );
  const shares = copied().map((bytes, index) => bytes - (before[index] ?? 0));
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  assert.ok(mean > 0, 'the first was safe before the last was copied: there is nothing to measure');
  const least = Math.min(...shares);
  bench.context.figure(
    `${cards.length} at once: least share ${(least / mean).toFixed(2)} of the mean, largest ${(Math.max(...shares) / mean).toFixed(2)}`,
  );
  assert.ok(least >= SHARE_MIN * mean, `unfair: ${shares.join(' ')} bytes`);
  for (const { serial } of cards) await station.safe(serial);
  for (const { serial } of cards) await bench.yank(serial);
}

async function pulledRound(bench: Bench, cards: readonly Card[]): Promise<void> {
  const { station, context } = bench;
  const phases = () => cards.map(({ serial }) => station.slotOf(serial)?.phase);
  await plugAll(bench, cards, SLOW);
  await station.until('all are being copied', 300, () => phases().every((phase) => phase === 'copying'));
  await bench.yank('hub');
  await station.until('all are gone', 60, () => phases().every((phase) => phase === 'removed'));
  context.figure(`the hub pulled with all ${cards.length}`);
  await plugHubs(bench);
  await plugAll(bench, cards, FAST);
  for (const { serial } of cards) await station.safe(serial);
}
