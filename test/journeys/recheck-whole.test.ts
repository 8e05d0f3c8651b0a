/*
 * Shows that with `intake.known: whole` "safe" waits until every known file was compared whole, and says so where one cannot be read again.
 * Method: the real stages over directories, and cards whose files differ or fail where a sample does not look.
 */

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { saying } from '#test/support/saying';
import {
  changed,
  dockOnce,
  expectSealed,
  FIRST_BLOCKS,
  heldCard,
  LARGE,
  MISSED,
  slotOf,
  typesOf,
  WAIT,
} from '../support/card/known-card.ts';
import { homeForEach } from '../support/station/home-for-each.ts';
import { disturbedVolume, intakeStation, type StationOptions, writeCard } from '../support/station/intake-station.ts';

const _MEBIBYTE = 1024 * 1024;

let home: string;
let card: string;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

const open = (options: StationOptions = {}) => intakeStation(join(home, 's'), undefined, { sm3: false, ...options });

describe('intake.known: whole', () => {
  it('is safe only when every known file was compared whole', async () => {
    const bytes = randomBytes(LARGE);
    await writeCard(card, { 'a.mp4': bytes, 'b.mp4': randomBytes(LARGE) });
    const station = await open({ known: 'whole', random: FIRST_BLOCKS });
    await dockOnce(station, card);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': other });
    const held = heldCard(card);
    const docking = await station.dock(held.volume, 'R1', 1);
    await held.reached;
    await station.seal.checkSafe(docking.id);
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
      state: 'reading',
      listedAtMs: expect.any(Number),
      safeAtMs: null,
    });
    expect(slotOf(station, 1)).toMatchObject({ phase: 'rechecking', recheck: { files: 2, done: 0, unread: 0 } });
    held.letGo();
    await docking.safe();
    await expectSealed(home, station, { 'a.mp4': [bytes, other], 'b.mp4': [(await readFile(join(card, 'b.mp4'))) as Buffer] });
    // It was never called safe before.
    expect((await typesOf(station, docking.id)).filter((type) => /safe/.test(type))).toEqual(['docking.safe']);
    expect(slotOf(station, 1)).toMatchObject({ phase: 'safe', warning: { code: 'recorder.known-differs' } });
    await station.close();
  });

  it('is not safe with a file that cannot be read again, and says why', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(LARGE), 'b.txt': 'text' });
    const station = await open({ known: 'whole' });
    await dockOnce(station, card);
    const docking = await station.dock(
      disturbedVolume(card, (path, position) => {
        if (path === 'a.mp4' && position >= LARGE / 2)
          throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
      }),
      'R1',
      1,
    );
    const unread = { state: 'problem', safeAtMs: null, problem: { code: 'recorder.known-unread', reason: saying('a.mp4') } };
    await vi.waitFor(async () => expect(await station.ledger.dockings.get(docking.id)).toMatchObject(unread), WAIT);
    await station.seal.checkSafe(docking.id);
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject(unread);
    await docking.pull();
    await dockOnce(station, card);
    await station.close();
  });
});
