/*
 * Goal: cases, officers, recorders and suggestions are kept by commands, as people write them.
 * Method: the whole command line in this process over a real ledger and vault.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from '#test/support/station/command-line';

let cli: CommandLine;

beforeAll(async () => {
  cli = await CommandLine.open();
  await cli.station.addRecording(randomBytes(70_000));
  await cli.station.addRecording(randomBytes(10), { recorderSerial: 'R\u202e2', officerId: null, important: true });
});

afterAll(() => cli.close());

describe('cases, officers, recorders, suggestions', () => {
  it('imports a spreadsheet as it is saved in China', async () => {
    // 案号,案件名称 / GB-1,占道 in GB 18030.
    const bytes = Buffer.concat([
      Buffer.from([0xb0, 0xb8, 0xba, 0xc5, 0x2c, 0xb0, 0xb8, 0xbc, 0xfe, 0xc3, 0xfb, 0xb3, 0xc6, 0x0a]),
      Buffer.from('GB-1,'),
      Buffer.from([0xd5, 0xbc, 0xb5, 0xc0, 0x0a]),
    ]);
    await writeFile(join(cli.station.directory, 'gb.csv'), bytes);
    expect((await cli.run(['case', 'import', 'gb.csv'])).out).toBe('1 added, 0 changed or unchanged.\n0 events, 0 suggestions.\n');
    expect(await cli.json(['case', 'show', 'GB-1'])).toMatchObject({ title: '占道', recordings: [] });
    expect((await cli.run(['case', 'list'])).out).toMatch(/GB-1 +占道 +open +filing/);
  });

  it('accepts and declines suggestions', async () => {
    const added = await cli.run([
      'case',
      'add',
      'S-1',
      '--title',
      'T',
      '--event-start',
      '2026-06-20 14:00',
      '--event-end',
      '2026-06-20 16:00',
      '--place',
      'Market',
    ]);
    expect(added.out).toMatch(/Case S-1 added\.\n1 event, \d suggestions\.\n/);
    const open = await cli.json(['suggestions']);
    expect(open.length).toBeGreaterThan(1);
    expect((await cli.run(['suggestions', 'accept', open[0].id])).out).toBe(`Accepted: ${open[0].id}\n`);
    expect((await cli.run(['suggestions', 'decline', open[1].id])).status).toBe(0);
    expect((await cli.run(['suggestions', 'accept', open[1].id])).status).toBe(1);
    expect(await cli.json(['suggestions'])).toHaveLength(open.length - 2);
    expect(await cli.json(['suggestions', 'list', '--all'])).toHaveLength(open.length);
    expect((await cli.run(['recordings', '--case', 'S-1'])).out).toContain(open[0].recordingId);
  });

  it('follows a case to its end and beyond, and says what is impossible', async () => {
    const on = (verb: string, date: string, ...more: string[]) => cli.run(['case', verb, 'S-1', '--on', date, ...more]);
    expect((await on('close', '2026-06-20')).err).toContain('case S-1 is open');
    expect((await on('decide', '2026-06-19')).out).toBe('Case S-1: decided, 2026-06-19.\n');
    expect((await on('decide', '2026-06-18')).status).toBe(1);
    expect((await on('decide', '2026-06-18', '--correct')).out).toBe('Case S-1: decided, 2026-06-18.\n');
    expect((await on('close', '2026-06-20')).status).toBe(0);
    expect((await on('reopen', '2026-06-20')).err).toContain('a reason is needed');
    expect((await on('reopen', '2026-06-20', '--reason', 'revoked')).status).toBe(0);
    expect((await on('decide', 'June')).status).toBe(2);
    expect((await cli.run(['case', 'mark', 'S-1', '--level', 'secret', '--privacy', 'minor'])).out).toBe('S-1: secret, minor\n');
    const shown = (await cli.run(['case', 'show', 'S-1'])).out;
    for (const line of [/^State +reopened$/m, /^decided +2026-06-18$/m, /^Confidentiality +secret$/m, /case reopened: .*; revoked$/m])
      expect(shown).toMatch(line);
    // A recording may be added to a case late, whatever became of the case, and the marks of the case count for it.
    const [first] = await cli.json(['recordings']);
    expect((await cli.run(['tag', first.id, '--case', 'S-1'])).status).toBe(0);
    expect((await cli.run(['mark', first.id, '--level', 'internal'])).out).toContain(': internal');
    const recording = (await cli.run(['recording', first.id])).out;
    for (const line of [/^Confidentiality +secret \(case S-1\)$/m, /^Privacy +minor \(case S-1\)$/m]) expect(recording).toMatch(line);
    expect((await cli.run(['mark', first.id, '--level', 'none'])).err).toContain('a reason is needed');
    expect((await cli.run(['tag', first.id, '--remove-case', 'S-1'])).status).toBe(0);
  });

  it('tells who has a recorder, and who had it', async () => {
    const recorder = (...argv: string[]) => cli.run(['recorder', ...argv]);
    for (const id of ['041234', '041235']) await cli.run(['officer', 'add', id, '--name', 'A']);
    await recorder('add', 'POOL1');
    expect((await recorder('take-out', 'POOL1', '--officer', '041234', '--at', '2026-06-20 08:00')).out).toMatch(
      /^Officer 041234 has recorder POOL1 from 2026-06-20 08:00:00/,
    );
    const second = ['take-out', 'POOL1', '--officer', '041235', '--at', '2026-06-20 12:00'];
    expect((await recorder(...second)).err).toContain('officer 041234 took recorder POOL1 out 2026-06-20 08:00 and has it still');
    expect((await recorder(...second, '--hand-over')).status).toBe(0);
    expect((await recorder('list')).out).toMatch(/^POOL1 +041235 +2026-06-20 12:00:00$/m);
    expect((await recorder('return', 'POOL1')).out).toMatch(/^Recorder POOL1 is back from officer 041235/);
    const [last] = (await cli.json(['recorder', 'show', 'POOL1'])).holdings;
    expect((await recorder('correct', 'POOL1', last.id, '--until', '2026-06-20 13:00')).status).toBe(0);
    expect((await recorder('correct', 'POOL1', last.id)).status).toBe(2);
    expect((await recorder('correct', 'POOL1', last.id, '--never', '--officer', '041234')).status).toBe(2);
    const shown = (await recorder('show', 'POOL1')).out;
    expect(shown).toMatch(/^hld-\S+ +041235 +2026-06-20 12:00:00 +2026-06-20 13:00:00$/m);
    expect(shown).toMatch(/take-out ended \(handed over\): 041234 2026-06-20 00:00Z – 2026-06-20 04:00Z$/m);
    expect((await recorder('correct', 'POOL1', last.id, '--never')).status).toBe(0);
    expect((await cli.json(['recorder', 'show', 'POOL1'])).holdings).toHaveLength(1);
  });

  it('shows codes in the words of the person', async () => {
    const chinese = (argv: string[]) => cli.run(argv, { EVIDOCK_LANG: 'zh-CN' });
    expect((await chinese(['case', 'list'])).out).toMatch(/S-1 +T +重新开启 +2026-06-20 +立案/);
    expect((await chinese(['officer', 'add', '009', '--name', '王敏'])).status).toBe(0);
    expect((await chinese(['officer', 'list'])).out).toMatch(/^编号 +姓名 +单位\n009 +王敏/);
    expect((await chinese(['suggestions', '--all'])).out).toMatch(/已接受 +录制于事件期间；执法人员未知；Market/);
    expect((await chinese(['config', 'print'])).out).toMatch(/^字段 +值 +来源/);
  });

  it('assigns recorders', async () => {
    await cli.run(['officer', 'add', '009', '--name', 'Wang']);
    expect((await cli.run(['recorder', 'add', 'R9', '--model', 'X'])).status).toBe(0);
    expect((await cli.run(['recorder', 'assign', 'R9', '009'])).out).toBe('Recorder R9 is assigned to officer 009.\n');
    expect((await cli.run(['recorder', 'list'])).out).toMatch(/R9 +X +009/);
    expect((await cli.run(['recorder', 'assign', 'R9', '--none'])).out).toBe('Recorder R9 is assigned to nobody.\n');
  });
});
