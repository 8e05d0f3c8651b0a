import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CardMounter, PortLog, pathsOf, stick, usbDockOptions } from '#test/support/usb/ports';
import { UsbTree } from '#test/support/usb/tree';
import { UsbDock, type UsbDockOptions } from './usb-dock.ts';

/*
 * Goal: what is shown at a port is the card that is in its reader, also where it was changed before anybody looked; and a card that stays is left in
 * peace, however late its disk is ready. Method: as in usb-dock.test.ts, but the bus never rings: the kernel tells of no card there.
 */

let tree: UsbTree;
let cards: string;
let mounter: CardMounter;
let seen: PortLog;
let dock: UsbDock;

async function open(more: Partial<UsbDockOptions> = {}): Promise<void> {
  dock = new UsbDock({ ...usbDockOptions(tree, mounter), ...more });
  await dock.start(seen);
}

/** Longer than the time between two slow looks. */
const LOOK_MS = 2500;
const ARRIVED = 'arrived 1-1 CAM3000';
const arrivals = () => seen.lines.filter((line) => line === ARRIVED).length;

beforeEach(async () => {
  tree = await UsbTree.make();
  cards = await mkdtemp(join(tmpdir(), 'evidock-cards-'));
  mounter = new CardMounter(cards);
  seen = new PortLog();
});

afterEach(async () => {
  await dock.stop();
  expect(mounter.mounts).toEqual([]);
  await tree.remove();
  await rm(cards, { recursive: true });
});

describe('a card that is changed within one look', () => {
  it.each([
    ['a disk', { sda: 1e9 }],
    ['a partition', { sda: 2e9, sda1: 1e9 }],
  ])('is another stay, of the same size as it may be: %s', async (_, disks) => {
    await tree.plug({ ...stick('1-1', 3), disks });
    await open();
    await seen.until(ARRIVED);
    await tree.changeCard('sda', disks.sda);
    await seen.until('removed usb-1');
    await expect.poll(arrivals).toBe(2);
    expect(seen.lines.filter((line) => line !== 'preparing 1-1')).toEqual([ARRIVED, 'removed usb-1', ARRIVED]);
    await sleep(LOOK_MS);
    expect(arrivals()).toBe(2);
  });

  it('is told by its size where the kernel does not number media', async () => {
    tree.numbersMedia = false;
    await tree.plug(stick('1-1', 3));
    await open();
    await seen.until(ARRIVED);
    await tree.changeCard('sda', 2e9);
    await seen.until('removed usb-1');
    await expect.poll(arrivals).toBe(2);
  });

  it('ends what is read of the old one, and what is written to it, before any look; and the look comes at once', async () => {
    await tree.plug(stick('1-1', 3));
    await open();
    await seen.until(ARRIVED);
    await sleep(3500);
    const arrival = seen.arrivals[0];
    const file = await arrival?.volume.open('A.MP4');
    expect(await file?.stat()).toMatchObject({ bytes: 3 });
    await arrival?.access?.writable(async (writer) => {
      await tree.changeCard('sda', 1e9);
      await expect(writer.remove('A.MP4')).rejects.toMatchObject({ code: 'recorder.removed' });
    });
    await expect(file?.stat()).rejects.toMatchObject({ code: 'recorder.removed' });
    await file?.close();
    await seen.until('removed usb-1', 1000);
    await expect.poll(arrivals).toBe(2);
    expect(await pathsOf(seen.arrivals[1])).toEqual(['A.MP4']);
  });

  it('is read and not switched off, where the old one was about to be', async () => {
    await tree.plug(stick('1-1', 3));
    await open();
    await seen.until(ARRIVED);
    await tree.changeCard('sda', 1e9);
    await dock.release('usb-1');
    expect(mounter.off).toEqual([]);
    await seen.until('removed usb-1', 1000);
    await expect.poll(arrivals).toBe(2);
  });
});

describe('a disk that is being opened', () => {
  it('is one stay, whenever its number comes: what was mounted before is mounted again', async () => {
    let mounted = 0;
    mounter.onMount = async () => {
      mounted += 1;
      if (mounted === 1) await tree.changeCard('sda', 1e9);
    };
    await tree.plug(stick('1-1', 3));
    await open();
    await seen.until(ARRIVED);
    await sleep(LOOK_MS);
    expect(seen.lines).toEqual(['preparing 1-1', ARRIVED]);
    expect(mounted).toBe(2);
    expect(mounter.mounts).toHaveLength(1);
  });

  it('is waited for while it spins up: its size and then its number are late', async () => {
    await tree.plug({ ...stick('1-1', 3), disks: { sda: 0 } });
    await open();
    await sleep(1000);
    await tree.changeCard('sda', 1e9);
    await sleep(300);
    await tree.changeCard('sda', 1e9);
    await seen.until(ARRIVED);
    await sleep(LOOK_MS);
    expect(seen.lines).toEqual(['preparing 1-1', ARRIVED]);
  });

  it('does not arrive if its card is pulled meanwhile', async () => {
    mounter.onMount = () => tree.pullCard('sda');
    await tree.plug(stick('1-1', 3));
    await open();
    await expect.poll(() => seen.lines, { timeout: 20_000 }).toEqual(['preparing 1-1', 'gone 1-1']);
    mounter.onMount = async () => undefined;
    await tree.changeCard('sda', 1e9);
    await seen.until(ARRIVED);
  });
});

describe('a second disk that comes late', () => {
  it('opens the whole recorder anew, with both', async () => {
    mounter.labels.set('sdb', 'CARD');
    await tree.plug({ ...stick('1-1', 3), disks: { sda: 1e9, sdb: 0 } });
    await open();
    await seen.until(ARRIVED);
    expect(await pathsOf(seen.arrivals[0])).toEqual(['A.MP4']);
    await tree.changeCard('sdb', 2e9);
    await seen.until('removed usb-1');
    await expect.poll(arrivals).toBe(2);
    expect(await pathsOf(seen.arrivals[1])).toEqual(['BODYCAM/A.MP4', 'CARD/A.MP4']);
    await tree.pullCard('sdb');
    await seen.until('removed usb-2');
    await expect.poll(arrivals).toBe(3);
    expect(await pathsOf(seen.arrivals[2])).toEqual(['A.MP4']);
  });
});

describe('a recorder that was released and stays plugged in', () => {
  const release = async (more: Partial<UsbDockOptions>) => {
    await tree.plug({ ...stick('1-1', 3), disks: { sda: 2e9, sda1: 1e9 } });
    await open(more);
    await seen.until(ARRIVED);
    await dock.release('usb-1');
    expect(mounter.mounts).toEqual([]);
  };

  it('is left in peace while its card stays', async () => {
    await release({ powerOff: false });
    await sleep(LOOK_MS);
    expect(seen.lines).toEqual(['preparing 1-1', ARRIVED]);
  });

  it('has left when its card is pulled, and comes again with the next card', async () => {
    await release({ powerOff: false });
    await tree.pullCard('sda');
    await seen.until('removed usb-1');
    expect(arrivals()).toBe(1);
    await tree.changeCard('sda', 2e9);
    await expect.poll(arrivals).toBe(2);
  });

  it('has left when another card is in it, which is taken in', async () => {
    await release({ powerOff: false });
    await tree.changeCard('sda', 2e9);
    await seen.until('removed usb-1');
    await expect.poll(arrivals).toBe(2);
    expect(seen.lines.indexOf('removed usb-1')).toBeLessThan(seen.lines.lastIndexOf(ARRIVED));
  });

  it('has not left because the station took it off the bus, and its disks with it', async () => {
    mounter.onPowerOff = (port) => tree.deauthorize(port);
    await release({ powerOff: true });
    expect(mounter.off).toEqual(['1-1']);
    await sleep(LOOK_MS);
    expect(seen.lines).toEqual(['preparing 1-1', ARRIVED]);
    await tree.pull('1-1');
    await seen.until('removed usb-1');
  });
});
