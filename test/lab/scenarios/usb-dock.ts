import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { noise } from '../cards.ts';
import { imageInGuest, type UnlockGadget, ungadget, unlockGadget } from '../gadgets.ts';
import type { Guest } from '../guest.ts';
import { GuestStation } from '../guest-station.ts';
import { plug, plugHub, plugKeyboard, plugMtp, yank } from '../plugs.ts';
import { digestsOf, makeRecorder, type Recorder } from '../recorders.ts';
import type { LabContext, Scenario } from '../scenario.ts';

/** The dock for USB ports with a real kernel, udev and station: each kind of recorder, and what is none. */
export const USB_DOCK: Scenario = {
  name: 'usb-dock',
  title: 'sticks, exFAT and NTFS, hubs of hubs, partitions, MTP, locked and unknown devices, a keyboard, a yank and its resumption',
  minutesMax: { short: 20, long: 20 },
  async run(context) {
    const station = new GuestStation(await context.boot());
    // While no station watches the port at which they are filled.
    const others = [
      await filled(context, station.guest, 'exfat', 'DSJ0000008'),
      await filled(context, station.guest, 'ntfs', 'DSJ0000009'),
    ];
    const SECRETS = '/var/lib/evidock/secrets';
    await station.guest.sh(`mkdir -p ${SECRETS} && printf 888888 >${SECRETS}/unlock-gat947-usb`);
    await station.start(`dock: { usb: true, secrets: ${SECRETS}, setClock: true }\nintake: { reserve: 100 }\n`);
    context.note('the station is up');
    const lab: Lab = { context, station, others, safe: [] };
    for (const [what, see] of Object.entries({ oneStick, otherFileSystems, hubOfHubs, strangers, overMtp, pulledMtp, locked, pulled })) {
      await see(lab);
      context.note(`${what}: as it should be`);
    }
    assert.deepEqual(await station.originals(), [...lab.safe].sort());
    assert.equal(await station.guest.sh('grep -c run/mounts /proc/self/mountinfo || true'), '0\n');
    await station.verify();
  },
};

/** The two kernel names of the lab's first socket. */
const USB3_SOCKET = { port: '1-1', peer: '2-1' };

/** So many that the station is still at work when the first is sealed. */
const MTP_FILES = 8;

interface Lab {
  readonly context: LabContext;
  readonly station: GuestStation;
  readonly others: readonly OtherCard[];
  /** Digests of every file that was shown as safe, once each. */
  readonly safe: string[];
}

interface OtherCard {
  readonly serial: string;
  readonly fileSystem: 'exfat' | 'ntfs';
  readonly recorder: Recorder;
}

/** Names as the family gat947 writes them, so that the recorder is recognised. */
function clips(context: LabContext, device: string, count: number, bytes = 200_000): Record<string, Uint8Array> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`DCIM/20260620/${device}_041234_2026062015300${at}_000${at}.MP4`, noise(context, bytes)]),
  );
}

async function stick(lab: Lab, name: string, count = 2, bytes?: number) {
  return makeRecorder(join(lab.context.directory, `${name}.img`), [
    { fileSystem: 'vfat', label: 'BODYCAM', files: clips(lab.context, name, count, bytes), modified: '2026-06-20T15:30:00' },
  ]);
}

async function filled(context: LabContext, guest: Guest, fileSystem: OtherCard['fileSystem'], serial: string): Promise<OtherCard> {
  const image = join(context.directory, `${serial}.img`);
  const volume = { fileSystem, label: 'BODYCAM', files: clips(context, serial, 2) };
  return { serial, fileSystem, recorder: await makeRecorder(image, [volume], { partitioned: true, fillWith: guest }) };
}

async function untilSafe({ station }: Lab, serial: string) {
  return station.until(`${serial} is safe`, (slot) => slot.recorderSerial === serial && slot.phase === 'safe');
}

/** Docked, safe, switched off, pulled. QEMU's sticks are USB 3: the port has the name that a USB 2 recorder would come up under. */
async function oneStick(lab: Lab): Promise<void> {
  const recorder = await stick(lab, 'DSJ0000001');
  await plug(lab.station.guest, { name: 'DSJ0000001', port: '1', image: recorder.image });
  const { port, explain } = await untilSafe(lab, 'DSJ0000001');
  assert.equal(port, USB3_SOCKET.port);
  lab.safe.push(...recorder.digests.values());
  assert.match(explain.join('\n'), /in port 1-1 \(2-1\)[\s\S]*vfat, BODYCAM, clean/);
  await lab.station.guest.waitFor(`test "$(cat /sys/bus/usb/devices/${USB3_SOCKET.peer}/authorized)" = 0 && test ! -e /dev/sda`, 20);
  await yank(lab.station.guest, 'DSJ0000001');
  await lab.station.until('it is seen to be pulled', (slot) => slot.port === port && slot.phase === 'removed', 15);
}

/** exFAT through the kernel, NTFS through ntfs-3g where the kernel has none. */
async function otherFileSystems(lab: Lab): Promise<void> {
  for (const { serial, fileSystem, recorder } of lab.others) {
    await plug(lab.station.guest, { name: serial, port: '4', image: recorder.image });
    const { explain } = await untilSafe(lab, serial);
    assert.match(explain.join('\n'), new RegExp(`${fileSystem}, BODYCAM, clean`));
    lab.safe.push(...recorder.digests.values());
    await yank(lab.station.guest, serial);
  }
}

/** Behind two hubs; two file systems on one recorder; a hub that loses all its ports at once. */
async function hubOfHubs(lab: Lab): Promise<void> {
  const { guest } = lab.station;
  const one = await stick(lab, 'DSJ0000002');
  const two = await makeRecorder(join(lab.context.directory, 'two.img'), [
    { fileSystem: 'vfat', label: 'VIDEO', files: clips(lab.context, 'DSJ0000003', 1) },
    { fileSystem: 'ext4', label: 'SYSTEM', files: clips(lab.context, 'DSJ0000004', 1) },
  ]);
  await plugHub(guest, { name: 'hub1', port: '2' });
  await plugHub(guest, { name: 'hub2', port: '2.8' });
  await plug(guest, { name: 'DSJ0000002', port: '2.1', image: one.image });
  await plug(guest, { name: 'DSJ0000003', port: '2.8.3', image: two.image });
  assert.equal((await untilSafe(lab, 'DSJ0000002')).port, '1-2.1');
  const joined = await untilSafe(lab, 'DSJ0000003');
  assert.equal(joined.port, '1-2.8.3');
  assert.match(joined.explain.join('\n'), /VIDEO, clean[\s\S]*SYSTEM, clean/);
  lab.safe.push(...one.digests.values(), ...two.volumes.flatMap((volume) => [...volume.digests.values()]));
  await yank(guest, 'hub1', ['DSJ0000002', 'DSJ0000003']);
  for (const port of ['1-2.1', '1-2.8.3'])
    await lab.station.until(`${port} is empty`, (slot) => slot.port === port && slot.phase === 'removed', 20);
}

/** A stick that no driver knows is left alone; a keyboard is an alarm in the same slot, under the other name of its socket. */
async function strangers(lab: Lab): Promise<void> {
  const { guest } = lab.station;
  const private_ = await makeRecorder(join(lab.context.directory, 'private.img'), [
    { fileSystem: 'vfat', label: 'PRIVATE', files: { 'letter.txt': 'not for the station\n' } },
  ]);
  await plug(guest, { name: 'PRIVATE', port: '3', image: private_.image });
  await lab.station.until('it is shown as unknown', (slot) => slot.phase === 'unknown' && slot.recorderSerial !== 'DSJ0000001');
  await yank(guest, 'PRIVATE');
  await plugKeyboard(guest, { name: 'KBD', port: '1' });
  await lab.station.until('the alarm', (slot) => slot.problem?.code === 'recorder.foreign-device' && slot.port === USB3_SOCKET.port, 30);
  await yank(guest, 'KBD');
}

async function mtpStorage(lab: Lab, device: string, count: number, bytes?: number): Promise<string> {
  const directory = join(lab.context.directory, device);
  for (const [path, content] of Object.entries(clips(lab.context, device, count, bytes))) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  return directory;
}

async function overMtp(lab: Lab): Promise<void> {
  const directory = await mtpStorage(lab, 'DSJ0000005', 1);
  await plugMtp(lab.station.guest, { name: 'MTP1', port: '5', directory });
  await lab.station.until('the MTP recorder is safe', (slot) => slot.port === '1-5' && slot.phase === 'safe');
  lab.safe.push(...(await digestsOf(directory)).values());
  await yank(lab.station.guest, 'MTP1');
}

/** jmtpfs fetches a file whole before it gives any of it: pulled between files and in the midst of one, it leaves neither half a file nor a process. */
async function pulledMtp(lab: Lab): Promise<void> {
  const { station, context } = lab;
  const { guest } = station;
  const directory = await mtpStorage(lab, 'DSJ0000010', MTP_FILES, 6_000_000);
  await plugMtp(guest, { name: 'MTP2', port: '5', directory });
  const copying = await station.until(
    'some of it is sealed, and more is being copied',
    (slot) => slot.recorderSerial === 'DSJ0000010' && slot.phase === 'copying' && slot.filesSealed > 0,
  );
  await yank(guest, 'MTP2');
  const left = await station.until('its removal', (slot) => slot.slot === copying.slot && slot.phase === 'removed', 20);
  assert.equal(left.problem?.code, 'recorder.removed');
  const filesLeft = Number(left.problem?.reason.code === 'still-on-recorder' ? left.problem.reason.params['files'] : 0);
  assert.ok(filesLeft > 0 && filesLeft < MTP_FILES, JSON.stringify(left.problem));
  context.figure(`MTP pulled with ${copying.filesSealed} of ${MTP_FILES} files sealed: shown as removed with ${filesLeft} left`);
  await guest.waitFor('! pgrep jmtpfs', 30);
  await plugMtp(guest, { name: 'MTP2', port: '8', directory });
  const again = await untilSafe(lab, 'DSJ0000010');
  assert.notEqual(again.slot, copying.slot);
  lab.safe.push(...(await digestsOf(directory)).values());
  await yank(guest, 'MTP2');
}

/** Told a wrong password, then the right one: comes back as a disk, its clock read and set. */
async function locked(lab: Lab): Promise<void> {
  const { guest } = lab.station;
  const recorder = await stick(lab, 'DSJ0000006');
  const device: UnlockGadget = {
    ...{ name: 'cam6', bus: 0, vendorId: '2a01', productId: '1b02', diskProductId: '1b01', serial: '0000006' },
    ...{ model: 'EVD01', officer: '041234', password: '999999', image: recorder.image },
  };
  await unlockGadget(guest, device);
  const refused = await lab.station.until('it stays locked', (slot) => slot.problem?.code === 'recorder.locked', 60);
  assert.match(JSON.stringify(refused.problem), /password-wrong/);
  await ungadget(guest, 'cam6');
  await unlockGadget(guest, { ...device, password: '888888' });
  const docked = await untilSafe(lab, 'DSJ0000006');
  assert.notEqual(docked.clockOffsetMs, null);
  assert.deepEqual(docked.battery, { percent: 42, percentMin: 30, low: false });
  assert.match(await guest.sh(`cat ${imageInGuest(device)}.clock`), /^\d{14}$/m);
  lab.safe.push(...recorder.digests.values());
  await ungadget(guest, 'cam6');
}

/** Pulled in mid-file, docked again in another port: goes on, and nothing is there twice. */
async function pulled(lab: Lab): Promise<void> {
  const { guest } = lab.station;
  const recorder = await stick(lab, 'DSJ0000007', 4, 1_500_000);
  const slow = { name: 'DSJ0000007', image: recorder.image, bytesPerSecond: 400_000 };
  await plug(guest, { ...slow, port: '6' });
  const copying = await lab.station.until(
    'it is being copied',
    (slot) => slot.recorderSerial === 'DSJ0000007' && slot.bytesCopied > 800_000,
  );
  await yank(guest, 'DSJ0000007');
  const left = await lab.station.until('its removal', (slot) => slot.slot === copying.slot && slot.phase === 'removed', 15);
  assert.equal(left.problem?.code, 'recorder.removed');
  await plug(guest, { ...slow, port: '7', bytesPerSecond: 10_000_000 });
  const again = await untilSafe(lab, 'DSJ0000007');
  assert.notEqual(again.slot, copying.slot);
  lab.safe.push(...recorder.digests.values());
  await yank(guest, 'DSJ0000007');
}
