/*
 * Goal: what a custodian sees of takes: two officers are two recordings, a take goes on over midnight, over the end of the counter and into a new folder, a
 * segment that is not there is told, and what turns out late is a link or a note with custody, while nothing that is sealed changes.
 * Method: dock, intake and seal with their real parts; the card's files have real heads of containers and their own times. Derive by the whole station, with
 * containers whose heads tell no length.
 */

import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compareSegments } from '#derive/compare-segments';
import { compilePatterns, readCardPath } from '#domain/card/facts';
import { takeFactsOf } from '#domain/take/segment-names';
import type { RecordingDetail } from '#ports/ledger/recordings';
import { about, aCustodyDraft } from '#test/support/custody';
import { gat947 } from '../../drivers/gat947/driver.ts';
import { aDocking, anOriginal, aRecording } from '../support/builders.ts';
import { evidock, evidockJson, type RecordingJson, runProgram, temporaryDirectory } from '../support/evidock.ts';
import { movieHead } from '../support/media/movie-head.ts';
import { intakeStation } from '../support/station/intake-station.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let station: Awaited<ReturnType<typeof intakeStation>>;
let card: string;

beforeEach(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  station = await intakeStation(join(home.path, 'state'));
});

afterEach(async () => {
  await station.close();
  await home.remove();
});

interface Clip {
  readonly seconds: number;
  /** File time, in Shanghai. */
  readonly mtime?: string;
  readonly createdAt?: string;
}

async function put(clips: Readonly<Record<string, Clip>>): Promise<void> {
  for (const [path, { seconds, mtime, createdAt }] of Object.entries(clips)) {
    const file = join(card, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, movieHead({ seconds, content: path, ...(createdAt === undefined ? {} : { createdAt }) }));
    const time = new Date(`${mtime ?? '2026-06-20T12:00:00'}+08:00`);
    await utimes(file, time, time);
  }
}

async function dock(): Promise<readonly RecordingDetail[]> {
  const stay = await station.dock(station.plain(card), 'R1', 1);
  await stay.safe();
  await stay.pull();
  return station.ledger.recordings.list({ limit: 100 });
}

/** The times of the files are invented, and their containers say otherwise: what is said of that is not this test's subject. */
const ofTake = ({ notes }: RecordingDetail['recording']) => notes.filter(({ code }) => !code.startsWith('time-'));

const takes = (details: readonly RecordingDetail[]) =>
  details.map(({ originals }) => originals.map(({ cardPath }) => cardPath.slice(cardPath.lastIndexOf('/') + 1))).sort();

it('keeps two officers, and two takes with one number, apart', async () => {
  const day = 'DCIM/20190627/DSJ0012345';
  await put({
    [`${day}_041234_20190627090000_0001A.MP4`]: { seconds: 2 },
    [`${day}_041234_20190627090002_0001B.MP4`]: { seconds: 2 },
    [`${day}_055555_20190627090004_0001C.MP4`]: { seconds: 2 },
    [`${day}_055555_20190627150000_0001A.MP4`]: { seconds: 2 },
    [`${day}_055555_20190627150002_0001B.MP4`]: { seconds: 2 },
  });
  const details = await dock();
  expect(takes(details)).toEqual([
    ['DSJ0012345_041234_20190627090000_0001A.MP4', 'DSJ0012345_041234_20190627090002_0001B.MP4'],
    ['DSJ0012345_055555_20190627090004_0001C.MP4'],
    ['DSJ0012345_055555_20190627150000_0001A.MP4', 'DSJ0012345_055555_20190627150002_0001B.MP4'],
  ]);
  expect(details.map(({ recording }) => recording.officerId).sort()).toEqual(['041234', '055555', '055555']);
});

it('joins over midnight, the end of the counter and a new folder', async () => {
  const name = (stamp: string, number: string) => `DCIM/${stamp.slice(0, 8)}/DSJ0012345_041234_${stamp}_${number}.MP4`;
  await put({
    [name('20190627235000', '9999')]: { seconds: 299.6 },
    [name('20190627235500', '0001')]: { seconds: 300 },
    [name('20190628000000', '0002')]: { seconds: 60 },
  });
  expect(takes(await dock())).toEqual([
    ['DSJ0012345_041234_20190627235000_9999.MP4', 'DSJ0012345_041234_20190627235500_0001.MP4', 'DSJ0012345_041234_20190628000000_0002.MP4'],
  ]);
});

it('joins chapters by what containers or files tell of the time, and tells which one is missing', async () => {
  const at = (time: string, seconds: number): Clip => ({ seconds, createdAt: `${time}Z`, mtime: '2026-06-20T12:00:00' });
  await put({
    'DCIM/100GOPRO/GH010001.MP4': at('2024-03-01T10:00:00', 600),
    'DCIM/100GOPRO/GH010002.MP4': at('2024-03-02T10:00:00', 600),
    'DCIM/101GOPRO/GH020002.MP4': at('2024-03-02T10:10:00', 600),
    'DCIM/101GOPRO/GH020001.MP4': at('2021-05-01T10:00:00', 600),
    'DCIM/101GOPRO/GH010003.MP4': { seconds: 600, mtime: '2024-03-03T10:10:00' },
    'DCIM/101GOPRO/GH030003.MP4': { seconds: 600, mtime: '2024-03-03T10:30:00' },
    'DCIM/101GOPRO/GH010004.MP4': { seconds: 600, mtime: '2024-03-04T10:00:00' },
    'DCIM/101GOPRO/GH020004.MP4': { seconds: 600, mtime: '2024-03-04T10:00:00' },
    'DCIM/101GOPRO/GH010005.MP4': { seconds: 600, mtime: '2024-03-05T10:10:00' },
    'DCIM/101GOPRO/GH020005.MP4': { seconds: 30, mtime: '2024-03-05T10:10:30' },
  });
  const details = await dock();
  expect(takes(details)).toEqual([
    ...[['GH010001.MP4'], ['GH010002.MP4', 'GH020002.MP4'], ['GH010003.MP4'], ['GH010004.MP4'], ['GH010005.MP4', 'GH020005.MP4']],
    ...[['GH020001.MP4'], ['GH020004.MP4'], ['GH030003.MP4']],
  ]);
  const notes = Object.fromEntries(details.map(({ originals, recording }) => [originals[0]?.cardPath.slice(-12), ofTake(recording)]));
  const missing = (number: string) => [{ code: 'segment-missing', parameters: { number } }];
  const unproven = (file: string) => [{ code: 'join-unproven', parameters: { file } }];
  expect(notes).toEqual({
    ...{ 'GH010001.MP4': [], 'GH020001.MP4': missing('1'), 'GH010002.MP4': [], 'GH010005.MP4': [] },
    ...{ 'GH010003.MP4': missing('2'), 'GH030003.MP4': missing('2') },
    ...{ 'GH010004.MP4': unproven('GH020004.MP4'), 'GH020004.MP4': unproven('GH010004.MP4') },
  });
});

it('links what is docked later to the first half that is sealed, once, and leaves that as it was', async () => {
  const name = (time: string, number: string) => `DCIM/20190627/DSJ0012345_041234_20190627${time}_${number}.MP4`;
  const [first, second, third, fourth] = [name('090000', '0001'), name('090500', '0002'), name('091000', '0003'), name('091500', '0004')];
  await put({ [first]: { seconds: 300 }, [third]: { seconds: 300 } });
  const before = await dock();
  expect(before).toHaveLength(2);
  await put({ [second]: { seconds: 300 }, [fourth]: { seconds: 300 } });
  await dock();
  const details = await dock();

  const of = (path: string) => details.find(({ originals }) => originals.some(({ cardPath }) => cardPath === path)) ?? expect.fail(path);
  expect(new Set([first, second, third, fourth].map((path) => of(path).recording.id)).size).toBe(4);
  const row = [first, second, third, fourth].map((path) => of(path));
  for (const [place, detail] of row.entries()) {
    const links = [
      ...(place < 3 ? [{ relation: 'continues-in', recordingId: row[place + 1]?.recording.id }] : []),
      ...(place > 0 ? [{ relation: 'continues-from', recordingId: row[place - 1]?.recording.id }] : []),
    ];
    expect(detail.links).toHaveLength(links.length);
    expect(detail.links).toEqual(expect.arrayContaining(links));
    const told = (await station.ledger.custody.of(about(detail.recording.id))).filter(({ type }) => type === 'recording.linked');
    expect(told.map(({ data }) => data['relation']).sort()).toEqual(links.map(({ relation }) => relation).sort());
  }
  for (const detail of before) expect(of(detail.originals[0]?.cardPath ?? '').originals).toEqual(detail.originals);
});

it('learns when it is played: a link between two that meet, a note where two that were joined do not', async () => {
  const clip = async (path: string, seconds: number, mtime: string) => {
    await mkdir(dirname(join(card, path)), { recursive: true });
    const source = ['-f', 'lavfi', '-i', `testsrc2=size=160x90:rate=10:duration=${seconds}`];
    const made = await runProgram('ffmpeg', ['-v', 'error', ...source, '-c:v', 'libx264', '-preset', 'ultrafast', '-y', join(card, path)]);
    expect(made.status, made.stderr).toBe(0);
    const time = new Date(`${mtime}+08:00`);
    await utimes(join(card, path), time, time);
  };
  const name = (time: string, number: string) => `DCIM/20190627/DSJ0012345_041234_20190627${time}_${number}.TS`;
  // Copied to the card on another day: no time tells when the first of these ends.
  await clip(name('090000', '0001'), 3, '2026-06-20T12:00:00');
  await clip(name('090003', '0002'), 2, '2026-06-20T12:00:00');
  // The first was on until the second began, as its file's time tells, but holds two seconds only.
  await clip(name('100000', '0005'), 2, '2019-06-27T10:01:00');
  await clip(name('100100', '0006'), 2, '2019-06-27T10:01:02');
  const state = join(home.path, 'whole');
  expect((await evidock(['--state', state, 'ingest', card, '--slot', '1', '--wait'])).status).toBe(0);

  const recordings = await evidockJson<RecordingJson[]>(['--state', state, 'recordings']);
  const of = (path: string) => recordings.find(({ originals }) => originals.some(({ cardPath }) => cardPath === path)) ?? expect.fail(path);
  const [first, second] = [of(name('090000', '0001')), of(name('090003', '0002'))];
  expect(recordings).toHaveLength(3);
  expect(first.links).toEqual([{ relation: 'continues-in', recordingId: second.id }]);
  expect(second.links).toEqual([{ relation: 'continues-from', recordingId: first.id }]);
  const torn = of(name('100000', '0005'));
  expect(torn.originals).toHaveLength(2);
  expect(torn.notes).toEqual([{ code: 'gap-between-segments', parameters: { segment: 2, seconds: 58 } }]);
  const words = await evidock(['--lang', 'en', '--state', state, 'recording', torn.id]);
  expect(words.stdout).toMatch(/58 s between the end of the segment before and segment 2/);
  expect(words.stdout).toMatch(/gap of 58 s before segment 2/);
}, 120_000);

it('links nothing where two recordings would fit, and tells each link and each gap once however often it is derived', async () => {
  const { ledger } = station;
  station.writesPastTheLog();
  const patterns = compilePatterns(gat947.patterns);
  const docking = aDocking({ recorderSerial: 'R1' });
  await ledger.transaction(async (writer) => {
    await writer.dockings.insert(docking);
    await writer.custody.append(aCustodyDraft());
  });
  const put = (path: string, startsAt: string) =>
    ledger.transaction(async (writer) => {
      const recording = aRecording({ dockingId: docking.id, recorderSerial: 'R1', startMs: Date.parse(`${startsAt}+08:00`) });
      const take = takeFactsOf(readCardPath(path, patterns), { contiguousMs: 3000, durationMs: null, containerMs: null });
      const original = anOriginal(recording, { cardPath: path, take });
      await writer.recordings.insert(recording);
      await writer.originals.insert(original);
      await writer.custody.append(aCustodyDraft());
      return recording.id;
    });
  const derive = (id: string, durationMs: number) =>
    ledger.transaction(async (writer) => {
      const recording = (await writer.recordings.get(id)) ?? expect.fail(id);
      const segments = (await writer.originals.ofRecording(id)).map((original) => ({ ...original, durationMs }));
      await compareSegments(writer, { ...recording, durationMs }, segments, { timezone: 'Asia/Shanghai', nowMs: 1 });
    });
  const linksOf = async (id: string) => (await ledger.recordings.detail(id))?.links ?? [];
  const name = (folder: string, time: string, number: string) => `DCIM/${folder}/DSJ0012345_041234_20190627${time}_${number}.TS`;

  const first = await put(name('a', '090000', '0001'), '2019-06-27T09:00:00');
  const second = await put(name('a', '090500', '0002'), '2019-06-27T09:05:00');
  const third = await put(name('a', '091000', '0003'), '2019-06-27T09:10:00');
  const meeting = await put(name('b', '091000', '0003'), '2019-06-27T09:10:00');
  for (let times = 0; times < 2; times += 1) {
    for (const id of [second, first, third, meeting]) await derive(id, 300_000);
  }
  expect(await linksOf(first)).toEqual([{ relation: 'continues-in', recordingId: second }]);
  expect(await linksOf(second)).toEqual([{ relation: 'continues-from', recordingId: first }]);
  expect([...(await linksOf(third)), ...(await linksOf(meeting))]).toEqual([]);
  for (const id of [first, second])
    expect((await ledger.custody.of(about(id))).filter(({ type }) => type === 'recording.linked')).toHaveLength(1);
});

it('joins what is left when a file between was never there', async () => {
  const name = (time: string, number: string) => `DCIM/20190627/DSJ0012345_041234_20190627${time}_${number}.MP4`;
  const files = [name('090000', '0001'), name('090500', '0002'), name('091000', '0003'), name('091500', '0004')];
  await put(Object.fromEntries(files.map((path) => [path, { seconds: 300 }])));
  await rm(join(card, files[1] ?? ''));
  const details = await dock();
  const told = { code: 'segment-missing', parameters: { number: '0002' } };
  expect(details.map(({ recording, originals }) => [originals.length, ofTake(recording)]).sort()).toEqual([
    [1, [told]],
    [2, [told]],
  ]);
});
