/*
 * Goal: a notice is sent until the other side has taken it or a day has passed, whatever fails in between. Method: the real ledger, and a sender that fails
 * as the test says; a station that stops and starts again is another deliverer on the same ledger.
 */
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { NoticeSender, OutgoingNotice } from '#ports/notice-sender';
import { anId, START_MS } from '#test/support/builders';
import { type CallUpStation, callUpStation, userId } from '#test/support/people/call-up-station';
import { NoticeDeliverer } from './deliverer.ts';

const HOUR = 3_600_000;
let station: CallUpStation;
let sent: OutgoingNotice[];
let fails: boolean;
let deliverers: NoticeDeliverer[];

const sender: NoticeSender = {
  way: 'webhook',
  send: async (notice) => {
    sent.push(notice);
    if (fails) throw new EvidockError('notices.failed', because('answered-status', { status: 500 }));
  },
};

beforeEach(async () => {
  station = await callUpStation();
  [sent, fails, deliverers] = [[], false, []];
});
afterEach(async () => {
  for (const each of deliverers) await each.stop();
  await station.close();
});

function deliverer(senders: readonly NoticeSender[] = [sender]): NoticeDeliverer {
  const { ledger, clock } = station;
  const log = pino({ level: 'silent' });
  const digestFor = async () => null;
  const made = new NoticeDeliverer({ ledger, senders, clock, log, language: 'en', link: 'https://s.example', digestFor });
  deliverers.push(made);
  return made;
}

async function tell(user = userId('head')): Promise<string> {
  const id = anId('ntc');
  const notice = { id, user, kind: 'request-waits', request: 'req-1', atMs: station.clock.nowMs(), readAtMs: null } as const;
  await station.ledger.transaction((writer) => writer.callUps.insertNotice(notice, ['webhook']));
  return id;
}

const next = () => station.ledger.callUps.nextDelivery();

it('sends a notice once, with its receiver and a link', async () => {
  const id = await tell();
  const running = deliverer();
  running.wake();
  await vi.waitFor(async () => expect(await next()).toBeNull());
  running.wake();
  await running.stop();
  expect(sent).toEqual([
    {
      ...{ id, kind: 'request-waits', request: 'req-1', atMs: START_MS, account: 'head', link: 'https://s.example/requests/req-1' },
      subject: 'A request to call up footage waits for your decision',
      text: 'A request to call up footage waits for your decision\n\nhttps://s.example/requests/req-1\n',
    },
  ]);
});

it('tries again after delays that double up to an hour, also after a restart, and gives up a day after the notice', async () => {
  fails = true;
  await tell();
  const delays: number[] = [];
  for (let tries = 1; (await next()) !== null; tries += 1) {
    const running = deliverer();
    running.wake();
    await vi.waitFor(() => expect(sent).toHaveLength(tries));
    await running.stop();
    const due = await next();
    if (due === null) break;
    delays.push(due - station.clock.nowMs());
    station.clock.advance(due - station.clock.nowMs());
    expect(tries).toBeLessThan(60);
  }
  expect(delays.slice(0, 4)).toEqual([5000, 10_000, 20_000, 40_000]);
  expect(Math.max(...delays)).toBe(HOUR);
  expect(station.clock.nowMs() - START_MS).toBeGreaterThanOrEqual(24 * HOUR);
  expect(station.clock.nowMs() - START_MS).toBeLessThanOrEqual(25 * HOUR);
  // It still stands in the list of the receiver.
  expect(await station.ledger.callUps.notices({ user: userId('head'), unread: true, limit: 9 })).toHaveLength(1);
});

it('sends nothing to who has left, and tries a way that is not configured any more as one that fails', async () => {
  await station.change('head', { state: 'left', roles: [], unit: null });
  await tell();
  deliverer().wake();
  await vi.waitFor(async () => expect(await next()).toBeNull());
  expect(sent).toEqual([]);
  await tell(userId('chief'));
  const without = deliverer([]);
  without.wake();
  await vi.waitFor(async () => expect(await next()).toBe(START_MS + 5000));
});
