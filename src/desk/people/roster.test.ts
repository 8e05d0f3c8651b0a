/*
 * Goal: a roster brings users and units to what it says, all of it or nothing; what is wrong is told with its line; the same file once more changes nothing;
 * who is missing is told and left alone.
 * Method: texts as people save them, over a real ledger; the log alone must give the rows of the ledger afterwards.
 */

import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ImportText, readRoster } from '#desk/imports';
import type { EvidockError } from '#domain/errors';
import { cli } from '#test/support/custody';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { type ServedStation, servedStation } from '#test/support/served-station';
import type { By } from './change-people.ts';
import { pathOfUnit } from './find-unit.ts';
import { importRoster } from './roster.ts';
import { addUnit } from './units.ts';
import { addUser, changeUser } from './users.ts';

const ROOT: By = { actor: cli('root'), user: null };
let station: ServedStation;

beforeEach(async () => {
  station = await servedStation();
});

afterEach(async () => {
  expect(contradictionsIn(join(station.directory, 'ledger.sqlite'))).toEqual([]);
  await station.close();
});

const csv = (text: string): ImportText => ({ format: 'csv', text });
const take = async (source: ImportText, { by = ROOT, dryRun = false } = {}) =>
  importRoster(station.deps, { rows: readRoster(source), text: source.text, dryRun }, by);
const faults = (source: ImportText, by = ROOT) =>
  take(source, { by }).then(
    () => 'taken',
    (error: EvidockError) => error.detail,
  );
const user = (account: string, more: object = {}) => addUser(station.deps, { account, name: account, ...more }, ROOT);
const users = async () =>
  Promise.all(
    (await station.ledger.people.users({ limit: 1000 })).map(async ({ account, name, officer, unit, roles, state }) =>
      [account, name, officer ?? '', unit === null ? '' : await pathOfUnit(station.ledger, unit), roles.join(';'), state].join(','),
    ),
  );
const head = async () => (await station.ledger.custody.head())?.seq ?? -1;

const CHINESE = [
  '账号,姓名,执法证号,所属单位,角色,状态',
  'Wang,王敏,041234,市局/一支队/一大队,执法人员;审批人,在职',
  ',李伟,041235,市局／一支队／二大队,执法人员,',
  'zhao,赵强,,市局,安全管理员,',
  '',
].join('\n');

describe('a roster', () => {
  it('as it is kept in Chinese makes users and units; the same file again changes nothing', async () => {
    const first = await take(csv(CHINESE));
    expect(first).toMatchObject({ rows: 3, added: 3, updated: 0, same: 0, missing: [], missingCount: 0, changed: true });
    expect([...first.unitsAdded].sort()).toEqual(['市局', '市局/一支队', '市局/一支队/一大队', '市局/一支队/二大队']);
    expect(await users()).toEqual([
      '041235,李伟,041235,市局/一支队/二大队,officer,active',
      'wang,王敏,041234,市局/一支队/一大队,officer;reviewer,active',
      'zhao,赵强,,市局,security-administrator,active',
    ]);
    expect((await station.ledger.registry.officer('041235'))?.name).toBe('李伟');
    const before = await head();
    expect(await take(csv(CHINESE))).toMatchObject({ added: 0, updated: 0, same: 3, unitsAdded: [], changed: false });
    expect(await head()).toBe(before);
  });

  it('means the same in JSON', async () => {
    await take(csv(CHINESE));
    const rows = [
      { account: 'wang', name: '王敏', officer: '041234', unit: '市局/一支队/一大队', roles: ['officer', 'reviewer'], state: 'active' },
      { name: '李伟', officer: '041235', roles: 'officer' },
      { account: 'ZHAO', name: '赵强', officer: null, unit: null },
    ];
    expect(await take({ format: 'json', text: JSON.stringify(rows) })).toMatchObject({ same: 3, changed: false });
  });

  it('tried first tells the same figures and the same faults, and changes nothing', async () => {
    await user('old');
    const before = await head();
    const tried = await take(csv(CHINESE), { dryRun: true });
    expect([await head(), (await users()).length, await station.ledger.people.countUnits()]).toEqual([before, 1, 0]);
    expect(await take(csv(CHINESE))).toEqual(tried);
    expect(tried.missing).toMatchObject([{ account: 'old' }]);
  });

  it('tells who is missing, and never removes anybody', async () => {
    for (const account of ['here', 'gone', 'left']) await user(account, { officer: account === 'here' ? '7' : null });
    await changeUser(station.deps, 'left', { state: 'left' }, ROOT);
    const { missing, missingCount } = await take(csv('name,officer\nHere,7'));
    expect([missing.map(({ account }) => account), missingCount]).toEqual([['gone'], 1]);
    expect((await station.ledger.people.userByAccount('gone'))?.state).toBe('active');
  });

  it('leaves alone what a cell does not say', async () => {
    await addUnit(station.deps, { name: 'One', parent: null }, ROOT);
    await user('wang', { officer: '1', unit: 'One', roles: ['officer'] });
    const { updated } = await take(csv('account,name,officer,unit,roles,state\nwang,Wang Min,,,,'));
    expect([updated, await users()]).toEqual([1, ['wang,Wang Min,1,One,officer,active']]);
  });

  it('takes leave of who has left, whatever else stands in their row, and makes nothing of strangers who have', async () => {
    await user('keeper', { roles: ['security-administrator'] });
    await user('wang', { officer: '1', roles: ['officer'] });
    const { updated, same, unitsAdded } = await take(
      csv('account,name,officer,unit,roles,state\nwang,Wang,2,One,reviewer,left\nnever,Never,,Two,officer,离职'),
    );
    expect([updated, same, unitsAdded]).toEqual([1, 1, []]);
    expect(await users()).toEqual(['keeper,keeper,,,security-administrator,active', 'wang,Wang,1,,,left']);
  });

  it('finds a unit by its name alone where only one has it, and makes it at the top where none has', async () => {
    await take(csv(CHINESE));
    expect(await take(csv('account,name,unit\nwang,王敏,二大队\nnew,New,机动队'))).toMatchObject({ unitsAdded: ['机动队'] });
    expect((await users()).filter((line) => /wang|new/.test(line))).toEqual([
      'new,New,,机动队,,active',
      'wang,王敏,041234,市局/一支队/二大队,officer;reviewer,active',
    ]);
  });

  it('hands the last security administrator on from one to another, whichever stands first', async () => {
    await user('a', { roles: ['security-administrator'] });
    await take(csv('account,name,roles,state\na,a,officer,\nb,b,security-administrator,'));
    await take(csv('account,name,roles,state\nb,b,,left\na,a,security-administrator,'));
    expect(await users()).toEqual(['a,a,,,security-administrator,active', 'b,b,,,,left']);
  });
});

describe('faults', () => {
  it('are told all at once, each with its line, and then nothing is taken', async () => {
    const told = await faults(
      csv(
        'account,name,officer,unit,roles,state\nw w,A,,,,\n,B,,,,\nc,,,,,\nd,D,,,boss,\ne,E,,,,gone\nf,F,7,,,\nF,G,,,,\nh,H,7,,,\n,I,8,,,',
      ),
    );
    for (const [line, words] of [
      [2, 'account "w w"'],
      [3, 'neither account nor officer'],
      [4, 'name is missing'],
      [5, 'roles "boss"'],
      [6, 'state "gone"'],
      [8, 'account f stands in row 7'],
      [9, 'officer 7 stands in row 7'],
    ])
      expect(told).toMatch(new RegExp(`row ${line}: ${words}`));
    expect(told).not.toMatch(/row (7|10):/);
    expect([await users(), await station.ledger.people.countUnits()]).toEqual([[], 0]);
  });

  it('that only the ledger knows are told with their lines too', async () => {
    await user('keeper', { roles: ['security-administrator'] });
    await user('left', { officer: '1' });
    await changeUser(station.deps, 'left', { state: 'left' }, ROOT);
    await user('one', { officer: '2' });
    for (const parent of ['A', 'B']) {
      await addUnit(station.deps, { name: parent, parent: null }, ROOT);
      await addUnit(station.deps, { name: 'same', parent }, ROOT);
    }
    const keeper = (await station.ledger.people.userByAccount('keeper'))?.id ?? '';
    const by: By = { actor: { kind: 'user', id: keeper, via: 'network', session: null }, user: keeper };
    const told = await faults(
      csv(
        [
          'account,name,officer,unit,roles,state',
          ...['left,Left,,,,', 'two,Two,2,,,', 'new,New,,same,,', 'apart,Apart,,,auditor;system-administrator,', 'keeper,K,,,officer,'],
          ...['deep,D,,1/2/3/4/5/6/7/8/9,,', 'good,Good,9,A,officer,'],
        ].join('\n'),
      ),
      by,
    );
    for (const [line, words] of [
      [2, 'account left is of somebody who has left'],
      [3, 'account two and officer 2 are two users'],
      [4, 'several units are called same'],
      [5, 'roles that exclude each other'],
      [6, 'nobody changes roles'],
      [7, 'unit 9 would stand too deep'],
    ])
      expect(told).toMatch(new RegExp(`row ${line}: ${words}`));
    expect(told).not.toContain('row 8');
    expect(await station.ledger.people.userByAccount('good')).toBeNull();
  });

  it.each([
    ['a column twice', csv('账号,account,name\na,b,c'), 'stands there already'],
    ['a column of another list', csv('account,name,title\na,b,c'), 'column "title"'],
    ['no names', csv('account\na'), 'column name is missing'],
    ['no rows', csv('account,name\n'), 'no rows'],
    ['a quote that never ends', csv('account,name\n"a,b'), 'nothing was imported'],
    ['no list', { format: 'json', text: '{}' } as const, 'not a list'],
    [
      'an inherited name',
      { format: 'json', text: '[{"__proto__":1,"constructor":"x","name":"A","account":"a"}]' } as const,
      '"constructor"',
    ],
    ['a bell in a name', csv('account,name\na,"x\u0007y"'), 'control characters'],
  ])('%s is refused before anything is looked up', async (_, source, words) => {
    expect(await faults(source)).toContain(words);
  });

  it('of hundreds of rows are counted, and the first told', async () => {
    const told = await faults(csv(`account,name\n${Array.from({ length: 300 }, (_, n) => `${n},`).join('\n')}`));
    expect(told).toMatch(/row 2: .*280 more/s);
  });
});

describe('whatever a roster says', () => {
  const ACCOUNTS = ['a', 'b', 'c', 'd'];
  const row = fc.record({
    account: fc.constantFrom(...ACCOUNTS),
    name: fc.constantFrom('One', 'Two'),
    unit: fc.constantFrom('', 'X', 'X/Y', 'Z'),
    roles: fc.constantFrom('', 'officer', 'officer;reviewer', 'security-administrator'),
    state: fc.constantFrom('', 'active', 'active', 'suspended', 'left'),
  });
  const roster = fc.uniqueArray(row, { minLength: 1, maxLength: 4, selector: ({ account }) => account });

  it('it is taken whole or not at all, a second time changes nothing, and somebody keeps the accounts', async () => {
    await user('keeper', { roles: ['security-administrator'] });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(roster, async (rows) => {
        const source = csv(`account,name,unit,roles,state\n${rows.map((each) => Object.values(each).join()).join('\n')}`);
        const before = [await users(), await head()];
        const outcome = await take(source).catch((error: EvidockError) => error.code);
        if (typeof outcome === 'string') {
          expect([await users(), await head()]).toEqual(before);
          return;
        }
        taken += 1;
        const after = await head();
        expect(await take(source)).toMatchObject({ same: rows.length, changed: false });
        expect(await head()).toBe(after);
        expect(await station.ledger.people.countActive('security-administrator', '')).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
    expect(taken).toBeGreaterThan(10);
  });
});
