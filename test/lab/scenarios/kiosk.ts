import assert from 'node:assert/strict';
import { cp, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '#test/support/evidock';
import type { Guest } from '../guest.ts';
import type { Scenario } from '../scenario.ts';
import { CHECKOUT, edit, isUp, LONG } from './installed-machine.ts';

/** A picture of one colour has fewer bytes than this, also as large as the screen. */
const DRAWN_BYTES_MIN = 12_000;
const DRAWN_MS_MAX = 900_000;

/**
 * docs/install.md, "The station's own screen": Chromium on an emulated graphics card, with a picture taken through QEMU's monitor. Run by name alone: its guest is half
 * a gigabyte larger, and an emulated processor draws a page in minutes.
 */
export const KIOSK: Scenario = {
  name: 'kiosk',
  title:
    'scripts/install --kiosk: the screen at the slots comes up after a boot, as a user that may do nothing else, and is seen to be drawn',
  byName: true,
  minutesMax: { short: 60, long: 60 },
  async run(context) {
    const guest = await context.boot({ cold: true, screen: true, memoryMiB: 3072 });
    await guest.sh(`
      umount /opt/evidock/node_modules /opt/evidock
      sed -i '\\|/opt/evidock|d' /etc/fstab && systemctl daemon-reload
      rm -rf /usr/local/bin/evidock /usr/local/bin/node /opt/evidock
      printf '/dev/disk/by-id/virtio-evd-%s ${CHECKOUT}%s ext4 ro\\n' project '' modules /node_modules >>/etc/fstab
      mkdir -p ${CHECKOUT} && mount ${CHECKOUT} && mount ${CHECKOUT}/node_modules`);
    guest.checkout = CHECKOUT;
    const said = await guest.sh(`${CHECKOUT}/scripts/install --no-deps --no-start --kiosk`, LONG);
    assert.match(said, /the screen shows http:\/\/localhost:\d+\/kiosk/);
    await edit(guest, { reserve: '64' });
    await guest.sh('sync');
    await guest.powerCut();
    await guest.start();
    await isUp(guest);
    await guest.waitFor('systemctl is-active --quiet evidock-kiosk', 300);
    await guest.waitFor('pgrep -u evidock-kiosk -f chromium', 300);
    assert.equal((await guest.run('pgrep -u root -f "[c]hromium.*--type=renderer"')).status, 1, 'a renderer runs as root');
    // A session would have taken it out of its unit, and out of the limits that stand there.
    assert.match(await guest.sh('cat /proc/$(pgrep -x cage)/cgroup'), /^0::\/system\.slice\/evidock-kiosk\.service$/m);
    // What it may not reach: the state, and anything but this machine.
    assert.notEqual((await guest.run('runuser -u evidock-kiosk -- ls /var/lib/evidock')).status, 0);
    context.note('the screen runs as its own user');
    await drawn(guest, join(context.directory, 'kiosk.png'));
    const kept = join(ROOT, 'var/lab/kiosk');
    await mkdir(kept, { recursive: true });
    await cp(join(context.directory, 'kiosk.png'), join(kept, 'kiosk.png'));
    context.figure('picture: var/lab/kiosk/kiosk.png');
    const uninstalled = await guest.sh(`${CHECKOUT}/scripts/uninstall`, LONG);
    assert.match(uninstalled, /removed units and rules/);
    assert.notEqual((await guest.run('getent passwd evidock-kiosk')).status, 0);
  },
};

/** Takes pictures of the screen until one has something on it. */
async function drawn(guest: Guest, file: string): Promise<void> {
  const end = Date.now() + DRAWN_MS_MAX;
  for (;;) {
    await guest.qmp.execute('screendump', { filename: file, format: 'png' });
    const { size } = await stat(file);
    if (size > DRAWN_BYTES_MIN) return;
    assert.ok(
      Date.now() < end,
      `the screen stays empty (${size} bytes): ${await guest.sh('journalctl -b -u evidock-kiosk --no-pager | tail -40')}`,
    );
    await sleep(5000);
  }
}
