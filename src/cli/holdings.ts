import type { Command } from 'commander';
import type { CustodyAnswer } from '#api/custody';
import type { HeldAnswer, HoldingAnswer } from '#api/holdings';
import type { RecorderAnswer } from '#api/registry';
import { ask, askAll } from './client.ts';
import { aTime, type Shell, UsageError } from './command.ts';
import { printHistory } from './recordings.ts';
import { timeText } from './table.ts';

const pathOf = (serial: string) => `/recorders/${encodeURIComponent(serial)}`;

/** Adds the commands for who has which recorder, from when to when. */
export function addHoldings(group: Command, shell: Shell): void {
  addShow(group, shell);
  addTakeOut(group, shell);
  addReturn(group, shell);
  addCorrect(group, shell);
}

function addShow(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'show <serial>', say('recorder.show.about'), 'recorder show DSJ0012345')
    .action(async (serial: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, async (client) => ({
        ...(await ask<RecorderAnswer>(client, 'GET', pathOf(serial))),
        holdings: await askAll<HoldingAnswer>(client, `${pathOf(serial)}/holdings`),
        custody: await askAll<CustodyAnswer>(client, `${pathOf(serial)}/custody`),
      }));
      if (globals.json) return shell.printJson(found);
      shell.table(
        [{ title: '' }, { title: '' }],
        [
          [say('column.serial'), found.serial],
          [say('column.model'), found.model ?? say('none')],
          [say('column.assigned'), found.assignedOfficerId ?? say('none')],
          [say('column.holder'), found.holding?.officerId ?? say('none')],
          [say('column.seen'), timeText(found.lastSeenAt) || say('none')],
        ],
      );
      shell.print(`\n${say('recorder.holdings')}`);
      if (found.holdings.length === 0) shell.print(say('none'));
      else
        shell.table(
          [
            { title: say('column.id') },
            { title: say('column.officer') },
            { title: say('column.taken-out') },
            { title: say('column.returned') },
          ],
          found.holdings.map(({ id, officerId, from, until }) => [id, officerId, timeText(from), timeText(until)]),
        );
      printHistory(shell, found.custody);
    });
}

function addTakeOut(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'take-out <serial>', say('recorder.take-out.about'), 'recorder take-out DSJ0012345 --officer 041234')
    .requiredOption('--officer <id>', say('recorder.opt.holder'))
    .option('--at <time>', say('recorder.opt.at'), aTime)
    .option('--until <time>', say('recorder.opt.until'), aTime)
    .option('--hand-over', say('recorder.opt.hand-over'))
    .action(async (serial: string, options: { officer: string; at?: string; until?: string; handOver?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const { officer, at, until, handOver } = options;
      const body = { officer, from: at, until, handOver };
      const held = await shell.withStation(globals, (client) => ask<HeldAnswer>(client, 'POST', `${pathOf(serial)}/holdings`, { body }));
      if (globals.json) return shell.printJson(held);
      shell.done(say('recorder.taken-out', { serial, officer, from: timeText(held.holding.from), id: held.holding.id }));
      tellRedecided(shell, held);
    });
}

function addReturn(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'return <serial>', say('recorder.return.about'), 'recorder return DSJ0012345')
    .option('--at <time>', say('recorder.opt.at'), aTime)
    .action(async (serial: string, { at }: { at?: string }, command: Command) => {
      const globals = shell.globals(command);
      const held = await shell.withStation(globals, (client) =>
        ask<HeldAnswer>(client, 'POST', `${pathOf(serial)}/return`, { body: { at } }),
      );
      if (globals.json) return shell.printJson(held);
      const { officerId, until } = held.holding;
      shell.done(say('recorder.returned', { serial, officer: officerId, until: timeText(until) }));
      tellRedecided(shell, held);
    });
}

interface CorrectOptions {
  readonly officer?: string;
  readonly at?: string;
  readonly until?: string;
  readonly notBack?: boolean;
  readonly never?: boolean;
}

function addCorrect(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'correct <serial> <holding>', say('recorder.correct.about'), 'recorder correct DSJ0012345 hld-01jy… --officer 041235')
    .option('--officer <id>', say('recorder.opt.holder'))
    .option('--at <time>', say('recorder.opt.at'), aTime)
    .option('--until <time>', say('recorder.opt.until'), aTime)
    .option('--not-back', say('recorder.opt.not-back'))
    .option('--never', say('recorder.opt.never'))
    .action(async (serial: string, holding: string, options: CorrectOptions, command: Command) => {
      const globals = shell.globals(command);
      const { officer, at, until, notBack, never } = options;
      const body = { officer, from: at, until: notBack ? null : until };
      const given = Object.values(body).some((value) => value !== undefined);
      if (given === (never ?? false)) throw new UsageError('--officer, --at, --until, --not-back | --never');
      const url = `${pathOf(serial)}/holdings/${encodeURIComponent(holding)}`;
      const held = await shell.withStation(globals, (client) =>
        never ? ask<HeldAnswer>(client, 'DELETE', url) : ask<HeldAnswer>(client, 'PATCH', url, { body }),
      );
      if (globals.json) return shell.printJson(held);
      shell.done(say('recorder.corrected', { serial, id: holding }));
      tellRedecided(shell, held);
    });
}

function tellRedecided(shell: Shell, { redecided }: HeldAnswer): void {
  if (redecided > 0) shell.done(shell.say('recorder.redecided', { count: redecided }));
}
