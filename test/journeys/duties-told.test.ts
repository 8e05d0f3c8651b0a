/*
 * Goal: who owns a duty is told once when it is overdue, and once a day by mail of everything that is, whatever restarts and whatever is away; nothing is told to those who may
 * not see it, and no mail names footage. Method: a real ledger with units and people, the real deliverer, a real SMTP server and a real HTTP server that come and go.
 */

import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Mail } from '#adapters/notices/mail';
import { Webhook } from '#adapters/notices/webhook';
import { NoticeDeliverer } from '#desk/call-up/deliverer';
import { acknowledgeDuty } from '#desk/duties/acknowledge';
import { DutyKeeper } from '#desk/duties/keeper';
import { digestFor, tellOwners } from '#desk/duties/tell';
import { START_MS, STATION_ID } from '#test/support/builders';
import { ROOT_ACTOR } from '#test/support/clock-watch';
import { type MailServer, mailServer, mailText } from '#test/support/http/mail-server';
import { type CallUpStation, callUpStation } from '#test/support/people/call-up-station';
import { addUser } from '#test/support/people/sign-in';
import { openDuty } from '#test/support/retention/walk-duties';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LI = { actor: ROOT_ACTOR, person: 'usr-li' };
const WAYS = ['webhook', 'mail'] as const;

let station: CallUpStation;
let mail: MailServer;
let hook: Server;
let posted: { kind: string; request: string; account: string; link: string }[];
let deliverer: NoticeDeliverer | undefined;

beforeEach(async () => {
  station = await callUpStation();
  for (const [account, unit] of [
    ['squad-keeper', 'unt-squad'],
    ['other-keeper', 'unt-other'],
    ['chief-keeper', 'unt-bureau'],
  ] as const)
    await addUser(station.deps, { account, unit, id: `usr-${account}`, roles: ['custodian'] });
  mail = await mailServer();
  posted = [];
  hook = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    posted.push(JSON.parse(body));
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  await writeFile(join(station.directory, 'secret'), 'a key');
});
afterEach(async () => {
  await deliverer?.stop();
  await mail.close();
  await new Promise((resolve) => hook.close(resolve));
  await station.close();
});

const asking = () => ({ ledger: station.ledger, access: station.deps.access, clock: station.clock, facts: station.deps.facts });
const told = () => tellOwners({ ...asking(), callUps: { ...station.deps.callUps, ways: WAYS }, digestHour: 8 });

/** A station that starts and sends what is due until nothing is, or until the other side has failed. */
async function sends(language: 'en' | 'zh-CN' = 'en'): Promise<void> {
  const { ledger, clock, directory } = station;
  const { port } = hook.address() as AddressInfo;
  const from = { from: 'evidock@agency.example', domain: 'agency.example', user: '', passwordFile: '', stationName: 'Station 1' };
  const senders = [
    new Webhook({ url: `http://127.0.0.1:${port}/`, secretFile: join(directory, 'secret'), stationId: STATION_ID, clock }),
    new Mail({ host: 'localhost', port: mail.port, security: 'none', ...from }),
  ];
  const log = pino({ level: 'silent' });
  const digest = (user: string, words: Parameters<typeof digestFor>[2]) => digestFor(asking(), user, words);
  deliverer = new NoticeDeliverer({ ledger, senders, clock, log, language, link: 'https://station.example', digestFor: digest });
  deliverer.wake();
  await vi.waitFor(
    async () => {
      const next = await ledger.callUps.nextDelivery();
      expect(next === null || next > clock.nowMs()).toBe(true);
    },
    { timeout: 20_000, interval: 100 },
  );
  await deliverer.stop();
}

const mails = () => mail.received.map(({ to, raw }) => [to[0]?.split('@')[0], mailText(raw)] as const);
const kindsOf = async (user: string) =>
  (await station.ledger.callUps.notices({ user: `usr-${user}`, limit: 2000 })).map(({ kind }) => kind).toSorted();
const open = (over: Parameters<typeof openDuty>[1] = {}) => station.ledger.transaction((writer) => openDuty(writer, over));

it('owners are told once of each, and once a day of all, by their unit and by what they may see', async () => {
  const recording = await station.film('041234');
  const subject = { kind: 'recording', id: recording } as const;
  const untagged = await open({ kind: 'untagged', subject, owner: { role: 'custodian', unit: 'unt-squad' }, dueMs: START_MS });
  const later = await open({ kind: 'damaged', subject, owner: { role: 'custodian', unit: 'unt-squad' }, dueMs: START_MS + 2 * DAY });
  await told();
  await told();
  await sends('zh-CN');
  expect(posted.map(({ kind, request, account }) => [kind, request, account]).toSorted()).toEqual([
    ['duty-overdue', untagged, 'chief-keeper'],
    ['duty-overdue', untagged, 'squad-keeper'],
  ]);
  expect(posted[0]?.link).toBe(`https://station.example/duties/${untagged}`);
  expect(
    mails()
      .map(([account]) => account)
      .toSorted(),
  ).toEqual(['chief-keeper', 'squad-keeper']);
  for (const [, text] of mails()) {
    expect(text.split(untagged)).toHaveLength(2);
    expect(text).toMatch(/^您有 1 项待办事项已逾期：\n\n未标注（1 项）\n {2}dty-\S+ {2}期限 2026-06-20\n/);
    expect(text).toContain('https://station.example/duties');
    for (const secret of [recording, later, '041234', '041235']) expect(text).not.toContain(secret);
  }
  expect(await kindsOf('squad-keeper')).toEqual(['duties-digest', 'duty-overdue']);
  expect(await kindsOf('other-keeper')).toEqual([]);

  // The next day: the digest again, the single notice not. After an answer: nothing, until the answer runs out.
  station.clock.advance(DAY);
  await told();
  await sends();
  expect([posted.length, mails().length]).toEqual([2, 4]);
  await acknowledgeDuty(station.deps, { id: untagged, reason: 'on leave', untilMs: station.clock.nowMs() + DAY + HOUR }, LI);
  station.clock.advance(DAY - HOUR);
  await acknowledgeDuty(station.deps, { id: later, reason: 'seen', untilMs: null }, LI);
  await told();
  await sends();
  expect([posted.length, mails().length]).toEqual([2, 4]);
  station.clock.advance(DAY);
  await station.ledger.transaction(async (writer) => {
    await writer.duties.putBack(untagged);
  });
  await told();
  await sends();
  expect([posted.length, mails().length]).toEqual([4, 6]);

  // Of no unit, but about footage that one of them may not see.
  await open({ kind: 'retention-conflict', subject, dueMs: START_MS });
  await told();
  expect([await kindsOf('other-keeper'), (await kindsOf('squad-keeper')).filter((kind) => kind === 'duty-overdue').length]).toEqual([
    [],
    3,
  ]);
});

it('a mail server that is away gets each digest later, once, or never if a day has passed; a duty that is done meanwhile is not told', async () => {
  await open({ kind: 'recorder-clock', subject: { kind: 'recorder', id: 'R1' }, dueMs: START_MS });
  const { port } = mail;
  await mail.close();
  await told();
  await sends();
  await told();
  await sends();
  mail = await mailServer({}, port);
  station.clock.advance(HOUR);
  await told();
  await sends();
  expect(
    mails()
      .map(([account]) => account)
      .toSorted(),
  ).toEqual(['chief-keeper', 'other-keeper', 'squad-keeper']);
  expect(mails()[0]?.[1]).toMatch(/^1 duty of yours is overdue:\n\nrecorder's clock off \(1\)\n {2}dty-\S+ {2}due 2026-06-20\n/);

  await mail.close();
  station.clock.advance(DAY);
  await told();
  for (let hour = 0; hour < 26; hour += 1) {
    await sends();
    station.clock.advance(HOUR);
  }
  mail = await mailServer({}, port);
  await sends();
  expect(mails()).toEqual([]);
  expect(await station.ledger.callUps.nextDelivery()).toBeNull();
  await told();
  await sends();
  expect(mails()).toHaveLength(3);

  station.clock.advance(DAY);
  await told();
  const [standing] = await station.ledger.duties.list({ limit: 1 });
  await station.ledger.transaction((writer) => writer.duties.end(standing?.id ?? '', START_MS));
  await sends();
  expect(mails()).toHaveLength(3);
});

it('many at once are a hundred single notices and one mail that lists each of them once; none comes before its hour', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 130; n += 1)
    ids.push(await open({ subject: { kind: 'recorder', id: `R${n}` }, kind: 'recorder-absent', dueMs: START_MS }));
  const early = { ...asking(), callUps: { ...station.deps.callUps, ways: WAYS }, digestHour: 17 };
  await tellOwners(early);
  expect((await kindsOf('squad-keeper')).filter((kind) => kind === 'duty-overdue')).toHaveLength(100);
  expect(await kindsOf('squad-keeper')).not.toContain('duties-digest');
  const { ledger, clock, deps } = station;
  const limits = { lateMs: DAY, untaggedMs: DAY, archiveMs: DAY, absentMs: DAY, clockMs: 60_000, answerMs: DAY };
  const looking = {
    ledger,
    clock,
    clockWatch: deps.clockWatch,
    archive: null,
    stationId: STATION_ID,
    limits,
    schedule: async () => null,
    scrub: null,
  };
  const digest = async () => (await digestFor(asking(), 'usr-squad-keeper', { language: 'en', link: null }))?.text ?? '';
  const text = await digest();
  for (const id of ids) expect(text.split(id), id).toHaveLength(2);
  // The keeper tells by itself what it finds, within its turn.
  const keeper = new DutyKeeper({
    deps: looking,
    tell: told,
    failed: (error) => {
      throw error;
    },
  });
  keeper.start();
  try {
    await station.addRecording(Buffer.from('x'), { officerId: '041234', startMs: START_MS - 9 * DAY });
    await vi.waitFor(
      async () => expect(await ledger.duties.counts(clock.nowMs())).toEqual([{ kind: 'late-docked', open: 1, overdue: 0 }]),
      15_000,
    );
  } finally {
    await keeper.stop();
  }
  expect(await digest()).toBe('');
});
