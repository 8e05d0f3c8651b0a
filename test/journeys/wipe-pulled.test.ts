/*
 * Goal: a recorder that is pulled while it is written to loses nothing that is not on record, and its card is gone on with at the next docking.
 * Method: the desk with its real stages over plain directories that are wiped for real; yanks while a file is removed or a clock file is written.
 */

import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { DRIVERS } from '#drivers';
import { about, toldBy } from '#test/support/custody';
import { saying } from '#test/support/saying';
import { name, WipedCard } from '../support/card/wiped-card.ts';
import { writeCard } from '../support/station/intake-station.ts';

const HOUR_MS = 3600_000;

let wiped: WipedCard;

beforeEach(async () => {
  wiped = await WipedCard.make();
});
afterEach(() => wiped.remove());

describe('a card that is written to', () => {
  it('survives a yank in the middle: what is gone was announced, the next docking goes on with the rest', async () => {
    await wiped.open({ wipe: 'after-sealed' });
    let removals = 0;
    const key = wiped.station.plug(wiped.card, {
      access: wiped.disturbed((writer) => ({
        remove: async (path) => {
          removals += 1;
          if (removals === 4) {
            await rename(wiped.card, `${wiped.card}-pulled`);
            wiped.station.dock.remove(key);
            throw new EvidockError('recorder.removed', because('said', { text: path }));
          }
          await writer.remove(path);
        },
      })),
    });
    const view = await wiped.station.until(1, ({ phase }) => phase === 'removed');
    expect(view.problem).toMatchObject({ code: 'recorder.wipe-failed' });
    expect(await wiped.station.docking(1)).toMatchObject({ state: 'removed', safeAtMs: expect.any(Number), problem: null });
    // The first batch of two is on record; the third file is gone without an entry of its own, named by wipe.begun.
    expect(await wiped.wipedPaths()).toHaveLength(2);
    await rename(`${wiped.card}-pulled`, wiped.card);
    expect(await wiped.onCard()).toHaveLength(1);
    await wiped.plugAndWait();
    expect(await wiped.onCard()).toEqual([]);
    expect(await wiped.wipedPaths()).toHaveLength(3);
    expect(wiped.station.slot(1)).toMatchObject({ phase: 'safe', problem: null });
  });

  it('goes on with a card that its own yank left unclean, as often as that mark is found, and with no other unclean card', async () => {
    await wiped.open({ wipe: 'after-sealed' });
    const unclean = () => ({ access: null, unclean: { access: wiped.disturbed(() => ({})) } });
    const key = wiped.station.plug(wiped.card, {
      access: wiped.disturbed((writer) => ({
        remove: async (path) => {
          wiped.station.dock.remove(key);
          await writer.remove(path);
          throw new EvidockError('recorder.removed', because('said', { text: path }));
        },
      })),
    });
    await wiped.station.until(1, ({ phase }) => phase === 'removed');
    expect(await wiped.onCard()).toHaveLength(3);
    wiped.station.dock.remove(await wiped.plugAndWait(unclean()));
    expect(await wiped.onCard()).toEqual([]);
    // Linux does not take back a mark that it found: it is there at every later docking, until somebody checks the card.
    await writeCard(wiped.card, { [name(4)]: randomBytes(100) });
    wiped.station.dock.remove(await wiped.plugAndWait(unclean()));
    expect(await wiped.onCard()).toEqual([]);
    const dockings = await wiped.station.ledger.dockings.list({ recorder: 'R1', limit: 10 });
    const entries = (await Promise.all(dockings.map(({ id }) => wiped.station.ledger.custody.of(about(id))))).reverse();
    expect(entries.map((each) => each.find(({ type }) => type === 'docking.arrived')?.data['unclean'])).toEqual([false, true, true]);
    expect(entries.map((each) => each.flatMap(({ type, data }) => (type === 'wipe.finished' ? [data] : [])))).toMatchObject([
      [],
      [{ recorder: 'R1', files: 3, kept: 0 }],
      [{ files: 1, kept: 0 }],
    ]);
    // Checked, wiped and unmounted as it should be: the next mark is the recorder's own.
    await writeCard(wiped.card, { [name(5)]: randomBytes(100) });
    wiped.station.dock.remove(await wiped.plugAndWait());
    await writeCard(wiped.card, { [name(6)]: randomBytes(100) });
    await wiped.plugAndWait(unclean());
    expect(await wiped.onCard()).toEqual([name(6).split('/').at(-1)]);
    expect(wiped.station.slot(1)).toMatchObject({
      phase: 'safe',
      warning: { code: 'recorder.wipe-failed', reason: saying('not cleanly unmounted, and not by the station') },
    });
  });

  it('goes on with a card that a yank left unclean while its clock file was written, and writes no other file to it', async () => {
    const drivers = DRIVERS.map((driver) => ({
      ...driver,
      clockFile: { path: 'TIME.TXT', text: (claimed: string) => `SET ${claimed}\r\n` },
    }));
    const off = { clockOffsetMs: -HOUR_MS };
    await wiped.open({ wipe: 'after-sealed', setClock: true, drivers });
    const key = wiped.station.plug(wiped.card, {
      ...off,
      access: wiped.disturbed(() => ({
        writeText: async (path) => {
          wiped.station.dock.remove(key);
          throw new EvidockError('recorder.removed', because('said', { text: path }));
        },
      })),
    });
    await wiped.station.until(1, ({ phase }) => phase === 'removed');
    const unclean = { access: null, unclean: { access: wiped.disturbed(() => ({})) } };
    wiped.station.dock.remove(await wiped.plugAndWait({ ...off, ...unclean }));
    expect(await wiped.onCard()).toEqual([]);
    const dockings = await wiped.station.ledger.dockings.list({ recorder: 'R1', limit: 10 });
    const told = await Promise.all(dockings.map(({ id }) => wiped.station.ledger.custody.of(about(id))));
    const writes = told.map((each) => each.filter(({ type }) => /clock|wipe/.test(type)).map(({ type }) => type));
    expect(writes.reverse()).toEqual([
      ['recorder.clock-setting', 'recorder.clock-unsure'],
      ['wipe.begun', 'wipe.finished'],
    ]);
    expect(toldBy(told.flat().find(({ type }) => type === 'recorder.clock-unsure') ?? expect.fail())).toMatchObject({
      ...{
        recorder: 'R1',
        how: 'file',
        offsetMs: -HOUR_MS,
        why: { code: 'as-failed', params: { failure: 'recorder.removed', why: expect.anything() } },
      },
    });
  });

  it('leaves a clock alone whose setting cannot be put on record', async () => {
    const drivers = DRIVERS.map((driver) => ({ ...driver, clockFile: { path: 'TIME.TXT', text: (claimed: string) => claimed } }));
    await wiped.open({ setClock: true, drivers });
    const { transaction } = wiped.station.ledger;
    vi.spyOn(wiped.station.ledger, 'transaction').mockImplementation((body) =>
      transaction.call(wiped.station.ledger, (writer) => {
        const append: typeof writer.custody.append = (draft) =>
          draft.type === 'recorder.clock-setting'
            ? Promise.reject(new EvidockError('ledger.failed', because('said', { text: 'disk I/O error' })))
            : writer.custody.append(draft);
        const custody = new Proxy(writer.custody, { get: (target, name) => (name === 'append' ? append : Reflect.get(target, name)) });
        return body({ ...writer, custody });
      }),
    );
    await wiped.plugAndWait({ clockOffsetMs: -HOUR_MS });
    expect(await wiped.onCard()).not.toContain('TIME.TXT');
    expect(wiped.station.slot(1)).toMatchObject({ phase: 'safe' });
  });
});
