import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { ProblemAnswer } from '#api/common';
import type { DryRunAnswer, DryRunLine, ScheduleAnswer, ScheduleTextAnswer } from '#api/retention/retention';
import { ask, askAll, askStream, ReplyError, type StationClient } from '#cli/client';
import { type Shell, wholeNumber } from '#cli/command';
import { Progress } from '#cli/progress';
import { timeText } from '#cli/table';
import { linesOf } from '#cli/verify';
import { word } from '#cli/words';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import { printDryRun, printNotKept } from './dry-run-words.ts';

const STATES = ['proposed', 'adopted', 'in-force', 'former', 'refused', 'withdrawn'];
const VERSION_MAX = 2 ** 31;

/** Commands about versions of the schedule, from the proposal to the history. */
export function addSchedules(retention: Command, shell: Shell): void {
  addPropose(retention, shell);
  addDryRun(retention, shell);
  addAdopt(retention, shell);
  addEnd(retention, shell, { name: 'refuse', path: 'refusal' });
  addEnd(retention, shell, { name: 'withdraw', path: 'withdrawal' });
  addHistory(retention, shell);
}

function addPropose(retention: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(retention, 'propose', say('retention.propose.about'), 'retention propose schedule.yaml')
    .argument('<file>', say('retention.check.arg'))
    .action(async (file: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const body = { text: await textOf(shell, file) };
      const made = await shell.withStation(globals, (client) => ask<ScheduleAnswer>(client, 'POST', '/retention/schedules', { body }));
      if (globals.json) return shell.printJson(made);
      shell.done(say('retention.proposed', { version: made.version }));
    });
}

function addDryRun(retention: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(retention, 'dry-run', say('retention.dry-run.about'), 'retention dry-run 7')
    .argument('<version>', say('retention.version.arg'), wholeNumber(1, VERSION_MAX))
    .action(async (version: number, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const run = await shell.withStation(globals, async (client) => {
        const { body } = await askStream(client, 'POST', `/retention/schedules/${version}/dry-run`, { body: {} });
        await follow(shell, body, globals.json);
        return (await versionOf(client, version)).dryRun;
      });
      if (run === null) throw new ReplyError({ code: 'station.stopping', reason: because('dry-run-cancelled', {}) });
      if (globals.json) return shell.printJson(run);
      printDryRun(shell, version, run);
    });
}

type Line = DryRunLine | ({ readonly type: 'error' } & Pick<ProblemAnswer, 'code' | 'title' | 'detail' | 'reason' | 'remedy'>);

async function follow(shell: Shell, body: AsyncIterable<Uint8Array>, json: boolean): Promise<void> {
  const progress = new Progress({ shell, silent: json });
  let ended = false;
  try {
    for await (const line of linesOf<Line>(body)) {
      if (line.type === 'error') throw new ReplyError(line);
      if (line.type === 'result') ended = true;
      else progress.show(line.recordings, line.recordingsTotal, shell.say('retention.dry-run.progress', line));
    }
  } finally {
    progress.end();
  }
  if (!ended) throw new ReplyError({ code: 'station.stopping', reason: because('dry-run-cancelled', {}) });
}

function addAdopt(retention: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(retention, 'adopt', say('retention.adopt.about'), `retention adopt 7 --digest ${'cd'.repeat(4)}…`)
    .argument('<version>', say('retention.version.arg'), wholeNumber(1, VERSION_MAX))
    .requiredOption('--digest <sha256>', say('retention.adopt.digest'))
    .action(async (version: number, { digest }: { digest: string }, command: Command) => {
      const globals = shell.globals(command);
      const { made, run } = await shell.withStation(globals, async (client) => {
        const path = `/retention/schedules/${version}/adoption`;
        const adopted = await ask<ScheduleAnswer>(client, 'POST', path, { body: { digest } });
        return { made: adopted, run: (await versionOf(client, version)).dryRun };
      });
      if (globals.json) return shell.printJson(made);
      shell.done(say('retention.adopted', { version, at: timeText(made.inForceAt) }));
      // Once more, now that it counts: what no longer is kept, in words.
      if (run) printNotKept(shell, run);
    });
}

function addEnd(retention: Command, shell: Shell, { name, path }: { readonly name: 'refuse' | 'withdraw'; readonly path: string }): void {
  const { say } = shell;
  shell
    .add(retention, name, say(`retention.${name}.about`), `retention ${name} 7 --reason "the wrong file"`)
    .argument('<version>', say('retention.version.arg'), wholeNumber(1, VERSION_MAX))
    .option('-r, --reason <text>', say('retention.end.reason'))
    .action(async (version: number, { reason }: { reason?: string }, command: Command) => {
      const globals = shell.globals(command);
      const body = reason === undefined ? {} : { reason };
      const url = `/retention/schedules/${version}/${path}`;
      const made = await shell.withStation(globals, (client) => ask<ScheduleAnswer>(client, 'POST', url, { body }));
      if (globals.json) return shell.printJson(made);
      shell.done(say('retention.ended', { version, state: word(say, 'schedule-state', made.state) }));
    });
}

function addHistory(retention: Command, shell: Shell): void {
  const { say, language } = shell;
  shell
    .add(retention, 'history', say('retention.history.about'), 'retention history 7')
    .argument('[version]', say('retention.version.arg'), wholeNumber(1, VERSION_MAX))
    .addOption(new Option('-s, --in <state>', say('retention.history.state')).choices(STATES))
    .option('-t, --text', say('retention.history.text'))
    .action(async (version: number | undefined, options: { in?: string; text?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      if (version !== undefined) return showVersion(shell, { version, text: options.text ?? false, command });
      const query = options.in === undefined ? {} : { state: options.in };
      const found = await shell.withStation(globals, (client) => askAll<ScheduleAnswer>(client, '/retention/schedules', query));
      if (globals.json) return shell.printJson(found);
      shell.table(
        [
          { title: '#', right: true },
          { title: say('column.state') },
          { title: say('retention.column.title') },
          { title: say('retention.column.proposed') },
          { title: say('retention.column.decided') },
          { title: say('retention.column.in-force') },
        ],
        found.map((each) => [
          ...[String(each.version), word(say, 'schedule-state', each.state), each.title[language]],
          `${timeText(each.proposedAt)} ${each.proposedBy}`,
          each.decidedBy === null ? '' : `${timeText(each.decidedAt)} ${each.decidedBy}`,
          timeText(each.inForceAt),
        ]),
      );
    });
}

async function showVersion(
  shell: Shell,
  { version, text, command }: { readonly version: number; readonly text: boolean; readonly command: Command },
): Promise<void> {
  const { say, language } = shell;
  const globals = shell.globals(command);
  const found = await shell.withStation(globals, (client) => versionOf(client, version));
  if (globals.json) return shell.printJson(found);
  if (text) {
    shell.context.stdout.write(found.text);
    return;
  }
  const state = word(say, 'schedule-state', found.state);
  shell.print(
    say('retention.version', { version, state, title: found.title[language], by: found.proposedBy, at: timeText(found.proposedAt) }),
  );
  if (found.decidedBy !== null) shell.print(say('retention.decided', { by: found.decidedBy, at: timeText(found.decidedAt) }));
  if (found.inForceAt !== null) shell.print(say('retention.from', { at: timeText(found.inForceAt) }));
  if (found.dryRun) printDryRun(shell, version, found.dryRun satisfies DryRunAnswer);
}

function versionOf(client: StationClient, version: number): Promise<ScheduleTextAnswer> {
  return ask<ScheduleTextAnswer>(client, 'GET', `/retention/schedules/${version}`);
}

async function textOf(shell: Shell, file: string): Promise<string> {
  try {
    return await readFile(shell.path(file), 'utf8');
  } catch (error) {
    throw new EvidockError('request.invalid', because('cannot-read', { thing: file, errno: errnoText(error) }), error);
  }
}
