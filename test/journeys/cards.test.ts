/*
 * Goal: what does not belong to a recorder never changes what the recorder is; what its card holds is taken whole, once, and under the right number.
 * Method: the desk with its real stages over plain directories, docked as a bus shows them: without a person's word on whose they are.
 */

import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '#domain/reason';
import type { RecordingDetail } from '#ports/ledger/recordings';
import type { Volume } from '#ports/recorder-driver';
import { saying } from '#test/support/saying';
import { aCustodyDraft } from '../support/custody.ts';
import { temporaryDirectory } from '../support/evidock.ts';
import { dockStation } from '../support/station/dock-station.ts';
import { disturbedVolume, writeCard } from '../support/station/intake-station.ts';

const WAIT = { timeout: 20_000, interval: 10 };
const clip = (sequence: number, device = 'DSJ0012345') => `DCIM/20260620/${device}_041234_20260620${10 + sequence}0000_000${sequence}.MP4`;
const NOBODY = { serial: null, vendorId: '4255', productId: '0001' };

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;
let station: Awaited<ReturnType<typeof dockStation>>;

beforeEach(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  station = await dockStation(join(home.path, 's'));
});
afterEach(async () => {
  await station.close();
  await home.remove();
});

const recordings = () => station.ledger.recordings.list({ limit: 200 });
const pathsOf = ({ originals }: RecordingDetail) => originals.map(({ cardPath }) => cardPath);
const recordingOf = async (path: string) => {
  const found = (await recordings()).filter((detail) => pathsOf(detail).includes(path));
  expect(found.length, path).toBe(1);
  return found[0] as RecordingDetail;
};

/** As Windows 10 writes it: version 2, size, time of deletion, length and path. */
function binRecord(path: string): Buffer {
  const head = Buffer.alloc(28);
  head.writeBigUInt64LE(2n, 0);
  head.writeUInt32LE(path.length + 1, 24);
  return Buffer.concat([head, Buffer.from(`${path}\0`, 'utf16le')]);
}

/** Docks the card until it is safe, and pulls it again; returns its docking. */
async function dock(overrides: Parameters<typeof station.plug>[1] = {}, root = card) {
  const key = station.plug(root, { ...NOBODY, ...overrides });
  await expect.poll(() => station.dock.released, WAIT).toContain(key);
  const view = station.slot(1);
  station.dock.remove(key);
  await station.until(1, ({ phase }) => phase === 'removed');
  const docking = (await station.docking(1)) ?? expect.fail('no docking');
  return { ...docking, view };
}

const LEFTOVERS = [
  '.DS_Store',
  '.Spotlight-V100/Store-V2/x/0.indexHead',
  'System Volume Information/IndexerVolumeGuid',
  'DCIM/20260620/._x.MP4',
];

describe('leftovers', () => {
  it('and a foreign clip change neither the number nor the times nor what is known; they are sealed beside the footage', async () => {
    await writeCard(card, Object.fromEntries([1, 2, 3].map((sequence) => [clip(sequence), randomBytes(5000 + sequence)])));
    const first = await dock();
    expect(first).toMatchObject({ recorderSerial: 'DSJ0012345', driverId: 'gat947' });
    await writeCard(card, Object.fromEntries([...LEFTOVERS, 'DCIM/100MEDIA/DJI_0001.MP4'].map((path) => [path, randomBytes(300)])));
    const second = await dock();
    expect(second).toMatchObject({ recorderSerial: 'DSJ0012345', driverId: 'gat947', filesKnown: 3, filesListed: 8 });
    expect(second.driverScore).toBe(first.driverScore);
    const left = (await recordings()).filter(({ recording }) => recording.kind === 'leftover');
    expect(left.flatMap(pathsOf).sort()).toEqual([...LEFTOVERS].sort());
    expect(left.flatMap(({ originals }) => originals).every(({ kind, state }) => kind === 'leftover' && state === 'sealed')).toBe(true);
    expect((await recordingOf(clip(2))).recording).toMatchObject({ claimedStart: '2026-06-20T12:00:00', claimedFrom: 'file-name' });
  });

  it('of a site are what it says', async () => {
    await station.close();
    station = await dockStation(join(home.path, 's'), { leftovers: ['KeepOut/', '*.bak'] });
    await writeCard(card, { [clip(1)]: 'a', 'KeepOut/b.mp4': 'b', 'x/y.bak': 'c' });
    await dock();
    expect((await recordingOf('KeepOut/b.mp4')).recording.kind).toBe('leftover');
    expect((await recordingOf('x/y.bak')).recording.kind).toBe('leftover');
  });

  it('are not what lies in a bin: a deleted clip is a recording, marked so, and its record travels with it', async () => {
    const bin = '$RECYCLE.BIN/S-1-5-21-1';
    await writeCard(card, {
      [clip(1)]: 'a',
      [`${bin}/$RAB12CD.MP4`]: randomBytes(2000),
      [`${bin}/$IAB12CD.MP4`]: binRecord(`D:\\${clip(3).replaceAll('/', '\\')}`),
      [`${bin}/desktop.ini`]: 'settings',
      [`.Trashes/501/${clip(2).split('/').at(-1)}`]: randomBytes(2001),
      '.Trashes/501/._x.MP4': 'fork',
      'FOUND.000/clip.mp4': randomBytes(2002),
    });
    expect(await dock()).toMatchObject({ recorderSerial: 'DSJ0012345' });
    const deleted = await recordingOf(`${bin}/$RAB12CD.MP4`);
    expect(deleted.recording).toMatchObject({
      ...{ kind: 'video', claimedStart: '2026-06-20T13:00:00', officerId: '041234' },
      notes: [{ code: 'found-in-bin' }, { code: 'deleted-as', parameters: { path: clip(3) } }],
    });
    expect(pathsOf(deleted)).toEqual([`${bin}/$RAB12CD.MP4`, `${bin}/$IAB12CD.MP4`]);
    expect(deleted.originals.map(({ kind }) => kind)).toEqual(['video', 'leftover']);
    const named = await recordingOf(`.Trashes/501/${clip(2).split('/').at(-1)}`);
    expect(named.recording).toMatchObject({ kind: 'video', claimedStart: '2026-06-20T12:00:00', notes: [{ code: 'found-in-bin' }] });
    expect((await recordingOf('FOUND.000/clip.mp4')).recording.notes).toMatchObject([{ code: 'found-after-repair' }]);
  });
});

describe('a recorder that was docked before', () => {
  it('stays itself when most of its card is another’s now, and nothing of it is taken twice', async () => {
    await writeCard(card, { [clip(1)]: randomBytes(4000), [clip(2)]: randomBytes(4001) });
    await dock();
    await writeCard(
      card,
      Object.fromEntries([3, 4, 5, 6, 7].map((sequence) => [clip(sequence, 'DSJ0099999'), randomBytes(100 + sequence)])),
    );
    const again = await dock();
    expect(again).toMatchObject({ recorderSerial: 'DSJ0012345', filesKnown: 2, filesListed: 7 });
    expect(again.driverWhy.map(english).join()).toContain('2 of its files are on record as those of DSJ0012345');
    expect((await recordingOf(clip(4, 'DSJ0099999'))).recording.recorderSerial).toBe('DSJ0099999');
    // What is known of the others by now is known as found on this card: it says nothing of whose card it is.
    expect(await dock()).toMatchObject({ recorderSerial: 'DSJ0012345', filesKnown: 7 });
  });

  it('stays itself where neither names nor bus tell a number, in whatever port, but only by its bytes', async () => {
    const names = ['CARDV/MOVIE/2026_0620_100000_001.MOV', 'CARDV/MOVIE/2026_0620_110000_002.MOV'];
    await writeCard(card, Object.fromEntries(names.map((path) => [path, randomBytes(9000)])));
    const labelled = (root: string, label: string) => ({ volume: { ...disturbedVolume(root, () => undefined), label } });
    const first = await dock(labelled(card, 'A'));
    expect(first.recorderSerial).toMatch(/^place:/);
    const copy = join(home.path, 'other');
    await writeCard(copy, Object.fromEntries(names.map((path) => [path, randomBytes(9000)])));
    const stranger = await dock(labelled(copy, 'B'));
    expect(stranger).toMatchObject({ filesKnown: 0 });
    expect(stranger.recorderSerial).not.toBe(first.recorderSerial);
    const again = await dock(labelled(card, 'C'));
    expect(again).toMatchObject({ recorderSerial: first.recorderSerial, filesKnown: 2 });
  });

  it('stays itself by what the bus tells when its card is empty, unless two have told that', async () => {
    const told = { serial: '0012345' };
    await writeCard(card, { [clip(1)]: randomBytes(400) });
    expect(await dock(told)).toMatchObject({ recorderSerial: 'DSJ0012345', toldSerial: '0012345' });
    await rm(card, { recursive: true });
    await mkdir(card);
    expect(await dock(told)).toMatchObject({ recorderSerial: 'DSJ0012345', driverId: 'gat947' });
    await writeCard(card, { [clip(1, 'DSJ0077777')]: randomBytes(400) });
    expect(await dock(told)).toMatchObject({ recorderSerial: 'DSJ0077777' });
    await rm(card, { recursive: true });
    await writeCard(card, { 'CARDV/MOVIE/2026_0620_100000_001.MOV': 'x' });
    expect(await dock(told)).toMatchObject({ recorderSerial: '0012345' });
  });
});

describe('files of other recorders', () => {
  it('keep their number, without the clock and the officer of the docked one, and that is said', async () => {
    await station.ledger.transaction(async (writer) => {
      const facts = { model: null, driverId: null, firstSeenAtMs: null, lastSeenAtMs: null };
      await writer.registry.upsertRecorder({ serial: 'DSJ0012345', assignedOfficerId: '041111', ...facts });
      await writer.custody.append(aCustodyDraft());
    });
    const foreign = 'DSJ0099999_000000_20260620150000_0001';
    await writeCard(card, {
      ...Object.fromEntries([1, 2, 3].map((sequence) => [clip(sequence).replace('041234', '000000'), randomBytes(100 + sequence)])),
      [`DCIM/20260620/${foreign}.MP4`]: randomBytes(50),
      [`DCIM/20260620/${foreign}.NMEA`]: 'track',
    });
    const docking = await dock({ clockOffsetMs: -90_000 });
    expect(docking.view?.warning).toMatchObject({ code: 'recorder.clock-off' });
    expect(docking.recorderSerial).toBe('DSJ0012345');
    const other = await recordingOf(`DCIM/20260620/${foreign}.MP4`);
    expect(other.recording).toMatchObject({
      recorderSerial: 'DSJ0099999',
      officerId: null,
      clockOffsetMs: null,
      startMs: Date.parse('2026-06-20T07:00:00Z'),
      notes: [{ code: 'other-recorder', parameters: { number: 'DSJ0099999', card: 'DSJ0012345' } }],
    });
    expect(other.originals.map(({ recorderSerial }) => recorderSerial)).toEqual(['DSJ0099999', 'DSJ0099999']);
    expect((await station.custody('recording.other-recorder', other.recording.id)).length).toBe(1);
    expect((await recordingOf(clip(1).replace('041234', '000000'))).recording).toMatchObject({
      officerId: '041111',
      clockOffsetMs: -90_000,
    });
    const again = await dock();
    expect(again).toMatchObject({ filesKnown: 5, filesListed: 5 });
    expect(again.view?.warning).toMatchObject({ code: 'recorder.other-files', reason: saying('DSJ0099999') });
    // On their own recorder they are known as well.
    const own = join(home.path, 'own');
    await writeCard(own, {});
    await mkdir(dirname(join(own, `DCIM/20260620/${foreign}.MP4`)), { recursive: true });
    await rename(join(card, `DCIM/20260620/${foreign}.MP4`), join(own, `DCIM/20260620/${foreign}.MP4`));
    expect(await dock({}, own)).toMatchObject({ recorderSerial: 'DSJ0099999', filesKnown: 1 });
  });
});

describe('a card that changes while it is docked', () => {
  /** Calls `change` before list number 3: the recogniser's, the listing, then the comparison. */
  const changing = (change: (number: number) => Promise<void>): Volume => {
    const volume = disturbedVolume(card, () => undefined);
    let lists = 0;
    return {
      ...volume,
      async *list(signal) {
        lists += 1;
        await change(lists);
        yield* volume.list(signal);
      },
    };
  };

  it('gives what came, grew or was written anew since it was listed, before it is safe', async () => {
    await writeCard(card, { [clip(1)]: randomBytes(3000), [clip(2)]: randomBytes(3001) });
    const key = station.plug(card, {
      volume: changing(async (number) => {
        if (number !== 3) return;
        await writeFile(join(card, clip(3)), randomBytes(700));
        await appendFile(join(card, clip(2)), randomBytes(50));
        // The same size, at another time.
        await writeFile(join(card, clip(1)), randomBytes(3000));
      }),
    });
    await expect.poll(() => station.dock.released, WAIT).toContain(key);
    const sizes = (await recordings())
      .flatMap(({ originals }) => originals)
      .map(({ cardPath, bytes, state }) => `${cardPath.slice(-6)} ${bytes} ${state}`);
    const before = ['01.MP4 3000 sealed', '02.MP4 3001 sealed'];
    expect(sizes.sort()).toEqual([...before, '01.MP4 3000 sealed', '02.MP4 3051 sealed', '03.MP4 700 sealed'].sort());
    expect(station.slot(1)).toMatchObject({ phase: 'safe', filesListed: 3, warning: null });
  });

  it('copies a file as it is in the end that grew before it was copied', async () => {
    await writeCard(card, { [clip(1)]: randomBytes(3000) });
    let grown = false;
    const volume = disturbedVolume(card, async () => {
      if (grown) return;
      grown = true;
      await appendFile(join(card, clip(1)), randomBytes(64));
    });
    const key = station.plug(card, { volume });
    await expect.poll(() => station.dock.released, WAIT).toContain(key);
    const { originals } = await recordingOf(clip(1));
    expect(originals).toMatchObject([{ bytes: 3064, state: 'sealed' }]);
    expect((await station.custody('original.grown', originals[0]?.id ?? '')).map(({ data }) => data)).toMatchObject([
      { listedBytes: 3000, bytes: 3064 },
    ]);
    expect(station.slot(1)).toMatchObject({ phase: 'safe', problem: null });
  });

  it('for ever is safe for what was taken, and what it wrote last is refused by name', async () => {
    await writeCard(card, { [clip(1)]: randomBytes(3000), 'LOG/20260620.log': 'begun\n' });
    let lines = 0;
    const key = station.plug(card, {
      volume: changing(async (number) => {
        lines += 1;
        if (number > 2) await appendFile(join(card, 'LOG/20260620.log'), `line ${lines}\n`);
      }),
    });
    await expect.poll(() => station.dock.released, WAIT).toContain(key);
    const docking = await station.docking(1);
    expect(docking).toMatchObject({ state: 'safe', filesRefused: 1 });
    expect(await station.ledger.dockings.refusals(docking?.id ?? '')).toMatchObject([
      { cardPath: 'LOG/20260620.log', code: 'recorder.still-writing' },
    ]);
    expect(station.slot(1)?.warning).toEqual({ code: 'recorder.still-writing', reason: saying('LOG/20260620.log') });
  });
});

describe('a mark that comes later', () => {
  it.each([
    ['renamed', clip(2).replace('.MP4', '_IMP.MP4')],
    ['moved', clip(2).replace('DCIM/20260620', 'IMP')],
  ])('goes to the recording that is known: %s', async (_how, to) => {
    await writeCard(card, { [clip(1)]: randomBytes(3000), [clip(2)]: randomBytes(3000), [clip(2).replace('.MP4', '.NMEA')]: 'track' });
    await dock();
    const before = await recordingOf(clip(2));
    expect(before.recording.important).toBe(false);
    await mkdir(dirname(join(card, to)), { recursive: true });
    for (const [from, into] of [
      [clip(2), to],
      [clip(2).replace('.MP4', '.NMEA'), to.replace('.MP4', '.NMEA')],
    ])
      await rename(join(card, from ?? ''), join(card, into ?? ''));
    expect(await dock()).toMatchObject({ filesListed: 3, filesKnown: 3 });
    const after = await recordingOf(clip(2));
    expect(after.recording).toMatchObject({ id: before.recording.id, important: true });
    expect((await station.custody('recording.marked', before.recording.id)).map(({ data }) => data)).toMatchObject([{ from: clip(2), to }]);
    expect(await dock()).toMatchObject({ filesKnown: 3 });
    expect((await recordings()).length).toBe(2);
  });

  it('goes to no other recording: other bytes, another name, or the old name still there, are a new file', async () => {
    await writeCard(card, { [clip(1)]: randomBytes(3000), [clip(2)]: randomBytes(3000) });
    await dock();
    const marked = (path: string) => path.replace('.MP4', '_IMP.MP4');
    await writeCard(card, { [marked(clip(1))]: randomBytes(3000), [marked(clip(2))]: randomBytes(3000) });
    await rm(join(card, clip(1)));
    expect(await dock()).toMatchObject({ filesListed: 3, filesKnown: 1 });
    expect((await recordingOf(clip(1))).recording.important).toBe(false);
    expect((await recordingOf(clip(2))).recording.important).toBe(false);
    await rename(join(card, clip(2)), join(card, marked(clip(5))));
    expect(await dock()).toMatchObject({ filesListed: 3, filesKnown: 2 });
    expect((await recordingOf(clip(2))).recording.important).toBe(false);
    expect((await recordings()).length).toBe(5);
  });
});
