import assert from 'node:assert/strict';
import { Bench } from '../bench.ts';
import { makeCard } from '../cards.ts';
import { expectClean } from '../examine.ts';
import { clockOfGadget, setClockOfGadget, type UnlockGadget, ungadget, unlockGadget } from '../gadgets.ts';
import type { Scenario } from '../scenario.ts';

/** A recorder whose clock stands years back: measured, shown, set, and told in the custody log; at its next docking it is right. */
export const CLOCK: Scenario = {
  name: 'clock',
  title: "a recorder's clock is read by its vendor command, its offset is on record, and it is set",
  minutesMax: { short: 15, long: 15 },
  async run(context) {
    const card = await makeCard(context, '0000077', { files: 2, bytesMin: 20_000, bytesMax: 40_000 });
    const recorder: UnlockGadget = {
      ...{ name: 'clock', bus: 3, vendorId: '2a01', productId: '1b02', diskProductId: '1b01', serial: '0000077' },
      ...{ model: 'EVD01', officer: '041234', password: '888888', image: card.image },
    };
    await Bench.with(context, { name: 'clock', config: { dock: { setClock: true } } }, async (bench) => {
      const { guest, station } = bench;
      await guest.sh(`printf 888888 >${station.state}/../secrets/unlock-gat947-usb && chmod 600 ${station.state}/../secrets/*`);
      await setClockOfGadget(guest, recorder, '20230620080000');
      const backMs = Date.now() - Date.UTC(2023, 5, 20, 8);
      await unlockGadget(guest, recorder);
      const slot = await station.safe(recorder.serial);
      assert.equal(slot.warning?.code, 'recorder.clock-off');
      expectNear(slot.clockOffsetMs, backMs);
      // The guest's zone is UTC.
      expectNear(await clockOfGadget(guest, recorder), Date.now());
      await ungadget(guest, recorder.name);
      await station.until('it is gone', 60, () => station.slotOf(recorder.serial)?.phase === 'removed');
      context.figure(`${Math.round(backMs / 86_400_000)} days back: measured, warned of, set`);

      await unlockGadget(guest, recorder);
      const again = await station.until('it is safe again', 120, () => {
        const now = station.slotOf(recorder.serial);
        return now?.phase === 'safe' && now.dockingId !== slot.dockingId && now;
      });
      assert.equal(again.warning, null);
      expectNear(again.clockOffsetMs, 0);
      await ungadget(guest, recorder.name);
      const { custody, dockings } = await expectClean(station, [card]);
      expectNear(dockings.find(({ id }) => id === slot.dockingId)?.clockOffsetMs, backMs);
      const set = custody.filter(({ type, subject }) => type === 'recorder.clock-set' && subject === slot.dockingId);
      assert.equal(set.length, 1);
      assert.match(String(set[0]?.data['from']), /^2023-06-20T08:/);
    });
  },
};

/** What an emulated processor may take between two looks at a clock. */
const NEAR_MS = 90_000;

function expectNear(found: number | null | undefined, expected: number): void {
  assert.ok(found !== null && found !== undefined && Math.abs(found - expected) < NEAR_MS, `${found} ms, not about ${expected} ms`);
}
