import type { Command } from 'commander';
import type { DeriveAgainAnswer } from '#api/work';
import { bytesText } from '#messages/figures';
import { ask } from './client.ts';
import { type Shell, UsageError } from './command.ts';

interface Options {
  readonly again?: boolean;
  readonly failed?: boolean;
  readonly recipe?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export function addDerive(program: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(program, 'derive', say('derive.about'), 'derive --again --recipe remux/1 --yes')
    .argument('[recording...]', say('derive.arg.recordings'))
    .option('--again', say('derive.opt.again'))
    .option('--failed', say('derive.opt.failed'))
    .option('--recipe <name>', say('derive.opt.recipe'))
    .option('-y, --yes', say('derive.opt.yes'))
    .option('-n, --dry-run', say('option.dry-run'))
    .action(async (recordings: readonly string[], { again, failed, recipe, yes, dryRun }: Options, command: Command) => {
      if (!again) throw new UsageError(say('derive.needs-again'));
      const globals = shell.globals(command);
      const body = { failed, recipe, recordings: recordings.length > 0 ? recordings : undefined, count: dryRun || !yes };
      const answer = await shell.withStation(globals, (client) => ask<DeriveAgainAnswer>(client, 'POST', '/derivatives/again', { body }));
      if (globals.json) return shell.printJson(answer);
      const { started, bytes, recordings: count } = answer;
      if (count === null || bytes === null) return shell.note(say('work.untold'));
      if (count === 0) return shell.note(say('derive.none'));
      shell.print(say(started ? 'derive.started' : 'derive.count', { recordings: count, bytes: bytesText(bytes) }));
    });
}
