/*
 * Goal: users and units are changed as the rules say, all that was changed is in the log, whoever listens hears of it after the commit, and the registry of
 * officers keeps in step.
 * Method: the use-cases over a real ledger. After each test the log alone must give the rows of the ledger.
 */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { subject } from '#domain/custody/subject';
import type { EvidockError } from '#domain/errors';
import type { UserChange } from '#domain/people/rules';
import { UNIT_DEPTH_MAX } from '#domain/people/unit';
import type { User } from '#domain/people/user';
import type { PeopleChange } from '#ports/people-changes';
import { cli } from '#test/support/custody';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { type ServedStation, servedStation } from '#test/support/served-station';
import type { By } from './change-people.ts';
import { findUnit, mustHaveUnit, pathOfUnit } from './find-unit.ts';
import { addOfficers, changeOfficer } from './officers.ts';
import { inviteUser, userOfToken, useSetUpLink } from './set-up.ts';
import { addUnit, changeUnit } from './units.ts';
import { addUser, changeUser, mustHaveUser } from './users.ts';

const HOUR = 3_600_000;
const ROOT: By = { actor: cli('root'), user: null };
const AT_MACHINE = { actor: ROOT.actor, within: null };
let station: ServedStation;
let heard: PeopleChange[];

beforeEach(async () => {
  station = await servedStation();
  heard = [];
  station.deps.people.onChanged((change) => heard.push(change));
});

afterEach(async () => {
  expect(contradictionsIn(join(station.directory, 'ledger.sqlite'))).toEqual([]);
  await station.close();
});

const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => 'let',
    ({ code, reason }: EvidockError) => `${code} ${reason.code}`,
  );
const unit = (name: string, parent: string | null = null) => addUnit(station.deps, { name, parent }, ROOT);
const user = (account: string, more: Partial<Parameters<typeof addUser>[1]> = {}) =>
  addUser(station.deps, { account, name: account, ...more }, ROOT);
const change = (account: string, wanted: UserChange & { why?: string }, by = ROOT) => changeUser(station.deps, account, wanted, by);
const as = ({ id }: User): By => ({ actor: { kind: 'user', id, via: 'network', session: null }, user: id });
const typesOf = async (kind: 'user' | 'unit' | 'officer', id: string) =>
  (await station.ledger.custody.of(subject(kind, id))).map(({ type }) => type);
const officer = (id: string) => station.ledger.registry.officer(id);

describe('a unit', () => {
  it('is called by id, by path, or by a name that no other open one has', async () => {
    await unit('局');
    const first = await unit('一支队', '局');
    const second = await unit('二支队', '局');
    const one = await unit('一大队', '一支队');
    const other = await unit('一大队', '局/二支队');
    const find = async (text: string) => (await findUnit(station.ledger, text))?.id ?? null;
    expect([
      await find(first.id),
      await find('一支队'),
      await find('局/一支队'),
      await find('局 / 一支队'),
      await find('局>一支队'),
    ]).toEqual(Array(5).fill(first.id));
    expect([await find('局/一支队/一大队'), await find('局／二支队／一大队')]).toEqual([one.id, other.id]);
    expect([await find('三支队'), await find('一支队/一大队'), await find(''), await find('/')]).toEqual([null, null, null, null]);
    const ambiguous = await findUnit(station.ledger, '一大队').catch((error: EvidockError) => error);
    expect(ambiguous).toMatchObject({ code: 'request.conflict', reason: { code: 'unit-ambiguous' } });
    expect((ambiguous as EvidockError).detail).toContain('局/一支队/一大队');
    await changeUnit(station.deps, one.id, { closed: true }, ROOT);
    expect(await find('一大队')).toBe(other.id);
    expect(await pathOfUnit(station.ledger, other.id)).toBe('局/二支队/一大队');
    expect(second.parent).toBe((await mustHaveUnit(station.ledger, '局')).id);
  });

  it('never stands below itself, too deep, beside its namesake, or below a closed one', async () => {
    const top = await unit('1');
    let last = top;
    for (let level = 2; level <= UNIT_DEPTH_MAX; level += 1) last = await unit(String(level), last.id);
    expect(await refused(unit('deep', last.id))).toBe('request.conflict units-deep');
    const to = (id: string, parent: string | null) => refused(changeUnit(station.deps, id, { parent }, ROOT));
    expect(await to(top.id, last.id)).toBe('request.conflict unit-circle');
    expect(await to(top.id, top.id)).toBe('request.conflict unit-circle');
    const branch = await unit('branch');
    const leaf = await unit('leaf', branch.id);
    // The branch fits below level 6, with its leaf; the leaf alone below level 7; neither below the last.
    expect(await to(branch.id, '7')).toBe('request.conflict units-deep');
    expect(await to(branch.id, '6')).toBe('let');
    expect(await to(leaf.id, last.id)).toBe('request.conflict units-deep');
    expect(await refused(unit('branch', '6'))).toBe('request.conflict unit-exists');
    expect(await refused(changeUnit(station.deps, leaf.id, { name: 'a/b' }, ROOT))).toBe('request.invalid unit-name-unfit');
    await changeUnit(station.deps, leaf.id, { closed: true }, ROOT);
    expect(await refused(unit('x', leaf.id))).toBe('request.conflict unit-closed');
    expect(await refused(unit('x', 'nowhere'))).toBe('request.not-found unit-unknown');
  });

  it('is closed only when it is empty, keeps its name for another one, and its history', async () => {
    const squad = await unit('Squad 3');
    await user('wang', { unit: 'Squad 3' });
    const close = (closed: boolean) => refused(changeUnit(station.deps, squad.id, { closed }, ROOT));
    expect(await close(true)).toBe('request.conflict unit-has-members');
    await change('wang', { unit: null });
    const below = await unit('A', 'Squad 3');
    expect(await close(true)).toBe('request.conflict unit-has-units');
    await changeUnit(station.deps, below.id, { closed: true }, ROOT);
    expect([await close(true), await close(true)]).toEqual(['let', 'let']);
    expect(await refused(change('wang', { unit: squad.id }))).toBe('request.conflict unit-closed');
    expect(await refused(changeUnit(station.deps, below.id, { closed: false }, ROOT))).toBe('request.conflict unit-closed');
    const heir = await unit('Squad 3');
    expect(heir.id).not.toBe(squad.id);
    expect(await close(false)).toBe('request.conflict unit-exists');
    await changeUnit(station.deps, heir.id, { name: 'Squad 4' }, ROOT);
    expect(await close(false)).toBe('let');
    expect(await typesOf('unit', squad.id)).toEqual(
      expect.arrayContaining(['unit.added', 'unit.closed', 'unit.reopened', 'user.added', 'user.changed']),
    );
    const facts = await station.ledger.custody.factsOf(subject('unit', heir.id), { limit: 9 });
    expect(facts.filter(({ name }) => name === 'name').map(({ value }) => value)).toEqual(['Squad 3', 'Squad 4']);
  });
});

describe('the registry of officers', () => {
  it('names units by id once they are there; who was written before belongs to them from then on', async () => {
    await addOfficers(
      station.deps,
      ['1', '2', '3'].map((id) => ({ id, name: id, unit: ['Squad 3', 'Bureau/Squad 3', 'Squad 4'][Number(id) - 1] ?? null })),
      AT_MACHINE,
    );
    await unit('Bureau');
    const squad = await unit('Squad 3', 'Bureau');
    expect([(await officer('1'))?.unit, (await officer('2'))?.unit, (await officer('3'))?.unit]).toEqual([squad.id, squad.id, 'Squad 4']);
    await addOfficers(station.deps, [{ id: '4', name: '4', unit: 'Squad 3' }], AT_MACHINE);
    expect((await officer('4'))?.unit).toBe(squad.id);
    // Another unit of this name: nobody can tell which of them is meant.
    const other = await unit('Squad 3');
    expect(await refused(addOfficers(station.deps, [{ id: '5', name: '5', unit: 'Squad 3' }], AT_MACHINE))).toBe(
      'request.conflict unit-ambiguous',
    );
    await addOfficers(station.deps, [{ id: '5', name: '5', unit: 'Bureau/Squad 3' }], AT_MACHINE);
    expect(await station.ledger.people.unitsOfOfficer('5')).toEqual([squad.id, squad.parent]);
    await changeUnit(station.deps, other.id, { name: 'Squad 4' }, ROOT);
    expect((await officer('3'))?.unit).toBe(other.id);
    // A rename moves nobody.
    await changeUnit(station.deps, squad.id, { name: 'Squad 9' }, ROOT);
    expect((await officer('1'))?.unit).toBe(squad.id);
  });

  it('follows the unit of an account, and nobody else moves its officer', async () => {
    const [one, two] = [await unit('One'), await unit('Two')];
    await user('wang', { officer: '041234', unit: 'One', name: '王敏' });
    expect(await officer('041234')).toEqual({ id: '041234', name: '王敏', unit: one.id });
    expect(await refused(changeOfficer(station.deps, '041234', { unit: 'Two' }, AT_MACHINE))).toBe('request.conflict officer-has-account');
    // An import without the column of units takes nobody's away.
    expect(await addOfficers(station.deps, [{ id: '041234', name: '王敏', unit: null }], AT_MACHINE)).toMatchObject({ changed: false });
    expect(await changeOfficer(station.deps, '041234', { name: '王 敏', unit: 'One' }, AT_MACHINE)).toBe(true);
    await change('wang', { unit: 'Two' });
    expect(await officer('041234')).toEqual({ id: '041234', name: '王 敏', unit: two.id });
    await change('wang', { state: 'left' });
    // What they recorded stays with the unit.
    expect((await officer('041234'))?.unit).toBe(two.id);
    expect(await changeOfficer(station.deps, '041234', { unit: 'One' }, AT_MACHINE)).toBe(true);
  });
});

describe('a user', () => {
  it('sees by the unit of today, and what was decided before stands by the unit of then', async () => {
    const [one, two] = [await unit('One'), await unit('Two')];
    const { id } = await user('wang', { unit: 'One', roles: ['reviewer'] });
    const begin = station.clock.nowMs();
    station.clock.advance(HOUR);
    await change('wang', { unit: 'Two' });
    const at = (hours: number) => station.ledger.people.unitAt(id, begin + hours * HOUR);
    expect([await at(-1), await at(0.5), await at(1), await at(9)]).toEqual([null, one.id, two.id, two.id]);
    // The clock is set back by two hours: the new unit begins after the one before all the same.
    station.clock.advance(-2 * HOUR);
    await change('wang', { unit: 'One' });
    expect([await at(0.5), await at(1), await at(9)]).toEqual([one.id, two.id, one.id]);
    expect((await station.ledger.people.membershipsOf(id, { limit: 9 })).map(({ unit: each }) => each)).toEqual([one.id, two.id, one.id]);
    const facts = await station.ledger.custody.factsOf(subject('user', id), { limit: 9 });
    expect(facts.filter(({ name }) => name === 'unit').map(({ value }) => value)).toEqual([one.id, two.id, one.id]);
  });

  it('leaves and comes back; their account is never given twice, their number may be', async () => {
    await unit('One');
    const wang = await user('wang', { officer: '1', unit: 'One', roles: ['officer', 'reviewer'] });
    await user('li');
    expect(await refused(user('WANG'))).toBe('request.conflict account-taken');
    expect(await refused(user('zhao', { officer: '1' }))).toBe('request.conflict officer-taken');
    expect(await refused(change('li', { officer: '1' }))).toBe('request.conflict officer-taken');
    await change('wang', { state: 'left', why: 'Retired' });
    expect(await mustHaveUser(station.ledger, wang.id)).toMatchObject({ state: 'left', roles: [], unit: null, officer: '1' });
    const left = (await station.ledger.custody.of(subject('user', wang.id))).at(-1);
    expect([left?.type, left?.data, left?.personal]).toMatchObject([
      'user.left',
      { old: 'active', roles: ['officer', 'reviewer'], unit: wang.unit },
      { why: 'Retired' },
    ]);
    expect(await refused(user('wang'))).toBe('request.conflict account-taken');
    await change('li', { officer: '1' });
    expect(await refused(change('wang', { state: 'active' }))).toBe('request.conflict officer-taken');
    await change('wang', { state: 'active', officer: null, roles: ['officer'], unit: 'One' });
    expect(await typesOf('user', wang.id)).toEqual(['user.added', 'user.left', 'user.reinstated', 'user.changed', 'user.roles-changed']);
  });

  it('changes nothing of their own account that counts; the last security administrator stays', async () => {
    const keeper = await user('zhao', { roles: ['security-administrator'] });
    const wang = await user('wang', { roles: ['officer'] });
    expect(await refused(change('zhao', { state: 'left' }))).toBe('request.conflict last-security-administrator');
    expect(await refused(change('wang', { roles: ['security-administrator'] }, as(wang)))).toBe('request.forbidden own-account');
    await change('wang', { roles: ['security-administrator'] }, as(keeper));
    expect(await refused(change('zhao', { roles: [] }, as(keeper)))).toBe('request.forbidden own-account');
    expect(await refused(inviteUser(station.deps, 'zhao', as(keeper)))).toBe('request.forbidden own-account');
    await change('zhao', { state: 'suspended' }, as(wang));
    expect(await refused(change('wang', { state: 'suspended' }, as(keeper)))).toBe('request.conflict last-security-administrator');
  });

  it('two requests at once cannot take both security administrators away', async () => {
    const [a, b] = [await user('a', { roles: ['security-administrator'] }), await user('b', { roles: ['security-administrator'] })];
    const both = await Promise.all([refused(change('a', { state: 'left' }, as(b))), refused(change('b', { state: 'left' }, as(a)))]);
    expect(both.sort()).toEqual(['let', 'request.conflict last-security-administrator']);
  });
});

describe('whoever listens', () => {
  it('hears of what is committed, once, and of nothing else', async () => {
    const wang = await user('wang', { roles: ['security-administrator'] });
    heard.length = 0;
    await refused(change('wang', { state: 'left' }));
    await change('wang', { name: 'wang' });
    expect(heard).toEqual([]);
    await user('li', { roles: ['officer'] });
    await change('li', { roles: [] });
    expect(heard).toMatchObject([
      { user: { old: null, new: { account: 'li', roles: ['officer'] } } },
      { user: { old: { roles: ['officer'] }, new: { roles: [] } } },
    ]);
    const more: PeopleChange[] = [];
    const stop = station.deps.people.onChanged((each) => more.push(each));
    const { id } = await unit('One');
    stop();
    await changeUnit(station.deps, id, { name: 'Two' }, ROOT);
    expect(more).toMatchObject([{ unit: { old: null, new: { name: 'One' } } }]);
    expect(heard.length).toBe(4);
    expect(wang.id).not.toBe(id);
  });
});

describe('a set-up link', () => {
  const redeem = (token: string) =>
    station.ledger.transaction((writer) =>
      useSetUpLink(writer, token, { atMs: station.clock.nowMs(), actorOf: ({ id }) => ({ ...as({ id } as User).actor }) }),
    );
  const VOID = 'request.not-found set-up-link-void';

  it('lets one person in, once, within 24 hours; its token is nowhere in the ledger', async () => {
    const wang = await user('wang');
    const { token, endsAtMs } = await inviteUser(station.deps, 'wang', ROOT);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(endsAtMs - station.clock.nowMs()).toBe(24 * HOUR);
    expect((await userOfToken(station.ledger, token, station.clock.nowMs())).id).toBe(wang.id);
    expect(JSON.stringify(await station.ledger.people.setUpLinkOf(wang.id))).not.toContain(token);
    const both = await Promise.all([refused(redeem(token)), refused(redeem(token))]);
    expect(both.sort()).toEqual(['let', VOID]);
    expect([await refused(redeem(token)), await refused(redeem('x')), await refused(redeem(''))]).toEqual([VOID, VOID, VOID]);
    expect(await typesOf('user', wang.id)).toEqual(['user.added', 'user.invited', 'user.set-up']);
  });

  it('is void when another one was made, when it has ended, and when its user may not sign in', async () => {
    await user('wang');
    const first = await inviteUser(station.deps, 'wang', ROOT);
    const second = await inviteUser(station.deps, 'wang', ROOT);
    expect(await refused(redeem(first.token))).toBe(VOID);
    station.clock.advance(24 * HOUR - 1);
    expect(await refused(userOfToken(station.ledger, second.token, station.clock.nowMs()))).toBe('let');
    station.clock.advance(1);
    expect(await refused(redeem(second.token))).toBe(VOID);
    const third = await inviteUser(station.deps, 'wang', ROOT);
    await change('wang', { state: 'suspended' });
    expect(await refused(redeem(third.token))).toBe(VOID);
    expect(await refused(inviteUser(station.deps, 'wang', ROOT))).toBe('request.conflict user-not-active');
    await change('wang', { state: 'active' });
    // It does not come back with the account.
    expect(await refused(redeem(third.token))).toBe(VOID);
  });
});
