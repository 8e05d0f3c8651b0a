import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '#test/support/evidock';
import type { Guest } from '../guest.ts';
import { untilSlot } from '../guest-station.ts';
import { plugKeyboard, plugNetwork, yank } from '../plugs.ts';
import type { Scenario } from '../scenario.ts';
import { lockedDocked, makeTwoPartitions, mtpDocked, stickDocked, stickWiped, twoPartitionsDocked } from './install-docking.ts';
import { CHECKOUT, CONFIG, edit, isSealed, isUp, LONG, type Machine, STATE } from './installed-machine.ts';

/** docs/install.md, done: what an administrator types, and what then holds. */
export const INSTALL: Scenario = {
  name: 'install',
  title:
    'scripts/install, reboot, running as its own user: mount helper, unlock, wipe, watchdog, udev rules, upgrade, uninstall that keeps the footage',
  minutesMax: { short: 40, long: 40 },
  async run(context) {
    const guest = await context.boot({ cold: true });
    const machine: Machine = { guest, context, twoPartitions: await makeTwoPartitions(context, guest), taken: [] };
    await freshMachine(guest);
    const docking = { stickDocked, mtpDocked, lockedDocked, twoPartitionsDocked, stickWiped };
    const steps = { installed, afterReboot, ...docking, helperRefuses, watchdogBites, upgraded, strangersIgnored, uninstalled };
    for (const [name, step] of Object.entries(steps)) {
      await step(machine);
      context.note(`${name}: as it should be`);
    }
  },
};

/** The lab's own way to the program is taken away: a clone in a directory, and nothing of it installed. */
async function freshMachine(guest: Guest): Promise<void> {
  await guest.sh(`
    umount /opt/evidock/node_modules /opt/evidock
    sed -i '\\|/opt/evidock|d' /etc/fstab && systemctl daemon-reload
    rm -rf /usr/local/bin/evidock /usr/local/bin/node /opt/evidock
    printf '/dev/disk/by-id/virtio-evd-%s ${CHECKOUT}%s ext4 ro\\n' project '' modules /node_modules >>/etc/fstab
    mkdir -p ${CHECKOUT} && mount ${CHECKOUT} && mount ${CHECKOUT}/node_modules`);
  guest.checkout = CHECKOUT;
}

async function installed({ guest }: Machine): Promise<void> {
  const said = await guest.sh(`${CHECKOUT}/scripts/install --no-deps --no-start`, LONG);
  assert.match(said, /station\.yaml: new/);
  assert.equal((await guest.run('systemctl is-active evidock')).stdout, 'inactive\n');
  // The lab's data disk is hardly larger than the reserve of a real one.
  await edit(guest, { reserve: '64' });
  await guest.sh('sync');
  assert.equal(await guest.sh('stat -c "%U %a" /var/lib/evidock /etc/evidock/secrets'), 'evidock 750\nroot 700\n');
  const exposure = await guest.sh('systemd-analyze security --no-pager evidock.service | tail -1');
  const figure = /level for evidock\.service: ([0-9.]+)/.exec(exposure)?.[1] ?? '';
  assert.ok(Number(figure) <= 2, exposure);
  assert.ok((await readFile(join(ROOT, 'docs/install.md'), 'utf8')).includes(`| \`evidock.service\` | ${figure} |`), exposure);
}

async function afterReboot({ guest }: Machine): Promise<void> {
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

/** The machine's own disks are out of reach for whoever is the station, and the helper is out of reach for everybody else. */
async function helperRefuses({ guest }: Machine): Promise<void> {
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

async function watchdogBites({ guest }: Machine): Promise<void> {
  const pid = await guest.sh('systemctl show -P MainPID evidock');
  await guest.sh(`kill -STOP ${pid}`);
  await guest.waitFor(
    `test "$(systemctl show -P NRestarts evidock)" -gt 0 && test "$(systemctl show -P MainPID evidock)" != ${pid.trim()}`,
    150,
  );
  await isUp(guest);
  assert.match(await guest.sh('journalctl -u evidock --no-pager'), /[Ww]atchdog timeout/);
}

async function upgraded({ guest, taken }: Machine): Promise<void> {
  await edit(guest, { hubs: '["1", "2"]', name: '"东城采集站"', wipe: '"never"', powerOff: 'true' });
  const said = await guest.sh(`${CHECKOUT}/scripts/install --no-deps`, LONG);
  assert.match(said, /kept as it is/);
  assert.match(said, /71-evidock-slots\.rules/);
  await isUp(guest);
  assert.match(await guest.sh(`grep -c 东城采集站 ${CONFIG}`), /^1/);
  // The command is root's here, works on the running station, and finds what was there before.
  await isSealed(guest, taken);
  await guest.sh('systemctl start evidock-scrub.service', LONG);
  // It was stopped three times by now, and ended by itself each time.
  const killed = await guest.run(`journalctl -u evidock -o short-iso --no-pager | grep "stop-sigterm' timed out"`);
  assert.equal(killed.stdout, '', 'the station did not end when it was stopped');
}

/** A keyboard and a network adapter in slots: the kernel is forbidden their interfaces, and the station raises its alarm. */
async function strangersIgnored({ guest }: Machine): Promise<void> {
  // A driver that is loaded already may hold the device for a moment: the harder case.
  await guest.sh('modprobe -a usbhid cdc_ether cdc_subset rndis_host');
  const made = 'ls -x /dev/input 2>/dev/null; ls -x /sys/class/net';
  const before = await guest.sh(made);
  const strangers = [
    { name: 'KEYS', port: '3', plugIn: plugKeyboard },
    { name: 'NET', port: '4', plugIn: plugNetwork },
  ];
  for (const { name, port, plugIn } of strangers) {
    await plugIn(guest, { name, port });
    const interfaces = `/sys/bus/usb/devices/1-${port}:*`;
    await guest.waitFor(`ls ${interfaces}/authorized && udevadm settle -t 10 && ! cat ${interfaces}/authorized | grep -vx 0`, 30);
    await guest.waitFor(`! ls -d ${interfaces}/driver && test "$(${made})" = '${before.trim()}'`, 10);
    const alarm = 'recorder.foreign-device';
    await untilSlot(
      { guest, state: STATE },
      `the alarm for ${name}`,
      (slot) => slot.problem?.code === alarm && slot.port.endsWith(`-${port}`),
      60,
    );
    await yank(guest, name);
  }
}

async function uninstalled({ guest }: Machine): Promise<void> {
  const said = await guest.sh(`${CHECKOUT}/scripts/uninstall`, { timeoutMs: 180_000 });
  assert.match(said, /Kept: \/var\/lib\/evidock/);
  await guest.sh('test -s /var/lib/evidock/ledger/ledger.sqlite && test -s /etc/evidock/station.yaml && id evidock');
  const left = await guest.sh(
    'ls -d /opt/evidock /usr/local/bin/evidock /run/evidock /etc/udev/rules.d/7*evidock* /etc/systemd/system/*evidock* 2>/dev/null || true',
  );
  assert.equal(left, '');
}
