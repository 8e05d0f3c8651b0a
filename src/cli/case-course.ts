import { type Command, InvalidArgumentError } from 'commander';
import type { CaseAnswer } from '#api/registry';
import { calendarDateOf } from '#domain/time/calendar-date';
import { ask } from './client.ts';
import type { Shell } from './command.ts';
import { marksBody, marksText, withMarks } from './protection.ts';
import { word } from './words.ts';

const STEPS = [
  { verb: 'decide', path: 'decision', about: 'case.decide.about' },
  { verb: 'close', path: 'closing', about: 'case.close.about' },
  { verb: 'reopen', path: 'reopening', about: 'case.reopen.about' },
] as const;

/** Reads an option value that is a calendar date. */
export function aDate(text: string): string {
  const date = calendarDateOf(text);
  if (date === null) throw new InvalidArgumentError('YYYY-MM-DD');
  return date;
}

/** Adds the commands for what happens to a case after it was opened, and for its level and marks. */
export function addCaseCourse(group: Command, shell: Shell): void {
  const { say } = shell;
  for (const { verb, path, about } of STEPS) {
    const reason = verb === 'reopen' ? ' --reason 行政复议撤销' : '';
    const command = shell
      .add(group, `${verb} <number>`, say(about), `case ${verb} LY-2026-0012 --on 2026-07-01${reason}`)
      .requiredOption('--on <date>', say('case.opt.on'), aDate)
      .option('--correct', say('case.opt.correct'));
    if (verb === 'reopen') command.option('--reason <words>', say('case.opt.reason'));
    command.action(async (number: string, options: { on: string; correct?: boolean; reason?: string }, own: Command) => {
      const globals = shell.globals(own);
      const url = `/cases/${encodeURIComponent(number)}/${path}`;
      const found = await shell.withStation(globals, (client) => ask<CaseAnswer>(client, 'PUT', url, { body: options }));
      if (globals.json) return shell.printJson(found);
      shell.done(say('case.went-on', { number, state: word(say, 'case-state', found.state), on: found.steps.at(-1)?.on }));
    });
  }
  const mark = shell.add(group, 'mark <number>', say('case.mark.about'), 'case mark LY-2026-0012 --level internal --privacy minor');
  withMarks(mark, say).action(async (number: string, options: Parameters<typeof marksBody>[0], own: Command) => {
    const globals = shell.globals(own);
    const body = marksBody(options);
    const url = `/cases/${encodeURIComponent(number)}/protection`;
    const found = await shell.withStation(globals, (client) => ask<CaseAnswer>(client, 'PATCH', url, { body }));
    if (globals.json) return shell.printJson(found);
    shell.done(say('mark.done', { id: number, marks: marksText(say, found) }));
  });
}
