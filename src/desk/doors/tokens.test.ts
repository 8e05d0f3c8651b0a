/*
 * Goal: a token does no more than its owner may, no longer than it was made for, and its text stands nowhere but in the one answer.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TASKS } from '#domain/access/tasks';
import { TOKENS_OF_OWNER_MAX } from '#domain/doors/api-token';
import type { EvidockError } from '#domain/errors';
import type { User } from '#domain/people/user';
import { aUser } from '#test/support/builders';
import { about, cli } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { addToken, endTokensOf, LastUses, revokeToken, tokenOfText } from './tokens.ts';

const DAY_MS = 86_400_000;
const by = cli('root');
let station: ServedStation;
let wang: User;

let users = 0;
beforeAll(async () => {
  station = await servedStation();
});
afterAll(() => station.close());
beforeEach(async () => {
  users += 1;
  wang = aUser({ account: `wang${users}` });
  await station.ledger.transaction((writer) => writer.people.upsertUser(wang));
});

const make = (more: Partial<Parameters<typeof addToken>[1]> = {}) =>
  addToken(station.deps, {
    ...{ owner: wang, tasks: new Set(TASKS), name: 'monitoring', scopes: ['see-work'], days: 30, daysMax: 90, actor: by },
    ...more,
  });

async function refusal(call: Promise<unknown>): Promise<[string, string]> {
  const error = await call.then(
    () => expect.fail('was not refused'),
    (thrown: EvidockError) => thrown,
  );
  return [error.code, error.reason.code];
}

it('is found by its text alone, and told by its id', async () => {
  const { token, text } = await make();
  expect(text).toMatch(/^evd_[A-Za-z0-9_-]{43}$/);
  expect(await tokenOfText(station.deps, text)).toEqual({ token, owner: wang });
  for (const other of ['', 'evd_', token.id, token.secretSha256, `${text} `, text.slice(0, -1), text.toUpperCase()])
    expect(await tokenOfText(station.deps, other), other).toBeNull();
  const [entry] = await station.ledger.custody.of(about(`token:${token.id}`));
  expect(entry).toMatchObject({ type: 'token.added', actor: by, data: { owner: wang.id, scopes: ['see-work'] } });
  expect((await station.ledger.custody.of(about(`user:${wang.id}`))).map(({ type }) => type)).toEqual(['token.added']);
});

it('stands in no file of the station: not in the ledger, not in its log of writes', async () => {
  const { text } = await make();
  await tokenOfText(station.deps, text);
  const files = (await readdir(station.directory, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
  expect(files.length).toBeGreaterThan(1);
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name));
    for (const part of [text, text.slice(4)]) expect(bytes.includes(part), name).toBe(false);
  }
});

describe('is not made', () => {
  it.each<[string, Partial<Parameters<typeof addToken>[1]>, [string, string]]>([
    ['with a scope that nobody knows', { scopes: ['see-work', 'everything'] }, ['request.invalid', 'scopes-unknown']],
    ['with a scope of no program', { scopes: ['own-account'] }, ['request.invalid', 'scopes-unknown']],
    ['without a scope', { scopes: [] }, ['request.invalid', 'scopes-none']],
    [
      'with more than its owner has',
      { tasks: new Set(['see-work']), scopes: ['see-work', 'look'] },
      ['request.forbidden', 'scopes-beyond'],
    ],
    ['for longer than may be', { days: 91 }, ['request.invalid', 'token-days']],
  ])('%s', async (_, more, told) => {
    const before = await station.ledger.custody.head();
    expect(await refusal(make(more))).toEqual(told);
    expect(await station.ledger.custody.head()).toEqual(before);
  });

  it('for somebody who was suspended while it was asked for', async () => {
    await station.ledger.transaction((writer) => writer.people.upsertUser({ ...wang, state: 'suspended' }));
    expect(await refusal(make())).toEqual(['request.conflict', 'owner-inactive']);
  });

  it('beyond as many as one may have; those that have expired make room, on record', async () => {
    const made = [];
    for (let n = 0; n < TOKENS_OF_OWNER_MAX; n++) made.push(await make({ days: n === 0 ? 1 : 90 }));
    expect(await refusal(make())).toEqual(['request.conflict', 'tokens-many']);
    station.clock.advance(DAY_MS);
    await make();
    expect(await station.ledger.doors.token(made[0]?.token.id ?? '')).toMatchObject({ ended: 'expired' });
    expect(await refusal(make())).toEqual(['request.conflict', 'tokens-many']);
  });
});

describe('is good for nothing', () => {
  it('from the moment of its expiry on, and while the clock is set far back', async () => {
    const { text } = await make({ days: 1 });
    const begunMs = station.clock.nowMs();
    const goodAt = async (ms: number) => {
      station.clock.advance(begunMs + ms - station.clock.nowMs());
      return (await tokenOfText(station.deps, text)) !== null;
    };
    expect([await goodAt(DAY_MS - 1), await goodAt(DAY_MS), await goodAt(-60_000), await goodAt(-DAY_MS)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('once it was revoked, by its owner or whoever may; a foreign one is answered like none', async () => {
    const { token, text } = await make();
    expect(await refusal(revokeToken(station.deps, { id: token.id, owner: 'usr-other', actor: by }))).toEqual([
      'request.not-found',
      'no-token',
    ]);
    expect(await tokenOfText(station.deps, text)).not.toBeNull();
    await revokeToken(station.deps, { id: token.id, owner: wang.id, actor: by });
    expect(await tokenOfText(station.deps, text)).toBeNull();
    expect(await refusal(revokeToken(station.deps, { id: token.id, owner: null, actor: by }))).toEqual(['request.not-found', 'no-token']);
    expect((await station.ledger.custody.of(about(`token:${token.id}`))).map(({ type }) => type)).toEqual(['token.added', 'token.revoked']);
  });

  it('while its owner is suspended, though nothing else was written; and for ever where that ended it', async () => {
    const { token, text } = await make();
    const become = (state: User['state']) => station.ledger.transaction((writer) => writer.people.upsertUser({ ...wang, state }));
    await become('suspended');
    expect(await tokenOfText(station.deps, text)).toBeNull();
    const atMs = station.clock.nowMs();
    const ended = await station.ledger.transaction((writer) =>
      endTokensOf(writer, { user: wang.id, why: 'owner-suspended', atMs, actor: by }),
    );
    expect(ended).toBe(1);
    await become('active');
    expect(await tokenOfText(station.deps, text)).toBeNull();
    expect(await station.ledger.doors.token(token.id)).toMatchObject({ ended: 'owner-suspended', endedAtMs: atMs });
  });
});

it('the last use is written once a minute at most, also where many come at once or the clock is set back', () => {
  const uses = new LastUses();
  const due = (nowMs: number, lastMs: number | null = null) => uses.isDue('tok-1', lastMs, nowMs);
  expect([due(1000), due(1001), due(60_999), due(61_000), due(61_000)]).toEqual([true, false, false, true, false]);
  expect([due(500), due(501)]).toEqual([true, false]);
  expect(new LastUses().isDue('tok-1', 900, 1000)).toBe(false);
});
