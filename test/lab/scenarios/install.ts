import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '#test/support/evidock';
import { noise } from '../cards.ts';
import type { Guest } from '../guest.ts';
import { plug, plugKeyboard, plugMtp, yank } from '../plugs.ts';
import { digestsOf, makeRecorder } from '../recorders.ts';
import type { LabContext, Scenario } from '../scenario.ts';

/** docs/install.md, done: what an administrator types, and what then holds. */
export const INSTALL: Scenario = {
  name: 'install',
  title: 'scripts/install, reboot, running as its own user: watchdog, mount helper, udev rules, upgrade, uninstall that keeps the footage',
  minutesMax: { short: 40, long: 40 },
  async run(context) {
    const guest = await context.boot({ cold: true });
    await freshMachine(guest);
    const steps = { installed, afterReboot, stickDocked, mtpDocked, helperRefuses, watchdogBites, upgraded, keyboardIgnored, uninstalled };
    for (const [name, step] of Object.entries(steps)) {
      await step(guest, context);
      context.note(`${name}: as it should be`);
    }
  },
};

const CHECKOUT = '/srv/checkout';
const MIB = 1_048_576;
const CLIP = 'DCIM/20190627/DSJ0012345_041234_20190627153012_0007.MP4';
/** Copying the packages and a first start without compiled sources take the emulated processor minutes. */
const LONG = { timeoutMs: 600_000 };

/** The lab's own way to the program is taken away: a clone in a directory, and nothing of it installed. */
async function freshMachine(guest: Guest): Promise<void> {
  await guest.sh(`
    umount /opt/evidock/node_modules /opt/evidock
    sed -i '\\|/opt/evidock|d' /etc/fstab && systemctl daemon-reload
    rm -rf /usr/local/bin/evidock /usr/local/bin/node /opt/evidock
    printf '/dev/disk/by-id/virtio-evd-%s ${CHECKOUT}%s ext4 ro\\n' project '' modules /node_modules >>/etc/fstab
    mkdir -p ${CHECKOUT} && mount ${CHECKOUT} && mount ${CHECKOUT}/node_modules`);
}

async function installed(guest: Guest): Promise<void> {
  const said = await guest.sh(`${CHECKOUT}/scripts/install --no-deps --no-start`, LONG);
  assert.match(said, /station\.yaml: new/);
  assert.equal((await guest.run('systemctl is-active evidock')).stdout, 'inactive\n');
  // The lab's data disk is hardly larger than the reserve of a real one.
  await guest.sh("sed -i 's|^  reserve: .*|  reserve: 64|' /etc/evidock/station.yaml && sync");
  assert.equal(await guest.sh('stat -c "%U %a" /var/lib/evidock /etc/evidock/secrets'), 'evidock 750\nroot 700\n');
  const exposure = await guest.sh('systemd-analyze security --no-pager evidock.service | tail -1');
  const figure = /level for evidock\.service: ([0-9.]+)/.exec(exposure)?.[1] ?? '';
  assert.ok(Number(figure) <= 2, exposure);
  assert.ok((await readFile(join(ROOT, 'docs/install.md'), 'utf8')).includes(`| \`evidock.service\` | ${figure} |`), exposure);
}

async function afterReboot(guest: Guest): Promise<void> {
  // A power cut: what scripts/install said is done must be on the disk.
  await guest.powerCut();
  await guest.start();
  await isUp(guest);
  assert.equal(await guest.sh('ps -o user= -p "$(systemctl show -P MainPID evidock)"'), 'evidock\n');
  // The helper shares the machine's mounts, the station has its own view of them.
  await guest.sh('systemctl start evidock-mount.service');
  const namespaces = await guest.sh('for pid in 1 $(systemctl show -P MainPID evidock-mount evidock); do readlink /proc/$pid/ns/mnt; done');
  const [machine, helper, station] = namespaces.split('\n');
  assert.equal(helper, machine);
  assert.notEqual(station, machine);
}

async function stickDocked(guest: Guest, context: LabContext): Promise<void> {
  const recorder = await makeRecorder(join(context.directory, 'stick.img'), [
    { fileSystem: 'vfat', label: 'BODYCAM', files: { [CLIP]: noise(context, MIB) }, modified: '2019-06-27T15:40:12' },
  ]);
  await plug(guest, { name: 'CAM0001', port: '1', image: recorder.image });
  await isSealed(guest, [...recorder.digests.values()]);
  await guest.waitFor('test -z "$(ls /run/evidock/mnt)"', 60);
  await yank(guest, 'CAM0001');
}

async function mtpDocked(guest: Guest, context: LabContext): Promise<void> {
  const directory = join(context.directory, 'mtp');
  const path = join(directory, CLIP.replace('0007', '0008'));
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, noise(context, MIB));
  await plugMtp(guest, { name: 'MTP0001', port: '2', directory });
  await guest.waitFor('pgrep -u evidock jmtpfs', 90);
  assert.equal((await guest.run('pgrep -u root jmtpfs')).status, 1, 'jmtpfs runs as root');
  await isSealed(guest, [...(await digestsOf(directory)).values()]);
  await guest.waitFor('test -z "$(ls /run/evidock/mnt)"', 60);
  await yank(guest, 'MTP0001');
}

/** The machine's own disks are out of reach for whoever is the station, and the helper is out of reach for everybody else. */
async function helperRefuses(guest: Guest): Promise<void> {
  const ask = (user: string, request: object) => {
    const program =
      'import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.connect("/run/evidock/mount.sock")\ns.sendall(sys.argv[1].encode()+b"\\n")\nprint(s.recv(9999).decode())';
    return guest.run(`runuser -u ${user} -- python3 -c '${program}' '${JSON.stringify(request)}' 2>&1`);
  };
  assert.match((await ask('nobody', { do: 'unmountAll' })).stdout, /PermissionError/);
  for (const device of ['vda', 'vdb', 'sda', '../vda', 'loop0']) {
    const { stdout } = await ask('evidock', { do: 'mount', device, utcOffsetMinutes: 0 });
    assert.match(stdout, /"ok":false/, device);
  }
  for (const path of ['/', '/var/lib/evidock', '/run/evidock/mnt']) {
    assert.match((await ask('evidock', { do: 'unmount', path })).stdout, /no mount of the station/, path);
  }
  assert.match((await ask('evidock', { do: 'powerOff', sysName: '1-15' })).stdout, /"ok":true/);
}

async function watchdogBites(guest: Guest): Promise<void> {
  const pid = await guest.sh('systemctl show -P MainPID evidock');
  await guest.sh(`kill -STOP ${pid}`);
  await guest.waitFor(
    `test "$(systemctl show -P NRestarts evidock)" -gt 0 && test "$(systemctl show -P MainPID evidock)" != ${pid.trim()}`,
    150,
  );
  await isUp(guest);
  assert.match(await guest.sh('journalctl -u evidock --no-pager'), /[Ww]atchdog timeout/);
}

async function upgraded(guest: Guest): Promise<void> {
  await guest.sh(`sed -i -e 's|^  hubs: .*|  hubs: ["1", "2"]|' -e 's|^  name: .*|  name: "东城采集站"|' /etc/evidock/station.yaml`);
  const said = await guest.sh(`${CHECKOUT}/scripts/install --no-deps`, LONG);
  assert.match(said, /kept as it is/);
  assert.match(said, /71-evidock-slots\.rules/);
  await isUp(guest);
  assert.match(await guest.sh('grep -c 东城采集站 /etc/evidock/station.yaml'), /^1/);
  // The command is root's here, works on the running station, and finds what was there before.
  assert.equal((await recordings(guest)).length, 2);
  await guest.sh('systemctl start evidock-scrub.service', LONG);
}

async function keyboardIgnored(guest: Guest): Promise<void> {
  await guest.sh('modprobe usbhid');
  const inputs = '$(ls -x /dev/input 2>/dev/null)';
  const before = await guest.sh(`echo "${inputs}"`);
  await plugKeyboard(guest, { name: 'KEYS', port: '3' });
  await guest.waitFor('grep -lx 03 /sys/bus/usb/devices/*/bInterfaceClass && udevadm settle -t 10', 20);
  await guest.waitFor('test "$(cat "$(dirname "$(grep -lx 03 /sys/bus/usb/devices/*/bInterfaceClass)")/authorized")" = 0', 10);
  // A driver that was loaded already may have held it for a moment.
  await guest.waitFor(`test "${inputs}" = '${before.trim()}'`, 10);
  await yank(guest, 'KEYS');
}

async function uninstalled(guest: Guest): Promise<void> {
  const said = await guest.sh(`${CHECKOUT}/scripts/uninstall`, { timeoutMs: 180_000 });
  assert.match(said, /Kept: \/var\/lib\/evidock/);
  await guest.sh('test -s /var/lib/evidock/ledger/ledger.sqlite && test -s /etc/evidock/station.yaml && id evidock');
  const left = await guest.sh(
    'ls -d /opt/evidock /usr/local/bin/evidock /run/evidock /etc/udev/rules.d/7*evidock* /etc/systemd/system/*evidock* 2>/dev/null || true',
  );
  assert.equal(left, '');
}

async function isUp(guest: Guest): Promise<void> {
  await guest.waitFor('systemctl is-active --quiet evidock && systemctl show -P StatusText evidock | grep -q ^up', 300);
}

interface Recording {
  readonly state: string;
  readonly originals: readonly { readonly sha256: string }[];
}

async function recordings(guest: Guest): Promise<readonly Recording[]> {
  // A busy emulated machine does not always answer within the two seconds that a command waits for the station.
  return JSON.parse(await guest.waitFor('evidock --json recordings', 120)) as readonly Recording[];
}

/** Waits until the originals with these digests are sealed. */
async function isSealed(guest: Guest, digests: readonly string[]): Promise<void> {
  const end = Date.now() + 360_000;
  for (;;) {
    const found = await recordings(guest);
    const sealed = found.filter(({ state }) => state !== 'copying').flatMap(({ originals }) => originals.map(({ sha256 }) => sha256));
    if (digests.every((digest) => sealed.includes(digest))) return;
    assert.ok(Date.now() < end, `not sealed: ${JSON.stringify(found)}\n${await guest.sh('evidock --lang en slots || true', LONG)}`);
  }
}
