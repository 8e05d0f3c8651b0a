import { setTimeout as sleep } from 'node:timers/promises';
import { Bench } from '../bench.ts';
import { type Card, makeCard } from '../cards.ts';
import { expectClean } from '../examine.ts';
import type { Scenario } from '../scenario.ts';

/** The plug of the station itself is pulled: what it had not flushed is lost, and what it called safe must not be among that. */
export const POWER_CUTS: Scenario = {
  name: 'power-cuts',
  title: 'the power fails in the midst of intake, and the same disks end with everything safe and whole',
  minutesMax: { short: 15, long: 180 },
  async run(context) {
    const { cards, cutsPerCard } = context.long ? LONG : SHORT;
    await Bench.with(context, { name: 'power-cuts' }, async (bench) => {
      const done: Card[] = [];
      // What was shown as safe before a cut counts as much as what was shown after it.
      const shownSafe = new Set<string>();
      for (let number = 1; number <= cards; number += 1) {
        const card = await makeCard(context, `CUT${`${number}`.padStart(4, '0')}`, { files: 8, bytesMin: 1024, bytesMax: 600 * 1024 });
        for (let cut = 1; cut <= cutsPerCard; cut += 1) {
          await dockAndCut(bench, card);
          for (const docking of bench.station.shownSafe) shownSafe.add(docking);
          await bench.powerCut();
          await bench.startStation();
        }
        await dock(bench, card);
        await bench.station.safe(card.serial);
        await bench.yank(card.serial);
        done.push(card);
        if (number % 3 === 0 || number === cards)
          await expectClean(bench.station, done, new Set([...shownSafe, ...bench.station.shownSafe]));
        context.note(`${number * cutsPerCard} power cuts: whole`);
      }
      context.figure(`${cards * cutsPerCard} power cuts examined`);
    });
  },
};

const SHORT = { cards: 1, cutsPerCard: 1 };
const LONG = { cards: 10, cutsPerCard: 5 };
const BYTES_PER_SECOND = 512 * 1024;
const DOCKED_MS_MAX = 6000;

/** Returns at the moment of the cut: some time after it was plugged in, or after the first files are on their way. */
async function dockAndCut(bench: Bench, card: Card): Promise<void> {
  const { context, station } = bench;
  const fromCopying = context.random() < 0.7;
  const waitMs = context.random() * DOCKED_MS_MAX;
  await dock(bench, card);
  const phaseOf = () => station.slotOf(card.serial)?.phase ?? 'empty';
  if (fromCopying) await station.until(`${card.serial} is copied`, 120, () => ['copying', 'safe'].includes(phaseOf()));
  await sleep(waitMs);
  context.note(
    `${card.serial}: power cut ${Math.round(waitMs)} ms after it was ${fromCopying ? 'copying' : 'plugged'}, shown as ${phaseOf()}`,
  );
}

async function dock(bench: Bench, card: Card): Promise<void> {
  const port = `${1 + Math.floor(bench.context.random() * 6)}`;
  await bench.plug({ name: card.serial, port, image: card.image, readOnly: true, bytesPerSecond: BYTES_PER_SECOND });
}
