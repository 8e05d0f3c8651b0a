/*
 * Goal: with a recording a token does what it was made for and its owner may do now, and no more: whole tasks, and single actions. Method: the real server with the
 * policy that comes with the software; the owner filmed the recording.
 */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { User } from '#domain/people/user';
import { buildServer } from '#serve/server';
import { anId } from '#test/support/builders';
import { Browser } from '#test/support/http/browser';
import { addUser } from '#test/support/people/sign-in';
import { type ServedStation, servedStation } from '#test/support/served-station';

let station: ServedStation;
let app: FastifyInstance;
let control: FastifyInstance;
let id: string;
let wang: User;

beforeAll(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, way: 'network' });
  control = buildServer({ deps: station.deps, way: 'socket' });
  wang = await addUser(station.deps, { account: 'wang', id: anId('usr'), roles: ['officer'], officer: '041234' });
  ({ id } = await station.addRecording(Buffer.from('bytes'), { officerId: '041234', officerSource: 'person' }));
});
afterAll(async () => {
  await app?.close();
  await control?.close();
  await station?.close();
});

/** A token of the owner with these scopes, and what it may do with the recording and beside it. */
async function token(...scopes: string[]): Promise<() => Promise<string[]>> {
  const payload = { owner: 'wang', name: scopes.join(), scopes, days: 1 };
  const made = await control.inject({ method: 'POST', url: '/api/v1/tokens', headers: { host: 'localhost' }, payload });
  const headers = { authorization: `Bearer ${made.json().text}` };
  const asked: readonly (readonly [string, string, string, object?])[] = [
    ['list', 'GET', '/recordings'],
    ['see', 'GET', `/recordings/${id}`],
    ['play', 'GET', `/recordings/${id}/playback`],
    ['original', 'GET', `/recordings/${id}/originals/1`],
    ['tag', 'PATCH', `/recordings/${id}`, { category: null }],
    ['mark', 'PATCH', `/recordings/${id}`, { important: true }],
    ['slots', 'GET', '/slots'],
    ['policy', 'GET', '/policy'],
  ];
  return async () => {
    const may: string[] = [];
    for (const [what, method, path, body] of asked) {
      const { statusCode } = await new Browser(app).ask(method, path, { headers, ...(body ? { body } : {}) });
      // What is out of the owner's sight is answered as if it were not there.
      expect([200, 403, 404], `${what}: ${statusCode}`).toContain(statusCode);
      if (statusCode === 200) may.push(what);
    }
    return may;
  };
}

it.each([
  [['see'], ['list', 'see']],
  [['find-footage'], ['list', 'see']],
  // The playable copy has picture and sound.
  [['look'], []],
  [['look', 'hear'], ['play']],
  [['show-footage'], ['play']],
  [['tag'], ['tag']],
  // To mark is to tag, and more.
  [['mark'], []],
  [
    ['tag', 'mark'],
    ['tag', 'mark'],
  ],
  [['tag-footage'], ['tag', 'mark']],
  // Its owner may not do this without somebody's approval; so the token may not.
  [['export'], []],
  [
    ['see-slots', 'show-footage', 'see'],
    ['list', 'see', 'play', 'slots'],
  ],
])('a token for %j may %j', async (scopes, may) => {
  expect(await (await token(...scopes))()).toEqual(may);
});

it('loses what its owner loses of a single recording, at the next request', async () => {
  const may = await token('see', 'look', 'hear', 'tag');
  expect(await may()).toEqual(['list', 'see', 'play', 'tag']);
  await station.ledger.transaction((writer) => writer.people.upsertUser({ ...wang, officer: '041299' }));
  expect(await may()).toEqual(['list']);
  await station.ledger.transaction((writer) => writer.people.upsertUser(wang));
});
