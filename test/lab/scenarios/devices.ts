import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guest } from '../guest.ts';
import { plug, plugHub, plugKeyboard, plugMtp, plugNetwork, setSpeed, USB_PATH, yank } from '../plugs.ts';
import { digestsOf, makeRecorder } from '../recorders.ts';
import type { LabContext, Scenario } from '../scenario.ts';

/** The lab's rarer devices, each seen once as the kernel shows it. */
export const DEVICES: Scenario = {
  name: 'devices',
  title: 'the lab has hubs, partitions, exFAT, keyboards, network adapters and MTP',
  minutesMax: { short: 10, long: 10 },
  async run(context) {
    const guest = await context.boot();
    context.note('booted');
    for (const [what, see] of Object.entries({ partitions, exfat, hub, strangers, mtp })) {
      await see(guest, context);
      context.note(`${what}: as it should be`);
    }
  },
};

async function partitions(guest: Guest, context: LabContext): Promise<void> {
  const recorder = await makeRecorder(join(context.directory, 'two.img'), [
    { fileSystem: 'vfat', label: 'VIDEO', files: { 'A.MP4': 'video\n' } },
    { fileSystem: 'ext4', label: 'SYSTEM', files: { 'log/system.log': 'log\n' } },
  ]);
  await plug(guest, { name: 'TWO', port: '1', image: recorder.image, readOnly: true });
  const seen = await guest.waitFor('test -b /dev/sda2 && udevadm settle -t 10 && lsblk -nro NAME,FSTYPE,LABEL /dev/sda', 20);
  assert.equal(seen.trim(), 'sda  \nsda1 vfat VIDEO\nsda2 ext4 SYSTEM');
  await expectDigests(guest, '/dev/sda1', recorder.volumes[0]?.digests);
  await expectDigests(guest, '/dev/sda2', recorder.volumes[1]?.digests);
  await yank(guest, 'TWO');
}

async function exfat(guest: Guest, context: LabContext): Promise<void> {
  const files = { 'DCIM/视频.MP4': 'video\n' };
  const image = join(context.directory, 'exfat.img');
  const recorder = await makeRecorder(image, [{ fileSystem: 'exfat', files }], { fillWith: guest, partitioned: true });
  await plug(guest, { name: 'EXFAT', port: '1', image, readOnly: true });
  await expectDigests(guest, '/dev/sda1', recorder.digests);
  await yank(guest, 'EXFAT');
}

/** Two sticks behind a hub; when the hub is pulled both are gone at once. */
async function hub(guest: Guest, context: LabContext): Promise<void> {
  const { image } = await makeRecorder(join(context.directory, 'hub.img'), [{ fileSystem: 'vfat', files: { 'A.MP4': 'video\n' } }]);
  await plugHub(guest, { name: 'hub1', port: '2' });
  await plug(guest, { name: 'H1', port: '2.1', image, readOnly: true });
  await plug(guest, { name: 'H3', port: '2.3', image, readOnly: true, bytesPerSecond: 1_048_576 });
  await setSpeed(guest, 'H3', 2_097_152);
  for (const port of ['2.1', '2.3']) await guest.waitFor(`test -b /dev/disk/by-path/${USB_PATH}:${port}:1.0-scsi-0:0:0:0`, 30);
  await yank(guest, 'hub1', ['H1', 'H3']);
  await guest.waitFor('test ! -e /dev/sda && test ! -e /dev/sdb', 10);
}

async function strangers(guest: Guest): Promise<void> {
  await plugKeyboard(guest, { name: 'KBD', port: '3' });
  await plugNetwork(guest, { name: 'NET', port: '4' });
  await guest.waitFor(`ls /dev/input/by-path/${USB_PATH}:3:1.0-event-kbd`, 20);
  // Which of the kernel's drivers takes it is a race between them.
  await guest.waitFor('ls -d /sys/class/net/*/device/driver | xargs readlink -f | grep -E "cdc_ether|cdc_subset|rndis_host"', 20);
  await yank(guest, 'KBD');
  await yank(guest, 'NET');
}

async function mtp(guest: Guest, context: LabContext): Promise<void> {
  const directory = join(context.directory, 'mtp');
  await mkdir(join(directory, 'DCIM'), { recursive: true });
  await writeFile(join(directory, 'DCIM/A0001.MP4'), 'video over MTP\n');
  await plugMtp(guest, { name: 'MTP1', port: '5', directory });
  await guest.waitFor('lsusb | grep -i 46f4:0004', 20);
  await guest.sh('mkdir -p /run/mtp && jmtpfs /run/mtp', { timeoutMs: 120_000 });
  const digests = await digestsOf(directory);
  for (const [path, digest] of digests)
    assert.match(await guest.sh(`sha256sum /run/mtp/*/${path}`, { timeoutMs: 120_000 }), new RegExp(digest));
  await guest.sh('umount /run/mtp');
  await yank(guest, 'MTP1');
}

async function expectDigests(guest: Guest, node: string, digests: ReadonlyMap<string, string> | undefined): Promise<void> {
  await guest.waitFor(`test -b ${node}`, 20);
  await guest.sh(`mount -o ro ${node} /mnt`);
  assert.ok(digests !== undefined && digests.size > 0);
  for (const [path, digest] of digests) assert.match(await guest.sh(`sha256sum '/mnt/${path}'`), new RegExp(digest));
  await guest.sh('umount /mnt');
}
