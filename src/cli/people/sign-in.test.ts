/* Goal: whoever is on the machine sets a password and ends sessions, and no password is printed. Method: the whole command line over a real ledger. */

import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signIn } from '#desk/sign-in/sign-in';
import { addUser } from '#test/support/people/sign-in';
import { CommandLine } from '#test/support/station/command-line';
import { readSecret } from '../../read-secret.ts';

const PASSWORD = 'correct horse battery';
const FROM = { address: '10.1.2.3', agent: 'a browser' };

let line: CommandLine;
beforeEach(async () => {
  line = await CommandLine.open();
});
afterEach(() => line.close());

const comeIn = (account: string, password = PASSWORD) => signIn(line.station.deps, { account, password, from: FROM, present: null });

describe('user password', () => {
  it('sets what comes from a pipe, or is typed twice alike, and prints none of it', async () => {
    await addUser(line.station.deps, { account: 'zhang' });
    line.secrets = [PASSWORD];
    const piped = await line.run(['user', 'password', 'Zhang']);
    expect(piped).toMatchObject({ status: 0, out: 'The password of zhang is set; all sessions of that person have ended.\n' });
    expect((await comeIn('zhang')).state).toBe('signed-in');
    line.secrets = ['another good one', 'another good one'];
    expect(await line.run(['user', 'password', 'zhang', '--lang', 'zh-CN'])).toMatchObject({
      status: 0,
      out: '已设置 zhang 的密码；其所有会话均已结束。\n',
    });
    expect((await comeIn('zhang', 'another good one')).state).toBe('signed-in');
    line.secrets = ['another good one', 'another bad one'];
    const differ = await line.run(['user', 'password', 'zhang']);
    expect(differ.status).toBe(2);
    line.secrets = ['password1234'];
    const common = await line.run(['user', 'password', 'zhang']);
    expect([common.status, common.err]).toEqual([1, expect.stringContaining('tried first')]);
    for (const { out, err } of [piped, differ, common]) expect(out + err).not.toMatch(/correct horse|another|password1234/);
    line.secrets = [PASSWORD];
    expect((await line.run(['user', 'password', 'nobody'])).status).toBe(1);
    line.secrets = [PASSWORD];
    expect(await line.json(['user', 'password', 'zhang'])).toEqual({ account: 'zhang' });
  });
});

describe('session', () => {
  it('lists who is signed in, and ends sessions', async () => {
    expect((await line.run(['session', 'list'])).err).toBe('Nobody is signed in.\n');
    for (const account of ['zhang', 'li']) await addUser(line.station.deps, { account, password: PASSWORD });
    for (const account of ['zhang', 'li']) await comeIn(account);
    const { out } = await line.run(['session', 'list']);
    expect(out).toMatch(/^Session +Account +By +Address +Began +Last used +Ends in/);
    expect(out).toMatch(/zhang +password +10\.1\.2\.3 .* 30 min/);
    const [ofLi] = await line.json(['session', 'list', '--user', 'LI']);
    expect(await line.run(['session', 'end', ofLi.id])).toMatchObject({ status: 0, out: '1 session ended.\n' });
    expect((await line.run(['session', 'end', ofLi.id])).status).toBe(1);
    expect((await line.json(['session', 'list'])).map(({ account }: { account: string }) => account)).toEqual(['zhang']);
  });
});

describe('what is typed', () => {
  const prompts = () => {
    const told: string[] = [];
    return { told, prompts: { write: (text: string) => told.push(text) } };
  };

  it('from a pipe is all of it, less one line end, and bounded', async () => {
    const read = (text: string | Buffer) => readSecret('?', { input: PassThrough.from([Buffer.from(text)]) as PassThrough, ...prompts() });
    for (const [given, got] of [
      ['a b\n', 'a b'],
      ['a\r\n', 'a'],
      ['a\n\n', 'a\n'],
      ['', ''],
      [' 王芳 ', ' 王芳 '],
    ] as const)
      expect(await read(given)).toBe(got);
    await expect(read(Buffer.alloc(65_537, 97))).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('at a terminal is one line, and only the prompt is shown', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const { told, prompts: shown } = prompts();
    const typed = readSecret('New password: ', { input, prompts: shown });
    input.write('correct horse\rmore');
    expect(await typed).toBe('correct horse');
    expect(told.join('')).toBe('New password: \n');
    const ended = readSecret('?', { input: Object.assign(new PassThrough(), { isTTY: true }).end(), ...prompts() });
    await expect(ended).rejects.toMatchObject({ code: 'request.invalid', reason: { code: 'nothing-typed' } });
  });
});
