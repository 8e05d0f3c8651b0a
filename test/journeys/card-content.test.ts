/*
 * Goal: what a file is, what it travels with and what was seen at the same moment is told by content and names as recorders write them, GBK included.
 * Method: intake and seal with their real parts over a real directory with names as bytes; deriving with the real ffmpeg.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { about } from '#test/support/custody';
import { deriving } from '#test/support/media/deriving';
import { Presenter } from '../../src/serve/present.ts';
import { runProgram } from '../support/evidock.ts';
import { homeForEach } from '../support/station/home-for-each.ts';
import { intakeStation, writeCard } from '../support/station/intake-station.ts';

let home: string;
let card: string;
let station: Awaited<ReturnType<typeof intakeStation>>;
homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});
afterEach(() => station.close());

const dock = async () => {
  const docking = await station.dock(station.plain(card), 'R1', 1);
  await docking.safe();
  await docking.pull();
};
const recordings = () => station.ledger.recordings.list({ limit: 100 });
const kinds = async () =>
  Object.fromEntries((await recordings()).flatMap(({ originals }) => originals.map(({ cardPath, kind }) => [cardPath, kind])));

it('a file whose name says nothing is what its content shows; what its name tells is believed here', async () => {
  const mp4 = Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42', 'latin1'), randomBytes(5000)]);
  await writeCard(card, {
    'FOUND.000/FILE0000.CHK': mp4,
    'LOST.DIR/1234': Buffer.concat([Buffer.from('ffd8ffe1', 'hex'), randomBytes(500)]),
    'VIDEO/0001': Buffer.concat([Buffer.from('DHAV'), randomBytes(500)]),
    'VIDEO/0002.dat': randomBytes(700).fill(1, 0, 8),
    'VIDEO/0003.bin': mp4.subarray(0, 900),
    'VIDEO/0004.mp4': 'no film at all',
    'VIDEO/0005.insv': 'x',
  });
  station = await intakeStation(join(home, 's'));
  await dock();
  expect(await kinds()).toEqual({
    'FOUND.000/FILE0000.CHK': 'video',
    'LOST.DIR/1234': 'photo',
    'VIDEO/0001': 'video',
    'VIDEO/0002.dat': 'unrecognised',
    'VIDEO/0003.bin': 'video',
    'VIDEO/0004.mp4': 'video',
    'VIDEO/0005.insv': 'video',
  });
});

it('lenses of one moment are linked as other views, also when one comes a docking later, and stay recordings of their own', async () => {
  const name = (time: string, lens: string) => `BlackVue/Record/20260620_${time}_N${lens}.mp4`;
  await writeCard(card, {
    [name('101500', 'F')]: randomBytes(100),
    [name('101500', 'R')]: randomBytes(101),
    [name('101600', 'F')]: randomBytes(102),
    'BlackVue/Record/20260620_101500_N.gps': 'track',
  });
  station = await intakeStation(join(home, 's'));
  await dock();
  const linked = async () => {
    const all = await recordings();
    const nameOf = (id: string) => all.find(({ recording }) => recording.id === id)?.originals[0]?.cardPath.slice(-13);
    return all
      .flatMap(({ recording, links }) =>
        links.map(({ relation, recordingId }) => `${nameOf(recording.id)} ${relation} ${nameOf(recordingId)}`),
      )
      .sort();
  };
  const first = ['101500_NF.mp4 other-view 101500_NR.mp4', '101500_NR.mp4 other-view 101500_NF.mp4'];
  expect(await linked()).toEqual(first);
  const front = (await recordings()).find(({ originals }) => originals[0]?.cardPath === name('101500', 'F'));
  expect(front?.originals.map(({ cardPath }) => cardPath)).toEqual([name('101500', 'F'), 'BlackVue/Record/20260620_101500_N.gps']);
  await writeCard(card, { [name('101601', 'I')]: randomBytes(103) });
  await dock();
  expect(await linked()).toEqual([...first, '101600_NF.mp4 other-view 101601_NI.mp4', '101601_NI.mp4 other-view 101600_NF.mp4'].sort());
});

it('names in GBK are read, shown as they were written, and stay the bytes that they are', async () => {
  // 视频 and 执法 in GBK.
  const folder = Buffer.concat([Buffer.from(`${card}/20260620/`), Buffer.from('CAD3C6B5', 'hex')]);
  await mkdir(folder, { recursive: true });
  await writeFile(Buffer.concat([folder, Buffer.from('/101500_'), Buffer.from('D6B4B7A8', 'hex'), Buffer.from('.mp4')]), 'film');
  station = await intakeStation(join(home, 's'));
  await dock();
  const [detail] = await recordings();
  expect(detail?.recording).toMatchObject({ claimedStart: '2026-06-20T10:15:00', kind: 'video' });
  expect(await station.ledger.dockings.get(detail?.recording.dockingId ?? '')).toMatchObject({ driverId: 'dated-folders' });
  if (!detail) throw new Error('no recording');
  expect(
    new Presenter('Asia/Shanghai').recording(detail, { troubled: [], fetches: [], replacedBy: new Map(), protection: new Map() }).originals,
  ).toMatchObject([{ cardPath: '20260620/%CA%D3Ƶ/101500_ִ%B7%A8.mp4', shownPath: '20260620/视频/101500_执法.mp4' }]);
});

it('a picture that its name calls a film is derived as what it is, and custody says so; the original stays as it was named', async () => {
  await mkdir(card, { recursive: true });
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180', '-frames:v', '1', '-f', 'image2', '-c:v', 'mjpeg'];
  expect((await runProgram('ffmpeg', ['-v', 'error', ...source, join(home, 'a.jpg')])).status).toBe(0);
  await writeFile(join(card, 'a.mp4'), await readFile(join(home, 'a.jpg')));
  station = await intakeStation(join(home, 's'));
  await dock();
  const [before] = await recordings();
  const id = before?.recording.id ?? '';
  expect(before?.recording.kind).toBe('video');
  await deriving({ ledger: station.ledger, vault: station.disk, directory: home }).run(id);
  const [after] = await recordings();
  expect(after?.recording).toMatchObject({ kind: 'photo', state: 'derived', damaged: false });
  expect(after?.originals).toMatchObject([{ kind: 'video' }]);
  expect(after?.derivatives.map(({ kind }) => kind)).toEqual(['preview', 'thumbnail']);
  const corrected = (await station.ledger.custody.of(about(id))).filter(({ type }) => type === 'recording.kind-corrected');
  expect(corrected.map(({ data }) => data)).toEqual([{ from: 'video', to: 'photo' }]);
});
