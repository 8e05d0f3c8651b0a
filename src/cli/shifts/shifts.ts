import type { Command } from 'commander';
import type { ShiftAnswer, ShiftImportAnswer } from '#api/retention/shifts';
import { ask, askAll } from '#cli/client';
import { aTime, type Shell } from '#cli/command';
import { readImport } from '#cli/people/import-file';
import { timeText } from '#cli/table';

/** Adds the commands of shifts. */
export function addShifts(program: Command, shell: Shell): void {
  const group = shell.group(program, 'shifts', shell.say('shifts.about'));
  addImport(group, shell);
  addList(group, shell);
}

function addImport(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'import <file>', say('shifts.import.about'), 'shifts import shifts.csv --dry-run')
    .option('-n, --dry-run', say('option.dry-run'))
    .option('--whole', say('shifts.opt.whole'))
    .action(async (file: string, { dryRun = false, whole = false }: { dryRun?: boolean; whole?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const body = { ...(await readImport(shell, file)), dryRun, whole };
      const sum = await shell.withStation(globals, (client) => ask<ShiftImportAnswer>(client, 'POST', '/shifts/import', { body }));
      if (globals.json) return shell.printJson(sum);
      if (dryRun) printChanges(shell, sum);
      printUnmatched(shell, sum);
      const { added, changed, removed, unmatched } = sum;
      const figures = { added: added.count, changed: changed.count, removed: removed.count, same: sum.same, unmatched: unmatched.count };
      if (dryRun) shell.print(say('shifts.would', figures));
      else shell.done(say('shifts.done', figures));
    });
}

/** Each change as one line, so that somebody sees what would be removed before it is. */
function printChanges(shell: Shell, { added, changed, removed }: ShiftImportAnswer): void {
  const { say } = shell;
  const rows = [
    ...added.first.map((each) => [say('shifts.added'), each.officer, timeText(each.start), timeText(each.end), '']),
    ...changed.first.map((each) => [
      say('shifts.changed'),
      each.officer,
      timeText(each.start),
      timeText(each.end),
      timeText(each.formerEnd),
    ]),
    ...removed.first.map((each) => [say('shifts.removed'), each.officer, timeText(each.start), timeText(each.end), '']),
  ];
  if (rows.length === 0) return;
  const titles = ['shift-change', 'officer', 'shift-start', 'shift-end', 'shift-former-end'] as const;
  shell.table(
    titles.map((title) => ({ title: say(`column.${title}`) })),
    rows,
  );
  const more = added.count + changed.count + removed.count - rows.length;
  if (more > 0) shell.print(say('shifts.more', { count: more }));
}

function printUnmatched(shell: Shell, { unmatched }: ShiftImportAnswer): void {
  for (const { line, officer } of unmatched.first) shell.print(shell.say('shifts.unmatched', { line, officer }));
}

function addList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'list', say('shifts.list.about'), 'shifts list --officer 041234 --from 2026-06-01')
    .option('--officer <id>', say('shifts.opt.officer'))
    .option('--from <time>', say('shifts.opt.from'), aTime)
    .option('--to <time>', say('shifts.opt.to'), aTime)
    .action(async (filter: { officer?: string; from?: string; to?: string }, command: Command) => {
      const globals = shell.globals(command);
      const shifts = await shell.withStation(globals, (client) => askAll<ShiftAnswer>(client, '/shifts', { ...filter }));
      if (globals.json) return shell.printJson(shifts);
      if (shifts.length === 0) return shell.note(say('shifts.none'));
      const titles = ['officer', 'shift-start', 'shift-end'] as const;
      shell.table(
        titles.map((title) => ({ title: say(`column.${title}`) })),
        shifts.map(({ officer, start, end }) => [officer, timeText(start), timeText(end)]),
      );
    });
}
