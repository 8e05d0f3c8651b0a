/*
 * Goal: a file that changed on its recorder before it was copied is closed as replaced when its new version is sealed, and nothing waits for it any more; what may
 * still come is waited for. Method: dock, intake and seal with their real parts; recorders are pulled before a file is read, and come back with another file, or
 * with the same one, under its path.
 */

import { randomBytes } from 'node:crypto';
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { replacedFaults } from '#desk/replaced-faults';
import { EvidockError } from '#domain/errors';
import { because, english } from '#domain/reason';
import type { Vault } from '#ports/vault';
import { about, aCustodyDraft, toldBy } from '#test/support/custody';
import { temporaryDirectory } from '../support/evidock.ts';
import { disturbedVolume, intakeStation, writeCard } from '../support/station/intake-station.ts';

const SERIAL = 'DSJ0012345';
const PHOTO = 'DCIM/20260620/DSJ0012345_041234_20260620120000_0001.JPG';
const [FIRST, SECOND] = ['153000_0007A', '160000_0007B'].map((time) => `DCIM/20260620/DSJ0012345_041234_20260620${time}.MP4`) as [
  string,
  string,
];

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

/** Docks the card, which cannot deliver `unread`, and pulls it when `sealed` files are sealed. */
async function pullWithout(unread: readonly string[], sealed: number): Promise<void> {
  const volume = disturbedVolume(card, (path) => {
    if (unread.includes(path)) throw new EvidockError('recorder.read-failed', because('said', { text: path }));
  });
  const stay = await station.dock(volume, SERIAL, 1);
  await vi.waitFor(async () => expect(await station.ledger.dockings.progress(stay.id)).toMatchObject({ sealed, listed: unread.length }), {
    timeout: 20_000,
    interval: 20,
  });
  await stay.pull();
}

async function takeIn(root = card) {
  const stay = await station.dock(station.plain(root), SERIAL, 2);
  await stay.safe();
  await stay.pull();
  await station.incomplete.settled();
}

async function write(path: string, content: Uint8Array | string, root = card) {
  await writeCard(root, { [path]: content });
}

const inState = async (state: 'copying' | 'replaced' | 'sealed') =>
  (await station.ledger.recordings.list({ state, limit: 20 })).toSorted((a, b) => (a.recording.id < b.recording.id ? -1 : 1));
const replacedEntries = async (id: string) =>
  (await station.ledger.custody.of(about(id))).filter(({ type }) => type === 'recording.replaced');
const verified = async (id: string) =>
  replacedFaults((await station.ledger.recordings.detail(id)) ?? expect.fail(id), await station.ledger.custody.of(about(id))).map(english);
const sizes = (details: Awaited<ReturnType<typeof inState>>) =>
  details.map(({ originals }) => originals.map(({ bytes, state }) => [bytes, state]));

describe('a file that changed before it was copied', () => {
  it('is closed when its new version is sealed, in one transaction with that, and is counted no more', async () => {
    await write(PHOTO, randomBytes(5000));
    await pullWithout([PHOTO], 0);
    const [waiting] = await inState('copying');
    await write(PHOTO, randomBytes(7000));
    expect((await station.ledger.counts()).unsealed).toBe(1);
    const stay = await station.dock(station.plain(card), SERIAL, 2);
    await stay.safe();
    // No sweep has run: the seal itself has closed it.
    const [closed] = await inState('replaced');
    const [newer] = await inState('sealed');
    expect(closed?.recording.id).toBe(waiting?.recording.id);
    expect(await inState('copying')).toEqual([]);
    expect(await station.ledger.counts()).toMatchObject({ unsealed: 0, recordings: 2 });
    expect(closed?.originals).toMatchObject([{ state: 'listed', digests: null, replacedBy: newer?.recording.id }]);
    const [entry] = await replacedEntries(closed?.recording.id ?? '');
    expect(toldBy(entry ?? expect.fail())).toMatchObject({
      files: [{ original: closed?.originals[0]?.id, bytes: 5000, by: newer?.recording.id }],
      cardPaths: [PHOTO],
    });
    expect(entry?.related).toEqual([{ kind: 'recording', id: newer?.recording.id }]);
    expect(await verified(closed?.recording.id ?? '')).toEqual([]);
    const log = await Array.fromAsync(station.ledger.custody.verify());
    expect(log).toEqual([]);
    // Its place in the log is beside the seal of the new version: nothing stands between.
    const [sealed] = (await station.ledger.custody.of(about(newer?.recording.id ?? ''))).filter(({ type }) => type === 'original.sealed');
    expect(entry?.seq).toBe((sealed?.seq ?? 0) + 1);
    await stay.pull();
  });

  it('is waited for while its new version is not sealed: that was pulled too, and a third version replaces both', async () => {
    await write(PHOTO, randomBytes(5000));
    await pullWithout([PHOTO], 0);
    await write(PHOTO, randomBytes(6000));
    await pullWithout([PHOTO], 0);
    expect(sizes(await inState('copying'))).toEqual([[[5000, 'listed']], [[6000, 'listed']]]);
    expect(await inState('replaced')).toEqual([]);
    await write(PHOTO, randomBytes(7000));
    await takeIn();
    expect(sizes(await inState('replaced'))).toEqual([[[5000, 'listed']], [[6000, 'listed']]]);
    const [newest] = await inState('sealed');
    for (const { originals } of await inState('replaced')) expect(originals[0]?.replacedBy).toBe(newest?.recording.id);
  });

  it('of a take leaves that without it, which is closed at once', async () => {
    await write(FIRST, randomBytes(70_000));
    await write(SECOND, randomBytes(50_000));
    await pullWithout([SECOND], 1);
    const [take] = await inState('copying');
    expect(take?.originals).toHaveLength(2);
    await write(SECOND, randomBytes(60_000));
    await takeIn();
    expect(await inState('copying')).toEqual([]);
    const whole = await station.ledger.recordings.detail(take?.recording.id ?? '');
    expect(whole).toMatchObject({
      recording: { state: 'sealed', damaged: true, missingCount: 1, originalCount: 2 },
      originals: [{ cardPath: FIRST, state: 'sealed' }],
    });
    expect(sizes(await inState('replaced'))).toEqual([[[50_000, 'listed']]]);
    expect(station.closed).toEqual([take?.recording.id]);
    expect((await station.ledger.counts()).unsealed).toBe(0);
  });

  it.each([
    ['its sidecar', FIRST.replace('.MP4', '.GPS'), FIRST, 1],
    ['its footage, of which the sidecar is here', FIRST, FIRST.replace('.MP4', '.GPS'), 0],
  ])('is closed where it is a part, and the other part stays safe: %s', async (_, changed, kept, derives) => {
    await write(FIRST, randomBytes(9000));
    await write(FIRST.replace('.MP4', '.GPS'), '$GPRMC,1\n');
    await pullWithout([changed], 1);
    const [both] = await inState('copying');
    expect(both?.originals.map(({ role }) => role)).toEqual(['segment', 'sidecar']);
    await write(changed, randomBytes(9500));
    await takeIn();
    expect(await inState('copying')).toEqual([]);
    const left = await station.ledger.recordings.detail(both?.recording.id ?? '');
    expect(left?.originals).toMatchObject([{ cardPath: kept, state: 'sealed' }]);
    expect(left?.recording).toMatchObject({ missingCount: 1, damaged: true });
    const split = (await station.ledger.custody.of(about(both?.recording.id ?? ''))).find(({ type }) => type === 'recording.split');
    // The card tells that it holds the old version no more; footage is only given up for its new version.
    expect(String(split?.data['why'])).toMatch(derives === 1 ? /^left-the-card$|^changed-before-copied$/ : /^changed-before-copied$/);
    // A sidecar alone plays nothing, and no work fails for that.
    expect(await station.ledger.work.list({ stage: 'derive', recordingId: both?.recording.id ?? '', limit: 9 })).toHaveLength(derives);
    expect((await inState('replaced')).flatMap(({ originals }) => originals.map(({ cardPath }) => cardPath))).toEqual([changed]);
  });

  it('is waited for while another file of its recording may still come', async () => {
    await write(FIRST, randomBytes(70_000));
    await write(SECOND, randomBytes(50_000));
    await pullWithout([FIRST, SECOND], 0);
    await write(SECOND, randomBytes(60_000));
    await pullWithout([FIRST], 1);
    await station.incomplete.settled();
    expect(sizes(await inState('copying'))).toEqual([
      [
        [70_000, 'listed'],
        [50_000, 'listed'],
      ],
    ]);
    expect(await inState('replaced')).toEqual([]);
    // It comes: what is here is closed, and what was replaced with it.
    await takeIn();
    station.incomplete.filesReplaced();
    await station.incomplete.settled();
    expect(await inState('copying')).toEqual([]);
    expect(sizes(await inState('replaced'))).toEqual([[[50_000, 'listed']]]);
    expect((await station.ledger.counts()).unsealed).toBe(0);
  });

  it('is closed when the other file of its recording is sealed, where the new version was sealed before that', async () => {
    await station.close();
    const held = Promise.withResolvers<void>();
    let holds: string | null = null;
    // A busy disk: one copy is read back late.
    station = await intakeStation(join(home.path, 'state'), (vault) => {
      const reread: Vault['reread'] = async (key, options) => {
        if (key === holds) await held.promise;
        return vault.reread(key, options);
      };
      return new Proxy(vault, { get: (target, name) => (name === 'reread' ? reread : Reflect.get(target, name).bind(target)) });
    });
    await write(FIRST, randomBytes(70_000));
    await write(SECOND, randomBytes(50_000));
    await pullWithout([FIRST, SECOND], 0);
    const [take] = await inState('copying');
    const first = take?.originals.find(({ cardPath }) => cardPath === FIRST) ?? expect.fail('it is not listed');
    holds = first.vaultKey;
    await write(SECOND, randomBytes(60_000));
    const stay = await station.dock(station.plain(card), SERIAL, 2);
    await vi.waitFor(
      async () => {
        expect((await inState('sealed')).flatMap(({ originals }) => originals.map(({ bytes }) => bytes))).toEqual([60_000]);
        expect((await station.ledger.originals.get(first.id))?.state).toBe('copied');
      },
      { timeout: 20_000, interval: 20 },
    );
    await station.incomplete.settled();
    expect(await inState('replaced')).toEqual([]);
    held.resolve();
    await stay.safe();
    // Nobody has asked for it but the seal of that file; no sweep has run.
    await vi.waitFor(async () => expect(sizes(await inState('replaced'))).toEqual([[[50_000, 'listed']]]), {
      timeout: 10_000,
      interval: 20,
    });
    expect(await inState('copying')).toEqual([]);
    expect((await station.ledger.recordings.detail(take?.recording.id ?? ''))?.originals).toMatchObject([
      { cardPath: FIRST, state: 'sealed' },
    ]);
    await stay.pull();
  });

  it('is taken up again when a card has it after all, and sealed in the recording that waited for it', async () => {
    const other = join(home.path, 'other-card');
    await write(PHOTO, randomBytes(5000));
    await pullWithout([PHOTO], 0);
    await write(PHOTO, randomBytes(7000), other);
    await takeIn(other);
    const [closed] = await inState('replaced');
    const id = closed?.recording.id ?? '';
    // Pulled once more before it is read: its card is the last that was seen, so it is waited for.
    await pullWithout([PHOTO], 0);
    await takeIn(other);
    expect((await inState('copying')).map(({ recording }) => recording.id)).toEqual([id]);
    await takeIn(card);
    const sealed = await station.ledger.recordings.detail(id);
    expect(sealed).toMatchObject({ recording: { state: 'sealed' }, originals: [{ state: 'sealed', bytes: 5000, replacedBy: null }] });
    const types = (await station.ledger.custody.of(about(id))).map(({ type }) => type);
    expect(types.filter((type) => /replaced|taken-up/.test(type))).toEqual(['recording.replaced', 'recording.taken-up-again']);
    expect((await station.ledger.counts()).unsealed).toBe(0);
  });

  it('is closed by the sweep where an earlier version of the station left it open', async () => {
    await write(PHOTO, randomBytes(5000));
    await pullWithout([PHOTO], 0);
    await write(PHOTO, randomBytes(7000));
    await takeIn();
    const [closed] = await inState('replaced');
    const { recording, originals } = closed ?? expect.fail('none is closed');
    await station.ledger.transaction(async (writer) => {
      for (const { id } of originals) await writer.originals.markReplaced(id, null);
      await writer.recordings.update(recording.id, { state: 'copying' });
      await writer.custody.append(aCustodyDraft());
    });
    expect(await verified(recording.id)).toEqual(['was closed as replaced, as the custody log tells, and is open']);
    station.incomplete.start();
    await station.incomplete.settled();
    expect((await inState('replaced')).map((found) => found.recording.id)).toEqual([recording.id]);
    expect(await replacedEntries(recording.id)).toHaveLength(2);
    expect(await verified(recording.id)).toEqual([]);
  });

  it('and is gone from the card is no replaced file', async () => {
    await write(PHOTO, randomBytes(5000));
    await pullWithout([PHOTO], 0);
    await rm(join(card, PHOTO));
    await write('LOG/20260620.log', 'on\n');
    await takeIn();
    expect(sizes(await inState('copying'))).toEqual([[[5000, 'listed']]]);
    expect(await inState('replaced')).toEqual([]);
    // Whoever marks it so, without an entry in the log, is found by `verify`.
    const [{ recording, originals }] = (await inState('copying')) as [Awaited<ReturnType<typeof inState>>[number]];
    await station.ledger.transaction(async (writer) => {
      await writer.originals.markReplaced(originals[0]?.id ?? '', recording.id);
      await writer.custody.append(aCustodyDraft());
    });
    expect(await verified(recording.id)).toEqual([`${PHOTO} is listed and marked as replaced in a recording that is copying`]);
    await station.ledger.transaction((writer) => writer.recordings.update(recording.id, { state: 'replaced' }));
    expect(await verified(recording.id)).toEqual(['is closed as replaced, and the custody log has no entry of it']);
    await station.ledger.transaction(async (writer) => {
      await writer.originals.markReplaced(originals[0]?.id ?? '', null);
      await writer.recordings.update(recording.id, { state: 'copying' });
      await writer.custody.append(aCustodyDraft());
    });
  });

  it('is told by its time alone, where its length is the same', async () => {
    await write(PHOTO, randomBytes(5000));
    await pullWithout([PHOTO], 0);
    const later = new Date('2026-06-20T08:00:10Z');
    await utimes(join(card, PHOTO), later, later);
    await takeIn();
    expect(sizes(await inState('replaced'))).toEqual([[[5000, 'listed']]]);
    expect(sizes(await inState('sealed'))).toEqual([[[5000, 'sealed']]]);
  });
});
