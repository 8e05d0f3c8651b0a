/*
 * Goal: no byte of footage ever leaves without a permission that fits it and an entry in the log before it; and who may see is shown. Method: random people who look, ask,
 * decide and revoke, time that passes, accounts that are suspended, stations that start anew (fast-check commands), over the real server, ledger, call-up and files. The
 * model knows the words of the default policy and what was granted; no rule of the station is asked for it.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stationGatekeeper } from '#desk/access/station-gatekeeper';
import { policyRules } from '#desk/call-up/policy-rules';
import type { DeskDeps } from '#desk/deps';
import { subject } from '#domain/custody/subject';
import type { Ledger } from '#ports/ledger';
import { buildServer } from '#serve/server';
import { signedInAs } from '#test/support/principals';
import { openLedger } from '../../src/adapters/sqlite-ledger/ledger.ts';
import { anOfficer, aUnit, aUser, STATION_ID } from '../support/builders.ts';
import { onRecord, type ServedStation, servedStation } from '../support/served-station.ts';

const HOUR = 3_600_000;
/** Name, role, officer number, and the unit: a or b. */
const PEOPLE = [
  { id: 'usr-wang', role: 'officer', officer: 'a1', unit: 'a' },
  { id: 'usr-li', role: 'officer', officer: 'b1', unit: 'b' },
  { id: 'usr-keeper', role: 'custodian', officer: null, unit: 'a' },
  { id: 'usr-head', role: 'reviewer', officer: null, unit: 'a' },
  { id: 'usr-chief', role: 'reviewer', officer: null, unit: 'b' },
  { id: 'usr-auditor', role: 'auditor', officer: null, unit: 'b' },
  { id: 'usr-root', role: 'system-administrator', officer: null, unit: null },
] as const;
const RECORDINGS = [
  { officer: 'a1', unit: 'a' },
  { officer: 'b1', unit: 'b' },
] as const;
type Action = 'see' | 'look' | 'hear' | 'download' | 'export';
const ITEMS = {
  playback: { path: 'playback', actions: ['look', 'hear'] },
  derivative: { path: 'derivatives/playable', actions: ['see', 'download'] },
  original: { path: 'originals/1', actions: ['export'] },
} as const satisfies Record<string, { path: string; actions: readonly Action[] }>;

interface Granted {
  readonly id: string;
  readonly user: number;
  readonly recording: number;
  readonly actions: readonly string[];
  readonly untilMs: number;
  ended: boolean;
}
interface Model {
  nowMs: number;
  readonly suspended: Set<number>;
  readonly requests: { readonly id: string; readonly asker: number; readonly recording: number }[];
  readonly grants: Granted[];
}
interface Real {
  app: FastifyInstance;
  ledger: Ledger;
  deps: DeskDeps;
}

let station: ServedStation;
const units = { a: aUnit({ name: 'A' }), b: aUnit({ name: 'B' }) };
const footage: { id: string; playable: Uint8Array; content: Uint8Array }[] = [];
let shown = 0;
let refused = 0;
let byGrant = 0;

beforeAll(async () => {
  station = await servedStation();
  await station.ledger.transaction(async (writer) => {
    for (const unit of Object.values(units)) await writer.people.upsertUnit(unit);
    for (const { officer, unit } of RECORDINGS) await writer.registry.upsertOfficer(anOfficer({ id: officer, unit: units[unit].id }));
    for (const { id, role, officer, unit } of PEOPLE)
      await writer.people.upsertUser(aUser({ id, account: id, roles: [role], officer, unit: unit && units[unit].id }));
  });
  for (const { officer } of RECORDINGS) {
    const content = randomBytes(3000);
    footage.push({ content, ...(await station.addRecording(content, { officerId: officer })) });
  }
  // Each run opens it for itself.
  await station.ledger.close();
});
afterAll(() => rm(station.directory, { recursive: true, force: true }));

function served(model: Model, deps: DeskDeps): FastifyInstance {
  const whoIs = async ({ bearer = '' }) => {
    const at = PEOPLE.findIndex(({ id }) => id === bearer.replace('evd_', ''));
    const user = at < 0 || model.suspended.has(at) ? null : await deps.ledger.people.user(PEOPLE[at]?.id ?? '');
    return signedInAs(user);
  };
  return buildServer({ deps, way: 'network', gatekeeper: { ...stationGatekeeper(deps), whoIs } });
}

/** What the words of the policy let this person do with this recording, but for grants. */
function byRule(
  { role, officer, unit }: (typeof PEOPLE)[number],
  recording: (typeof RECORDINGS)[number],
  action: Action,
): 'yes' | 'reason' | 'no' {
  const isPlay = action === 'look' || action === 'hear';
  if (role === 'officer') return officer === recording.officer && (action === 'see' || isPlay) ? 'yes' : 'no';
  const within = role === 'auditor' || ((role === 'reviewer' || role === 'custodian') && unit === recording.unit);
  if (!within || !(action === 'see' || isPlay)) return 'no';
  return action === 'see' ? 'yes' : role === 'custodian' ? 'no' : 'reason';
}

function permission(model: Model, who: number, at: number, actions: readonly Action[]): 'yes' | 'reason' | 'no' {
  const [person, recording] = [PEOPLE[who], RECORDINGS[at]];
  if (!person || !recording || model.suspended.has(who) || person.role === 'system-administrator') return 'no';
  const grants = model.grants.filter(
    ({ user, ...rest }) => user === who && rest.recording === at && !rest.ended && model.nowMs < rest.untilMs,
  );
  const each = (action: Action) =>
    grants.some(({ actions: given }) => action === 'see' || given.includes(action)) ? 'yes' : byRule(person, recording, action);
  const found = [each('see'), ...actions.map(each)];
  return found.includes('no') ? 'no' : found.includes('reason') ? 'reason' : 'yes';
}

const send = ({ app }: Real, who: number, method: 'GET' | 'POST', url: string, more: { payload?: object; range?: string } = {}) =>
  app.inject({
    ...{ method, url: `/api/v1${url}`, payloadAsStream: true },
    headers: {
      host: 'localhost',
      authorization: `Bearer evd_${PEOPLE[who]?.id}`,
      ...(more.range === undefined ? {} : { range: more.range }),
    },
    ...(more.payload === undefined ? {} : { payload: more.payload }),
  });
async function json(answer: Awaited<ReturnType<typeof send>>) {
  const chunks: Buffer[] = [];
  for await (const chunk of answer.stream()) chunks.push(chunk as Buffer);
  return { status: answer.statusCode, body: JSON.parse(Buffer.concat(chunks).toString() || 'null') };
}

type Command = fc.AsyncCommand<Model, Real>;
const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
});
const who = fc.nat(PEOPLE.length - 1);
const at = fc.nat(RECORDINGS.length - 1);

const look = fc
  .record({
    who,
    at,
    item: fc.constantFrom('playback', 'playback', 'derivative', 'original'),
    reason: fc.constantFrom(true, true, false),
    range: fc.option(fc.nat(2000)),
  })
  .map((given) => command(`look ${JSON.stringify(given)}`, (model, real) => looks(model, real, given as Look)));
interface Look {
  readonly who: number;
  readonly at: number;
  readonly item: keyof typeof ITEMS;
  readonly reason: boolean;
  readonly range: number | null;
}

async function looks(model: Model, real: Real, { who, at, item, reason, range }: Look): Promise<void> {
  const { path, actions } = ITEMS[item];
  const { id = '', playable, content } = footage[at] ?? {};
  const url = `/recordings/${id}/${path}${reason ? '?reason=supervision' : ''}`;
  const answer = await send(real, who, 'GET', url, range === null ? {} : { range: `bytes=${range}-${range + 99}` });
  const right = permission(model, who, at, actions);
  if (answer.statusCode >= 300) {
    for await (const _ of answer.stream());
    refused += 1;
    expect(right === 'yes' || (right === 'reason' && reason), `${answer.statusCode} for ${PEOPLE[who]?.id}`).toBe(false);
    return;
  }
  const got: Buffer[] = [];
  for await (const chunk of answer.stream()) {
    // At its first byte the look is on record already.
    if (got.length === 0) await onRecordBefore(real, who, id);
    got.push(chunk as Buffer);
  }
  shown += 1;
  if (permission({ ...model, grants: [] }, who, at, actions) === 'no') byGrant += 1;
  expect(right === 'yes' || (right === 'reason' && reason), `${PEOPLE[who]?.id} saw ${item} of ${at}: ${right}`).toBe(true);
  const whole = Buffer.from((item === 'original' ? content : playable) ?? []);
  if (item === 'derivative') return expectMarked(Buffer.concat(got), whole, PEOPLE[who]?.id ?? '');
  expect(Buffer.concat(got)).toEqual(range === null ? whole : whole.subarray(range, range + 100));
}

/** A download has no ranges, and names who took it. */
function expectMarked(copy: Buffer, plain: Buffer, person: string): void {
  const mark = copy.subarray(0, copy.length - plain.length).toString();
  expect(mark).toMatch(/^\[.+\]$/);
  expect(mark).toContain(person);
  expect(copy.subarray(-plain.length)).toEqual(plain);
}

async function onRecordBefore({ ledger }: Real, who: number, id: string): Promise<void> {
  const entries = await ledger.custody.of(subject('recording', id));
  expect(entries.some(({ type, actor }) => type === 'recording.viewed' && actor.id === PEOPLE[who]?.id)).toBe(true);
}

const ask = fc
  .record({
    who: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 5) }, who),
    at,
    actions: fc.subarray(['look', 'hear', 'download', 'export'], { minLength: 1 }),
    hours: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ who, at, actions, hours }) =>
    command(`ask ${who} ${at} ${actions} ${hours}`, async (model, real) => {
      const until = new Date(model.nowMs + hours * HOUR).toISOString();
      const payload = { recordings: [footage[at]?.id], actions, purpose: 'supervision', words: 'x', until };
      const { status, body } = await json(await send(real, who, 'POST', '/requests', { payload }));
      if (status >= 300) return;
      model.requests.push({ id: body.request.id, asker: who, recording: at });
      if (body.grant) grant(model, body.grant, who, at);
    }),
  );

function grant(model: Model, given: { id: string; actions: string[]; until: string }, user: number, recording: number): void {
  model.grants.push({ id: given.id, user, recording, actions: given.actions, untilMs: Date.parse(given.until), ended: false });
}

const heads = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(3, 4) }, who);
const decide = fc
  .record({ who: heads, which: fc.nat(2), decision: fc.constantFrom('approve', 'approve', 'refuse') })
  .map(({ who, which, decision }) =>
    command(`decide ${who} ${which} ${decision}`, async (model, real) => {
      const request = model.requests.at(-1 - which);
      if (!request) return;
      const { status, body } = await json(
        await send(real, who, 'POST', `/requests/${request.id}/decision`, { payload: { decision, words: 'x' } }),
      );
      if (status >= 300) return;
      expect([PEOPLE[who]?.role, who === request.asker]).toEqual(['reviewer', false]);
      if (body.grant) grant(model, body.grant, request.asker, request.recording);
    }),
  );

/** Looks at what was granted last, whether it still holds or not. */
const use = fc.record({ which: fc.nat(2), item: fc.constantFrom('playback', 'derivative', 'original') }).map(({ which, item }) =>
  command(`use ${which} ${item}`, async (model, real) => {
    const given = model.grants.at(-1 - which);
    if (given) await looks(model, real, { who: given.user, at: given.recording, item: item as Look['item'], reason: false, range: null });
  }),
);

const revoke = fc.record({ who, which: fc.nat(5) }).map(({ who, which }) =>
  command(`revoke ${who} ${which}`, async (model, real) => {
    const given = model.grants.at(-1 - which);
    if (!given) return;
    const { status } = await json(await send(real, who, 'POST', `/grants/${given.id}/revocation`, { payload: {} }));
    if (status < 300) given.ended = true;
  }),
);

const wait = fc.integer({ min: 1, max: 3 * HOUR }).map((ms) =>
  command(`wait ${ms}`, async (model) => {
    station.clock.advance(ms);
    model.nowMs += ms;
  }),
);

const suspend = fc.tuple(who, fc.constantFrom(true, false, false)).map(([who, on]) =>
  command(`${on ? 'suspend' : 'reinstate'} ${who}`, async ({ suspended }) => {
    if (on) suspended.add(who);
    else suspended.delete(who);
  }),
);

const restart = fc.constant(null).map(() =>
  command('restart', async (model, real) => {
    await real.app.close();
    await close(real);
    Object.assign(real, await opened(model));
  }),
);

async function opened(model: Model): Promise<Real> {
  const { clock, deps: first } = station;
  const ledger = await openLedger({ file: join(station.directory, 'ledger.sqlite'), stationId: STATION_ID, clock });
  const rules = policyRules({ ledger, policy: first.access.policy, clock, timezone: 'Asia/Shanghai' });
  const deps: DeskDeps = {
    ...{ ...first, ledger, upkeep: ledger.upkeep, ...onRecord(ledger, clock) },
    callUps: { ...first.callUps, rules },
  };
  return { app: served(model, deps), ledger, deps };
}

async function close({ ledger, deps }: Real): Promise<void> {
  await (deps.looks as unknown as { close(): Promise<void> }).close();
  await (deps.deeds as unknown as { close(): Promise<void> }).close();
  await ledger.close();
}

it('shows footage to those alone who may see it, and to each of them, with an entry before the first byte', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands([look, look, ask, ask, ask, decide, decide, decide, use, use, use, revoke, wait, suspend, restart], {
        maxCommands: 80,
        size: 'max',
      }),
      async (commands) => {
        const model: Model = { nowMs: station.clock.nowMs(), suspended: new Set(), requests: [], grants: [] };
        // What an earlier run has granted must not count in this one.
        station.clock.advance(300 * HOUR);
        model.nowMs = station.clock.nowMs();
        const real = await opened(model);
        try {
          await fc.asyncModelRun(() => ({ model, real }), commands);
        } finally {
          await real.app.close();
          await close(real);
        }
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
  expect([shown > 10, refused > 20, byGrant > 0], `${shown} shown, ${byGrant} by grant, ${refused} refused`).toEqual([true, true, true]);
});
