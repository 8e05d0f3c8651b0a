import type { Command } from 'commander';
import type { CorrectionAnswer } from '#api/retention/retention';
import { ask, askAll } from '#cli/client';
import { type Shell, wholeNumber } from '#cli/command';
import { timeText } from '#cli/table';
import { word } from '#cli/words';

const NUMBER_MAX = 2 ** 31;

/** Commands about terms that were earned by an error: one person says so, another one decides. */
export function addCorrections(retention: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(
      retention,
      'correct',
      say('retention.correct.about'),
      'retention correct rec-01k0d5w7q3-hz01-2222222222 --reason "another day\'s case"',
    )
    .argument('<recording>', say('retention.explain.arg'))
    .requiredOption('-r, --reason <text>', say('retention.correct.reason'))
    .action(async (recording: string, { reason }: { reason: string }, command: Command) => {
      const globals = shell.globals(command);
      const body = { recording, reason };
      const made = await shell.withStation(globals, (client) => ask<CorrectionAnswer>(client, 'POST', '/retention/corrections', { body }));
      if (globals.json) return shell.printJson(made);
      shell.done(say('retention.correct.proposed', { number: made.number }));
    });
  for (const decision of ['approved', 'refused'] as const) {
    const name = decision === 'approved' ? 'approve-correction' : 'refuse-correction';
    shell
      .add(retention, name, say(`retention.${name}.about`), `retention ${name} 2`)
      .argument('<number>', say('retention.correct.number'), wholeNumber(1, NUMBER_MAX))
      .action(async (number: number, _options: unknown, command: Command) => {
        const globals = shell.globals(command);
        const path = `/retention/corrections/${number}/decision`;
        const made = await shell.withStation(globals, (client) => ask<CorrectionAnswer>(client, 'PUT', path, { body: { decision } }));
        if (globals.json) return shell.printJson(made);
        shell.done(say('retention.correct.decided', { number, state: word(say, 'correction-state', made.state) }));
      });
  }
  shell
    .add(retention, 'corrections', say('retention.corrections.about'), 'retention corrections')
    .action(async (_options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, (client) => askAll<CorrectionAnswer>(client, '/retention/corrections'));
      if (globals.json) return shell.printJson(found);
      shell.table(
        [
          { title: '#', right: true },
          { title: say('column.state') },
          { title: say('retention.column.recording') },
          { title: say('retention.column.reason') },
          { title: say('retention.column.proposed') },
          { title: say('retention.column.decided') },
        ],
        found.map((each) => [
          ...[String(each.number), word(say, 'correction-state', each.state), each.recording ?? '', each.reason ?? ''],
          `${timeText(each.proposedAt)} ${each.proposedBy}`,
          each.decidedBy === null ? '' : `${timeText(each.decidedAt)} ${each.decidedBy}`,
        ]),
      );
    });
}
