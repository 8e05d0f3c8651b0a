/*
 * Goal: nothing is shown before the look is on record, what was sent is on record within a minute, and neither seeking nor a flood of tiny ranges makes more of it
 * than a bounded entry. Method: the real ledger, and clocks that the test moves.
 */

import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '#domain/custody/actor';
import { RecordingSeen } from '#domain/custody/look-entries';
import { RecordingViewed } from '#domain/custody/recording-entries';
import { EvidockError, said } from '#domain/errors';
import { NO_RIGHT, SPANS_MAX } from '#domain/look/look';
import type { Ledger } from '#ports/ledger';
import { STATION_ID } from '#test/support/builders';
import { about } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { COVERED_MS } from './covered-pictures.ts';
import { Looks } from './look-log.ts';
import type { LookAsk } from './open-look.ts';

let station: ServedStation;
let nowMs: number;
let looks: Looks;
let broken: unknown;

const LI: Actor = { kind: 'user', id: 'usr-1', via: 'network', session: 'ssn-1' };
const anAsk = ({ actor = LI, item = 'drv-1', ...more }: Partial<LookAsk['looked']> & { actor?: Actor } = {}): LookAsk => ({
  viewer: {
    actor,
    user: actor.id,
    name: 'Li Ming',
    roles: ['auditor'],
    officer: null,
    unit: 'unt-1',
    address: '10.0.0.7',
    agent: 'Firefox',
    knownBy: 'password',
    // Each request has an id of its own.
    requestId: randomUUID(),
  },
  right: { ...NO_RIGHT, policy: 3, rule: 'by-case', caseNumber: 'A-1', caseTitle: 'a case', reason: 'complaint', words: 'June' },
  looked: {
    recording: 'rec-1',
    item,
    sha256: 'ab'.repeat(32),
    what: 'playable',
    officer: '041234',
    unit: 'Squad 3',
    from: 'vault',
    range: null,
    ...more,
  },
  itemBytes: 1_000_000,
  playedOf: async (ranges) => ranges.map(({ start, end }) => ({ fromMs: start / 10, toMs: end / 10 })),
});
const entries = async (id = 'rec-1') => station.ledger.custody.of(about(id));
const seen = async (id?: string) => (await entries(id)).flatMap((entry) => RecordingSeen.parse(entry)?.data ?? []);
const viewed = async (id?: string) => (await entries(id)).flatMap((entry) => RecordingViewed.parse(entry) ?? []);
/** Half a minute passes, and the timer comes by. */
const laterBy = async (ms: number) => {
  nowMs += ms;
  await looks.turn();
};

beforeEach(async () => {
  station = await servedStation();
  nowMs = 1;
  broken = null;
  const transaction: Ledger['transaction'] = (body) => (broken === null ? station.ledger.transaction(body) : Promise.reject(broken));
  looks = new Looks({
    ledger: { transaction } as Ledger,
    clock: station.clock,
    clockWatch: station.deps.clockWatch,
    stationId: STATION_ID,
    faultPoints: { reached: () => undefined },
    failed: () => undefined,
    monotonicMs: () => nowMs,
    openMax: 20,
  });
});

afterEach(async () => {
  broken = null;
  await looks.close();
  await station.close();
});

describe('the entry before the first byte', () => {
  it('tells who, what, by what right and why, with names beside the log', async () => {
    const ask = anAsk({ range: '0-99' });
    const look = await looks.begin(ask);
    const [entry] = await viewed();
    expect(entry?.data).toMatchObject({ what: 'playable', from: 'vault', range: '0-99' });
    expect(entry?.data.look).toEqual({
      ...{
        id: look.id,
        item: 'drv-1',
        sha256: 'ab'.repeat(32),
        officer: '041234',
        unit: 'Squad 3',
        user: 'usr-1',
        roles: ['auditor'],
        byOfficer: null,
        clock: 'steady',
      },
      ...{ byUnit: 'unt-1', policy: 3, rule: 'by-case', case: 'A-1', grant: null, reason: 'complaint', knownBy: 'password' },
      requestId: ask.viewer.requestId,
    });
    expect(entry?.personal).toEqual({ name: 'Li Ming', address: '10.0.0.7', agent: 'Firefox', words: 'June', caseTitle: 'a case' });
    expect(entry?.actor).toEqual(LI);
    expect(new TextDecoder().decode(entry?.bytes)).not.toMatch(/Li Ming|10\.0\.0\.7|June/);
    expect(entry?.related.map(({ kind, id }) => `${kind}:${id}`)).toEqual(['user:usr-1', 'case:A-1']);
  });

  it('is one for all ranges of a look, and one each for other people, sessions, items, places, addresses and rights', async () => {
    const one = anAsk();
    const others: LookAsk[] = [
      anAsk({ actor: { ...LI, id: 'usr-2' } }),
      anAsk({ actor: { ...LI, session: 'ssn-2' } }),
      anAsk({ item: 'drv-2' }),
      anAsk({ from: 's3' }),
      anAsk({ officer: '041235' }),
      anAsk({ unit: 'Squad 4' }),
      { ...one, viewer: { ...one.viewer, address: '10.0.0.8' } },
      { ...one, viewer: { ...one.viewer, agent: 'Safari' } },
      { ...one, right: { ...one.right, grant: 'grt-1' } },
      { ...one, right: { ...one.right, policy: 4 } },
      { ...one, right: { ...one.right, words: 'July' } },
    ];
    for (const ask of [one, ...others, one, ...others]) await looks.begin(ask);
    const ids = (await viewed()).map(({ data }) => data.look?.id);
    expect(new Set(ids).size).toBe(1 + others.length);
    expect(ids).toHaveLength(1 + others.length);
  });

  it('is waited for by two requests at once, and is one', async () => {
    const both = await Promise.all([looks.begin(anAsk({ range: '0-9' })), looks.begin(anAsk({ range: '10-19' }))]);
    expect(both[0]).toBe(both[1]);
    expect(await viewed()).toHaveLength(1);
  });

  it('that could not be written is none: nothing may be shown, and the next request tries again', async () => {
    broken = new EvidockError('ledger.failed', said(new Error('disk')));
    await expect(looks.begin(anAsk())).rejects.toBe(broken);
    expect(looks.size).toBe(0);
    broken = null;
    await looks.begin(anAsk());
    expect(await viewed()).toHaveLength(1);
  });
});

describe('what was seen', () => {
  it('is written each minute while bytes go out, whole in each entry, and in the end', async () => {
    const look = await looks.begin(anAsk());
    const delivery = look.deliver(1000);
    delivery.sent(500);
    await laterBy(49_000);
    expect(await seen()).toEqual([]);
    delivery.sent(500);
    await laterBy(6_000);
    expect(await seen()).toMatchObject([{ look: look.id, ranges: [{ start: 1000, end: 2000 }], bytes: 1000, requests: 1, ended: null }]);
    await laterBy(60_000);
    expect(await seen()).toHaveLength(1);
    delivery.done();
    look.deliver(1500).sent(1000);
    await looks.close();
    const [, last] = await seen();
    expect(last).toMatchObject({ ranges: [{ start: 1000, end: 2500 }], bytes: 2000, itemBytes: 1_000_000, requests: 2, ended: 'stopped' });
    expect(last).toMatchObject({ played: [{ fromMs: 100, toMs: 250 }], joinedBytes: 0, user: 'usr-1', case: 'A-1', officer: '041234' });
  });

  it('is one entry for a thousand seeks, with a bounded number of spans that hold all that was sent', async () => {
    const look = await looks.begin(anAsk());
    for (let n = 0; n < 1000; n += 1) {
      const delivery = look.deliver(n * 900);
      delivery.sent(100);
      delivery.done();
    }
    await laterBy(60_000);
    const [only, ...more] = await seen();
    expect(more).toEqual([]);
    expect(only?.ranges).toHaveLength(SPANS_MAX);
    expect(only?.bytes).toBe(100_000);
    const within = (at: number) => only?.ranges.some(({ start, end }) => start <= at && at + 100 <= end);
    expect(Array.from({ length: 1000 }, (_, n) => n * 900).filter((at) => !within(at))).toEqual([]);
    const held = only?.ranges.reduce((sum, { start, end }) => sum + end - start, 0) ?? 0;
    expect(held - (only?.joinedBytes ?? 0)).toBe(100_000);
  });

  it('stays small under a million ranges of one byte', async () => {
    const look = await looks.begin(anAsk());
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 1_000_000; n += 1) {
      const delivery = look.deliver((n * 7919) % 999_983);
      delivery.sent(1);
      delivery.done();
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
    await laterBy(60_000);
    const [only, ...more] = await seen();
    expect(more).toEqual([]);
    expect(only?.requests).toBe(1_000_000);
    expect((await entries()).at(-1)?.bytes.byteLength).toBeLessThan(16_384);
  });

  it('holds what the player says as its claim, from the person and session of the look alone', async () => {
    const look = await looks.begin(anAsk());
    expect(looks.claim(look.id, LI, [{ fromMs: 0, toMs: 900 }])).toBe(true);
    expect(looks.claim(look.id, LI, [{ fromMs: 900, toMs: 1500 }])).toBe(true);
    expect(looks.claim(look.id, { ...LI, session: 'ssn-2' }, [{ fromMs: 0, toMs: 99_999 }])).toBe(false);
    expect(looks.claim(look.id, { ...LI, id: 'usr-2' }, [{ fromMs: 0, toMs: 99_999 }])).toBe(false);
    expect(looks.claim('lok-unknown', LI, [{ fromMs: 0, toMs: 99_999 }])).toBe(false);
    look.deliver(0).sent(10);
    await laterBy(60_000);
    expect(await seen()).toMatchObject([{ claimed: [{ fromMs: 0, toMs: 1500 }], ranges: [{ start: 0, end: 10 }] }]);
  });

  it('ends when no byte goes out for five minutes; the next request is another look', async () => {
    const first = await looks.begin(anAsk());
    const delivery = first.deliver(0);
    delivery.sent(10);
    await laterBy(400_000);
    expect(looks.size).toBe(1);
    delivery.done();
    await laterBy(299_000);
    expect((await seen()).at(-1)?.ended).toBeNull();
    await laterBy(2_000);
    expect((await seen()).at(-1)?.ended).toBe('idle');
    expect(looks.size).toBe(0);
    expect((await looks.begin(anAsk())).id).not.toBe(first.id);
  });

  it('that cannot be written cuts what goes out, and nothing more is shown until it is', async () => {
    const look = await looks.begin(anAsk());
    const delivery = look.deliver(0);
    delivery.sent(10);
    broken = new EvidockError('ledger.failed', said(new Error('disk full')));
    await expect(laterBy(60_000)).rejects.toBe(broken);
    expect(delivery.signal.aborted).toBe(true);
    await expect(looks.begin(anAsk())).rejects.toBe(broken);
    broken = null;
    expect((await looks.begin(anAsk())).id).toBe(look.id);
    expect(await seen()).toMatchObject([{ bytes: 10 }]);
  });
});

it('a look that was ended shows no byte more, and is written as ended', async () => {
  const look = await looks.begin(anAsk());
  const delivery = look.deliver(0);
  delivery.sent(10);
  look.end('revoked');
  expect(delivery.signal.aborted).toBe(true);
  expect(look.deliver(10).signal.aborted).toBe(true);
  expect((await looks.begin(anAsk())).id).not.toBe(look.id);
  await looks.turn();
  expect(await seen()).toMatchObject([{ look: look.id, ended: 'revoked' }]);
});

it('a look of which no byte was sent is no entry of what was seen, however it ends', async () => {
  await looks.begin(anAsk());
  await laterBy(301_000);
  expect([await seen(), looks.size]).toEqual([[], 0]);
});

it('tells when the first and the last byte was sent', async () => {
  const delivery = (await looks.begin(anAsk())).deliver(0);
  const first = station.clock.nowMs();
  for (let n = 0; n < 3; n += 1) {
    delivery.sent(10);
    station.clock.advance(1000);
  }
  await laterBy(60_000);
  const iso = (ms: number) => new Date(ms).toISOString();
  expect(await seen()).toMatchObject([{ first: iso(first), last: iso(first + 2000) }]);
});

it('what is sent while the entry is written stands in the next one', async () => {
  const ask = anAsk();
  let meanwhile = (): void => undefined;
  const look = await looks.begin({
    ...ask,
    playedOf: async (ranges) => {
      meanwhile();
      return ask.playedOf(ranges);
    },
  });
  const delivery = look.deliver(0);
  delivery.sent(10);
  meanwhile = () => delivery.sent(10);
  await laterBy(60_000);
  meanwhile = () => undefined;
  await laterBy(60_000);
  expect((await seen()).map(({ bytes }) => bytes)).toEqual([10, 20]);
});

it('holds a limited number of looks open: one more ends the one that was asked of for the longest time ago', async () => {
  const first = await looks.begin(anAsk({ item: 'drv-first' }));
  const second = await looks.begin(anAsk({ item: 'drv-second' }));
  for (let n = 0; n < 18; n += 1) await looks.begin(anAsk({ item: `drv-${n}` }));
  expect(await looks.begin(anAsk({ item: 'drv-first' }))).toBe(first);
  await looks.begin(anAsk({ item: 'drv-more' }));
  expect([looks.size, first.ended, second.ended]).toEqual([20, null, 'idle']);
});

it('pictures that are on record are sent again for ten minutes: the same kind, of the same recording, to the same person', async () => {
  const { viewer } = anAsk();
  looks.cover(viewer, { look: 'lok-1', kind: 'poster', recordings: ['rec-1', 'rec-2'] });
  expect(looks.coveredBy(viewer, 'poster', 'rec-2')).toBe('lok-1');
  for (const other of [
    { ...viewer, actor: { ...LI, id: 'usr-2' } },
    { ...viewer, actor: { ...LI, session: 'ssn-2' } },
    { ...viewer, address: '10.0.0.8' },
    { ...viewer, agent: 'Safari' },
  ])
    expect(looks.coveredBy(other, 'poster', 'rec-2')).toBeNull();
  expect([looks.coveredBy(viewer, 'playable', 'rec-2'), looks.coveredBy(viewer, 'poster', 'rec-3')]).toEqual([null, null]);
  nowMs += COVERED_MS + 1;
  expect(looks.coveredBy(viewer, 'poster', 'rec-2')).toBeNull();
});
