import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '#test/support/evidock';
import { noise } from '../cards.ts';
import { gadget, imageInGuest, type UnlockGadget, ungadget, unlockGadget } from '../gadgets.ts';
import type { Guest } from '../guest.ts';
import { plug, USB_PATH, yank } from '../plugs.ts';
import { makeRecorder, type Recorder, sectorOf } from '../recorders.ts';
import type { Scenario } from '../scenario.ts';

/** The lab itself: each kind of thing that other scenarios stand on is seen to work once. */
export const SMOKE: Scenario = {
  name: 'smoke',
  title: 'the lab works: plug, read, yank, chosen ids, unlock, bad sectors, power cut',
  minutesMax: { short: 10, long: 10 },
  async run(context) {
    const clip = noise(context, 3 * MIB);
    const recorder = await makeRecorder(join(context.directory, 'recorder.img'), [
      { fileSystem: 'vfat', label: 'BODYCAM', files: { [CLIP]: clip, [NOTE]: '执法记录仪\n' }, modified: '2026-06-20T08:00:00' },
    ]);
    const guest = await context.boot();
    context.note('booted');
    for (const [what, see] of Object.entries({ station, plugged, yanked, badSector, chosenIds, unlocked, powerCut })) {
      await see({ guest, recorder, clip });
      context.note(`${what}: as it should be`);
    }
  },
};

const CLIP = 'DCIM/100MEDIA/A0001.MP4';
const NOTE = '中文.TXT';

const MIB = 1_048_576;

interface Bench {
  readonly guest: Guest;
  readonly recorder: Recorder;
  /** What CLIP holds. */
  readonly clip: Buffer;
}

/** This checkout runs in the guest, whose clock is right although it slept. */
async function station({ guest }: Bench): Promise<void> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  assert.equal(await guest.sh('evidock --version'), `${version}\n`);
  const offsetSeconds = Number(await guest.sh('date +%s')) - Date.now() / 1000;
  assert.ok(Math.abs(offsetSeconds) < 10, `the guest's clock is ${offsetSeconds} s off`);
}

async function plugged({ guest, recorder }: Bench): Promise<void> {
  await plug(guest, { name: 'CAM0001', port: '1', image: recorder.image, readOnly: true });
  const properties = await propertiesOf(guest, '/dev/sda');
  assert.equal(properties.get('ID_PATH'), `${USB_PATH}:1:1.0-scsi-0:0:0:0`);
  assert.equal(properties.get('ID_SERIAL_SHORT'), 'CAM0001');
  assert.equal(properties.get('ID_FS_LABEL'), 'BODYCAM');
  assert.equal(properties.get('ID_FS_TYPE'), 'vfat');
  await mount(guest, '/dev/sda');
  for (const [path, digest] of recorder.digests) assert.equal(await digestInGuest(guest, `/mnt/${path}`), digest);
  assert.equal(await guest.sh(`stat -c %y /mnt/${CLIP}`), '2026-06-20 08:00:00.000000000 +0000\n');
  await guest.sh('umount /mnt');
  await yank(guest, 'CAM0001');
  await guest.waitFor('test ! -e /dev/sda', 10);
}

/** A reader in the middle of a file gets EIO at once, not at some time-out. */
async function yanked({ guest, recorder }: Bench): Promise<void> {
  await plug(guest, { name: 'CAM0002', port: '2', image: recorder.image, readOnly: true, bytesPerSecond: 262_144 });
  await mount(guest, '/dev/sda');
  const reading = guest.run(`LC_ALL=C dd if=/mnt/${CLIP} of=/dev/null bs=64k`);
  await sleep(2000);
  await yank(guest, 'CAM0002');
  const pulledMs = performance.now();
  const outcome = await reading;
  assert.match(outcome.stderr, /Input\/output error/);
  assert.ok(performance.now() - pulledMs < 5000, 'the reader hung after the yank');
  await guest.sh('umount -l /mnt');
}

async function badSector({ guest, recorder, clip }: Bench): Promise<void> {
  const bad = await sectorOf(recorder.image, clip.subarray(MIB, MIB + 512));
  await plug(guest, { name: 'CAM0003', port: '3', image: recorder.image, readOnly: true, badSectors: [bad] });
  await mount(guest, '/dev/sda');
  const read = (page: number) => guest.run(`LC_ALL=C dd if=/mnt/${CLIP} of=/dev/null bs=4k count=1 skip=${page}`);
  assert.match((await read(256)).stderr, /Input\/output error/);
  assert.equal((await read(257)).status, 0);
  await guest.sh('umount /mnt');
  await yank(guest, 'CAM0003');
}

async function chosenIds({ guest, recorder }: Bench): Promise<void> {
  const device = { name: 'cam4', bus: 1, vendorId: '2a01', productId: '1b01', serial: 'CAM0004', image: recorder.image };
  await gadget(guest, device);
  const properties = await propertiesOf(guest, '/dev/sda');
  assert.equal(properties.get('ID_VENDOR_ID'), '2a01');
  assert.equal(properties.get('ID_MODEL_ID'), '1b01');
  assert.equal(properties.get('ID_PATH'), 'platform-dummy_hcd.1-usb-0:1:1.0-scsi-0:0:0:0');
  await ungadget(guest, 'cam4');
  await guest.waitFor('test ! -e /dev/sda', 10);
}

async function unlocked({ guest, recorder }: Bench): Promise<void> {
  const device: UnlockGadget = {
    ...{ name: 'cam5', bus: 2, vendorId: '2a01', productId: '1b10', diskProductId: '1b11', serial: '0000005' },
    ...{ model: 'EVD01', officer: '041234', password: '888888', image: recorder.image },
  };
  await unlockGadget(guest, device);
  const ask = async (command: number, payload = '') =>
    (await guest.sh(`${guest.tools}/ask-recorder.py 2a01 1b10 ${command} ${payload}`)).trim();
  // Its endpoints are there a little later than the device.
  await guest.waitFor('lsusb -d 2a01:1b10 && ls /sys/bus/usb/devices/*-1:1.0/ep_02', 15);
  assert.equal(await ask(1), '0 EVD010000005041234');
  assert.equal(await ask(4, '20260620080000'), '0');
  assert.match(await ask(3), /^0 202606200800\d\d$/);
  assert.match(await guest.sh(`cat ${imageInGuest(device)}.clock`), /^20260620080000$/m);
  assert.equal(await ask(9), '2');
  assert.equal(await ask(2, '123456'), '1');
  assert.equal((await guest.run('test -e /dev/sda')).status, 1);
  assert.equal(await ask(2, '888888'), '0');
  const properties = await propertiesOf(guest, '/dev/sda');
  assert.equal(properties.get('ID_MODEL_ID'), '1b11');
  assert.equal(properties.get('ID_FS_LABEL'), 'BODYCAM');
  await ungadget(guest, 'cam5');
  await guest.waitFor('test ! -e /dev/sda', 10);
}

async function powerCut({ guest }: Bench): Promise<void> {
  await guest.sh('echo kept >/var/lib/evidock/kept && sync /var/lib/evidock/kept /var/lib/evidock');
  await guest.sh('echo lost >/var/lib/evidock/lost');
  await guest.powerCut();
  await guest.start();
  assert.equal(await guest.sh('cat /var/lib/evidock/kept'), 'kept\n');
  assert.equal(await guest.sh('cat /var/lib/evidock/lost 2>/dev/null || true'), '');
}

async function mount(guest: Guest, node: string): Promise<void> {
  await guest.waitFor(`test -b ${node}`, 15);
  await guest.sh(`mount -o ro,utf8 ${node} /mnt`);
}

async function digestInGuest(guest: Guest, path: string): Promise<string> {
  return (await guest.sh(`sha256sum ${path}`)).split(' ')[0] ?? '';
}

/** Udev's properties of a block device that has come, or is just coming. */
async function propertiesOf(guest: Guest, node: string): Promise<ReadonlyMap<string, string>> {
  const text = await guest.waitFor(`test -b ${node} && udevadm settle -t 10 && udevadm info -q property ${node}`, 20);
  return new Map(text.split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]));
}
