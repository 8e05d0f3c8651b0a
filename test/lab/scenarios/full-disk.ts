import { Bench } from '../bench.ts';
import { makeCard } from '../cards.ts';
import { expectClean } from '../examine.ts';
import { setSpeed } from '../plugs.ts';
import type { Scenario } from '../scenario.ts';

/** The station's own disk fills up to the last byte, under vault, ledger and queue; somebody makes room, and nobody has to touch the station. */
export const FULL_DISK: Scenario = {
  name: 'full-disk',
  title: 'a station disk that is full while two recorders copy is told, and after room was made it goes on by itself',
  minutesMax: { short: 15, long: 15 },
  async run(context) {
    const guest = await context.shared();
    await guest.sh(
      `modprobe loop; truncate -s 96M ${IMAGE} && mkfs.ext4 -q -m 0 ${IMAGE} && mkdir -p ${PLACE} && mount -o loop ${IMAGE} ${PLACE}`,
    );
    const options = { name: 'full-disk', below: PLACE, config: { intake: { reserve: 0 } } };
    await Bench.with(context, options, async (bench) => {
      const { station } = bench;
      const cards = await Promise.all(
        ['FUL0001', 'FUL0002'].map((serial) => makeCard(context, serial, { files: 4, bytesMin: 500_000, bytesMax: 900_000 })),
      );
      for (const [index, { serial, image }] of cards.entries()) {
        await bench.plug({ name: serial, port: `${index + 1}`, image, readOnly: true, bytesPerSecond: SLOW });
      }
      const slots = () => cards.map(({ serial }) => station.slotOf(serial));
      await station.until('both are being copied', 120, () => slots().every((slot) => slot !== undefined && slot.bytesCopied > 0));
      // dd ends when nothing more fits: that is what it is for.
      await guest.sh(`dd if=/dev/zero of=${PLACE}/filler bs=64k 2>/dev/null; sync -f ${PLACE}; true`);
      for (const { serial } of cards) await setSpeed(guest, serial, FAST);
      const [told] = await station.until('a slot tells that the disk is full', 120, () => {
        const found = slots().filter((slot) => slot?.problem && /^(vault|ledger)\./.test(slot.problem.code));
        return found.length > 0 && found;
      });
      context.note(`full: ${told?.problem?.code}`);
      await guest.sh(`rm ${PLACE}/filler`);
      for (const { serial } of cards) await station.safe(serial);
      await expectClean(station, cards);
    });
    await guest.sh(`umount ${PLACE} && rm ${IMAGE}`);
  },
};

const IMAGE = '/data/small.ext4';
const PLACE = '/srv/small';
const SLOW = 128 * 1024;
const FAST = 1024 * 1024;
