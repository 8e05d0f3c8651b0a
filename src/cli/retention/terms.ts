import type { Command } from 'commander';
import type { RetentionAnswer, ScheduleAnswer, TermAnswer } from '#api/retention/retention';
import { ask } from '#cli/client';
import type { Shell } from '#cli/command';
import { timeText } from '#cli/table';

/** What counts now, and why one recording is kept as long as it is. */
export function addTerms(retention: Command, shell: Shell): void {
  const { say, language } = shell;
  shell.add(retention, 'show', say('retention.show.about'), 'retention show').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const found = await shell.withStation(globals, (client) => ask<RetentionAnswer>(client, 'GET', '/retention'));
    if (globals.json) return shell.printJson(found);
    const { inForce, adopted, waiting, stale } = found;
    shell.print(inForce ? say('retention.in-force', named(inForce)) : say('retention.none'));
    if (adopted) shell.print(say('retention.adopted-waits', named(adopted)));
    if (waiting > 0) shell.note(say('retention.waiting', { count: waiting }));
    if (stale > 0) shell.note(say('retention.stale', { count: stale }));
  });
  shell
    .add(retention, 'explain', say('retention.explain.about'), 'retention explain rec-01k0d5w7q3-hz01-2222222222')
    .argument('<recording>', say('retention.explain.arg'))
    .action(async (recording: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const path = `/recordings/${encodeURIComponent(recording)}/retention`;
      const term = await shell.withStation(globals, (client) => ask<TermAnswer>(client, 'GET', path));
      if (globals.json) return shell.printJson(term);
      const { verdict, whys } = term.words[language];
      shell.print(verdict);
      for (const why of whys) shell.print(`  ${why}`);
    });

  function named({ version, title, inForceAt, decidedBy }: ScheduleAnswer) {
    return { version, title: title[language], at: timeText(inForceAt), who: decidedBy ?? '' };
  }
}
