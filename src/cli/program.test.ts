/*
 * Goal: every command says what it does, ends with 0, 1 or 2 as it should, and prints what a person or a script can use.
 * Method: the whole command line in this process over a real ledger and vault; what needs docks and ffmpeg is in test/journeys.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import { buildServer, listenOnSocket } from '#serve/server';
import { anId } from '#test/support/builders';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { InProcessClient, SocketClient, type StationClient } from './client.ts';
import type { CliContext, ConnectOptions } from './context.ts';
import { buildProgram, runCli } from './program.ts';

let station: ServedStation;
let connected: ConnectOptions[];
let closed: number;
let makeClient: () => Promise<StationClient>;
const content = randomBytes(70_000);
let id: string;

function context(out: string[], err: string[], env: Record<string, string> = {}): CliContext {
  return {
    version: '0.0.0-test',
    env: { EVIDOCK_LANG: 'en', ...env },
    cwd: station.directory,
    user: 'wang',
    stdout: { write: (text) => out.push(text), columns: 120 },
    stderr: { write: (text) => err.push(text), columns: 120 },
    explainConfig: ({ config }) => {
      if (config === 'bad.yaml') throw new EvidockError('config.invalid', 'http.host: must be a loopback address; is "0.0.0.0"');
      return { timezone: 'Asia/Shanghai', explained: [{ path: 'http.port', value: 8470, from: 'default' }] };
    },
    configReference: () => '# Configuration',
    connect: async (options) => {
      connected.push(options);
      return makeClient();
    },
    runStation: async ({ ready }) => ready('http://127.0.0.1:8470'),
    doctor: async () => [
      { name: 'ffmpeg', ok: true, detail: '7', remedy: null },
      { name: 'redis', ok: false, detail: 'not found', remedy: 'Install it.' },
    ],
    cardLayouts: ['gat947', 'tiny'],
    makeCard: async () => 7,
  };
}

async function run(argv: string[], env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runCli(context(out, err, env), argv);
  return { status, out: out.join(''), err: err.join('') };
}

async function runJson(argv: string[]) {
  const { status, out, err } = await run(['--json', ...argv]);
  expect(err).toBe('');
  expect(status).toBe(0);
  return JSON.parse(out);
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.filter((each) => each.name() !== 'help').flatMap(leaves);
}

beforeAll(async () => {
  station = await servedStation();
  connected = [];
  closed = 0;
  makeClient = async () => {
    const app = buildServer({ deps: station.deps, grants: 'operator' });
    return new InProcessClient({
      app,
      user: 'wang',
      close: async () => {
        closed += 1;
        await app.close();
      },
    });
  };
  ({ id } = await station.addRecording(content));
  await station.addRecording(randomBytes(10), { recorderSerial: 'R\u202e2', officerId: null, important: true });
});

afterAll(() => station.close());

describe('every command', () => {
  it('has help with an example in both languages, and takes --json', () => {
    for (const language of ['en', 'zh-CN'] as const) {
      for (const command of leaves(buildProgram(context([], []), language))) {
        let help = '';
        command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
        expect(help, command.name()).toMatch(/\n {2}evidock \S/);
        expect(help, command.name()).toContain('--json');
        expect(/\p{Script=Han}/u.test(command.description()), command.name()).toBe(language === 'zh-CN');
      }
    }
  });

  it('prints help and version with 0', async () => {
    expect((await run(['--help'])).out).toContain('recordings');
    expect((await run(['tag', '--help'])).status).toBe(0);
    expect((await run(['--version'])).out.trim()).toBe('0.0.0-test');
    expect((await run(['--help', '--lang', 'zh-CN'])).out).toContain('采集站');
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
    [['recordings', 'extra']],
    [['play', 'rec-1']],
    [['play', 'rec-1', '--out', 'x', '--from', 'moon']],
    [['play', 'rec-1', '--out', 'x', '--original', '1', '--derivative', 'poster']],
    [['ingest', '/card', '--slot', 'three']],
    [['case', 'add', 'A-1']],
    [['case', 'add', 'A-1', '--title', 'T', '--event-start', '2026-06-20 15:00']],
    [['case', 'import', 'cases.xlsx']],
    [['recorder', 'assign', 'R1']],
    [['make-card', 'x', '--layout', 'round']],
    [['--no-such-option', 'slots']],
  ])('ends with 2 for wrong use: %j', async (argv) => {
    const { status, out, err } = await run(argv);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });

  it('finds its global options before and after its name', async () => {
    connected = [];
    await run(['--state', '/one', '--config', 'a.yaml', 'slots']);
    await run(['slots', '--state', '/two', '--json']);
    await run(['--state', '/three', 'recordings', '--state', 'archived']);
    expect(connected.map(({ state, config }) => [state, config])).toEqual([
      ['/one', 'a.yaml'],
      ['/two', null],
      ['/three', null],
    ]);
  });

  it('closes the station also after a refusal', async () => {
    closed = 0;
    await run(['recording', 'rec-none']);
    expect(closed).toBe(1);
  });
});

describe('errors', () => {
  it('say what failed, for what, and what to do', async () => {
    const { status, out, err } = await run(['recording', 'rec-none']);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err.split('\n')).toEqual([
      'Failed: There is no such thing',
      'Detail: recording rec-none',
      'To do:  Check the id or number.',
      '',
    ]);
  });

  it('are in the language of the person', async () => {
    const { err } = await run(['recording', 'rec-none'], { EVIDOCK_LANG: 'zh-CN' });
    expect(err).toBe('失败：没有这一项\n说明：recording rec-none\n处理：检查编号。\n');
  });

  it('are an object with --json', async () => {
    const { err, out } = await run(['--json', 'recording', 'rec-none']);
    expect(out).toBe('');
    expect(JSON.parse(err)).toEqual({
      code: 'request.not-found',
      message: 'There is no such thing: recording rec-none',
      detail: 'recording rec-none',
      remedy: 'Check the id or number.',
    });
  });
});

describe('recordings', () => {
  it('prints one array with --json, and an empty one', async () => {
    const found = await runJson(['recordings']);
    expect(found.map((recording: { id: string }) => recording.id)).toContain(id);
    expect(found).toHaveLength(2);
    expect(await runJson(['recordings', '--recorder', 'nobody'])).toEqual([]);
    expect(await runJson(['recordings', '--limit', '1'])).toHaveLength(1);
  });

  it('goes on after a full page of the API', async () => {
    const asked: unknown[] = [];
    const before = makeClient;
    const pages = [Array.from({ length: 1000 }, (_, n) => ({ id: `rec-${n}` })), [{ id: 'rec-last' }]];
    makeClient = async () =>
      ({
        request: async (_method: string, _path: string, question: { query: { after?: string } }) => {
          asked.push(question.query.after);
          return { status: 200, json: pages[asked.length - 1] };
        },
        close: async () => undefined,
      }) as unknown as StationClient;
    const found = await runJson(['recordings']);
    makeClient = before;
    expect(found).toHaveLength(1001);
    expect(asked).toEqual([undefined, 'rec-999']);
  });

  it('prints a table with local times and without what a terminal would obey', async () => {
    const { out, err } = await run(['recordings']);
    expect(out).toMatch(/^ID +Start +Length +Kind +Recorder +Officer +State +Cases +Marks\n/);
    expect(out).toMatch(new RegExp(`${id} +2026-06-20 15:00:00 +1:00 +video +DSJ0012345 +041234 +ready +playable`));
    expect(out).toContain('R\\u{202e}2');
    expect(err).toBe('2 recordings.\n');
    expect((await run(['recordings', '--case', 'none'])).err).toBe('No recordings match.\n');
    expect((await run(['recordings', '--limit', '1'])).err).toMatch(/There are more/);
  });

  it('tells the whole history in words', async () => {
    await run(['officer', 'add', '009', '--name', 'Wang']);
    await run(['case', 'add', 'A-1', '--title', 'Stalls']);
    expect((await run(['tag', id, '--case', 'A-1', '--officer', '009'])).out).toBe(`${id}: cases A-1; officer 009; category none\n`);
    const { out } = await run(['recording', id]);
    expect(out).toMatch(/cli:wang +tagged: cases — → A-1, officer 041234 → 009/);
    expect(out).toMatch(/station +an original was sealed after being read back: SHA-256 [0-9a-f]{64}/);
    expect(await runJson(['recording', id])).toMatchObject({ id, custody: [{ type: 'original.sealed' }, { type: 'recording.tagged' }] });
  });
});

describe('play', () => {
  it('saves what the ledger names, says so, and leaves nothing half done', async () => {
    const { status, out } = await run(['play', id, '--original', '1', '--out', 'film.mp4']);
    expect(status).toBe(0);
    expect(out).toMatch(/film\.mp4: 68\.4 KiB from vault, SHA-256 [0-9a-f]{64} as in the ledger/);
    expect(Buffer.compare(await readFile(join(station.directory, 'film.mp4')), content)).toBe(0);
    const again = await run(['play', id, '--original', '1', '--out', 'film.mp4']);
    expect(again.status).toBe(1);
    expect(again.err).toContain('--force');
    expect((await run(['play', id, '--out', 'film.mp4', '--force'])).status).toBe(0);
    expect((await readFile(join(station.directory, 'film.mp4'))).toString().startsWith('playable ')).toBe(true);
  });

  it('keeps nothing when the bytes are not those of the ledger', async () => {
    const other = await station.addRecording(Buffer.from('as it was'));
    await writeFile(join(station.directory, 'vault', other.key), 'as it ist');
    const { status, err } = await run(['play', other.id, '--original', '1', '--out', 'wrong.mp4']);
    expect(status).toBe(1);
    expect(err).toMatch(/received SHA-256 [0-9a-f]{64}, the ledger names/);
    expect((await readdir(station.directory)).filter((name) => name.startsWith('wrong'))).toEqual([]);
    await writeFile(join(station.directory, 'vault', other.key), 'as it was');
  });

  it('keeps nothing when the answer breaks off', async () => {
    const before = makeClient;
    makeClient = async () =>
      ({
        stream: async () => ({
          status: 200,
          headers: { 'content-length': '100', 'x-evidock-sha256': 'f'.repeat(64) },
          body: [Buffer.from('half')],
        }),
        close: async () => undefined,
      }) as unknown as StationClient;
    const { status, err } = await run(['play', id, '--out', 'half.mp4']);
    makeClient = before;
    expect(status).toBe(1);
    expect(err).toContain('received 4 of 100 bytes');
    expect((await readdir(station.directory)).filter((name) => name.startsWith('half'))).toEqual([]);
  });
});

describe('cases, officers, recorders, suggestions', () => {
  it('imports a spreadsheet as it is saved in China', async () => {
    // 案号,案件名称 / GB-1,占道 in GB 18030.
    const bytes = Buffer.concat([
      Buffer.from([0xb0, 0xb8, 0xba, 0xc5, 0x2c, 0xb0, 0xb8, 0xbc, 0xfe, 0xc3, 0xfb, 0xb3, 0xc6, 0x0a]),
      Buffer.from('GB-1,'),
      Buffer.from([0xd5, 0xbc, 0xb5, 0xc0, 0x0a]),
    ]);
    await writeFile(join(station.directory, 'gb.csv'), bytes);
    expect((await run(['case', 'import', 'gb.csv'])).out).toBe('1 added, 0 changed or unchanged.\n0 events, 0 suggestions.\n');
    expect(await runJson(['case', 'show', 'GB-1'])).toMatchObject({ title: '占道', recordings: [] });
    expect((await run(['case', 'list'])).out).toMatch(/GB-1 +占道 +filing/);
  });

  it('accepts and declines suggestions', async () => {
    const added = await run([
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
    expect(added.out).toMatch(/Case S-1 added\.\n1 events, \d suggestions\.\n/);
    const open = await runJson(['suggestions']);
    expect(open.length).toBeGreaterThan(1);
    expect((await run(['suggestions', 'accept', open[0].id])).out).toBe(`Accepted: ${open[0].id}\n`);
    expect((await run(['suggestions', 'decline', open[1].id])).status).toBe(0);
    expect((await run(['suggestions', 'accept', open[1].id])).status).toBe(1);
    expect(await runJson(['suggestions'])).toHaveLength(open.length - 2);
    expect(await runJson(['suggestions', 'list', '--all'])).toHaveLength(open.length);
    expect((await run(['recordings', '--case', 'S-1'])).out).toContain(open[0].recordingId);
  });

  it('assigns recorders', async () => {
    expect((await run(['recorder', 'add', 'R9', '--model', 'X'])).status).toBe(0);
    expect((await run(['recorder', 'assign', 'R9', '009'])).out).toBe('Recorder R9 is assigned to officer 009.\n');
    expect((await run(['recorder', 'list'])).out).toMatch(/R9 +X +009/);
    expect((await run(['recorder', 'assign', 'R9', '--none'])).out).toBe('Recorder R9 is assigned to nobody.\n');
  });
});

describe('verify', () => {
  it('ends with 0 when nothing differs, with 1 and the name of what does', async () => {
    expect((await run(['verify'])).out).toMatch(/^Everything is as it was sealed: \d files in the vault, 0 in the archive/);
    const { id: victim, key } = await station.addRecording(Buffer.from('untouched'));
    await writeFile(join(station.directory, 'vault', key), 'UNTOUCHED');
    const { status, out } = await run(['verify', '--vault']);
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`^DIFFERS vault ${victim} ${key}: `, 'm'));
    expect(out).toMatch(/1 differences found/);
    const asJson = await run(['--json', 'verify']);
    expect(asJson.status).toBe(1);
    expect(JSON.parse(asJson.out).faults).toMatchObject([{ recordingId: victim, key }]);
    await writeFile(join(station.directory, 'vault', key), 'untouched');
    expect((await run(['verify', '--archive'])).status).toBe(1);
  });
});

describe('the station', () => {
  it('shows slots, jobs and what is not there', async () => {
    expect((await run(['slots'])).err).toMatch(/No slot is in use/);
    expect((await run(['jobs'])).err).toBe('Nothing is left to do.\n');
    expect((await run(['jobs', 'retry'])).out).toBe('0 jobs will be tried again.\n');
    station.deps.board.update(3, {
      phase: 'copying',
      dockingId: anId('dck'),
      filesListed: 9,
      filesSealed: 4,
      bytesListed: 2048,
      bytesCopied: 1024,
      secondsLeft: 75,
    });
    expect((await run(['slots'])).out).toMatch(/3 +copying +4\/9 +1\.0 KiB \/ 2\.0 KiB +1:15/);
  });

  it('checks, explains and documents the configuration', async () => {
    expect((await run(['config', 'check', '--config', 'good.yaml'])).out).toBe('The configuration is valid.\n');
    const bad = await run(['config', 'check', '--config', 'bad.yaml']);
    expect(bad.status).toBe(1);
    expect(bad.err).toContain('http.host: must be a loopback address; is "0.0.0.0"');
    expect((await run(['config', 'print'])).out).toMatch(/http\.port +8470 +default/);
    expect((await run(['config', 'reference'])).out).toContain('# Configuration');
  });

  it('ends with 1 when the doctor finds something, and says how to mend it', async () => {
    const { status, out } = await run(['doctor']);
    expect(status).toBe(1);
    expect(out).toMatch(/ffmpeg +ok +7\nredis +FAILS +not found\n\nredis\. To mend: Install it\./);
  });

  it('copies the ledger to a file of that name', async () => {
    expect((await run(['ledger', 'backup', '--out', 'copy.sqlite'])).out).toMatch(/copy\.sqlite: \d/);
    expect((await run(['ledger', 'backup', '--out', 'copy.sqlite'])).status).toBe(1);
  });

  it('runs, makes cards', async () => {
    expect((await run(['run'])).out).toBe('The station is up: http://127.0.0.1:8470\n');
    expect(await runJson(['make-card', 'card', '--layout', 'tiny'])).toEqual({
      directory: join(station.directory, 'card'),
      files: 7,
      layout: 'tiny',
    });
  });
});

describe('the control socket', () => {
  it('is used where a station answers, and tells who typed', async () => {
    const socketPath = join(station.directory, 'run/control.sock');
    expect(await new SocketClient({ socketPath, user: 'li' }).answers()).toBe(false);
    const app = buildServer({ deps: station.deps, grants: 'operator' });
    await listenOnSocket(app, socketPath);
    const client = new SocketClient({ socketPath, user: 'li wei' });
    expect(await client.answers()).toBe(true);
    const before = makeClient;
    makeClient = async () => client;
    expect((await run(['play', id, '--original', '1', '--out', 'socket.mp4'])).status).toBe(0);
    expect((await run(['verify', '--vault'])).status).toBe(0);
    makeClient = before;
    expect(Buffer.compare(await readFile(join(station.directory, 'socket.mp4')), content)).toBe(0);
    expect((await station.ledger.custodyOf(id)).some(({ actor, type }) => actor === 'cli:li_wei' && type === 'recording.viewed')).toBe(
      true,
    );
    await app.close();
    expect(await client.answers()).toBe(false);
  });
});
