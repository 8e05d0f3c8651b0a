import { type Command, Option } from 'commander';
import type { BackupAnswer } from '#api/station';
import type { RetryAnswer, WorkAnswer } from '#api/work';
import { bytesText } from '#messages/figures';
import { reasonText } from '#messages/reason';
import { ask, askAll } from './client.ts';
import { mustBeState, Refused, type Shell, wholeNumber } from './command.ts';
import { timeText } from './table.ts';
import { failureWords, word } from './words.ts';

const STAGES = ['derive', 'archive'];
const STATES = ['waiting', 'running', 'done', 'failed'];

export function addRun(program: Command, shell: Shell): void {
  const { say } = shell;
  shell.add(program, 'run', say('run.about'), '--config config/station.yaml run').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    await shell.context.runStation({
      ...globals,
      ready: (address) => {
        if (globals.json) return shell.context.stdout.write(`${JSON.stringify({ address })}\n`);
        shell.print(say('run.ready', { address }));
        return shell.note(say('run.hint'));
      },
    });
  });
}

interface JobOptions {
  readonly stage?: string;
  readonly state?: string;
  readonly recording?: string;
  readonly dryRun?: boolean;
}

export function addJobs(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.groupWithDefault(program, 'jobs', say('jobs.about'), 'jobs --state failed');
  shell
    .add(group, 'list', say('jobs.list.about'), 'jobs --state failed', { isDefault: true, ownState: true })
    .addOption(new Option('--stage <stage>', say('jobs.opt.stage')).choices(STAGES))
    .option('--state <state>', say('jobs.opt.state'))
    .option('-r, --recording <id>', say('jobs.opt.recording'))
    .action(async ({ stage, state: asked, recording }: JobOptions, command: Command) => {
      mustBeState(asked, STATES, 'jobs');
      const globals = shell.globals(command, { ownState: true });
      const states = asked === undefined ? ['running', 'waiting', 'failed'] : [asked];
      const found = await shell.withStation(globals, async (client) => {
        const pages = states.map((state) => askAll<WorkAnswer>(client, '/jobs', { stage, state, recording }));
        return (await Promise.all(pages)).flat();
      });
      if (globals.json) return shell.printJson(found);
      if (found.length === 0) return shell.note(say('jobs.none'));
      shell.table(
        [
          { title: say('column.stage') },
          { title: say('column.recording') },
          { title: say('column.state') },
          { title: say('column.percent'), right: true },
          { title: say('column.due') },
          { title: say('column.problem'), widthMax: 100 },
        ],
        found.map((work) => [
          word(say, 'work-stage', work.stage),
          work.recordingId,
          word(say, 'work', work.state),
          `${work.percent} %`,
          timeText(work.dueAt),
          work.errorCode === null
            ? ''
            : `${failureWords(shell.language, work.errorCode)}: ${work.errorReason && reasonText(shell.language, work.errorReason)}`,
        ]),
      );
    });
  shell
    .add(group, 'retry', say('jobs.retry.about'), 'jobs retry --stage archive')
    .addOption(new Option('--stage <stage>', say('jobs.opt.stage')).choices(STAGES))
    .option('-r, --recording <id>', say('jobs.opt.recording'))
    .option('-n, --dry-run', say('option.dry-run'))
    .action(async ({ stage, recording, dryRun = false }: JobOptions, command: Command) => {
      const globals = shell.globals(command);
      const body = { stage, recording, dryRun };
      const answer = await shell.withStation(globals, (client) => ask<RetryAnswer>(client, 'POST', '/jobs/retry', { body }));
      const { retried: count } = answer;
      if (globals.json) shell.printJson(answer);
      else if (count === null) shell.note(say('work.untold'));
      else if (dryRun) shell.print(say('jobs.would-retry', { count }));
      else shell.done(say('jobs.retried', { count }));
    });
}

export function addConfig(program: Command, shell: Shell): void {
  const { say, context } = shell;
  const group = shell.group(program, 'config', say('config.about'));
  shell
    .add(group, 'check', say('config.check.about'), 'config check --config config/station.yaml')
    .action((_options: unknown, command: Command) => {
      const globals = shell.globals(command);
      context.explainConfig(globals);
      if (globals.json) shell.printJson({ valid: true });
      else shell.print(say('config.ok'));
    });
  shell.add(group, 'print', say('config.print.about'), 'config print').action((_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const { explained } = context.explainConfig(globals);
    if (globals.json) return shell.printJson(explained);
    shell.table(
      [{ title: say('column.field') }, { title: say('column.value'), widthMax: 60 }, { title: say('column.origin') }],
      explained.map(({ path, value, from }) => [path, JSON.stringify(value), from]),
    );
  });
  shell.add(group, 'reference', say('config.reference.about'), 'config reference').action((_options: unknown, command: Command) => {
    const reference = context.configReference();
    if (shell.globals(command).json) shell.printJson({ markdown: reference });
    else shell.print(reference);
  });
}

export function addLedger(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'ledger', say('ledger.about'));
  shell
    .add(group, 'backup', say('ledger.backup.about'), 'ledger backup --out /mnt/backup/ledger.sqlite')
    .option('-o, --out <file>', say('ledger.opt.out'))
    .action(async ({ out }: { out?: string }, command: Command) => {
      const globals = shell.globals(command);
      const body = out === undefined ? {} : { file: shell.path(out) };
      const answer = await shell.withStation(globals, (client) => ask<BackupAnswer>(client, 'POST', '/ledger/backup', { body }));
      if (globals.json) shell.printJson(answer);
      else shell.done(say('ledger.saved', { file: answer.file, bytes: bytesText(answer.bytes) }));
    });
  addLedgerAccept(group, shell);
}

function addLedgerAccept(group: Command, shell: Shell): void {
  const { say } = shell;
  shell.add(group, 'accept', say('ledger.accept.about'), 'ledger accept').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const kind = await shell.withStation({ ...globals, acceptLedger: true }, async (client) => client.kind);
    if (globals.json) shell.printJson({ accepted: kind === 'opened' });
    else shell.done(say(kind === 'opened' ? 'ledger.accepted' : 'ledger.accept.running'));
  });
}

export function addDoctor(program: Command, shell: Shell): void {
  const { say, context } = shell;
  shell.add(program, 'doctor', say('doctor.about'), 'doctor').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const checks = await context.doctor(globals);
    if (globals.json) shell.printJson(checks);
    else {
      shell.table(
        [{ title: say('column.check') }, { title: say('column.state') }, { title: say('column.detail') }],
        checks.map(({ name, ok, warn, reason }) => [
          say(`check.${name}`),
          say(!ok ? 'doctor.bad' : warn ? 'doctor.warn' : 'doctor.ok'),
          reasonText(shell.language, reason),
        ]),
      );
      for (const { name, remedy } of checks)
        if (remedy !== null)
          shell.print(`\n${say(`check.${name}`)}. ${say('doctor.mend', { remedy: reasonText(shell.language, remedy) })}`);
    }
    if (checks.some(({ ok }) => !ok)) throw new Refused('doctor');
  });
}

export function addMakeCard(program: Command, shell: Shell): void {
  const { say, context } = shell;
  shell
    .add(program, 'make-card <dir>', say('make-card.about'), 'make-card ./var/card --layout gat947')
    .addOption(new Option('--layout <layout>', say('make-card.opt.layout')).choices(context.cardLayouts).default('gat947'))
    .option('--seconds <n>', say('make-card.opt.seconds'), wholeNumber(1, 3600), 4)
    .option('--files <n>', say('make-card.opt.files'), wholeNumber(1, 1_000_000), 1000)
    .action(async (dir: string, options: { layout: string; seconds: number; files: number }, command: Command) => {
      const globals = shell.globals(command);
      const directory = shell.path(dir);
      const files = await context.makeCard({ directory, layout: options.layout, seconds: options.seconds, files: options.files });
      if (globals.json) shell.printJson({ directory, files, layout: options.layout });
      else shell.done(say('make-card.done', { directory, files, layout: options.layout }));
    });
}
