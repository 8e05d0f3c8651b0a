/*
 * Goal: the tab key offers what the command line would take. Method: the script that the command prints, in a real bash and a real zsh, which are
 * asked what they would offer; the program itself says what it takes.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from '#test/support/station/command-line';
import { buildProgram } from './program.ts';

const run = promisify(execFile);
let cli: CommandLine;
let home: string;

beforeAll(async () => {
  cli = await CommandLine.open();
  home = await mkdtemp(join(tmpdir(), 'evidock-completion-'));
  for (const shell of ['bash', 'zsh']) {
    const { status, out } = await cli.run(['completion', shell, '--lang', 'en']);
    expect(status).toBe(0);
    await writeFile(join(home, `evidock.${shell}`), out);
  }
  await writeFile(join(home, 'cases.csv'), '');
});

afterAll(async () => {
  await cli.close();
  await rm(home, { recursive: true });
});

/** What bash offers at the end of `line`, with its own rules for what a word is. */
async function bash(line: string): Promise<string[]> {
  const words = line.split(/(=)| /).filter((word) => word !== undefined);
  if (line.includes('=')) words.splice(0, words.length, ...words.filter((word, at) => word !== '' || at === words.length - 1));
  const script = `source evidock.bash; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _evidock; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['--norc', '-c', script, 'bash', ...words], { cwd: home });
  return stdout.split('\n').filter((each) => each !== '');
}

/** What zsh's completion function hands to the shell, for the words of `line`. */
async function zsh(line: string): Promise<string[]> {
  const script = `
    compdef() { :; }
    compadd() { [ "$1" = -- ] && shift; print -rl -- "$@"; }
    compset() { :; }
    _describe() { local each; for each in "\${(@P)2}"; do print -r -- "\${each%%:*}"; done; }
    _files() { print -r -- "files $*"; }
    source evidock.zsh
    words=("$@"); CURRENT=$#; _evidock`;
  const { stdout, stderr } = await run('zsh', ['-f', '-c', script, 'zsh', ...line.split(' ')], { cwd: home });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((each) => each !== '');
}

const commandsOf = (path: readonly string[]) => {
  let command = buildProgram(cli.context([], []), 'en');
  for (const word of path) command = command.commands.find((each) => each.name() === word) ?? command;
  return command.commands.map((each) => each.name());
};

describe.each([
  ['bash', bash],
  ['zsh', zsh],
] as const)('in %s', (_, offered) => {
  it('offers the commands, and those of a group', async () => {
    // zsh itself leaves out what does not begin as the word does; bash is told by the script.
    expect(await offered('evidock ')).toEqual(commandsOf([]));
    expect(await offered('evidock case ')).toEqual(commandsOf(['case']));
    expect(await offered('evidock --json -d x slots ')).toEqual(commandsOf(['slots']));
  });

  it('offers every option of the command and of all commands, and no old one', async () => {
    const options = await offered('evidock derive -');
    expect(options).toEqual(
      expect.arrayContaining(['--again', '--dry-run', '-n', '--yes', '--json', '-j', '--quiet', '--state-dir', '--lang']),
    );
    expect(options).not.toContain('--state');
    expect(await offered('evidock slots -')).toContain('--watch');
    expect(await offered('evidock recordings -')).toEqual(expect.arrayContaining(['--case', '--limit', '-l']));
    expect(await offered('evidock jobs -')).toContain('--state');
  });

  it('offers the values of an option that has a list, wherever it stands', async () => {
    expect(await offered('evidock play id --from ')).toEqual(['vault', 'archive']);
    expect(await offered('evidock --lang ')).toEqual(['zh-CN', 'en']);
    expect(await offered('evidock --lang en play --from ')).toEqual(['vault', 'archive']);
    expect(await offered('evidock play --lang=')).toEqual(['zh-CN', 'en']);
    expect(await offered('evidock completion ')).toEqual(['bash', 'zsh']);
  });

  it('offers nothing for a value that only the person knows', async () => {
    expect(await offered('evidock recordings --case ')).toEqual([]);
    expect(await offered('evidock play ')).toEqual([]);
  });
});

describe('what begins as the word does', () => {
  it('alone is offered by bash', async () => {
    expect(await bash('evidock rec')).toEqual(['recordings', 'recording', 'recorder']);
    expect(await bash('evidock play id --from=v')).toEqual(['vault']);
  });

  it('is a file where one is read, and a directory where one is docked', async () => {
    expect(await bash('evidock case import ca')).toEqual(['cases.csv']);
    expect(await bash('evidock --config ca')).toEqual(['cases.csv']);
    expect(await bash('evidock ingest ca')).toEqual([]);
    expect(await zsh('evidock case import ')).toEqual(['files ']);
    expect(await zsh('evidock ingest ')).toEqual(['files -/']);
  });
});

it('is told in the language asked for, and a word that no shell obeys stays a word', async () => {
  const { out } = await cli.run(['completion', 'bash', '--lang', 'zh-CN']);
  expect(out).toContain('封存');
  expect((await cli.run(['completion', 'fish'])).status).toBe(2);
});
