/*
 * Goal: a clock that was set by a vendor command is on record whatever comes after it, and files from before the setting get the offset of then,
 * however many dockings it takes until their card is listed.
 * Method: the desk with its real stages and ledger over plain directories; a dock that tells of settings as the USB dock does, and volumes that are
 * pulled while they are listed.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because, english } from '#domain/reason';
import type { Arrival, ClockOutcome, ClockSetting } from '#ports/dock';
import type { Volume } from '#ports/recorder-driver';
import { about, toldBy } from '#test/support/custody';
import { temporaryDirectory } from '../support/evidock.ts';
import { dockStation } from '../support/station/dock-station.ts';
import { disturbedVolume, writeCard } from '../support/station/intake-station.ts';

const HOUR_MS = 3600_000;
const MINUTE_MS = 60_000;
const at = (clock: string) => Date.parse(`2026-06-20T${clock}+08:00`);
const nameOf = (time: string, device = 'DSJ0012345') => `DCIM/20260620/${device}_041234_20260620${time}_0007.MP4`;
const YES: ClockOutcome = { set: 'yes' };
/** What it tells over its vendor's interface; its card tells another number. */
const TOLD = '0012345';
const USB = { vendorId: '2a01', productId: '1b01', serial: TOLD };

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;
let station: Awaited<ReturnType<typeof dockStation>>;
let nowMs: number;

const open = async () => {
  station = await dockStation(join(home.path, 's'), { nowMs: () => nowMs, gapBytesMax: 1_000_000 });
};

beforeEach(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  nowMs = at('16:00:00');
  await open();
});
afterEach(async () => {
  await station.close();
  await home.remove();
});

const settingOf = (offsetMs: number, serial: string | null = TOLD): ClockSetting => ({ port: '1-4.1', serial, offsetMs, atMs: nowMs });

/** A recorder that is pulled while its card is listed, after it was recognised. */
function neverListed(): { volume: Volume; listing: Promise<void> } {
  const volume = disturbedVolume(card, () => undefined);
  const { promise: listing, resolve } = Promise.withResolvers<void>();
  let lists = 0;
  return {
    listing,
    volume: {
      ...volume,
      async *list(signal) {
        lists += 1;
        if (lists === 1) return yield* volume.list(signal);
        resolve();
        await new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new EvidockError('recorder.removed', because('said', { text: 'pulled' })))),
        );
      },
    },
  };
}

async function pull(key: string): Promise<void> {
  station.dock.remove(key);
  await station.until(1, ({ phase }) => phase === 'removed');
  // Dockings are ordered by their time.
  nowMs += MINUTE_MS;
}

async function dockAndPullUnlisted(overrides: Partial<Arrival>): Promise<void> {
  const { volume, listing } = neverListed();
  const key = station.plug(card, { ...USB, ...overrides, volume });
  await listing;
  await pull(key);
  expect((await station.docking(1))?.listedAtMs).toBeNull();
}

async function dockUntilSafe(overrides: Partial<Arrival> = {}, root = card) {
  const key = station.plug(root, { ...USB, ...overrides });
  await station.until(1, ({ phase }) => phase === 'safe');
  const docking = await station.docking(1);
  await pull(key);
  return docking;
}

/** Offset and start of each recording, by the time that it claims. */
async function times(): Promise<Record<string, [offsetMs: number | null, startMs: number | null]>> {
  const found = await station.ledger.recordings.list({ limit: 100 });
  return Object.fromEntries(
    found.map(({ recording: { claimedStart, clockOffsetMs, startMs } }) => [claimedStart?.slice(11), [clockOffsetMs, startMs]]),
  );
}

const told = async (serial = TOLD) =>
  (await station.ledger.custody.of(about(`recorder:${serial}`))).map((entry) => ({ type: entry.type, ...toldBy(entry) }));

describe('a clock that a command sets', () => {
  it('is in the history of the docking as it was announced, however long the disk took to come', async () => {
    await writeCard(card, { [nameOf('143000')]: randomBytes(1000) });
    const setting = settingOf(HOUR_MS);
    await station.dock.setClock(setting, YES);
    nowMs += MINUTE_MS;
    const docking = await dockUntilSafe({ clockOffsetMs: HOUR_MS, clockSet: setting });
    const words = { how: 'command', offsetMs: HOUR_MS, from: '2026-06-20T15:00:00', to: '2026-06-20T16:00:00' };
    expect(await told()).toMatchObject([
      { type: 'recorder.clock-setting', recorder: TOLD, port: '1-4.1', ...words },
      { type: 'recorder.clock-set', recorder: TOLD, port: '1-4.1', ...words },
    ]);
    expect((await station.custody('recorder.clock-set', docking?.id ?? '')).map(({ data }) => data)).toEqual([
      { recorder: 'DSJ0012345', told: TOLD, port: '1-4.1', setAtMs: at('16:00:00'), ...words },
    ]);
    expect(docking?.driverWhy.map(english).join()).not.toContain('older files');
    expect(await times()).toEqual({ '14:30:00': [HOUR_MS, at('15:30:00')] });
  });

  it('is on record as refused or as unsure, by the port where the recorder tells no number', async () => {
    await station.dock.setClock(settingOf(HOUR_MS, null), { set: 'no', why: because('said', { text: 'set its clock: no' }) });
    await station.dock.setClock(settingOf(HOUR_MS), { set: 'unknown', why: because('said', { text: 'no answer within 2 s' }) });
    const atPort = await station.ledger.custody.of(about('port:1-4.1'));
    expect(atPort.map(({ type }) => type)).toEqual(['recorder.clock-setting', 'recorder.clock-not-set']);
    expect(toldBy(atPort[1] ?? expect.fail())).toMatchObject({
      recorder: null,
      from: '2026-06-20T15:00:00',
      why: because('said', { text: 'set its clock: no' }),
    });
    expect(await told()).toMatchObject([
      { type: 'recorder.clock-setting' },
      { type: 'recorder.clock-unsure', why: because('said', { text: 'no answer within 2 s' }) },
    ]);
  });
});

describe('files from before the setting', () => {
  it('keep their offset where the unlock failed after it, until a docking has listed the card', async () => {
    await writeCard(card, { [nameOf('143000')]: randomBytes(1000) });
    await station.dock.setClock(settingOf(HOUR_MS), YES);
    nowMs = at('18:00:00');
    await writeCard(card, { [nameOf('173000')]: randomBytes(1001) });
    const docking = await dockUntilSafe({ clockOffsetMs: 0 });
    expect(docking?.driverWhy.map(english).join()).toContain('older files are corrected by +3600 s');
    expect(await times()).toEqual({ '14:30:00': [HOUR_MS, at('15:30:00')], '17:30:00': [0, at('17:30:00')] });

    await writeCard(card, { [nameOf('120000')]: randomBytes(1002) });
    expect((await dockUntilSafe({ clockOffsetMs: 0 }))?.driverWhy.map(english).join()).not.toContain('older files');
    expect(await times()).toMatchObject({ '12:00:00': [0, at('12:00:00')] });
  });

  it('keep it where the recorder was pulled before its card was listed, over a restart, and by its card’s number', async () => {
    await writeCard(card, { [nameOf('143000')]: randomBytes(1000) });
    const setting = settingOf(HOUR_MS);
    await station.dock.setClock(setting, YES);
    await dockAndPullUnlisted({ clockOffsetMs: HOUR_MS, clockSet: setting });
    nowMs = at('16:30:00');
    // Once more in vain, with a clock that is right by now.
    await dockAndPullUnlisted({ clockOffsetMs: 100 });
    await station.close();
    await open();
    nowMs = at('18:00:00');
    await writeCard(card, { [nameOf('173000')]: randomBytes(1001) });
    await dockUntilSafe({ serial: '0000FFFF', clockOffsetMs: null });
    expect(await times()).toEqual({ '14:30:00': [HOUR_MS, at('15:30:00')], '17:30:00': [null, at('17:30:00')] });
  });

  it('keep it where the station was killed between command and docking', async () => {
    await writeCard(card, { [nameOf('143000')]: randomBytes(1000) });
    await station.dock.setClock(settingOf(HOUR_MS), null);
    await station.close();
    await open();
    nowMs += MINUTE_MS;
    await dockUntilSafe({ clockOffsetMs: null });
    expect(await times()).toEqual({ '14:30:00': [HOUR_MS, at('15:30:00')] });
  });

  it('keep it where the clock was ahead: before the setting, and later than it says by now', async () => {
    await writeCard(card, { [nameOf('143000')]: randomBytes(1000), [nameOf('182000')]: randomBytes(1001) });
    await station.dock.setClock(settingOf(-3 * HOUR_MS), YES);
    nowMs = at('18:00:00');
    await writeCard(card, { [nameOf('173000')]: randomBytes(1002) });
    await dockUntilSafe({ clockOffsetMs: 0 });
    expect(await times()).toEqual({
      '14:30:00': [-3 * HOUR_MS, at('11:30:00')],
      '18:20:00': [-3 * HOUR_MS, at('15:20:00')],
      '17:30:00': [0, at('17:30:00')],
    });
  });

  it('are those of that recorder, not of another that tells the same number', async () => {
    await writeCard(card, { [nameOf('143000')]: randomBytes(1000) });
    const setting = settingOf(HOUR_MS);
    await station.dock.setClock(setting, YES);
    await dockAndPullUnlisted({ clockOffsetMs: HOUR_MS, clockSet: setting });
    const other = join(home.path, 'other');
    await writeCard(other, { [nameOf('144500', 'DSJ0077777')]: randomBytes(1001) });
    await dockUntilSafe({ clockOffsetMs: 0 }, other);
    expect(await times()).toEqual({ '14:45:00': [0, at('14:45:00')] });
    await dockUntilSafe({ clockOffsetMs: 0 });
    expect(await times()).toMatchObject({ '14:30:00': [HOUR_MS, at('15:30:00')] });
  });

  it('are not looked for where a place stands for the recorder', async () => {
    await writeCard(card, { 'DCIM/100MEDIA/AMBA0001.MP4': randomBytes(1000) });
    nowMs = at('18:00:00');
    const nobody = { vendorId: null, productId: null, serial: null };
    const setting = settingOf(HOUR_MS, null);
    await station.dock.setClock(setting, YES);
    await dockAndPullUnlisted({ ...nobody, clockOffsetMs: HOUR_MS, clockSet: setting });
    expect((await station.docking(1))?.recorderSerial).toMatch(/^place:/);
    await dockUntilSafe({ ...nobody, clockOffsetMs: 0, volume: disturbedVolume(card, () => undefined) });
    expect((await station.ledger.registry.recorders()).length).toBe(1);
    expect(Object.values(await times())).toEqual([[0, expect.any(Number)]]);
  });

  it('keep it when they are read again, once their bad places can be read', async () => {
    await writeCard(card, { [nameOf('143000')]: randomBytes(100_000) });
    const setting = settingOf(HOUR_MS);
    await station.dock.setClock(setting, YES);
    const volume = disturbedVolume(card, (path, position, target) => {
      if (position < 8192 && position + target.length > 4096)
        throw new EvidockError('recorder.read-failed', because('said', { text: path }));
    });
    await dockUntilSafe({ clockOffsetMs: HOUR_MS, clockSet: setting, volume });
    nowMs = at('18:00:00');
    await dockUntilSafe({ clockOffsetMs: 0 });
    const found = await station.ledger.recordings.list({ limit: 10 });
    expect(found.map(({ recording }) => [recording.damaged, recording.clockOffsetMs, recording.startMs]).sort()).toEqual([
      [false, HOUR_MS, at('15:30:00')],
      [true, HOUR_MS, at('15:30:00')],
    ]);
  });
});
