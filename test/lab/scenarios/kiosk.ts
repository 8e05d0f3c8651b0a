import assert from 'node:assert/strict';
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '#test/support/evidock';
import type { Guest } from '../guest.ts';
import type { Scenario } from '../scenario.ts';
import { CHECKOUT, edit, isUp, LONG } from './installed-machine.ts';

/** A picture of one colour has fewer bytes than this, also as large as the screen. */
const DRAWN_BYTES_MIN = 12_000;
const DRAWN_MS_MAX = 900_000;
const PAIRED_MS_MAX = 900_000;
/** An emulated processor may take so long from the last key to the answer. */
const TYPED_MS = 40_000;
const KEY_MS = 1000;
/** Chromium writes its cookies twice a minute. */
const WRITTEN_MS = 60_000;
/** The clock of the station goes on in it. */
const LIVE_MS = 8000;

/**
 * docs/install.md, "The station's own screen": Chromium on an emulated graphics card, with a picture taken through QEMU's monitor. Run by name alone: its guest is half
 * a gigabyte larger, and an emulated processor draws a page in minutes.
 */
export const KIOSK: Scenario = {
  name: 'kiosk',
  title:
    'scripts/install --kiosk: the screen at the slots comes up after a boot, as a user that may do nothing else, is paired and live, and is so again after a power cut',
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
    const picture = join(context.directory, 'kiosk.png');
    await drawn(guest, picture);
    context.note('something is drawn');
    await pair(guest);
    context.note('the screen is paired');
    await live(guest, picture);
    const kept = join(ROOT, 'var/lab/kiosk');
    await mkdir(kept, { recursive: true });
    await cp(picture, join(kept, 'kiosk.png'));
    context.figure('picture: var/lab/kiosk/kiosk.png');
    // The plug of the machine is pulled: the screen comes back by itself, and nobody has to pair it again.
    await sleep(WRITTEN_MS);
    await guest.powerCut();
    await guest.start();
    const since = await guest.sh('date -u +%FT%TZ');
    await isUp(guest);
    await until(
      guest,
      DRAWN_MS_MAX,
      'the screen is not heard after the power cut',
      async () => (await seenAtMs(guest)) > Date.parse(since),
    );
    await live(guest, picture);
    await cp(picture, join(kept, 'after-power-cut.png'));
    context.note('after a power cut the screen is live again');
    const uninstalled = await guest.sh(`${CHECKOUT}/scripts/uninstall`, LONG);
    assert.match(uninstalled, /removed units and rules/);
    assert.notEqual((await guest.run('getent passwd evidock-kiosk')).status, 0);
  },
};

/** Takes pictures of the screen until one has something on it. */
async function drawn(guest: Guest, file: string): Promise<void> {
  await until(guest, DRAWN_MS_MAX, 'the screen stays empty', async () => {
    await screendump(guest, file);
    return (await stat(file)).size > DRAWN_BYTES_MIN;
  });
}

/** Types the code of an administrator at the guest's keyboard, until the station knows the screen. */
async function pair(guest: Guest): Promise<void> {
  const { code } = JSON.parse(await guest.sh('evidock --json kiosk pair Hall', LONG)) as { readonly code: string };
  const keys = [...code.toLowerCase()].filter((key) => /[0-9a-z]/.test(key));
  await until(guest, PAIRED_MS_MAX, 'no key reached the page', async () => {
    // What an earlier try left half typed.
    for (const key of [...keys.map(() => 'backspace'), ...keys]) {
      await guest.qmp.execute('send-key', { keys: [{ type: 'qcode', data: key }], 'hold-time': 50 });
      await sleep(KEY_MS);
    }
    await sleep(TYPED_MS);
    return (await kiosks(guest)).some(({ pairedAt }) => pairedAt !== null);
  });
}

interface Paired {
  readonly pairedAt: string | null;
  readonly lastSeenAt: string | null;
}

async function kiosks(guest: Guest): Promise<readonly Paired[]> {
  return JSON.parse(await guest.sh('evidock --json kiosk list', LONG)) as readonly Paired[];
}

/** When the station heard of a screen last; 0: never. */
async function seenAtMs(guest: Guest): Promise<number> {
  return Math.max(0, ...(await kiosks(guest)).map(({ lastSeenAt }) => Date.parse(lastSeenAt ?? '') || 0));
}

/** Takes pictures until the clock moves in three of them: the page hears the station. */
async function live(guest: Guest, file: string): Promise<void> {
  await until(guest, DRAWN_MS_MAX, 'the clock on the screen stands still', async () => {
    const seen = new Set<string>();
    for (let taken = 0; taken < 3; taken += 1) {
      await screendump(guest, file);
      seen.add((await readFile(file)).toString('base64'));
      await sleep(LIVE_MS);
    }
    return seen.size === 3;
  });
}

async function screendump(guest: Guest, filename: string): Promise<void> {
  await guest.qmp.execute('screendump', { filename, format: 'png' });
}

async function until(guest: Guest, msMax: number, what: string, isTrue: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + msMax; !(await isTrue()); await sleep(5000))
    assert.ok(Date.now() < end, `${what}: ${await guest.sh('journalctl -b -u evidock-kiosk --no-pager | tail -40')}`);
}
