/*
 * Goal: every command has help, ends with 0, 1 or 2 as it should, and says what failed in words.
 * Method: the whole command line in this process over a real ledger and vault; what needs docks and ffmpeg is in test/journeys.
 */

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actorText } from '#domain/custody/actor';
import { because } from '#domain/reason';
import { buildServer, listenOnSocket } from '#serve/server';
import { anId } from '#test/support/builders';
import { showDocking } from '#test/support/card/shown-docking';
import { about } from '#test/support/custody';
import { CommandLine } from '#test/support/station/command-line';
import { SocketClient } from './client.ts';
import { buildProgram } from './program.ts';

let cli: CommandLine;
const content = randomBytes(70_000);
let id: string;

/** The one or two words with which a command is called. */
const named = (argv: readonly string[]) => `${argv[0]} ${argv[0] === 'jobs' ? `${argv[1]} ` : ''}`;

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.filter((each) => each.name() !== 'help').flatMap(leaves);
}

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ id } = await cli.station.addRecording(content));
  await cli.station.addRecording(randomBytes(10), { recorderSerial: 'R\u202e2', officerId: null, important: true });
});

afterAll(() => cli.close());

describe('every command', () => {
  it('has help with an example in both languages, and takes --json', () => {
    for (const language of ['en', 'zh-CN'] as const) {
      for (const command of leaves(buildProgram(cli.context([], []), language))) {
        let help = '';
        command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
        expect(help, command.name()).toMatch(/\n {2}evidock \S/);
        expect(help, command.name()).toContain('--json');
        expect(help, command.name()).toContain('--config <file>');
        expect(help, command.name()).toContain('--state-dir <dir>');
        if (language === 'zh-CN') expect(help, command.name()).not.toMatch(/choices|default:|Options:/);
        expect(/\p{Script=Han}/u.test(command.description()), command.name()).toBe(language === 'zh-CN');
      }
    }
  });

  it('prints help and version with 0', async () => {
    expect((await cli.run(['--help'])).out).toContain('recordings');
    expect((await cli.run(['tag', '--help'])).status).toBe(0);
    expect((await cli.run(['--version'])).out.trim()).toBe('0.0.0-test');
    expect((await cli.run(['--help', '--lang', 'zh-CN'])).out).toContain('采集站');
  });

  it.each([
    [['no-such-command']],
    [[]],
    [['case']],
    [['tag']],
    [['tag', 'rec-1']],
    [['tag', 'rec-1', '--category', 'lunch']],
    [['recordings', '--state', '/var/lib/evidock']],
    [['recordings', '--limit', '0']],
    [['recordings', '--since', 'yesterday']],
    [['case', 'add', 'A-1', '--title', 'T', '--event-start', 'noon', '--event-end', '2026-06-20 15:00']],
    [['jobs', '--state', '/var/lib/evidock']],
    [['recordings', 'extra']],
    [['play', 'rec-1']],
    [['play', 'rec-1', '--out', 'x', '--from', 'moon']],
    [['play', 'rec-1', '--out', 'x', '--original', '1', '--derivative', 'poster']],
    [['ingest', '/card', '--slot', 'three']],
    [['ingest', '']],
    [['--state-dir', '', 'recordings']],
    [['recordings', '--config', '']],
    [['ledger', 'backup', '--out', '']],
    [['case', 'import', '']],
    [['case', 'add', 'A-1']],
    [['case', 'add', 'A-1', '--title', 'T', '--event-start', '2026-06-20 15:00']],
    [['case', 'import', 'cases.xlsx']],
    [['recorder', 'assign', 'R1']],
    [['make-card', 'x', '--layout', 'round']],
    [['--no-such-option', 'slots']],
  ])('ends with 2 for wrong use: %j', async (argv) => {
    const { status, out, err } = await cli.run(argv);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });

  it.each([
    [['slots', '--jsno'], 'there is no option --jsno (did you mean --json?)', '没有选项 --jsno （是否想用 --json？）'],
    [['slot'], 'there is no command slot (did you mean slots?)', '没有命令 slot （是否想用 slots？）'],
    [['ingest'], 'argument dir is missing', '缺少参数 dir'],
    [['play', 'r'], 'option -o, --out <file> is needed', '必须给出选项 -o, --out <file>'],
    [['play', 'r', '--out'], 'option -o, --out <file> needs a value', '选项 -o, --out <file> 需要一个值'],
    [
      ['ingest', 'd', '--slot', '0'],
      'option -s, --slot <n>: 0 is not allowed; it must be: 1–9999',
      '选项 -s, --slot <n> 的值 0 不允许；应为：1–9999',
    ],
    [['jobs', 'retry', '--stage', 'x'], 'option --stage <stage>: x is not allowed; it must be: derive, archive', '应为：derive, archive'],
    [['slots', 'x'], 'too many arguments', '参数过多', 'slots '],
    [['slots', 'assign', 'abc'], 'argument slot is missing', '缺少参数 slot', 'slots assign '],
    [
      ['slots', 'assign', 'abc', '3'],
      'argument port: abc is not allowed; it must be: 1-4.2, /srv/drop/card-1',
      '参数 port：不允许 abc',
      'slots assign ',
    ],
    [['slots', 'assign', '1-4', 'x'], 'argument slot: x is not allowed; it must be: 1–9999', '参数 slot：不允许 x', 'slots assign '],
    [['--state-dir', 'jobs', '--json', 'case', 'add'], 'option --title <title> is needed', '必须给出选项 --title <title>', 'case add '],
  ])(
    'tells wrong use in words, and whose help to see: %j',
    async (argv, english, chinese, command = argv[0] === 'slot' ? '' : named(argv)) => {
      if (!argv.includes('--json')) expect((await cli.run(argv)).err).toBe(`Wrong use: ${english}\nSee: evidock ${command}--help\n`);
      const told = (
        await cli.run(
          argv.filter((word) => word !== '--json'),
          { EVIDOCK_LANG: 'zh-CN' },
        )
      ).err;
      expect(told).toContain(chinese);
      expect(told).toContain(`evidock ${command}--help`);
      const asJson = await cli.run(['--json', ...argv]);
      expect(asJson.status).toBe(2);
      expect(JSON.parse(asJson.err)).toEqual({ code: 'usage', detail: english });
    },
  );

  it('finds its global options before and after its name', async () => {
    cli.connected.length = 0;
    await cli.run(['--state', '/one', '--config', 'a.yaml', 'slots']);
    await cli.run(['slots', '--state', '/two', '--json']);
    await cli.run(['--state', '/three', 'recordings', '--state', 'archived']);
    await cli.run(['--state', '/four', 'jobs', '--state', 'failed', '--lang', 'en']);
    await cli.run(['--state-dir', '/five', 'recordings', '--state', 'archived']);
    await cli.run(['recordings', '--state', 'archived', '--state-dir', '/six']);
    await cli.run(['--state', '/old', 'slots', '--state-dir', '/seven']);
    expect(cli.connected.map(({ state, config }) => [state, config])).toEqual([
      ['/one', 'a.yaml'],
      ['/two', null],
      ['/three', null],
      ['/four', null],
      ['/five', null],
      ['/six', null],
      ['/seven', null],
    ]);
  });

  it('closes the station also after a refusal', async () => {
    cli.closed = 0;
    await cli.run(['recording', 'rec-none']);
    expect(cli.closed).toBe(1);
  });
});

describe('errors', () => {
  it('say what failed, for what, and what to do', async () => {
    const { status, out, err } = await cli.run(['recording', 'rec-none']);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err.split('\n')).toEqual([
      'Failed: There is no such thing',
      'Detail: recording rec-none',
      'To do:  Check the id or number.',
      '',
    ]);
  });

  it('are in the language of the person', async () => {
    const { err } = await cli.run(['recording', 'rec-none'], { EVIDOCK_LANG: 'zh-CN' });
    expect(err).toBe('失败：没有这一项\n说明：录像 rec-none\n处理：检查编号。\n');
  });

  it('are an object with --json', async () => {
    const { err, out } = await cli.run(['--json', 'recording', 'rec-none']);
    expect(out).toBe('');
    expect(JSON.parse(err)).toEqual({
      code: 'request.not-found',
      message: 'There is no such thing: recording rec-none',
      reason: because('no-recording', { recording: 'rec-none' }),
      remedy: 'Check the id or number.',
    });
  });
});

describe('the station', () => {
  it('shows slots, work and what is not there', async () => {
    expect((await cli.run(['slots'])).err).toMatch(/No slot is in use/);
    expect((await cli.run(['jobs'])).err).toBe('Nothing is left to do.\n');
    expect((await cli.run(['jobs', 'retry'])).out).toBe('0 pieces of work will be tried again.\n');
    showDocking(cli.station.deps.board, 3, {
      phase: 'copying',
      dockingId: anId('dck'),
      recorderSerial: '',
      filesListed: 9,
      filesSealed: 4,
      bytesListed: 2048,
      bytesCopied: 1024,
      secondsLeft: 75,
    });
    expect((await cli.run(['slots'])).out).toMatch(/3 +copying +4\/9 +1\.0 KiB \/ 2\.0 KiB +1:15/);
  });

  it('checks, explains and documents the configuration', async () => {
    expect((await cli.run(['config', 'check', '--config', 'good.yaml'])).out).toBe('The configuration is valid.\n');
    const bad = await cli.run(['config', 'check', '--config', 'bad.yaml']);
    expect(bad.status).toBe(1);
    expect(bad.err).toContain('http.host: must be a loopback address; is "0.0.0.0"');
    expect((await cli.run(['config', 'print'])).out).toMatch(/http\.port +8470 +default/);
    expect((await cli.run(['config', 'reference'])).out).toContain('# Configuration');
  });

  it('ends with 1 when the doctor finds something, and says how to mend it', async () => {
    const { status, out } = await cli.run(['doctor']);
    expect(status).toBe(1);
    expect(out).toMatch(
      /ffmpeg +ok +7\nredis +FAILS +redis-server cannot be run\n\nredis\. To mend: apt-get install redis-server, or set queue\.url/,
    );
  });

  it('says it in Chinese too', async () => {
    const { out } = await cli.run(['doctor'], { EVIDOCK_LANG: 'zh-CN' });
    expect(out).toMatch(/Redis +故障 +redis-server 无法运行\n\nRedis\. 修复：apt-get install redis-server，或设置 queue\.url/);
  });

  it('copies the ledger to a file of that name', async () => {
    expect((await cli.run(['ledger', 'backup', '--out', 'copy.sqlite'])).out).toMatch(/copy\.sqlite: \d/);
    expect((await cli.run(['ledger', 'backup', '--out', 'copy.sqlite'])).status).toBe(1);
  });

  it('runs, makes cards', async () => {
    expect((await cli.run(['run'])).out).toBe('The station is up: http://127.0.0.1:8470\n');
    expect(await cli.json(['make-card', 'card', '--layout', 'tiny'])).toEqual({
      directory: join(cli.station.directory, 'card'),
      files: 7,
      layout: 'tiny',
    });
  });
});

describe('the control socket', () => {
  it('is used where a station answers, and tells who typed', async () => {
    const socketPath = join(cli.station.directory, 'run/control.sock');
    expect(await new SocketClient({ socketPath, user: 'li' }).answers()).toBe(false);
    const app = buildServer({ deps: cli.station.deps, way: 'socket' });
    await listenOnSocket(app, socketPath);
    const client = new SocketClient({ socketPath, user: 'li wei' });
    expect(await client.answers()).toBe(true);
    await cli.through(client, async () => {
      expect((await cli.run(['play', id, '--original', '1', '--out', 'socket.mp4'])).status).toBe(0);
      expect((await cli.run(['verify', '--vault'])).status).toBe(0);
    });
    expect(Buffer.compare(await readFile(join(cli.station.directory, 'socket.mp4')), content)).toBe(0);
    expect(
      (await cli.station.ledger.custody.of(about(id))).some(
        ({ actor, type }) => actorText(actor) === 'cli:li_wei' && type === 'recording.viewed',
      ),
    ).toBe(true);
    await app.close();
    expect(await client.answers()).toBe(false);
  });
});
