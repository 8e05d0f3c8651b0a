import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bench } from '../bench.ts';
import { type Card, makeCard } from '../cards.ts';
import { expectClean } from '../examine.ts';
import { setSpeed } from '../plugs.ts';
import type { Scenario } from '../scenario.ts';

/** Bad contacts: a recorder that loses its bus for a moment, and one whose bus is reset under it. */
export const VANISH: Scenario = {
  name: 'vanish',
  title: 'a recorder that vanishes and returns within 2 s in mid-file, or is reset, loses and doubles nothing',
  minutesMax: { short: 15, long: 15 },
  async run(context) {
    await Bench.with(context, { name: 'vanish' }, async (bench) => {
      const shaky = await makeCard(context, 'SHK0001', { files: 5, bytesMin: 300_000, bytesMax: 900_000 });
      await vanishes(bench, shaky);
      context.note('vanished and came back: whole');
      const reset = await makeCard(context, 'RST0001', { files: 4, bytesMin: 400_000, bytesMax: 800_000 });
      await isReset(bench, reset);
      await expectClean(bench.station, [shaky, reset]);
    });
  },
};

const SLOW = 256 * 1024;
const FAST = 4 * 1024 * 1024;
const AWAY_MS_MAX = 1500;

async function vanishes(bench: Bench, { serial, image }: Card): Promise<void> {
  const { station, context } = bench;
  const stick = { name: serial, port: '2', image, readOnly: true, bytesPerSecond: SLOW };
  await bench.plug(stick);
  for (let time = 1; time <= 2; time += 1) {
    const before = await copying(bench, serial);
    await bench.yank(serial);
    await sleep(context.random() * AWAY_MS_MAX);
    await bench.plug(stick);
    await station.until('it is a docking of its own', 120, () => {
      const slot = station.slotOf(serial);
      return slot !== undefined && slot.phase !== 'removed' && slot.dockingId !== null && slot.dockingId !== before;
    });
    assert.ok(!station.shownSafe.has(before), 'the docking that was cut short was shown as safe');
  }
  await setSpeed(bench.guest, serial, FAST);
  await station.safe(serial);
  await bench.yank(serial);
}

/** The device stays where it is, so the docking does too: its reads are repeated below the file system. */
async function isReset(bench: Bench, { serial, image }: Card): Promise<void> {
  const { station, guest } = bench;
  await bench.plug({ name: serial, port: '3', image, readOnly: true, bytesPerSecond: SLOW });
  const docking = await copying(bench, serial);
  for (let time = 1; time <= 2; time += 1) {
    await guest.sh('usbreset 46f4:0001');
    await sleep(500);
  }
  await setSpeed(guest, serial, FAST);
  assert.equal((await station.safe(serial)).dockingId, docking);
}

/** In the midst of a file; the docking's id. */
function copying({ station }: Bench, serial: string): Promise<string> {
  return station.until(`${serial} is in the midst of a file`, 120, () => {
    const slot = station.slotOf(serial);
    return slot?.phase === 'copying' && slot.bytesCopied > 0 && slot.dockingId !== null && slot.dockingId;
  });
}
