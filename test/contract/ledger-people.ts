/*
 * Goal: users and units are kept and found as the port says: the tree is walked both ways, and where somebody belonged is told of any moment.
 * Method: a small agency in the ledger; each method is asked for what is there, for its neighbour, and for what never was.
 */

import { expect } from 'vitest';
import type { Ledger } from '#ports/ledger';
import { aHash, anId, anOfficer, aUnit, aUser, START_MS } from '#test/support/builders';
import { type It, refused } from './ledger-support.ts';

const HOUR = 3_600_000;
const NOBODY = anId('usr');

/** 局 with two 支队; each has a 一大队; that of the first has a 中队. */
async function agency(ledger: Ledger) {
  const bureau = aUnit({ name: '局' });
  const [first, second] = ['一支队', '二支队'].map((name) => aUnit({ name, parent: bureau.id })) as [typeof bureau, typeof bureau];
  const [one, other] = [first, second].map(({ id }) => aUnit({ name: '一大队', parent: id })) as [typeof bureau, typeof bureau];
  const squad = aUnit({ name: '中队', parent: one.id });
  await ledger.transaction(async (writer) => {
    for (const unit of [bureau, first, second, one, other, squad]) await writer.people.upsertUnit(unit);
  });
  return { bureau, first, second, one, other, squad };
}

const sorted = (texts: readonly string[]) => [...texts].sort();

export function people(it: It): void {
  it('keeps users; the last word holds, an account is given once, and a number finds who works here', async (ledger) => {
    const wang = aUser({ account: 'wang', officer: '041234', roles: ['officer', 'reviewer'] });
    const li = aUser({ account: 'li', officer: null, roles: [] });
    await ledger.transaction(async (writer) => {
      await writer.people.upsertUser({ ...wang, name: 'first', roles: [] });
      await writer.people.upsertUser(wang);
      await writer.people.upsertUser(li);
    });
    expect(await ledger.people.user(wang.id)).toEqual(wang);
    expect(await ledger.people.userByAccount('li')).toEqual(li);
    expect(await ledger.people.userByOfficer('041234')).toEqual(wang);
    expect([await ledger.people.user(NOBODY), await ledger.people.userByAccount('LI'), await ledger.people.userByOfficer('1')]).toEqual([
      null,
      null,
      null,
    ]);
    const again = ledger.transaction((writer) => writer.people.upsertUser(aUser({ account: 'li' })));
    expect((await refused(again)).code).toBe('request.conflict');
    await ledger.transaction((writer) => writer.people.upsertUser({ ...wang, state: 'left', roles: [] }));
    expect(await ledger.people.userByOfficer('041234')).toBeNull();
    const heir = aUser({ account: 'heir', officer: '041234' });
    await ledger.transaction((writer) => writer.people.upsertUser(heir));
    expect((await ledger.people.userByOfficer('041234'))?.id).toBe(heir.id);
  });

  it('lists users by account, page by page, by state, unit and role, and counts who is active with a role', async (ledger) => {
    const { one, other } = await agency(ledger);
    const users = [
      aUser({ account: 'a', unit: one.id, roles: ['officer'] }),
      aUser({ account: 'b', unit: one.id, roles: ['officer', 'reviewer'], state: 'suspended' }),
      aUser({ account: 'c', unit: other.id, roles: ['security-administrator'] }),
      aUser({ account: 'd', roles: ['security-administrator'] }),
      aUser({ account: 'e', roles: ['security-administrator'], state: 'suspended' }),
    ];
    await ledger.transaction(async (writer) => {
      for (const user of users.toReversed()) await writer.people.upsertUser(user);
    });
    const list = async (filter: object) => (await ledger.people.users({ limit: 10, ...filter })).map(({ account }) => account).join('');
    expect([await list({}), await list({ limit: 2 }), await list({ after: 'b', limit: 2 })]).toEqual(['abcde', 'ab', 'cd']);
    expect([await list({ state: 'suspended' }), await list({ unit: one.id }), await list({ role: 'officer' })]).toEqual(['be', 'ab', 'ab']);
    expect(await list({ role: 'officer', state: 'active', unit: one.id })).toBe('a');
    expect(await ledger.people.countActive('security-administrator', NOBODY)).toBe(2);
    expect(await ledger.people.countActive('security-administrator', users[2]?.id ?? '')).toBe(1);
    expect(await ledger.people.countActive('auditor', NOBODY)).toBe(0);
  });

  it('walks the tree up and down, from a unit and from an officer', async (ledger) => {
    const { bureau, first, second, one, other, squad } = await agency(ledger);
    await ledger.transaction(async (writer) => {
      await writer.registry.upsertOfficer(anOfficer({ id: '1', unit: squad.id }));
      await writer.registry.upsertOfficer(anOfficer({ id: '2', unit: 'Squad 3' }));
      await writer.registry.upsertOfficer(anOfficer({ id: '3', unit: null }));
    });
    const { unitsAbove, unitsBelow, unitsOfOfficer } = bound(ledger);
    expect(await unitsAbove(squad.id)).toEqual([squad.id, one.id, first.id, bureau.id]);
    expect(await unitsAbove(bureau.id)).toEqual([bureau.id]);
    expect(await unitsOfOfficer('1')).toEqual(await unitsAbove(squad.id));
    expect(await unitsBelow(squad.id)).toEqual([squad.id]);
    expect(sorted(await unitsBelow(first.id))).toEqual(sorted([first.id, one.id, squad.id]));
    expect(sorted(await unitsBelow(bureau.id))).toEqual(sorted([bureau, first, second, one, other, squad].map(({ id }) => id)));
    for (const nothing of [unitsAbove('Squad 3'), unitsBelow(''), unitsOfOfficer('2'), unitsOfOfficer('3'), unitsOfOfficer('4')])
      expect(await nothing).toEqual([]);
    // A cycle that was written into the file ends by the bound of the tree.
    await ledger.transaction((writer) => writer.people.upsertUnit({ ...bureau, parent: squad.id }));
    expect((await unitsAbove(squad.id)).length).toBeLessThan(20);
    expect(new Set(await unitsBelow(squad.id)).size).toBe(6);
  });

  it('finds open units by name, and lists all of them', async (ledger) => {
    const { bureau, first, one, other, squad } = await agency(ledger);
    await ledger.transaction((writer) => writer.people.upsertUnit({ ...squad, closedAtMs: START_MS + HOUR }));
    const named = async (name: string, limit = 5) => (await ledger.people.unitsNamed(name, limit)).map(({ id }) => id);
    expect(sorted(await named('一大队'))).toEqual(sorted([one.id, other.id]));
    expect([(await named('一大队', 1)).length, await named('中队'), await named('大队')]).toEqual([1, [], []]);
    expect(await ledger.people.unitBelow(first.id, '一大队')).toEqual(one);
    expect(await ledger.people.unitBelow(null, '局')).toEqual(bureau);
    for (const nothing of [ledger.people.unitBelow(null, '一大队'), ledger.people.unitBelow(one.id, '中队')])
      expect(await nothing).toBeNull();
    expect(await ledger.people.unit(squad.id)).toEqual({ ...squad, closedAtMs: START_MS + HOUR });
    const [head, ...rest] = await ledger.people.units({ limit: 10 });
    expect([rest.length, await ledger.people.countUnits()]).toEqual([5, 6]);
    expect(await ledger.people.units({ limit: 10, after: head?.id ?? '' })).toEqual(rest);
  });

  it('tells where a user belonged at any moment, and who belonged to a unit', async (ledger) => {
    const { one, other } = await agency(ledger);
    const [wang, li] = [aUser({ account: 'wang' }), aUser({ account: 'li' })];
    await ledger.transaction(async (writer) => {
      for (const user of [wang, li]) await writer.people.upsertUser(user);
      const move = (user: string, unit: string | null, hours: number) =>
        writer.people.insertMembership({ user, unit, fromMs: START_MS + hours * HOUR });
      await move(wang.id, one.id, 0);
      await move(wang.id, other.id, 2);
      // Corrected at once: the last word of a moment holds.
      await move(wang.id, one.id, 5);
      await move(wang.id, null, 5);
      await move(li.id, one.id, 1);
    });
    const at = (hours: number) => ledger.people.unitAt(wang.id, START_MS + hours * HOUR);
    expect([await at(-1), await at(0), await at(1.9), await at(2), await at(4.9), await at(5), await at(99)]).toEqual([
      ...[null, one.id, one.id, other.id, other.id, null, null],
    ]);
    expect(await ledger.people.unitAt(NOBODY, START_MS)).toBeNull();
    const who = async (unit: string, hours: number, page = { limit: 9 }) =>
      (await ledger.people.membersAt(unit, START_MS + hours * HOUR, page)).map(({ user }) => user);
    expect(sorted(await who(one.id, 1))).toEqual(sorted([wang.id, li.id]));
    expect([await who(one.id, 3), await who(other.id, 3), await who(other.id, 5)]).toEqual([[li.id], [wang.id], []]);
    const [early, late] = sorted([wang.id, li.id]) as [string, string];
    expect([await who(one.id, 1, { limit: 1 }), await who(one.id, 1, { limit: 1, ...{ after: early } })]).toEqual([[early], [late]]);
    expect(await ledger.people.membersAt(other.id, START_MS + 3 * HOUR, { limit: 9 })).toEqual([
      { user: wang.id, unit: other.id, fromMs: START_MS + 2 * HOUR, toMs: START_MS + 5 * HOUR },
    ]);
    const spans = await ledger.people.membershipsOf(wang.id, { limit: 9 });
    expect(
      spans.map(({ unit, fromMs, toMs }) => [unit, (fromMs - START_MS) / HOUR, toMs === null ? null : (toMs - START_MS) / HOUR]),
    ).toEqual([
      [null, 5, null],
      [one.id, 5, 5],
      [other.id, 2, 5],
      [one.id, 0, 2],
    ]);
    expect(await ledger.people.membershipsOf(wang.id, { limit: 9, before: START_MS + 5 * HOUR })).toEqual(spans.slice(2));
  });

  it('keeps one set-up link for each user', async (ledger) => {
    const wang = aUser({ account: 'wang' });
    const link = { user: wang.id, tokenSha256: aHash(1), madeAtMs: START_MS, endsAtMs: START_MS + HOUR };
    const second = { ...link, tokenSha256: aHash(2), endsAtMs: START_MS + 2 * HOUR };
    await ledger.transaction(async (writer) => {
      await writer.people.upsertUser(wang);
      await writer.people.upsertSetUpLink(link);
    });
    expect(await ledger.people.setUpLink(aHash(1))).toEqual(link);
    await ledger.transaction((writer) => writer.people.upsertSetUpLink(second));
    expect([await ledger.people.setUpLink(aHash(1)), await ledger.people.setUpLink(aHash(2))]).toEqual([null, second]);
    await ledger.transaction((writer) => writer.people.removeSetUpLink(wang.id));
    expect(await ledger.people.setUpLink(aHash(2))).toBeNull();
  });
}

function bound({ people: reader }: Ledger) {
  return {
    unitsAbove: (id: string) => reader.unitsAbove(id),
    unitsBelow: (id: string) => reader.unitsBelow(id),
    unitsOfOfficer: (id: string) => reader.unitsOfOfficer(id),
  };
}
