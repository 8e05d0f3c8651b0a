/*
 * Goal: whatever a request changes, the custody log tells it, in the types of entries that the route declares and in no others.
 * Method: real requests to every route of the table over the real ledger, vault and archive; then handlers that break the rule.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { marksOf } from '#desk/marks/marks';
import { STATION } from '#domain/custody/actor';
import { DockingArrived, DockingRemoved } from '#domain/custody/docking-entries';
import { UserInvited } from '#domain/custody/people-entries';
import { RecordingTagged } from '#domain/custody/recording-entries';
import { OfficerChanged } from '#domain/custody/registry-entries';
import { subject } from '#domain/custody/subject';
import { workId } from '#domain/work';
import { ArchiveFetchBack } from '#evict/fetch-back';
import type { LedgerWriter } from '#ports/ledger';
import type { Vault } from '#ports/vault';
import { trackText } from '#sample-card/layouts';
import { aDocking, anId, aUser, START_MS } from '#test/support/builders';
import { statusIn } from '#test/support/card/shown-docking';
import { checkedCopies } from '#test/support/eviction/checked-copies';
import { evictedRecording } from '#test/support/eviction/evicted-recording';
import { tellLooks } from '#test/support/ledger/looked';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { RETENTION_STEPS, retentionBeforeWalk, SCHEDULE_VERSIONS } from '#test/support/retention/walk';
import { DUTY_STEPS, openDuty } from '#test/support/retention/walk-duties';
import { HOLD_STEPS, holdOfOthers } from '#test/support/retention/walk-holds';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { CALL_UP_STEPS, callUpsOfOthers } from '#test/support/walk/walk-call-ups';
import { PEOPLE_STEPS } from '#test/support/walk/walk-people';
import { POLICY_STEPS, POLICY_VERSIONS, proposeBeforeWalk } from '#test/support/walk/walk-policy';
import { CASE_STEPS, HOLDING_STEPS, OFFICER_STEPS } from '#test/support/walk/walk-registry';
import { FOOTAGE_STEPS, STATION_STEPS, type Step, v1, WORK_STEPS } from '#test/support/walk/walk-station';
import { ARCHIVE_STEPS, diskBucket, loseCopy } from '#test/support/walk-archive';
import { command, custodyOfRoute, LinesAnswer, query, type Route } from './route.ts';
import { badgeRoutes } from './routes/badges.ts';
import { kioskRoutes } from './routes/kiosks.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { disposalRoutes } from './routes/retention/disposals.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { ROUTES } from './routes.ts';
import { buildServer } from './server.ts';

let station: ServedStation;
let app: FastifyInstance;
let archive: DiskArchive;
const ids = {
  away: '',
  early: '',
  late: '',
  lost: '',
  later: '',
  held: '',
  walked: '',
  holding: '',
  hold: '',
  duty: '',
  look: '',
  mark: '',
  suggestion: '',
  unit: '',
  third: '',
  sample: '',
  docking: anId('dck'),
  ...{ asked: '', urgent: '', given: '', own: '', notice: '' },
};
const HOUR = 3_600_000;

/** Does what the station's docks would do: writes the docking and its entry past the handler's ledger. */
async function arrive(): Promise<string> {
  const docking = aDocking({ id: ids.docking, slot: 9, port: '/card' });
  await station.ledger.transaction(async (writer) => {
    await writer.dockings.insert(docking);
    const { data, lists } = DockingArrived.example;
    await writer.custody.append(
      DockingArrived.make({ atMs: START_MS, actor: STATION, subject: subject('docking', docking.id), data, lists }),
    );
  });
  return docking.id;
}

async function leave(id: string): Promise<void> {
  if ((await station.ledger.dockings.get(id))?.state === 'removed') return;
  await station.ledger.transaction(async (writer) => {
    await writer.dockings.setStatus(id, statusIn('removed'), START_MS);
    const { data } = DockingRemoved.example;
    await writer.custody.append(DockingRemoved.make({ atMs: START_MS, actor: STATION, subject: subject('docking', id), data }));
  });
}

/** Told of whoever comes over the control socket, beside what the request leaves. */
const BESIDE = new Set(['socket.used']);

async function entriesSince<T>(body: () => Promise<T>): Promise<{ outcome: T; types: readonly string[] }> {
  const before = (await station.ledger.custody.head())?.seq ?? -1;
  const outcome = await body();
  const head = (await station.ledger.custody.head())?.seq ?? -1;
  const about = [
    ...POLICY_VERSIONS.map((version) => `policy:${version}`),
    ...SCHEDULE_VERSIONS.map((version) => `schedule:${version}`),
    ...[
      'station:test',
      'clock:test',
      'case:A-1',
      'case:A-2',
      'case:A-3',
      'officer:7',
      'officer:8',
      'officer:9',
      'recorder:R1',
      'recorder:DSJ0012345',
      'port:1-4',
      'worker:desk1',
      `docking:${ids.docking}`,
    ],
    ...[ids.early, ids.late, ids.lost, ids.later, ids.held, ids.away, ids.walked].map((id) => `recording:${id}`),
    ...(await samples()).map((id) => `sample:${id}`),
    ...(await station.ledger.people.users({ limit: 50 })).map(({ id }) => `user:${id}`),
    ...(await station.ledger.people.units({ limit: 50 })).map(({ id }) => `unit:${id}`),
    ...(await station.ledger.holds.list({ limit: 50 })).map(({ id }) => `hold:${id}`),
    ...(await station.ledger.duties.list({ limit: 50 })).map(({ id }) => `duty:${id}`),
    'user:cli:wang',
  ].map((text) => subject(...(text.split(/:(.*)/).slice(0, 2) as Parameters<typeof subject>)));
  const entries = new Map<number, string>();
  for (const each of about) for (const { seq, type } of await station.ledger.custody.of(each)) if (seq > before) entries.set(seq, type);
  // Counts all new entries, so that none is under a subject that this test does not look at.
  expect(entries.size).toBe(head - before);
  return { outcome, types: [...new Set(entries.values())].filter((type) => !BESIDE.has(type)).sort() };
}

/** An account in which somebody else with an account had a hand. */
async function tiedUser(): Promise<void> {
  if (await station.ledger.people.userByAccount('tied')) return;
  const tied = aUser({ id: 'usr-tied', account: 'tied' });
  const actor = { kind: 'user', id: 'usr-zhao', via: 'network', session: null } as const;
  const data = { endsAt: new Date(START_MS).toISOString(), replaced: false };
  await station.ledger.transaction(async (writer) => {
    await writer.people.upsertUser(tied);
    await writer.custody.append(UserInvited.make({ atMs: station.clock.nowMs(), actor, subject: subject('user', tied.id), data }));
  });
}

/** Ids of the samples that were drawn. */
async function samples(): Promise<readonly string[]> {
  const { entries } = await station.ledger.looks.answer({ type: 'sample.drawn' }, { limit: 10, order: 'newest' });
  return entries.map(({ subject: { id } }) => id);
}

async function request(target: FastifyInstance, step: Step) {
  const [method = '', url = ''] = step.row.split(' ');
  const params: Record<string, string> = { id: ids.early, number: 'A-1', serial: 'R1', kind: 'playable', index: '1', ...step.params };
  const path = url.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(ids[params[name] as keyof typeof ids] ?? params[name] ?? ''));
  return target.inject({
    method: method as 'GET',
    url: `${path}${(step.query ?? '').replace(':early', ids.early)}`,
    headers: { host: 'localhost', 'x-evidock-actor': 'cli:wang' },
    ...(step.body === undefined ? {} : { payload: step.body }),
  });
}

const rowOf = ({ method, url }: Route) => `${method} ${url}`;

/** Over the control socket nobody has a session. What signs in, and what needs a session, is walked in routes/sign-in.test.ts. */
const SIGN_IN: readonly Step[] = [
  { row: v1('GET /session'), leaves: [] },
  { row: v1('GET /sessions'), leaves: [] },
];
/** Routes whose requests and entries stand in routes/sign-in.test.ts. */
const WALKED_THERE = [...signInRoutes, ...sessionRoutes].filter(({ kind }) => kind === 'command').map(rowOf);
/** routes/doors.test.ts, routes/oidc.test.ts and routes/retention/disposals.test.ts ask these as the persons, programs and screens for whom they are. */
const OF_DOORS = [...tokenRoutes, ...kioskRoutes, ...badgeRoutes, ...oidcRoutes, ...disposalRoutes].map(rowOf);

/** In order, because later steps need what earlier ones made. */
const STEPS: readonly Step[] = [
  ...OFFICER_STEPS,
  ...PEOPLE_STEPS,
  ...POLICY_STEPS,
  ...CASE_STEPS,
  ...HOLDING_STEPS,
  ...CALL_UP_STEPS,
  ...HOLD_STEPS,
  ...DUTY_STEPS,
  ...FOOTAGE_STEPS,
  ...WORK_STEPS,
  ...RETENTION_STEPS,
  ...SIGN_IN,
  ...ARCHIVE_STEPS,
  ...STATION_STEPS,
];

/** This stream never ends; server.test.ts reads it. */
const ENDLESS = [v1('GET /events'), v1('GET /notices/events'), v1('GET /changes')];

beforeAll(async () => {
  station = await servedStation();
  archive = new DiskArchive({
    directory: join(station.directory, 'archive'),
    limiter: { pieceBytes: 65_536, take: async () => undefined },
    faults: { reached: () => undefined },
    stationId: 'test',
  });
  await archive.open(false);
  const { facts, ledger, vault, clock, log } = station.deps;
  const noRoom = { makeRoom: async () => 0 };
  const faults = { reached: () => undefined };
  const deps = {
    ...station.deps,
    archive,
    archived: checkedCopies(station.deps, archive),
    bucket: diskBucket(join(station.directory, 'archive'), station.clock),
    fetchBack: new ArchiveFetchBack({ ledger, vault: vault as Vault, archive, room: noRoom, clock, log, faults }),
    facts: { ...facts, suggest: { ...facts.suggest, accept: 'sole' as const } },
    ingest: arrive,
    undock: leave,
  };
  app = buildServer({ deps, way: 'socket' });
  await proposeBeforeWalk(station.ledger, station.clock);
  // The first use of the control socket is on record as such.
  await request(app, { row: v1('GET /recordings'), leaves: [] });
  ids.early = (await station.addRecording(randomBytes(50), { startMs: START_MS - HOUR })).id;
  ids.late = (await station.addRecording(randomBytes(60), { startMs: START_MS + 6 * HOUR })).id;
  ids.later = (await station.addRecording(randomBytes(65), { startMs: START_MS + 12 * HOUR })).id;
  ids.held = (await station.addRecording(randomBytes(40), { startMs: START_MS - 11 * HOUR, officerId: null, officerSource: null })).id;
  const walked = [{ cardPath: 'DCIM/20260619/walked.NMEA', content: Buffer.from(trackText('2026-06-19T02:00:05', 3)) }];
  ids.walked = (await station.addRecording(randomBytes(30), { startMs: START_MS - 30 * HOUR }, undefined, walked)).id;
  ids.lost = (await station.addRecording(randomBytes(70), { startMs: null })).id;
  await retentionBeforeWalk(station.ledger, station.clock, [ids.lost, ids.later]);
  await tellLooks(station.ledger, [{ recording: ids.later, look: 'lok-may', user: 'usr-li', atMs: Date.UTC(2026, 4, 10) }]);
  ids.away = await evictedRecording(station, archive);
  Object.assign(ids, await callUpsOfOthers(station.ledger, ids.late));
  await loseCopy(station.ledger, ids.early);
  await station.ledger.transaction(async (writer) => {
    // The recording is archived without a copy on record. So verification withdraws what is missing.
    await writer.recordings.update(ids.lost, { state: 'archived' });
    const worker = { host: 'walk', instance: 'walk' };
    for (const recordingId of [ids.early, ids.late]) {
      const id = workId('derive', recordingId);
      await writer.work.insert({ id, stage: 'derive', recordingId, priority: 5, dueAtMs: 0, nowMs: START_MS });
      const claim = await writer.work.claim(id, worker, 1000);
      if (claim) await writer.work.finish(claim);
    }
  });
});

afterAll(async () => {
  await app?.close();
  await archive?.close();
  await station?.close();
});

describe('every route', () => {
  it.each(STEPS.map((step, index) => [index, step.row, step.leaves.join(', ') || 'nothing'] as const))(
    '%i: %s leaves %s',
    async (index) => {
      const found = STEPS[index];
      if (!found) throw new Error('no step');
      const lost = (found.body as { recording?: string } | undefined)?.recording;
      const step = lost ? { ...found, body: { ...found.body, recording: ids.lost } } : found;
      if (step.params?.['id'] === 'suggestion') {
        const [made] = await station.ledger.cases
          .suggestions({ recordingId: ids.early, limit: 10 })
          .then((all) => all.filter(({ caseNumber }) => caseNumber === 'A-2'));
        ids.suggestion = made?.id ?? '';
      }
      if (step.params?.['id'] === 'own') {
        const [own] = await station.ledger.callUps.requests({ seenBy: null, asker: 'cli:wang', limit: 1 });
        ids.own = own?.id ?? '';
      }
      if (step.params?.['id'] === 'duty')
        ids.duty ||= await station.ledger.transaction((writer) => openDuty(writer, { subject: { kind: 'recording', id: ids.early } }));
      if (step.params?.['id'] === 'hold') ids.hold ||= await holdOfOthers(station.ledger, ids.late);
      if (step.params?.['id'] === 'tied') await tiedUser();
      if (step.params?.['id'] === 'holding') {
        const [held] = ids.holding ? [] : await station.ledger.registry.holdings('DSJ0012345', { limit: 1 });
        ids.holding ||= held?.id ?? '';
      }
      if (step.params?.['mark'] === 'mark') ids.mark ||= (await marksOf(station.ledger, ids.early))[0]?.id ?? '';
      const pictures = step.body as { recordings?: string[] } | undefined;
      if (pictures?.recordings?.[0] === 'early') pictures.recordings = [ids.early];
      if (step.params?.['id'] === 'look') {
        const open = await request(app, { row: v1('GET /recordings/:id/playback'), leaves: [] });
        ids.look = String(open.headers['x-evidock-look']);
      }
      ids.unit ||= (await station.ledger.people.unitsNamed('局', 1))[0]?.id ?? '';
      ids.third ||= (await station.ledger.people.unitsNamed('三支队', 1))[0]?.id ?? '';
      [ids.sample = ''] = await samples();
      const confirmed = step.body as { seenAt?: string } | undefined;
      if (confirmed?.seenAt === 'set') confirmed.seenAt = new Date(await station.setClock(2 * HOUR)).toISOString();
      const { outcome, types } = await entriesSince(() => request(app, step));
      expect(outcome.statusCode, outcome.body.slice(0, 500)).toBeLessThan(300);
      expect(outcome.body).not.toContain('"type":"error"');
      expect(types).toEqual(step.leaves);
    },
  );

  it('writes no row that its entry tells otherwise', () => {
    // What the walk itself puts into other tables beforehand is in no entry.
    const found = contradictionsIn(join(station.directory, 'ledger.sqlite'));
    expect(found.filter(({ table, told }) => table.startsWith('retention_') || /requestId|knownBy/.test(told ?? ''))).toEqual([]);
  });

  it('is in this walk, and declares nothing that it does not leave', () => {
    expect([...new Set(STEPS.map(({ row }) => row)), ...WALKED_THERE, ...OF_DOORS, ...ENDLESS].sort()).toEqual(ROUTES.map(rowOf).sort());
    for (const row of ROUTES) {
      if ([...WALKED_THERE, ...OF_DOORS].includes(rowOf(row))) continue;
      const left = STEPS.filter((step) => step.row === rowOf(row)).flatMap(({ leaves }) => leaves);
      expect([...new Set(left)].sort(), rowOf(row)).toEqual([...custodyOfRoute(row)].sort());
    }
  });
});

describe('a handler', () => {
  const officer = { id: '99', name: 'Nobody', unit: null };
  const about = () => ({ atMs: START_MS, actor: STATION });
  const changed = () =>
    OfficerChanged.make({ ...about(), subject: subject('officer', '99'), data: { unit: { old: null, new: null } }, personal: {} });
  const tagged = () => RecordingTagged.make({ ...about(), subject: subject('recording', ids.early), data: {} });

  const breaches: [string, Route][] = [
    ['that forgets the entry', breaking(async (writer) => writer.registry.upsertOfficer(officer))],
    [
      'that leaves another entry',
      breaking(async (writer) => {
        await writer.registry.upsertOfficer(officer);
        await writer.custody.append(tagged());
      }),
    ],
    [
      'that leaves one entry too many',
      breaking(async (writer) => {
        await writer.registry.upsertOfficer(officer);
        await writer.custody.append(changed());
        await writer.custody.append(tagged());
      }),
    ],
    ['that says nothing', breaking(async () => undefined)],
    [
      'of a query that writes',
      query({
        url: '/api/v1/breach',
        needs: 'see-registry',
        summary: 'Breaks the rule',
        schema: { response: Type.Object({}) },
        handle: async ({ deps: { ledger } }) => {
          await ledger.transaction((writer) => writer.registry.upsertOfficer(officer));
          return {};
        },
      }),
    ],
    [
      'that goes round its transaction',
      command({
        ...{ method: 'POST', url: '/api/v1/breach', needs: 'change-registry', summary: 'Breaks the rule', custody: null },
        schema: { response: Type.Object({}) },
        handle: async ({ deps: { ledger } }) => ledger.recover(),
      }),
    ],
  ];

  function breaking(body: (writer: LedgerWriter) => Promise<void>): Route {
    return command({
      ...{ method: 'POST', url: '/api/v1/breach', needs: 'change-registry', summary: 'Breaks the rule', custody: ['officer.changed'] },
      schema: { response: Type.Object({}) },
      handle: async ({ deps: { ledger } }) => {
        await ledger.transaction(body);
        return {};
      },
    });
  }

  it.each(breaches)('%s is rolled back and answered as station.internal', async (_, row) => {
    const broken = buildServer({ deps: station.deps, way: 'socket', routes: [row] });
    const { outcome, types } = await entriesSince(() => request(broken, { row: rowOf(row), leaves: [] }));
    expect([outcome.statusCode, outcome.json().code]).toEqual([500, 'station.internal']);
    expect(outcome.json().detail).toContain(rowOf(row));
    expect(types).toEqual([]);
    expect(await station.ledger.registry.officer('99')).toBeNull();
    await broken.close();
  });

  it('that tells lines and leaves nothing ends with an error in place of its last line', async () => {
    const told = command({
      ...{ method: 'POST', url: '/api/v1/breach', needs: 'change-registry', summary: 'Breaks the rule', custody: ['station.verified'] },
      ...{ schema: {}, produces: 'application/x-ndjson' },
      handle: async () =>
        new LinesAnswer(
          (async function* () {
            yield { type: 'fault' };
            yield { type: 'summary' };
          })(),
          () => null,
        ),
    });
    const broken = buildServer({ deps: station.deps, way: 'socket', routes: [told] });
    const { body } = await request(broken, { row: rowOf(told), leaves: [] });
    const lines = body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ type: 'fault' }, { type: 'error', code: 'station.internal' }]);
    await broken.close();
  });

  it('that keeps the rule is answered, whichever way it says so', async () => {
    const kept = breaking(async (writer) => {
      await writer.registry.upsertOfficer(officer);
      await writer.custody.append(changed());
    });
    const good = buildServer({ deps: station.deps, way: 'socket', routes: [kept] });
    expect((await request(good, { row: rowOf(kept), leaves: [] })).statusCode).toBe(200);
    expect(await station.ledger.registry.officer('99')).toEqual(officer);
    await good.close();
  });
});
