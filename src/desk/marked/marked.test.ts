/*
 * Shows: a mark names the person, never what somebody called a token, and nothing of a name gets out of its place; few copies are made at once, and one for each person.
 * Method: the functions themselves.
 */
import { describe, expect, it } from 'vitest';
import type { Viewer } from '#domain/look/look';
import { aUser, START_MS } from '#test/support/builders';
import { markOf } from './mark.ts';
import { MARKED_MAX, MarkPlaces } from './places.ts';

const VIEWER: Viewer = {
  ...{ actor: { kind: 'user', id: 'usr-1', via: 'network', session: 'ssn-01k0d5w7q3-a1b2c3' }, user: 'usr-1', name: 'somebody' },
  ...{ roles: [], officer: null, unit: null, address: null, agent: null, knownBy: 'password', requestId: null },
};
const TOKEN: Viewer = { ...VIEWER, actor: { kind: 'token', id: 'tok-01k0d5w7q3-d4e5f6', via: 'network', session: null, user: 'usr-1' } };

function marked(viewer: Viewer, name: string | null): Promise<string> {
  const user = name === null ? null : aUser({ id: 'usr-1', account: 'liming', name });
  return markOf({ ledger: { people: { user: async () => user } as never }, timezone: 'Asia/Shanghai', nowMs: START_MS }, viewer);
}

describe('a mark', () => {
  it('has name, account, the time where the station is, and the end of session or token', async () => {
    expect(await marked(VIEWER, '李明')).toBe('李明 · liming · 2026-06-20 16:00:00 · a1b2c3');
    expect(await marked(TOKEN, '李明')).toBe('李明 · liming · 2026-06-20 16:00:00 · d4e5f6');
    expect(await marked(VIEWER, null)).toBe('somebody · usr-1 · 2026-06-20 16:00:00 · a1b2c3');
  });

  it.each([
    ['breaks the line', '李\n明\t\u0000', '李 明'],
    ['turns the direction', '\u202e明李\u2066', '明李'],
    ['has half of a character', '李\ud83d明', '李\ufffd明'],
    ['is endless', '阿'.repeat(300), '阿'.repeat(100)],
  ])('stays in its place where a name %s', async (_, name, shown) => {
    expect((await marked(VIEWER, name)).split(' · ')[0]).toBe(shown);
  });
});

describe('places', () => {
  it('are few, and one for each person; what is given back is free', () => {
    const places = new MarkPlaces();
    const others = Array.from({ length: MARKED_MAX }, (_, n) => places.take(`usr-${n}`));
    const refusal = (code: string) => expect.objectContaining({ code: 'request.too-many', reason: expect.objectContaining({ code }) });
    expect(() => places.take('usr-0')).toThrow(refusal('marking-yours'));
    expect(() => places.take('usr-9')).toThrow(refusal('marking-many'));
    expect(() => places.demand('usr-9')).toThrow(refusal('marking-many'));
    others[0]?.();
    places.demand('usr-9');
    places.take('usr-0');
  });
});
