import { setTimeout as sleep } from 'node:timers/promises';
import { Bench } from '../bench.ts';
import { type Card, makeCard } from '../cards.ts';
import { expectClean } from '../examine.ts';
import type { LabContext, Scenario } from '../scenario.ts';

/** A recorder that is pulled again and again while the station works on it, and put into whatever port is near. */
export const YANKS: Scenario = {
  name: 'yanks',
  title: 'a recorder pulled at random moments and docked in random ports ends safe and whole',
  minutesMax: { short: 15, long: 120 },
  async run(context) {
    const cards = context.long ? LONG.cards : SHORT.cards;
    const yanks = context.long ? LONG.yanksPerCard : SHORT.yanksPerCard;
    await Bench.with(context, { name: 'yanks' }, async (bench) => {
      const done: Card[] = [];
      const pulls: Pulls = new Map();
      for (let number = 1; number <= cards; number += 1) {
        const card = await makeCard(context, `YNK${`${number}`.padStart(4, '0')}`, { files: 12, bytesMin: 1024, bytesMax: 900 * 1024 });
        await dockAndYank(bench, card, yanks, pulls);
        done.push(card);
        // The whole vault is read again each time: now and then is enough in a long run.
        if (number % 5 === 0 || number === cards) await expectClean(bench.station, done);
        context.note(`${number * yanks} yanks: whole`);
      }
      tellRemovals(bench, pulls, cards * yanks);
      await bench.station.verifyByCommand();
    });
  },
};

const SHORT = { cards: 1, yanksPerCard: 3 };
const LONG = { cards: 25, yanksPerCard: 8 };
/** A docking that is not safe yet. */
const AT_WORK: readonly string[] = ['arrived', 'listing', 'copying', 'problem'];
const PORTS = ['1', '2', '3', '4', '5', '6'];
const BYTES_PER_SECOND = 768 * 1024;
/** A whole docking takes about 10 s on a quiet machine: most of these moments fall into it. */
const DOCKED_MS_MAX = 6000;
const UNDOCKED_MS_MAX = 3000;

/** When each docking was pulled before it was safe (`performance.now()`). */
type Pulls = Map<string, number>;

async function dockAndYank(bench: Bench, card: Card, yanks: number, pulls: Pulls): Promise<void> {
  const { station, context } = bench;
  const { serial } = card;
  const dock = async () => {
    const port = PORTS[Math.floor(context.random() * PORTS.length)] ?? '1';
    await bench.plug({ name: serial, port, image: card.image, readOnly: true, bytesPerSecond: BYTES_PER_SECOND });
  };
  for (let round = 1; round <= yanks; round += 1) {
    const moment = momentOf(context);
    await dock();
    if (moment.from !== 'plugged') await station.until(`${serial} is ${moment.from}`, 120, () => reached(bench, serial, moment.from));
    await sleep(moment.ms);
    const slot = station.slotOf(serial);
    const pulledMs = await bench.yank(serial);
    // Back before its removal was seen, a slot may still show the docking of the pull before.
    const docking = slot !== undefined && AT_WORK.includes(slot.phase) ? slot.dockingId : null;
    if (docking !== null && !pulls.has(docking)) pulls.set(docking, pulledMs);
    context.note(`${serial}: pulled ${Math.round(moment.ms)} ms after it was ${moment.from}, shown as ${slot?.phase ?? 'nothing'}`);
    // Half of the time it comes back before the station can have understood.
    if (context.random() < 0.5) {
      await sleep(context.random() * UNDOCKED_MS_MAX);
      continue;
    }
    await station.until(`${serial} is gone`, 60, () =>
      station.slots.every((each) => each.recorderSerial !== serial || each.phase === 'removed'),
    );
  }
  await dock();
  await station.safe(serial);
  await bench.yank(serial);
}

/** How long it took until the slot said so: by then its copies have ended, and what is left is on record. */
function tellRemovals({ context, station }: Bench, pulls: Pulls, all: number): void {
  const tookMs = [...pulls].flatMap(([docking, pulledMs]) => {
    const removedMs = station.shownAtMs(docking, 'removed');
    return removedMs === undefined ? [] : [removedMs - pulledMs];
  });
  tookMs.sort((a, b) => a - b);
  const seconds = (ms: number | undefined) => (ms === undefined ? 'none' : `${(ms / 1000).toFixed(2)} s`);
  // The others came before there was a docking, after it was safe, or were undone before the removal was shown.
  context.figure(
    `from the pull to "removed": median ${seconds(tookMs[Math.floor(tookMs.length / 2)])}, largest ${seconds(tookMs.at(-1))}, ` +
      `measured at ${tookMs.length} of ${all} pulls`,
  );
}

type From = 'plugged' | 'listing' | 'copying';

function momentOf(context: LabContext): { readonly from: From; readonly ms: number } {
  const from = (['plugged', 'listing', 'copying'] as const)[Math.floor(context.random() * 3)] ?? 'plugged';
  return { from, ms: context.random() * (from === 'listing' ? DOCKED_MS_MAX / 6 : DOCKED_MS_MAX) };
}

/** It may have been faster than anybody could see; or it has nothing more to copy. */
function reached({ station }: Bench, serial: string, from: From): boolean {
  const phase = station.slotOf(serial)?.phase ?? 'empty';
  return (from === 'listing' && phase === 'listing') || ['copying', 'safe', 'problem'].includes(phase);
}
