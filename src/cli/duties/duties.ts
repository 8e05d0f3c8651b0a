import type { Command } from 'commander';
import type { DutyAnswer } from '#api/retention/duties';
import { ask, askAll } from '#cli/client';
import { aTime, type Shell } from '#cli/command';
import { timeText } from '#cli/table';
import { word } from '#cli/words';
import { addDutyReport } from './report.ts';

const pathOf = (id: string) => `/duties/${encodeURIComponent(id)}`;

/** Adds the commands of duties. */
export function addDuties(program: Command, shell: Shell): void {
  const group = shell.group(program, 'duties', shell.say('duties.about'));
  addList(group, shell);
  addShow(group, shell);
  addAcknowledge(group, shell);
  addDutyReport(group, shell);
}

interface ListOptions {
  readonly acknowledged?: boolean;
  readonly done?: boolean;
  readonly kind?: string;
  readonly overdue?: boolean;
}

function addList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'list', say('duties.list.about'), 'duties list --overdue')
    .option('--acknowledged', say('duties.opt.acknowledged'))
    .option('--done', say('duties.opt.done'))
    .option('--kind <kind>', say('duties.opt.kind'))
    .option('--overdue', say('duties.opt.overdue'))
    .action(async ({ acknowledged, done, ...rest }: ListOptions, command: Command) => {
      const globals = shell.globals(command);
      const state = done ? 'done' : acknowledged ? 'acknowledged' : undefined;
      const filter = { ...rest, state };
      const duties = await shell.withStation(globals, (client) => askAll<DutyAnswer>(client, '/duties', filter));
      if (globals.json) return shell.printJson(duties);
      if (duties.length === 0) return shell.note(say('duties.none'));
      const titles = ['id', 'kind', 'duty-about', 'duty-owner', 'state', 'duty-since', 'due'] as const;
      shell.table(
        titles.map((title) => ({ title: say(`column.${title}`) })),
        duties.map((duty) => [
          ...[duty.id, word(say, 'duty-kind', duty.kind), duty.subject.id, ownerText(shell, duty), stateText(shell, duty)],
          ...[timeText(duty.since), timeText(duty.due)],
        ]),
      );
    });
}

function addShow(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'show <duty>', say('duties.show.about'), 'duties show dty-01jy…')
    .action(async (id: string, _: object, command: Command) => {
      const globals = shell.globals(command);
      const duty = await shell.withStation(globals, (client) => ask<DutyAnswer>(client, 'GET', pathOf(id)));
      if (globals.json) return shell.printJson(duty);
      const { acknowledgement } = duty;
      shell.table(
        [{ title: '' }, { title: '' }],
        [
          [say('column.kind'), word(say, 'duty-kind', duty.kind)],
          [say('column.duty-about'), duty.subject.id],
          [say('column.duty-owner'), ownerText(shell, duty)],
          [say('column.state'), stateText(shell, duty)],
          [say('column.duty-since'), timeText(duty.since)],
          [say('column.due'), timeText(duty.due)],
          [say('column.duty-by'), acknowledgement?.by ?? ''],
          [say('column.duty-reason'), acknowledgement?.reason ?? ''],
          [say('column.duty-until'), timeText(acknowledgement?.until ?? null)],
          [say('column.duty-done'), timeText(duty.doneAt)],
        ],
      );
    });
}

function addAcknowledge(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(
      group,
      'acknowledge <duty>',
      say('duties.acknowledge.about'),
      'duties acknowledge dty-01jy… --reason "recorder in repair" --until 2026-07-01',
    )
    .requiredOption('--reason <text>', say('duties.opt.reason'))
    .option('--until <time>', say('duties.opt.until'), aTime)
    .action(async (id: string, body: { reason: string; until?: string }, command: Command) => {
      const globals = shell.globals(command);
      const path = `${pathOf(id)}/acknowledgement`;
      const duty = await shell.withStation(globals, (client) => ask<DutyAnswer>(client, 'PUT', path, { body: { ...body } }));
      if (globals.json) return shell.printJson(duty);
      shell.done(say('duties.acknowledged', { id }));
    });
}

function stateText({ say }: Shell, { state, overdue }: DutyAnswer): string {
  return word(say, 'duty-state', overdue ? 'overdue' : state);
}

function ownerText({ say }: Shell, { owner: { role, unit } }: DutyAnswer): string {
  return [word(say, 'role', role), ...(unit === null ? [] : [unit])].join(' ');
}
