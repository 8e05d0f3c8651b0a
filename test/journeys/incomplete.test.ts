/*
 * Goal: a file that never comes does not keep the rest of its recording from being closed, played and archived, and is not forgotten:
 * it waits in a recording of its own and is sealed there when it comes after all.
 * Method: dock, intake and seal with their real parts; a recorder whose second segment cannot be read is pulled; then it comes back
 * without that file, or time passes, or it comes back whole.
 */

import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordingProtected } from '#domain/custody/case-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { about, cli, toldBy } from '#test/support/custody';
import { saying } from '#test/support/saying';
import { temporaryDirectory } from '../support/evidock.ts';
import { disturbedVolume, intakeStation, writeCard } from '../support/station/intake-station.ts';

// The first ends when the second begins, by its file's time (writeCard).
const [FIRST, SECOND] = ['153000_0007A', '160000_0007B'].map((time) => `DCIM/20260620/DSJ0012345_041234_20260620${time}.MP4`) as [
  string,
  string,
];
const HOUR_MS = 3600_000;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let station: Awaited<ReturnType<typeof intakeStation>>;
let card: string;
let nowMs: number;

beforeEach(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  nowMs = Date.parse('2026-06-20T09:00:00Z');
  await writeCard(card, { [FIRST]: randomBytes(70_000), [SECOND]: randomBytes(50_000), 'LOG/20260620.log': 'on\n' });
  station = await intakeStation(join(home.path, 'state'), undefined, { nowMs: () => nowMs });
});

afterEach(async () => {
  await station.close();
  await home.remove();
});

/** Docks, waits until everything but the second segment is sealed, and pulls. */
async function pullWithoutSecond(): Promise<string> {
  const volume = disturbedVolume(card, (path) => {
    if (path === SECOND) throw new EvidockError('recorder.read-failed', because('said', { text: path }));
  });
  const stay = await station.dock(volume, 'DSJ0012345', 1);
  await vi.waitFor(
    async () => {
      const progress = await station.ledger.dockings.progress(stay.id);
      expect(progress).toMatchObject({ sealed: 2, listed: 1 });
    },
    { timeout: 20_000, interval: 50 },
  );
  await stay.pull();
  const open = await station.ledger.recordings.list({ state: 'copying', limit: 10 });
  expect(open.map(({ originals }) => originals.map(({ cardPath }) => cardPath))).toEqual([[FIRST, SECOND]]);
  return open[0]?.recording.id ?? '';
}

const stateOf = async (id: string) => (await station.ledger.recordings.detail(id)) ?? expect.fail(`no recording ${id}`);

async function expectSplit(id: string): Promise<string> {
  await station.incomplete.settled();
  const whole = await stateOf(id);
  expect(whole.recording).toMatchObject({ state: 'sealed', damaged: true, originalCount: 2, missingCount: 1 });
  expect(whole.recording.damageReason).toEqual(saying(/^1 of its 2 files never came from the recorder$/));
  expect(whole.originals.map(({ cardPath, state }) => [cardPath, state])).toEqual([[FIRST, 'sealed']]);
  expect(station.closed).toEqual([id]);
  expect((await station.ledger.work.get(`derive.${id}`))?.state).toBe('waiting');
  const split = (await station.ledger.custody.of(about(id))).find(({ type }) => type === 'recording.split');
  expect(toldBy(split ?? expect.fail())).toMatchObject({ missing: [{ bytes: 50_000 }], cardPaths: [SECOND] });
  const into = String(split?.data['into']);
  const waiting = await stateOf(into);
  expect(waiting.recording).toMatchObject({ state: 'copying', originalCount: 1, missingCount: 0, damaged: false, officerId: '041234' });
  expect(waiting.originals.map(({ cardPath, state }) => [cardPath, state])).toEqual([[SECOND, 'listed']]);
  return into;
}

describe('a recording whose second file never comes', () => {
  it('is closed without it when the card no longer holds it', async () => {
    const id = await pullWithoutSecond();
    const marks = { confidentiality: 'secret', privacy: ['minor'] } as const;
    await station.ledger.transaction(async (writer) => {
      await writer.recordings.update(id, marks);
      const data = { confidentiality: { old: null, new: 'secret' }, privacy: { old: [], new: ['minor'] } };
      const about = { atMs: nowMs, actor: cli('root'), subject: subject('recording', id) };
      await writer.custody.append(RecordingProtected.make({ ...about, data, personal: { reason: null } }));
    });
    await rm(join(card, SECOND));
    const again = await station.dock(station.plain(card), 'DSJ0012345', 2);
    await again.safe();
    const into = await expectSplit(id);
    // What is secret of the whole is secret of its parts.
    expect((await stateOf(into)).recording).toMatchObject(marks);
  });

  it('is left alone while its recorder is docked, or has left a short time ago', async () => {
    const id = await pullWithoutSecond();
    station.incomplete.start();
    await station.incomplete.settled();
    expect(await stateOf(id)).toMatchObject({ recording: { state: 'copying', missingCount: 0 } });
    expect(station.closed).toEqual([]);
  });

  it('is closed without it after the time of waiting, and takes it as a recording of its own when it comes after all', async () => {
    const id = await pullWithoutSecond();
    nowMs += 2 * HOUR_MS;
    station.incomplete.start();
    const into = await expectSplit(id);
    const again = await station.dock(station.plain(card), 'DSJ0012345', 2);
    await again.safe();
    const late = await stateOf(into);
    expect(late.recording.state).toBe('sealed');
    expect(late.originals).toMatchObject([{ cardPath: SECOND, state: 'sealed', recordingId: into }]);
    // Nothing twice: three files on the card, three originals.
    expect((await station.ledger.counts()).originals).toBe(3);
    expect(await station.vault.stat(late.originals[0]?.vaultKey ?? '')).toEqual({ bytes: 50_000 });
  });
});
