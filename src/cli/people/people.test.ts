/*
 * Goal: people and units are kept by commands, in both languages; the first account needs no password that somebody else knows.
 * Method: the whole command line in this process over a real ledger.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userOfToken } from '#desk/people/set-up';
import { CommandLine } from '#test/support/station/command-line';

let cli: CommandLine;

beforeAll(async () => {
  cli = await CommandLine.open();
});

afterAll(() => cli.close());

const run = (...argv: string[]) => cli.run(argv);
const saved = (name: string, bytes: Uint8Array | string) => writeFile(join(cli.station.directory, name), bytes);

/** 账号,姓名,单位 / li,李,市局 as a spreadsheet in China saves it, in GB 18030. */
const GB = Buffer.from('d5cbbac52cd0d5c3fb2cb5a5cebb0a6c692cc0ee2ccad0bed60a', 'hex');

describe('evidock user', () => {
  it('adds the first account with a link that works once it is opened, and names no password', async () => {
    expect((await run('user', 'list')).err).toContain('user add ACCOUNT');
    const added = await cli.json(['user', 'add', 'Zhao', '--name', '赵强', '--role', 'security-administrator']);
    expect(added).toMatchObject({ account: 'zhao', roles: ['security-administrator'], state: 'active', unit: null });
    expect(added.setUp.path).toBe(`/setup#${added.setUp.token}`);
    expect((await userOfToken(cli.station.ledger, added.setUp.token, cli.station.clock.nowMs())).account).toBe('zhao');
    expect(JSON.stringify(added)).not.toMatch(/password/i);
    const again = await cli.json(['user', 'invite', 'zhao']);
    expect(again.token).not.toBe(added.setUp.token);
    const { out, err } = await run('user', 'invite', 'zhao', '--quiet');
    expect([out, err]).toEqual([expect.stringMatching(/^Set the password once, until .*: \/setup#[\w-]{43}\n$/), '']);
  });

  it('changes, suspends and takes leave, and shows what was', async () => {
    expect((await run('unit', 'add', '市局')).out).toMatch(/^Unit 市局 added: unt-/);
    expect((await run('unit', 'add', '一支队', '--below', '市局')).out).toContain('Unit 市局/一支队 added');
    const added = await run(
      'user',
      'add',
      'wang',
      '--name',
      '王敏',
      '--officer',
      '041234',
      '--unit',
      '一支队',
      '--role',
      'officer',
      '--no-link',
    );
    expect(added.out).toMatch(/^User wang added: usr-\S+\n$/);
    expect((await run('user', 'roles', 'wang', 'officer', 'reviewer')).out).toBe('User wang saved.\n');
    expect((await run('user', 'suspend', 'wang', '--why', 'Under inquiry')).status).toBe(0);
    expect((await run('user', 'list', '--state', 'suspended')).out).toMatch(
      /wang +王敏 +041234 +市局\/一支队 +officer, reviewer +suspended/,
    );
    expect((await run('user', 'reinstate', 'wang')).status).toBe(0);
    cli.station.clock.advance(1000);
    expect((await run('user', 'change', 'wang', '--no-unit', '--no-officer', '--name', '王 敏')).status).toBe(0);
    expect(await cli.json(['user', 'show', 'wang'])).toMatchObject({
      unit: null,
      officer: null,
      name: '王 敏',
      units: [{ unit: null }, {}],
    });
    const shown = (await run('user', 'show', 'wang')).out;
    expect(shown).toMatch(/none +2026[^\n]*\n *市局\/一支队 +2026/);
    expect(shown).toMatch(/roles +officer reviewer/);
    expect((await run('user', 'leave', 'wang')).status).toBe(0);
    expect((await run('user', 'roles', 'wang', '--none')).status).toBe(0);
    expect((await run('user', 'roles', 'wang', 'officer')).err).toContain('has left');
    expect((await cli.run(['user', 'list', '--lang', 'zh-CN'])).out).toMatch(/wang.*离职/);
  });

  it.each([
    [['user', 'roles', 'zhao', 'boss'], 2, 'boss'],
    [['user', 'roles', 'zhao'], 2, '--none'],
    [['user', 'roles', 'zhao', 'officer', '--none'], 2, '--none'],
    [['user', 'change', 'zhao'], 2, '--name, --officer, --unit'],
    [['user', 'add', 'x', '--name', 'X', '--role', 'boss'], 2, 'boss'],
    [['user', 'leave', 'zhao'], 1, 'last active security administrator'],
    [['user', 'leave', 'zhao', '--lang', 'zh-CN'], 1, '最后一名在用的安全管理员'],
    [['user', 'add', 'a1', '--name', 'A', '--role', 'auditor', '--role', 'system-administrator'], 1, 'auditor'],
    [['user', 'add', 'a1', '--name', 'A', '--role', 'auditor', '--role', 'system-administrator', '--lang', 'zh-CN'], 1, '督察审计'],
    [['user', 'show', 'nobody'], 1, 'evidock user add nobody'],
    [['unit', 'show', '三支队'], 1, 'evidock unit add 三支队'],
    [['unit', 'change', '市局', '--top', '--below', '市局'], 2, '--below'],
    [['unit', 'close', '市局'], 1, '一支队'],
  ])('%j ends with %i', async (argv, status, words) => {
    const ended = await cli.run(argv);
    expect([ended.status, ended.err]).toEqual([status, expect.stringContaining(words)]);
  });
});

describe('evidock unit', () => {
  it('lists the tree, renames, moves, closes and opens again', async () => {
    expect((await run('unit', 'add', '二大队', '--below', '市局/一支队')).status).toBe(0);
    expect((await run('unit', 'change', '二大队', '--name', '三大队', '--below', '市局')).out).toBe('Unit 市局/三大队 saved.\n');
    expect((await run('unit', 'change', '三大队', '--top')).out).toBe('Unit 三大队 saved.\n');
    expect((await run('unit', 'close', '三大队')).status).toBe(0);
    const paths = async (...more: string[]) => (await cli.json(['unit', 'list', ...more])).map(({ path }: { path: string }) => path);
    expect([await paths(), await paths('--closed')]).toEqual([
      ['市局', '市局/一支队'],
      ['三大队', '市局', '市局/一支队'],
    ]);
    const [closed] = (await cli.json(['unit', 'list', '--closed'])) as [{ id: string }];
    expect((await run('unit', 'reopen', closed.id)).status).toBe(0);
    const shown = await run('unit', 'show', closed.id);
    expect(shown.out).toMatch(/name +二大队[\s\S]*name +三大队/);
    const then = await cli.json(['unit', 'show', '一支队', '--at', '2026-06-20 16:00:00']);
    expect(then.members).toMatchObject([{ account: 'wang' }]);
    expect((await cli.json(['unit', 'show', '一支队'])).members).toEqual([]);
  });
});

describe('evidock roster import', () => {
  it('reads UTF-8 and GB 18030, tries first, and tells who is missing', async () => {
    await saved('gb.csv', GB);
    const tried = await run('roster', 'import', 'gb.csv', '-n');
    expect(tried.out).toContain('Would take over: 1 added');
    expect(tried.out).toContain('1 user not in the file, left alone:\n  zhao 赵强\n');
    expect((await run('user', 'show', 'li')).status).toBe(1);
    expect(await cli.json(['roster', 'import', 'gb.csv'])).toMatchObject({ added: 1, missingCount: 1 });
    expect(await cli.json(['user', 'show', 'li'])).toMatchObject({ name: '李', unitPath: '市局' });
    await saved('utf.csv', '\ufeff账号,姓名,单位\nli,李,市局\n');
    expect(await cli.json(['roster', 'import', 'utf.csv'])).toMatchObject({ same: 1, added: 0, updated: 0 });
    await saved('r.json', JSON.stringify([{ account: 'li', name: '李', unit: '市局/五支队' }]));
    expect((await run('roster', 'import', 'r.json')).out).toContain('New units: 市局/五支队');
  });

  it('refuses what is no text, too much of it, or no roster', async () => {
    await saved('book.csv', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0xff, 0xff]));
    expect((await run('roster', 'import', 'book.csv')).err).toContain('neither UTF-8 nor GB 18030');
    await saved('big.csv', Buffer.alloc(17 * 1024 * 1024, 'a'));
    expect([(await run('roster', 'import', 'big.csv')).status, (await run('roster', 'import', 'none.csv')).status]).toEqual([1, 1]);
    expect((await run('roster', 'import', 'x.xlsx')).status).toBe(2);
    await saved('bad.csv', 'account,name,roles\nq,Q,boss\nr r,R,\n');
    const { status, err } = await run('roster', 'import', 'bad.csv');
    expect([status, err]).toEqual([1, expect.stringMatching(/row 2: roles "boss"[\s\S]*row 3: account "r r"/)]);
    expect((await cli.run(['roster', 'import', 'bad.csv', '--lang', 'zh-CN'])).err).toMatch(/第 2 行[\s\S]*第 3 行/);
  });
});
