/*
 * Goal: lists of requests, grants and notices name people as they are called; whoever is told something hears of it at once, and of nothing that is for others. What
 * people do with a report is on record. Method: real requests over real sockets and the real ledger, by people whom the test lets ask.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askForCallUp } from '#desk/call-up/ask';
import { decideRequest } from '#desk/call-up/decide';
import { DEFAULT_TASKS, tasksOf } from '#domain/access/tasks';
import { START_MS } from '#test/support/builders';
import { jsonOf, send } from '#test/support/http/http-ways';
import { CASE, type CallUpStation, callerNamed, callUpStation, type PersonName } from '#test/support/people/call-up-station';
import { ALLOWS_ALL, aPerson } from '#test/support/principals';
import { buildServer } from '../server.ts';

let station: CallUpStation;
let app: FastifyInstance;
let port: number;
/** People are told apart by this header, because several listen at once. */
const WHO = 'x-test-who';

beforeAll(async () => {
  station = await callUpStation();
  await station.film('041234');
  const principalOf = async ({ headers, id }: { headers: Record<string, unknown>; id: string }) => ({
    ...person(headers[WHO] as PersonName),
    requestId: id,
  });
  app = buildServer({ deps: station.deps, way: 'network', gatekeeper: ALLOWS_ALL, principalOf: principalOf as never });
  await app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = app.server.address() as AddressInfo);
});
afterAll(async () => {
  await app.close();
  await station.close();
});

function person(name: PersonName) {
  const { asker } = callerNamed(name);
  return aPerson({ id: asker.id, asker, tasks: tasksOf(asker.roles, DEFAULT_TASKS) });
}
const get = (name: PersonName, path: string) => send({ host: '127.0.0.1', port, path: `/api/v1${path}`, headers: { [WHO]: name } });
const listOf = async (name: PersonName, path: string) => (await jsonOf(await get(name, path)))['items'] as Record<string, never>[];
const ask = () =>
  askForCallUp(station.deps, callerNamed('colleague'), {
    ...{ target: { by: 'case', number: CASE }, later: false, actions: ['look'], purpose: 'case-handling', words: null, urgent: false },
    untilMs: START_MS + 24 * 3_600_000,
  });

/** What a stream has sent so far. */
function heard(answer: IncomingMessage): () => string {
  let text = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  answer.on('error', () => undefined);
  return () => text;
}
async function until(what: () => boolean): Promise<void> {
  for (let n = 0; n < 100 && !what(); n += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(what()).toBe(true);
}

describe('requests, grants and notices', () => {
  it('name people by account and name, as they are called today', async () => {
    const { request } = await ask();
    const { grant } = await decideRequest(station.deps, callerNamed('head'), request.id, { is: 'approve', words: null });
    await station.change('head', { name: 'Chief Wang' });
    const [shown] = await listOf('colleague', '/requests');
    expect(shown).toMatchObject({
      asker: { id: 'usr-colleague', account: 'colleague', name: 'colleague' },
      decision: { by: { id: 'usr-head', account: 'head', name: 'Chief Wang' } },
    });
    const [given] = await listOf('colleague', '/grants');
    expect(given).toMatchObject({
      ...{ id: grant?.id, user: { account: 'colleague' }, approver: 'usr-head' },
      people: [{ id: 'usr-head', account: 'head', name: 'Chief Wang' }],
    });
    expect((await listOf('colleague', '/notices'))[0]).toMatchObject({ user: 'usr-colleague', account: 'colleague', name: 'colleague' });
  });

  it('are heard of at once by whoever is told, and by nobody else', async () => {
    const [streams, before] = [
      { head: await get('head', '/notices/events'), other: await get('otherHead', '/notices/events') },
      Date.now(),
    ];
    expect(streams.head.headers['content-type']).toBe('text/event-stream');
    const [head, other] = [heard(streams.head), heard(streams.other)];
    const { request } = await ask();
    await until(() => head().includes('event: notice'));
    expect(Date.now() - before).toBeLessThan(5000);
    const data = JSON.parse(/^event: notice\nid: .*\ndata: (.*)$/m.exec(head())?.[1] ?? '{}') as object;
    expect(data).toMatchObject({ kind: 'request-waits', request: request.id, user: 'usr-head', account: 'head' });
    // What was told before the stream began is in the list, and not in the stream.
    expect(head().match(/event: notice/g)).toHaveLength(1);
    expect(other()).not.toContain('event: notice');
    for (const answer of Object.values(streams)) answer.destroy();
  });
});

describe('a report', () => {
  const record = (body: object, name: PersonName = 'auditor') =>
    send({ host: '127.0.0.1', port, path: '/api/v1/reports/deeds', method: 'POST', body, headers: { [WHO]: name } });

  it('that is printed, copied or saved is on record, with what it was, how often, its digest and for whom', async () => {
    const recording = await station.film('041234');
    const body = { report: 'trail', of: recording, how: 'printed', copies: 2, sha256: 'ab'.repeat(32), to: 'District court' };
    expect((await record(body)).statusCode).toBe(204);
    expect((await record({ report: 'month', of: '2026-05', how: 'saved' })).statusCode).toBe(204);
    const { entries } = await station.ledger.looks.answer({ type: 'report.issued' }, { limit: 9, order: 'newest' });
    expect(entries).toMatchObject([
      {
        subject: { kind: 'station' },
        data: { report: 'month', month: '2026-05', how: 'saved', format: 'html' },
        actor: { requestId: expect.any(String) },
      },
      {
        ...{ subject: { kind: 'recording', id: recording }, personal: { to: 'District court' } },
        data: { report: 'trail', how: 'printed', copies: 2, sha256: 'ab'.repeat(32), user: 'usr-auditor' },
      },
    ]);
  });

  it.each([
    ['of a recording that never was', { report: 'trail', of: 'rec-none', how: 'printed' }, 404],
    ['of no month', { report: 'month', of: '2026-13', how: 'printed' }, 400],
    ['that is done otherwise', { report: 'month', of: '2026-05', how: 'eaten' }, 400],
  ] as const)('%s is not', async (_, body, status) => {
    expect((await record(body)).statusCode).toBe(status);
  });

  it('is recorded by auditors alone', async () => {
    expect((await record({ report: 'month', of: '2026-05', how: 'printed' }, 'head')).statusCode).toBe(403);
  });
});
