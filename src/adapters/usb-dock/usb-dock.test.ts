import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because, english } from '#domain/reason';
import type { UsbProfile } from '#domain/recorder/exchange';
import { DRIVERS } from '#drivers';
import type { Arrival, DockNotice } from '#ports/dock';
import { saying } from '#test/support/saying';
import { CardMounter, PortLog, pathsOf, stick, usbDockOptions } from '#test/support/usb/ports';
import { KEYBOARD, MASS_STORAGE, UsbTree, VENDOR } from '#test/support/usb/tree';
import type { UsbBus } from './usb-bus.ts';
import { UsbDock, type UsbDockOptions } from './usb-dock.ts';

/*
 * Goal: what the ports hold becomes arrivals, removals and notices, whatever the bus rings. Method: /sys and udev's database as plain files, the
 * mounter and the bus played by hand, as neither exists on a host without USB. The lab does the same with QEMU's devices and a real kernel.
 */

let tree: UsbTree;
let cards: string;
let mounter: CardMounter;
let seen: PortLog;
let dock: UsbDock;
let ring: () => void;
let log: string[];
let arrivals: Arrival[];
let notices: DockNotice[];
let mounts: string[];
let failing: Set<string>;
let answer: (sent: Uint8Array) => Uint8Array | null;
let off: string[];

const bus: UsbBus = {
  start: async (given) => {
    ring = given;
  },
  stop: () => undefined,
  talk: async (_device, _interface, work) => {
    let last: Uint8Array = new Uint8Array();
    return work({
      send: async (_to, bytes) => {
        last = bytes;
      },
      receive: async () => {
        const bytes = answer(last);
        if (!bytes) throw new EvidockError('recorder.locked', because('no-answer-within', { seconds: 2 }));
        return bytes;
      },
    });
  },
};

async function open(more: Partial<UsbDockOptions> = {}, profile?: UsbProfile): Promise<void> {
  dock = new UsbDock({
    ...usbDockOptions(tree, mounter),
    bus,
    profiles: profile ? [{ driverId: 'gat947', profile }] : [],
    ...more,
  });
  await dock.start(seen);
}

const until = (line: string | RegExp, msMax?: number) => seen.until(line, msMax);

beforeEach(async () => {
  tree = await UsbTree.make();
  cards = await mkdtemp(join(tmpdir(), 'evidock-cards-'));
  mounter = new CardMounter(cards);
  seen = new PortLog();
  ({ lines: log, arrivals, notices } = seen);
  ({ mounts, failing, off } = mounter);
  answer = () => null;
});

afterEach(async () => {
  await dock.stop();
  expect(mounts).toEqual([]);
  await tree.remove();
  await rm(cards, { recursive: true });
});

describe('a recorder in a port', () => {
  it('is found at start or when it comes, and gone when it goes: the same stick in another port is another stay', async () => {
    await tree.plug(stick('1-1', 3));
    await open();
    await until('arrived 1-1 CAM3000');
    expect(arrivals[0]).toMatchObject({ hub: '1', vendorId: '46f4', productId: '0001' });
    expect(arrivals[0]?.facts.map(english).join('\n')).toMatch(
      /USB 46f4:0001 in port 1-1.*serial CAM3000[\s\S]*disk sda, pci-\S+ \(954 MiB\): vfat, BODYCAM, clean/,
    );
    expect(await pathsOf(arrivals[0])).toEqual(['A.MP4']);
    await tree.pull('1-1');
    ring();
    await until('removed usb-1', 500);
    await rm(join(tree.sys, 'class/block/sda'));
    await tree.plug(stick('1-4.2', 4));
    ring();
    await until('arrived 1-4.2 CAM4000');
    expect(arrivals[1]?.hub).toBe('1-4');
  });

  it('that left and came back between two looks has left and come back', async () => {
    await tree.plug(stick('1-1', 3));
    await open();
    await until('arrived 1-1 CAM3000');
    await tree.pull('1-1');
    await rm(join(tree.sys, 'class/block/sda'));
    await tree.plug(stick('1-1', 4));
    ring();
    await until('arrived 1-1 CAM4000');
    expect(log.indexOf('removed usb-1')).toBeLessThan(log.indexOf('arrived 1-1 CAM4000'));
  });

  it('that is pulled while it is read has left at once, also where the bus does not ring', async () => {
    await tree.plug(stick('1-1', 3));
    await open();
    await until('arrived 1-1 CAM3000');
    const file = await arrivals[0]?.volume.open('A.MP4');
    // Until only the slow look is left.
    await sleep(3500);
    await tree.pull('1-1');
    await expect(file?.stat()).rejects.toMatchObject({ code: 'recorder.removed' });
    await file?.close();
    await until('removed usb-1', 500);
  });

  it('is in the same port of a USB 3 socket under both of its names', async () => {
    await tree.plug({ ...stick('2-4.2', 3), peer: '1-4-port2' });
    await open();
    await until('arrived 1-4.2 CAM3000');
    expect(arrivals[0]).toMatchObject({ hub: '2-4' });
    expect(arrivals[0]?.facts.map(english).join()).toContain('in port 1-4.2 (2-4.2)');
    await tree.pull('2-4.2');
    await rm(join(tree.sys, 'class/block/sda'));
    // A worn plug: now it reaches USB 2 only.
    await tree.plug({ ...stick('1-4.2', 4), peer: '2-4-port2' });
    ring();
    await until('arrived 1-4.2 CAM4000');
    expect(log.indexOf('removed usb-1')).toBeLessThan(log.indexOf('arrived 1-4.2 CAM4000'));
    expect(arrivals[1]).toMatchObject({ hub: '1-4' });
    // The kernel pairs root ports by their number where the firmware tells nothing: two devices are in two sockets, whatever it says.
    await dock.release('usb-2');
    await tree.plug({ ...stick('2-4.2', 6, 'sdc'), peer: '1-4-port2' });
    ring();
    await until('arrived 2-4.2 CAM6000');
    await tree.plug({ ...stick('4-1', 7, 'sdd'), peer: 'usb3-port1' });
    await tree.plug({ ...stick('3-1', 8, 'sde'), peer: 'usb4-port1' });
    ring();
    await until(/arrived [34]-1 CAM7000/);
    await until(/arrived [34]-1 CAM8000/);
    expect(new Set(arrivals.slice(-2).map(({ port }) => port))).toEqual(new Set(['3-1', '4-1']));
    // Buses are compared as numbers: 9 is the lower name, and 10 the higher.
    await tree.plug({ ...stick('10-1', 5, 'sdf'), peer: 'usb9-port1' });
    ring();
    await until('arrived 9-1 CAM5000');
  });

  it('with several volumes is one; what fails to mount is a refusal by name, and keeps the card from being whole', async () => {
    failing.add('sda2');
    await tree.plug({ ...stick('1-1', 3), disks: { sda: 3e9, sda1: 1e9, sda2: 1e9, sda3: 1024 } });
    await open();
    await until('arrived 1-1 CAM3000');
    expect(await pathsOf(arrivals[0])).toEqual(['volume-2: recorder.unreadable', 'BODYCAM/A.MP4', 'recorder.unreadable']);
    expect(arrivals[0]?.facts.map(english).join('\n')).toContain('sda2 is rotten');
  });

  it('that cannot be mounted at all is a problem, until it leaves', async () => {
    failing.add('sda');
    await tree.plug(stick('1-1', 3));
    await open();
    await until('problem 1-1 recorder.mount-failed');
    await tree.pull('1-1');
    ring();
    await until('gone 1-1');
  });

  it('is opened anew when its card is changed, in a reader that stays', async () => {
    await tree.plug({ ...stick('1-1', 3), disks: { sda: 0 } });
    await open();
    await sleep(300);
    expect(log).toEqual(['preparing 1-1']);
    await rm(join(tree.sys, 'class/block/sda'));
    await tree.addDisk('1-1', 'sda', 2e9);
    await until('arrived 1-1 CAM3000');
    await rm(join(tree.sys, 'class/block/sda'));
    ring();
    await until('removed usb-1');
  });

  it('over MTP shows its storage', async () => {
    await tree.plug({ port: '1-1', number: 3, ids: '46f4:0004', serial: 'MTP1000', interfaces: ['060101'] });
    await open();
    await until('arrived 1-1 MTP1000');
    expect(await pathsOf(arrivals[0])).toEqual(['A.MP4']);
    expect(arrivals[0]?.access).toBeNull();
  });

  it('without a serial of its own is known by its file system', async () => {
    await tree.plug({ ...stick('1-1', 3), serial: '000000000000' });
    await open();
    await until('arrived 1-1 UUID-sda');
  });
});

describe('a recorder that is safe', () => {
  it('is unmounted and switched off, stays quiet, and has left when it is pulled', async () => {
    await tree.plug(stick('1-1', 3));
    await open();
    await until('arrived 1-1 CAM3000');
    await dock.release('usb-1');
    expect(mounts).toEqual([]);
    expect(off).toEqual(['1-1']);
    await rm(join(tree.sys, 'class/block/sda'));
    ring();
    await sleep(400);
    expect(log.at(-1)).toBe('arrived 1-1 CAM3000');
    await tree.pull('1-1');
    await tree.plug(stick('1-1', 4));
    ring();
    await until('arrived 1-1 CAM4000');
    expect(log).toContain('removed usb-1');
  });

  it('is left alone by the next process, until it is docked again', async () => {
    await tree.plug({ ...stick('1-1', 3), disks: {}, authorized: false });
    await open();
    ring();
    await sleep(400);
    expect(log).toEqual([]);
  });

  it('stays in its port unmounted, where it is not to be powered off', async () => {
    await tree.plug(stick('1-1', 3));
    await open({ powerOff: false });
    await until('arrived 1-1 CAM3000');
    await dock.release('usb-1');
    ring();
    await sleep(400);
    expect(log.at(-1)).toBe('arrived 1-1 CAM3000');
    await tree.pull('1-1');
    ring();
    await until('removed usb-1', 500);
  });
});

describe('what is no recorder', () => {
  it('raises an alarm in a port for recorders, and is nobody’s business elsewhere', async () => {
    await tree.plug({ port: '1-1', number: 3, ids: '1234:0001', interfaces: [KEYBOARD] });
    await tree.plug({ port: '1-2', number: 4, ids: '1234:0001', interfaces: [KEYBOARD] });
    await tree.plug({ port: '1-1.4', number: 5, ids: '1234:0002', interfaces: ['020600', '0a0000'] });
    await tree.plug({ port: '1-1.5', number: 6, ids: '1234:0003', interfaces: [KEYBOARD], authorized: false });
    await tree.plug({ port: '1-3', number: 7, ids: '1234:0004', deviceClass: '09', interfaces: ['090000'] });
    await open();
    await until('problem 1-1.5 recorder.foreign-device');
    expect(log.sort()).toEqual(['1-1', '1-1.4', '1-1.5'].map((port) => `problem ${port} recorder.foreign-device`));
    await tree.pull('1-1.4');
    ring();
    await until('gone 1-1.4');
  });

  it('raises the alarm also under the other name of a socket that has two', async () => {
    await tree.plug({ port: '3-1', number: 3, ids: '1234:0001', interfaces: [KEYBOARD], peer: 'usb1-port1' });
    await tree.plug({ port: '3-4.2', number: 4, ids: '1234:0001', interfaces: [KEYBOARD], peer: '1-1-port2' });
    await tree.plug({ port: '3-2', number: 5, ids: '1234:0001', interfaces: [KEYBOARD], peer: 'usb1-port2' });
    await open();
    await until('problem 1-1.2 recorder.foreign-device');
    expect(log.sort()).toEqual(['1-1', '1-1.2'].map((port) => `problem ${port} recorder.foreign-device`));
  });

  it('is refused as a whole if it hides behind a disk, wherever it is', async () => {
    await tree.plug({ ...stick('1-2', 3), interfaces: [MASS_STORAGE, KEYBOARD] });
    await open();
    await until('problem 1-2 recorder.foreign-device');
    ring();
    await sleep(400);
    expect(log).toEqual(['problem 1-2 recorder.foreign-device']);
  });

  it('is not looked at outside the hubs that are named', async () => {
    await tree.plug(stick('1-4.2', 3, 'sda'));
    await tree.plug(stick('1-5', 4, 'sdb'));
    await tree.plug(stick('2-1', 5, 'sdc'));
    await tree.plug({ port: '1-4.1', number: 6, ids: '1234:0001', interfaces: [KEYBOARD] });
    await open({ hubs: ['1-4', '2'] });
    await until('arrived 1-4.2 CAM3000');
    await until('arrived 2-1 CAM5000');
    expect(log).toContain('problem 1-4.1 recorder.foreign-device');
    expect(log.join()).not.toContain('1-5');
  });
});

describe('a locked recorder', () => {
  const profile = DRIVERS.find((driver) => driver.id === 'gat947')?.usb?.[0];
  const locked = { port: '1-1', number: 3, ids: '2a01:1b02', serial: '0000005', interfaces: [VENDOR] };
  /** As the lab's recorder answers: it knows the password, and its clock is 100 s slow. */
  const recorder = (sent: Uint8Array): Uint8Array => {
    const command = sent[4] ?? 0;
    const texts: Record<number, string> = { 1: 'EVD010000005041234', 3: '20260620075820', 5: '018' };
    const payload = texts[command] ?? '';
    const right = Buffer.from(sent).toString('latin1', 6, 12) === '888888';
    const status = command === 2 && !right ? 1 : 0;
    if (command === 2 && right) unlocked = true;
    return Buffer.concat([Buffer.from('EVRA'), Buffer.from([command, status, payload.length]), Buffer.from(payload)], 64);
  };
  let unlocked = false;

  beforeEach(() => {
    unlocked = false;
    answer = recorder;
  });

  it('is asked who it is and what its clock says, is unlocked, and comes back as a disk under another id', async () => {
    await tree.plug(locked);
    await open({ setClock: true }, profile);
    for (let tries = 0; !unlocked && tries < 100; tries += 1) await sleep(20);
    await tree.pull('1-1');
    ring();
    await sleep(200);
    await tree.plug({ ...stick('1-1', 4), ids: '2a01:1b01', serial: '0000005' });
    ring();
    await until('arrived 1-1 0000005');
    expect(arrivals[0]).toMatchObject({ productId: '1b01', clockOffsetMs: 100_000, batteryPercent: 18, unlocked: true });
    expect(arrivals[0]?.clockSet).toEqual({
      port: '1-1',
      serial: '0000005',
      offsetMs: 100_000,
      atMs: Date.parse('2026-06-20T08:00:00+08:00'),
    });
    expect(log.slice(0, 3)).toEqual(['preparing 1-1', 'setting the clock of 0000005 in 1-1', 'its clock in 1-1 set: yes']);
    expect(arrivals[0]?.facts.map(english).join('\n')).toContain('unlocked by a vendor command');
    expect(log).not.toContain('gone 1-1');
  });

  it('may come back under the other name of its socket', async () => {
    await tree.plug({ ...locked, peer: 'usb2-port1' });
    await open({}, profile);
    for (let tries = 0; !unlocked && tries < 100; tries += 1) await sleep(20);
    await tree.pull('1-1');
    await tree.plug({ ...stick('2-1', 4), ids: '2a01:1b01', serial: '0000005', peer: 'usb1-port1' });
    ring();
    await until('arrived 1-1 0000005');
    expect(arrivals[0]).toMatchObject({ unlocked: true, hub: '2' });
    expect(log).not.toContain('gone 1-1');
  });

  it('that is pulled is not taken for the next one in its port', async () => {
    await tree.plug(locked);
    await open({}, profile);
    for (let tries = 0; !unlocked && tries < 100; tries += 1) await sleep(20);
    await tree.pull('1-1');
    ring();
    await sleep(200);
    await tree.plug({ ...stick('1-1', 4), ids: '2a01:1b01', serial: '0000077' });
    ring();
    await until('arrived 1-1 0000077');
    expect(arrivals[0]?.clockOffsetMs).toBeNull();
  });

  it('says why it stays locked: a wrong password, none, or silence', async () => {
    await tree.plug(locked);
    await open({ secret: async () => '123456' }, profile);
    await until('problem 1-1 recorder.locked');
    expect(notices.at(-1)?.problem?.reason).toEqual(saying('the password is wrong'));
    await dock.stop();
    log.length = 0;
    await open({ secret: async () => null }, profile);
    await until('problem 1-1 recorder.locked');
    expect(notices.at(-1)?.problem?.reason).toEqual(saying('no secret unlock-gat947-usb'));
    await dock.stop();
    log.length = 0;
    answer = () => null;
    await open({}, profile);
    await until('problem 1-1 recorder.locked');
    expect(notices.at(-1)?.problem?.reason).toEqual(saying('ask who it is: no answer'));
    expect(JSON.stringify(notices)).not.toContain('123456');
  });
});
