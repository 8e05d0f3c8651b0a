import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { noise, sha256 } from '../cards.ts';
import { digestOnVfat, filesOnVfat } from '../disk-image.ts';
import { readFacts } from '../examine.ts';
import { clockOfGadget, imageInGuest, setClockOfGadget, type UnlockGadget, ungadget, unlockGadget } from '../gadgets.ts';
import type { Guest } from '../guest.ts';
import { type GuestSlot, untilSlot } from '../guest-station.ts';
import { plug, plugMtp, yank } from '../plugs.ts';
import { digestsOf, makeRecorder, type Recorder } from '../recorders.ts';
import type { LabContext } from '../scenario.ts';
import { configure, isSealed, type Machine, STATE } from './installed-machine.ts';

/* Recorders at an installed station: it has no rights of its own, the mount helper mounts, udev's rules say which USB devices it may open. */

const MIB = 1_048_576;
const MOUNTS = '/run/evidock/mnt';
const SECRET = '/etc/evidock/secrets/unlock-gat947-usb';
/** Its zone is Asia/Shanghai, as in the configuration's example, and so is its recorders'. */
const ZONE_MS = 8 * 3_600_000;
const CLOCK_NEAR_MS = 120_000;
const TOO_DEEP = 'DCIM/A/B/C/D/KEPT.MP4';

/** A name as the driver gat947 knows it. */
function clipPath(device: string, number: number): string {
  return `DCIM/20190627/${device}_041234_2019062715301${number}_000${number}.MP4`;
}

export async function makeTwoPartitions(context: LabContext, guest: Guest): Promise<Recorder> {
  const clip = (number: number) => ({ [clipPath('DSJ0000021', number)]: noise(context, MIB / 4) });
  return makeRecorder(
    join(context.directory, 'two.img'),
    [
      { fileSystem: 'exfat', label: 'VIDEO', files: clip(1) },
      { fileSystem: 'vfat', label: 'SYSTEM', files: clip(2) },
    ],
    { fillWith: guest },
  );
}

export async function stickDocked(machine: Machine): Promise<void> {
  const { guest, context } = machine;
  const recorder = await makeRecorder(join(context.directory, 'stick.img'), [
    { fileSystem: 'vfat', label: 'BODYCAM', files: { [clipPath('DSJ0012345', 1)]: noise(context, MIB) }, modified: '2019-06-27T15:40:12' },
  ]);
  await plug(guest, { name: 'CAM0001', port: '1', image: recorder.image });
  await taken(machine, recorder.digests);
  await unmounted(guest);
  await yank(guest, 'CAM0001');
}

export async function mtpDocked(machine: Machine): Promise<void> {
  const { guest, context } = machine;
  const directory = join(context.directory, 'mtp');
  const path = join(directory, clipPath('DSJ0012345', 2));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, noise(context, MIB));
  await plugMtp(guest, { name: 'MTP0001', port: '2', directory });
  await guest.waitFor('pgrep -u evidock jmtpfs', 90);
  assert.equal((await guest.run('pgrep -u root jmtpfs')).status, 1, 'jmtpfs runs as root');
  await taken(machine, await digestsOf(directory));
  await unmounted(guest);
  await yank(guest, 'MTP0001');
}

/** The station opens the device through the group that udev gave it, and has the password from systemd. */
export async function lockedDocked(machine: Machine): Promise<void> {
  const { guest, context } = machine;
  const recorder = await makeRecorder(join(context.directory, 'locked.img'), [
    {
      fileSystem: 'vfat',
      files: { [clipPath('DSJ0000020', 1)]: noise(context, MIB / 2), [clipPath('DSJ0000020', 2)]: noise(context, 5000) },
    },
  ]);
  const device: UnlockGadget = {
    ...{ name: 'cam20', vendorId: '2a01', productId: '1b02', diskProductId: '1b01', serial: '0000020' },
    ...{ model: 'EVD01', officer: '041234', password: '888888', image: recorder.image },
  };
  await guest.sh(`printf %s ${device.password} >${SECRET} && chmod 600 ${SECRET}`);
  await configure(guest, { setClock: 'true' });
  await setClockOfGadget(guest, device, '20230620080000');
  await unlockGadget(guest, device);
  const { explain } = await safe(guest, 'DSJ0000020');
  assert.match(explain.join('\n'), /its clock was set by a vendor command[\s\S]*unlocked by a vendor command/);
  // Unlock and set clock, as the recorder itself has written it down.
  assert.match(await guest.sh(`cat ${imageInGuest(device)}.log`), /^command 4 status 0\n[\s\S]*^command 2 status 0$/m);
  const offMs = (await clockOfGadget(guest, device)) - ZONE_MS - Date.now();
  assert.ok(Math.abs(offMs) < CLOCK_NEAR_MS, `its clock was set ${offMs} ms off`);
  const node = `lsusb -d 2a01: | sed -E 's|Bus (...) Device (...):.*|/dev/bus/usb/\\1/\\2|'`;
  assert.equal(await guest.sh(`stat -c "%U %G %a" $(${node})`), 'root evidock 660\n');
  await taken(machine, recorder.digests);
  await unmounted(guest);
  await ungadget(guest, device.name);
}

export async function twoPartitionsDocked(machine: Machine): Promise<void> {
  const { guest, twoPartitions } = machine;
  await plug(guest, { name: 'CAM0021', port: '3', image: twoPartitions.image });
  const explain = (await safe(guest, 'DSJ0000021')).explain.join('\n');
  assert.match(explain, /exfat, VIDEO, clean/);
  assert.match(explain, /vfat, SYSTEM, clean/);
  await taken(machine, twoPartitions.digests);
  await unmounted(guest);
  await yank(guest, 'CAM0021');
}

/**
 * Through the helper: writable for the removal and only then, also in the station's own view of the mounts. It stays docked and mounted after that,
 * so that this can be seen.
 */
export async function stickWiped(machine: Machine): Promise<void> {
  const { guest, context } = machine;
  const kept = noise(context, 5000);
  const clips = [1, 2, 3].map((number) => [clipPath('DSJ0000022', number), noise(context, MIB / 4)] as const);
  const { image, digests } = await makeRecorder(join(context.directory, 'wiped.img'), [
    { fileSystem: 'vfat', files: { ...Object.fromEntries(clips), [TOO_DEEP]: kept }, modified: '2019-06-27T15:40:12' },
  ]);
  await configure(guest, { wipe: '"after-sealed"', powerOff: 'false', setClock: 'false', depthMax: '3' });
  await plug(guest, { name: 'CAM0022', port: '4', image });
  const { problem } = await safe(guest, 'DSJ0000022');
  assert.equal(problem, null, 'the wipe failed');
  for (const view of ['', 'nsenter -m -t "$(systemctl show -P MainPID evidock)" ']) {
    const mounts = (await guest.sh(`${view}findmnt -rno TARGET,OPTIONS | grep '^${MOUNTS}/'`)).trimEnd().split('\n');
    assert.ok(mounts.length === 1 && / ro,/.test(mounts[0] ?? ''), `${view || 'the machine '}sees after the wipe: ${mounts.join(', ')}`);
  }
  assert.equal(await guest.sh('blockdev --getro /dev/sda'), '1\n');
  await yank(guest, 'CAM0022');
  await unmounted(guest);
  assert.deepEqual(await filesOnVfat(image), [TOO_DEEP]);
  assert.equal(await digestOnVfat(image, TOO_DEEP), sha256(kept));
  await taken(machine, new Map([...digests].filter(([path]) => path !== TOO_DEEP)));

  const { originals, custody } = await readFacts(guest, STATE, 'runuser -u evidock -- /opt/evidock/node_modules/.bin/node');
  assert.deepEqual(originals.map((original) => original.vaultSha256).toSorted(), machine.taken.toSorted());
  const removed = custody.filter(({ type }) => type === 'original.wiped').map(({ data }) => String(data['cardPath']));
  assert.deepEqual(removed.toSorted(), clips.map(([path]) => path).toSorted());
  context.figure(`${machine.taken.length} files of five dockings in the vault, once each; ${removed.length} removed by policy`);
}

function safe(guest: Guest, serial: string): Promise<GuestSlot> {
  return untilSlot({ guest, state: STATE }, `${serial} is safe`, (slot) => slot.recorderSerial === serial && slot.phase === 'safe', 300);
}

/** The files with these digests are sealed, as the command tells. */
async function taken(machine: Machine, digests: ReadonlyMap<string, string>): Promise<void> {
  machine.taken.push(...digests.values());
  await isSealed(machine.guest, [...digests.values()]);
}

async function unmounted(guest: Guest): Promise<void> {
  await guest.waitFor(`test -z "$(ls ${MOUNTS})"`, 60);
}
