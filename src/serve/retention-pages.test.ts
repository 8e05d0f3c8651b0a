import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DutyReturned } from '#domain/custody/duty-entries';
import { HoldReleased } from '#domain/custody/hold-entries';
import { subject } from '#domain/custody/subject';
import { EMPTY_SCOPE } from '#domain/hold/hold';
import { because } from '#domain/reason';
import type { Archive } from '#ports/archive';
import { aHash, anId, START_MS } from '#test/support/builders';
import { cli } from '#test/support/custody';
import { inPagesOf, pageOf } from '#test/support/http/pages';
import { openTo } from '#test/support/principals';
import { retentionBeforeWalk } from '#test/support/retention/walk';
import { openDuty } from '#test/support/retention/walk-duties';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { ROUTES } from './routes.ts';
import { buildServer } from './server.ts';

/*
 * Goal: the lists of retention, holds, disposals and duties are whole in pages of every size, as the other lists of the API are (pages.test.ts).
 */

const COUNT = 7;
let station: ServedStation;
let app: FastifyInstance;
let hold: string;
let disposal: string;
let duty: string;

beforeAll(async () => {
  station = await servedStation();
  // Of the archive nothing but its name is asked.
  const deps = { ...station.deps, archive: { name: 'disk' } as Archive };
  app = buildServer({ deps, way: 'network', ...openTo() });
  const recordings: string[] = [];
  for (let n = 0; n < COUNT; n += 1) recordings.push((await station.addRecording(randomBytes(20))).id);
  for (let n = 0; n < 3; n += 1) await retentionBeforeWalk(station.ledger, station.clock, n === 0 ? recordings : []);
  await station.ledger.transaction(async (writer) => {
    for (let n = 0; n < COUNT; n += 1) {
      hold = anId('lgh');
      const scope = { ...EMPTY_SCOPE, recordings };
      await writer.holds.insert({ id: hold, scope, reason: 'order 77', author: 'usr-a', setAtMs: START_MS, reviewAtMs: START_MS * 2 });
      const about = { atMs: START_MS + n, actor: cli('root'), subject: subject('hold', hold) };
      for (let entry = 0; entry < 3; entry += 1)
        await writer.custody.append(
          HoldReleased.make({ ...about, data: { author: 'usr-a', by: 'usr-b' }, personal: { reason: 'judged' } }),
        );
      while (!(await writer.holds.spread(hold, 2)).done);
      duty = await openDuty(writer, { subject: { kind: 'recorder', id: `DSJ${n}` }, kind: 'recorder-absent' });
      const ofDuty = { atMs: START_MS + n, actor: cli('root'), subject: subject('duty', duty) };
      for (let entry = 0; entry < COUNT; entry += 1) await writer.custody.append(DutyReturned.make(ofDuty));
      await writer.archive.putFinding({
        ...{ kind: n % 2 === 0 ? 'foreign' : 'hidden', place: 'disk', key: `originals/${n >> 1}`, versionId: `v${n}` },
        ...{ recordingId: null, what: because('said', { text: 'x' }), foundAtMs: START_MS, settledAtMs: null },
      });
      disposal = anId('dsp');
      const by = { person: 'usr-a', roles: ['custodian'], atMs: START_MS };
      await writer.disposals.insert({
        ...{ id: disposal, state: 'cancelled', rule: 'all', dueBeforeMs: START_MS, digest: aHash(n), proposed: by },
        ...{ approved: null, waitsUntilMs: null, beganAtMs: null, endedAtMs: null, why: null },
      });
    }
    for (const recordingId of recordings)
      await writer.disposals.insertItem({
        ...{ disposalId: disposal, recordingId, state: 'excluded', rule: 'all', dueMs: START_MS, files: 1, bytes: 20, durationMs: 0 },
        ...{ contents: aHash(1), why: null },
      });
  });
});

afterAll(async () => {
  await app?.close();
  await station?.close();
});

const LISTS = [
  ...['/holds', '/holds/:hold/recordings', '/holds/:hold/custody', '/disposals', '/disposals/:disposal/recordings'],
  ...['/duties', '/duties/:duty/custody'],
  ...['/retention/corrections', '/retention/schedules', '/archive/findings'],
];
const pathOf = (list: string) => list.replace(':hold', hold).replace(':disposal', disposal).replace(':duty', duty);

describe('a list of what is kept', () => {
  it.each(LISTS)('%s is whole in pages of every size', async (list) => {
    const whole = await pageOf(app, pathOf(list), { limit: 1000 });
    expect(whole.next).toBeNull();
    expect(whole.items.length).toBeGreaterThanOrEqual(list.includes('custody') ? 3 : list.includes('schedules') ? 6 : COUNT);
    for (const limit of [1, 2, 3, COUNT, whole.items.length])
      expect(await inPagesOf(app, pathOf(list), limit), `${limit}`).toEqual(whole.items);
  });

  it.each(LISTS)('%s refuses a cursor that is not its own', async (list) => {
    const { next } = await pageOf(app, list === '/holds' ? '/disposals' : '/holds', { limit: 1 });
    for (const cursor of [next ?? '', 'x', 'o 1%']) {
      const url = `/api/v1${pathOf(list)}?cursor=${encodeURIComponent(cursor)}`;
      const response = await app.inject({ url, headers: { host: 'localhost' } });
      expect([response.statusCode, response.json().code], cursor).toEqual([400, 'request.invalid']);
    }
  });

  it('is every one that the table of routes has', () => {
    const paged = ROUTES.filter(({ schema }) => JSON.stringify(schema.querystring ?? {}).includes('"cursor"'));
    const named = paged.map(({ url }) =>
      url
        .replace('/api/v1', '')
        .replace(/(hold|disposal)s\/:id/, '$1s/:$1')
        .replace('duties/:id', 'duties/:duty'),
    );
    expect(named.filter((url) => /^\/(holds|disposals|duties|retention|archive)/.test(url)).sort()).toEqual([...LISTS].sort());
  });
});
