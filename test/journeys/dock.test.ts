/*
 * Goal: every slot tells the truth about what is plugged into it, whatever comes in whatever order; unknown storage is left alone; clocks are told.
 * Method: the desk with its real stages over plain directories; a dock that plugs what a test says.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryAccess } from '#adapters/directory-dock/directory-access';
import { STATION } from '#domain/custody/actor';
import { SlotsChanged } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import { because, english } from '#domain/reason';
import { DRIVERS } from '#drivers';
import type { Arrival, DockNotice } from '#ports/dock';
import type { PortSeen } from '#ports/slot-learning';
import { saying } from '#test/support/saying';
import { temporaryDirectory } from '../support/evidock.ts';
import { dockStation } from '../support/station/dock-station.ts';
import { disturbedVolume, writeCard } from '../support/station/intake-station.ts';

const NAME = 'DCIM/20260620/DSJ0012345_041234_20260620153012_0007.MP4';
const WAIT = { timeout: 10_000, interval: 10 };
const PROBLEM = { code: 'recorder.foreign-device', reason: because('said', { text: 'keyboard' }) } as const;
const notice = (state: DockNotice['state'], more: Partial<DockNotice> = {}): DockNotice => ({
  port: '1-4.1',
  hub: '1-4',
  state,
  facts: [because('usb-ids', { vendor: '2a01', product: '1b01' })],
  problem: state === 'problem' ? PROBLEM : null,
  ...more,
});

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;
let station: Awaited<ReturnType<typeof dockStation>>;

beforeEach(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  await writeCard(card, { [NAME]: randomBytes(100_000) });
});
afterEach(async () => {
  await station.close();
  await home.remove();
});

const open = async (options: Parameters<typeof dockStation>[1] = {}) => {
  station = await dockStation(join(home.path, 's'), options);
  return station;
};

describe('notices', () => {
  it('show what is prepared, what is wrong, and that it has gone; a problem is on record once', async () => {
    await open();
    station.dock.notice(notice('preparing'));
    expect(await station.until(1, ({ phase }) => phase === 'preparing')).toMatchObject({
      port: '1-4.1',
      hub: '1-4',
      explain: [because('usb-ids', { vendor: '2a01', product: '1b01' })],
    });
    station.dock.notice(notice('problem'));
    expect(await station.until(1, ({ phase }) => phase === 'problem')).toMatchObject({ problem: PROBLEM, dockingId: null });
    station.dock.notice(notice('gone'));
    expect(await station.until(1, ({ phase }) => phase === 'empty')).toMatchObject({ problem: null, explain: [] });
    const refused = await station.custody('device.refused', 'port:1-4.1');
    expect(refused.map(({ data }) => data)).toEqual([
      { slot: 1, port: '1-4.1', code: 'recorder.foreign-device', facts: [because('usb-ids', { vendor: '2a01', product: '1b01' })] },
    ]);
  });

  it('never take the slot of a docking: an alarm beside it is a warning, and leaves with its cause', async () => {
    await open();
    const reading = Promise.withResolvers<void>();
    station.plug(card, { volume: disturbedVolume(card, () => reading.promise) });
    await station.until(1, ({ phase }) => phase === 'copying');
    station.dock.notice(notice('preparing'));
    station.dock.notice(notice('problem'));
    const warned = await station.until(1, ({ warning }) => warning !== null);
    expect(warned).toMatchObject({ phase: 'copying', problem: null, warning: PROBLEM, recorderSerial: 'R1' });
    station.dock.notice(notice('gone'));
    await station.until(1, ({ warning }) => warning === null);
    reading.resolve();
    expect(await station.until(1, ({ phase }) => phase === 'safe')).toMatchObject({ recorderSerial: 'R1' });
  });

  it('hide only while they last what a pulled recorder still holds', async () => {
    await open();
    const reading = Promise.withResolvers<void>();
    const key = station.plug(card, { volume: disturbedVolume(card, () => reading.promise) });
    await station.until(1, ({ phase }) => phase === 'copying');
    station.dock.remove(key);
    reading.resolve();
    const left = await station.until(1, ({ phase }) => phase === 'removed');
    expect(left.problem).toMatchObject({ code: 'recorder.removed' });
    for (const state of ['preparing', 'problem'] as const) {
      station.dock.notice(notice(state));
      await station.until(1, ({ phase }) => phase === state);
      station.dock.notice(notice('gone'));
      const { updatedAtMs: _, ...shown } = await station.until(1, ({ phase }) => phase !== state);
      expect(left).toMatchObject(shown);
    }
  });

  it('shows counting, then copying, and never fewer sealed files than before; a card that is known is only counted', async () => {
    await open();
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`DCIM/${100 + Math.floor(index / 15)}MEDIA/AMBA${1000 + index}.MP4`, `${index}`]),
    );
    const large = join(home.path, 'large');
    await writeCard(large, many);
    const seen: { phase: string; filesListed: number; filesSealed: number }[] = [];
    const { board } = station;
    const look = () => {
      const { phase, filesListed, filesSealed } = station.slot(1) ?? { phase: '', filesListed: 0, filesSealed: 0 };
      seen.push({ phase, filesListed, filesSealed });
    };
    const [begin, update] = [board.openDocking.bind(board), board.updateDocking.bind(board)];
    board.openDocking = (docking, patch) => {
      begin(docking, patch);
      look();
    };
    board.updateDocking = (id, patch) => {
      update(id, patch);
      look();
    };
    const first = station.plug(large);
    await expect.poll(() => station.dock.released, WAIT).toEqual([first]);
    const phases = seen.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
    expect(phases).toEqual(['arrived', 'listing', 'copying', 'safe']);
    expect(seen.map(({ filesSealed }) => filesSealed)).toEqual(seen.map(({ filesSealed }) => filesSealed).sort((a, b) => a - b));
    station.dock.remove(first);
    await station.until(1, ({ phase }) => phase === 'removed');
    seen.length = 0;
    station.plug(large);
    await expect.poll(() => station.dock.released, WAIT).toHaveLength(2);
    expect(new Set(seen.map(({ phase }) => phase))).toEqual(new Set(['arrived', 'listing', 'safe']));
    const listed = seen.filter(({ phase }) => phase === 'listing').map(({ filesListed }) => filesListed);
    expect(new Set(listed).size).toBeGreaterThan(2);
    expect(station.slot(1)).toMatchObject({ filesListed: 60, filesSealed: 60, bytesListed: 0, bytesCopied: 0 });
  });

  it('of two recorders that follow each other in a port, the second is not touched by the end of the first', async () => {
    await open();
    const other = join(home.path, 'other');
    await writeCard(other, { [NAME.replace('0007', '0008')]: randomBytes(1000) });
    const pulled = Promise.withResolvers<void>();
    const first = station.plug(card, { volume: disturbedVolume(card, () => pulled.promise) });
    await station.until(1, ({ phase }) => phase === 'copying');
    station.dock.remove(first);
    station.dock.notice(notice('preparing'));
    station.plug(other, { serial: 'R2', facts: [because('said', { text: 'the second' })] });
    pulled.resolve();
    const view = await station.until(1, ({ phase, recorderSerial }) => phase === 'safe' && recorderSerial === 'R2');
    expect(view).toMatchObject({ filesListed: 1, filesSealed: 1, bytesListed: 1000, bytesCopied: 1000, problem: null });
    const dockings = await station.ledger.dockings.list({ limit: 10 });
    expect(dockings.map(({ recorderSerial, state }) => `${recorderSerial} ${state}`)).toEqual(['R2 safe', 'R1 removed']);
  });
});

describe('recognition', () => {
  it('explains itself: what the port told, what every driver said, what came of it', async () => {
    await open();
    station.plug(card, {
      vendorId: '4255',
      productId: '0001',
      product: 'Body Cam',
      facts: [because('said', { text: 'Body Cam' }), because('said', { text: 'first partition' })],
    });
    const { explain, driverId } = await station.until(1, ({ phase }) => phase === 'safe');
    expect(driverId).toBe('gat947');
    const lines = explain.map(english);
    expect(lines.slice(0, 2)).toEqual(['Body Cam', 'first partition']);
    for (const driver of DRIVERS.filter(({ id }) => id !== 'generic'))
      expect(lines.some((line) => line.startsWith(`${driver.id} (`))).toBe(true);
    expect(lines.find((line) => line.startsWith('gat947'))).toMatch(/100 of 100: 1 of 1 media names/);
    expect(explain.at(-1)).toEqual(because('taken-for', { driver: 'gat947' }));
  });

  it('leaves a USB stick alone that nobody knows: nothing is read, no docking is opened, and that is on record', async () => {
    await open();
    const stick = join(home.path, 'stick');
    await writeCard(stick, { 'letter.doc': 'private', 'STATUS.TXT': 'x' });
    let reads = 0;
    const key = station.plug(stick, {
      vendorId: '0781',
      productId: '5567',
      volume: disturbedVolume(stick, () => {
        reads += 1;
      }),
    });
    const view = await station.until(1, ({ phase }) => phase === 'unknown');
    expect(view).toMatchObject({ dockingId: null, recorderSerial: null, problem: { code: 'recorder.unknown' } });
    expect(view.explain.at(-1)).toEqual(saying(/^no driver knows it/));
    expect(reads).toBe(0);
    expect(await station.ledger.dockings.list({ limit: 1 })).toEqual([]);
    const [entry] = await station.custody('device.refused', 'port:1-4.1');
    expect(entry?.data).toMatchObject({ code: 'recorder.unknown', slot: 1 });
    expect(JSON.stringify(entry)).not.toContain('letter');
    station.dock.remove(key);
    await station.until(1, ({ phase }) => phase === 'empty');
  });

  it('knows a recorder again whose card was emptied, but takes no unknown files for that, and no other device', async () => {
    await open();
    const ids = { vendorId: '4255', productId: '0001' };
    const dockAndPull = async (overrides: Partial<Arrival>, phase: 'safe' | 'unknown') => {
      const key = station.plug(card, { ...ids, ...overrides });
      const view = await station.until(1, (slot) => slot.phase === phase);
      station.dock.remove(key);
      await station.until(1, (slot) => slot.phase === 'removed' || slot.phase === 'empty');
      return view;
    };
    // The card's own number outranks what the bus claims.
    const serial = (await dockAndPull({}, 'safe')).recorderSerial;
    await rm(card, { recursive: true });
    await mkdir(join(card, 'DCIM'), { recursive: true });
    const view = await dockAndPull({ serial }, 'safe');
    expect(view).toMatchObject({ driverId: 'gat947', recorderSerial: serial, filesListed: 0 });
    expect(view.explain.at(-1)).toEqual(saying(/^taken for gat947: .* docked before/));
    await dockAndPull({ serial, productId: '0002' }, 'unknown');
    await writeCard(card, { 'letter.doc': 'private' });
    await dockAndPull({ serial }, 'unknown');
  });

  it('knows a recorder again on whose card only its lesser files are left, beside what nobody knows', async () => {
    await writeCard(card, { 'DATA/track.bin': 'positions' });
    await open();
    const ids = { vendorId: '4255', productId: '0001' };
    const first = station.plug(card, ids);
    const { recorderSerial: serial } = await station.until(1, ({ phase }) => phase === 'safe');
    station.dock.remove(first);
    await station.until(1, ({ phase }) => phase === 'removed');
    await rm(join(card, 'DCIM'), { recursive: true });
    await writeCard(card, { 'letter.doc': 'private' });
    station.plug(card, { ...ids, serial });
    const view = await station.until(1, ({ phase }) => phase === 'safe' || phase === 'unknown');
    expect(view).toMatchObject({ phase: 'safe', driverId: 'gat947', recorderSerial: serial, filesListed: 2 });
    expect(view.explain.at(-1)).toEqual(saying(/^taken for gat947: the card has files that are on record/));
  });

  it('takes it where the site says so, and a directory in any case', async () => {
    await open({ unknown: 'take' });
    const stick = join(home.path, 'stick');
    await writeCard(stick, { 'letter.doc': 'text' });
    station.plug(stick, { vendorId: '0781', productId: '5567' });
    expect(await station.until(1, ({ phase }) => phase === 'safe')).toMatchObject({ driverId: 'generic' });
    await station.close();
    await open();
    station.plug(stick, { port: '/media/stick' });
    expect(await station.until(2, ({ phase }) => phase === 'safe')).toMatchObject({ driverId: 'generic', port: '/media/stick' });
  });

  it('shows a card that cannot be listed', async () => {
    await open();
    station.plug(join(home.path, 'nothing'), { volume: station.plain(join(home.path, 'nothing')) });
    expect(await station.until(1, ({ phase }) => phase === 'problem')).toMatchObject({
      problem: { code: 'recorder.removed' },
      dockingId: null,
    });
  });
});

describe('release', () => {
  it('comes when everything is done, and the slot stays safe', async () => {
    await open();
    const key = station.plug(card);
    await station.until(1, ({ phase }) => phase === 'safe');
    await expect.poll(() => station.dock.released, WAIT).toEqual([key]);
    expect(station.slot(1)?.phase).toBe('safe');
    station.dock.remove(key);
    expect(await station.until(1, ({ phase }) => phase === 'removed')).toMatchObject({ problem: null });
  });
});

describe('clock', () => {
  const nowMs = () => Date.parse('2026-06-20T16:00:00+08:00');
  const setter = DRIVERS.map((driver) =>
    driver.id === 'gat947' ? { ...driver, clockFile: { path: 'TIME.TXT', text: (claimed: string) => `SET ${claimed}\r\n` } } : driver,
  );

  it('is warned of over the limit, with the offset in the docking and in custody', async () => {
    await open({ nowMs });
    await writeCard(card, { 'STATUS.TXT': 'TIME=2026-06-20 15:56:48\n' });
    station.plug(card);
    const view = await station.until(1, ({ phase }) => phase === 'safe');
    expect(view).toMatchObject({ clockOffsetMs: 192_000, warning: { code: 'recorder.clock-off', reason: saying('3 min 12 s behind') } });
    const docking = await station.docking(1);
    expect(docking).toMatchObject({
      clockOffsetMs: 192_000,
      driverWhy: expect.arrayContaining([saying('its clock is 3 min 12 s behind')]),
    });
    expect((await station.custody('docking.arrived', docking?.id ?? ''))[0]?.data).toMatchObject({
      clockOffsetMs: 192_000,
      clockOff: true,
    });
  });

  it('is not all that a recorder tells: its charge is shown and kept too', async () => {
    await open({ nowMs });
    await writeCard(card, { [NAME]: randomBytes(10) });
    station.plug(card, { batteryPercent: 12 });
    const view = await station.until(1, ({ phase }) => phase === 'safe');
    expect(view.battery).toEqual({ percent: 12, percentMin: 30, low: true });
    const docking = await station.docking(1);
    expect(docking?.batteryPercent).toBe(12);
    expect((await station.custody('docking.arrived', docking?.id ?? ''))[0]?.data).toMatchObject({ batteryPercent: 12 });
  });

  it('is doubted where only a file speaks: a claim of the future proves that it is ahead, and gives no offset', async () => {
    await open({ nowMs });
    await writeCard(card, { [NAME.replace('0620153012', '0620173012')]: randomBytes(10) });
    station.plug(card);
    const view = await station.until(1, ({ phase, warning }) => phase === 'safe' && warning !== null);
    expect(view).toMatchObject({
      clockOffsetMs: null,
      warning: { code: 'recorder.clock-off', reason: saying(/^at least 1 h 30 min ahead/) },
    });
    const docking = await station.docking(1);
    expect(docking?.clockOffsetMs).toBeNull();
    expect((await station.custody('recorder.clock-doubted', docking?.id ?? ''))[0]?.data).toMatchObject({ aheadAtLeastMs: 5_412_000 });
  });

  it('is not doubted because the newest file is old', async () => {
    await open({ nowMs });
    station.plug(card);
    expect(await station.until(1, ({ phase }) => phase === 'safe')).toMatchObject({ warning: null, clockOffsetMs: null });
  });

  it('is set by file once everything is safe, and custody says from what to what', async () => {
    await open({ nowMs, setClock: true, drivers: setter });
    const told: string[] = [];
    station.board.subscribe(({ phase }) => told.push(phase));
    const access = new DirectoryAccess({
      root: card,
      label: null,
      before: async () => void told.push(`writing: ${station.slot(1)?.phase}`),
    });
    const key = station.plug(card, { clockOffsetMs: -3_600_000, access });
    await expect.poll(() => station.dock.released, WAIT).toEqual([key]);
    // Nobody was told that it is safe to undock, and then that it is written to.
    await expect.poll(() => told.at(-1), WAIT).toBe('safe');
    expect(told).toContain('writing: setting-clock');
    expect(told.filter((phase) => phase === 'safe')).toHaveLength(1);
    expect(await readFile(join(card, 'TIME.TXT'), 'utf8')).toBe('SET 2026-06-20T16:00:00\r\n');
    const docking = await station.docking(1);
    expect((await station.custody('recorder.clock-set', docking?.id ?? '')).map(({ data }) => data)).toEqual([
      { recorder: 'R1', how: 'file', offsetMs: -3_600_000, from: '2026-06-20T17:00:00', to: '2026-06-20T16:00:00' },
    ]);
  });

  it('is never set before its files are safe, nor without the policy, nor for less than a second', async () => {
    await open({ nowMs, drivers: setter });
    const key = station.plug(card, { clockOffsetMs: -3_600_000 });
    await expect.poll(() => station.dock.released, WAIT).toEqual([key]);
    await station.close();
    await open({ nowMs, setClock: true, drivers: setter });
    const close = station.plug(card, { clockOffsetMs: 900 });
    await expect.poll(() => station.dock.released, WAIT).toEqual([close]);
    await station.close();
    await writeCard(card, { [NAME.replace('0007', '0009')]: randomBytes(10) });
    await open({ nowMs, setClock: true, drivers: setter });
    const reading = Promise.withResolvers<void>();
    const volume = disturbedVolume(card, (path) => (path.includes('0009') ? reading.promise : Promise.resolve()));
    const unread = station.plug(card, { clockOffsetMs: -3_600_000, volume });
    await station.until(1, ({ phase }) => phase === 'copying');
    station.dock.remove(unread);
    reading.resolve();
    await station.until(1, ({ phase }) => phase === 'removed');
    await expect(readFile(join(card, 'TIME.TXT'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('records that a recorder was unlocked by a vendor command', async () => {
  await open();
  station.plug(card, { unlocked: true });
  await station.until(1, ({ phase }) => phase === 'safe');
  const docking = await station.docking(1);
  expect((await station.custody('recorder.unlocked', docking?.id ?? '')).map(({ data }) => data)).toMatchObject([{ recorder: 'R1' }]);
});

describe('learning', () => {
  it('tells what is plugged in and takes nothing in until it ends; what was asked for by a person is taken all the same', async () => {
    await open();
    const seen: PortSeen[] = [];
    station.desk.learner.onSeen((port) => seen.push(port));
    station.desk.learner.learn(60);
    const gone = station.plug(card, { port: '1-4.3' });
    station.dock.remove(gone);
    station.plug(card, { port: '1-4.2', facts: [because('said', { text: 'stick' })] });
    station.dock.notice(notice('problem', { port: '1-4.4' }));
    await expect.poll(() => seen.map(({ port }) => port)).toEqual(['1-4.3', '1-4.2', '1-4.4']);
    expect(seen[1]).toEqual({ port: '1-4.2', hub: '1-4', slot: null, facts: [because('said', { text: 'stick' })] });
    expect(await station.ledger.dockings.slots()).toEqual([]);
    await station.ledger.transaction(async (writer) => {
      await writer.dockings.assignSlot('1-4.2', 7);
      const data = { port: '1-4.2', slot: 7, before: null, moved: null };
      await writer.custody.append(SlotsChanged.make({ atMs: 1, actor: STATION, subject: subject('port', '1-4.2'), data }));
    });
    station.desk.learner.learn(0);
    expect(await station.until(7, ({ phase }) => phase === 'safe')).toMatchObject({ port: '1-4.2' });
    expect(await station.until(1, ({ phase }) => phase === 'problem')).toMatchObject({ port: '1-4.4' });
    expect((await station.ledger.dockings.list({ limit: 10 })).map(({ port }) => port)).toEqual(['1-4.2']);
  });

  it('ends by itself', async () => {
    await open();
    station.desk.learner.learn(0.05);
    station.plug(card);
    await station.until(1, ({ phase }) => phase === 'safe');
  });
});
