import type { Command } from 'commander';
import type { ClockAnswer } from '#api/clock';
import { ask } from '#cli/client';
import { type Shell, UsageError } from '#cli/command';
import { timeText } from '#cli/table';
import { spanText } from '#messages/figures';

/** Adds the commands for the clock of the station itself. */
export function addClock(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'clock', say('clock.about'));
  shell.add(group, 'show', say('clock.show.about'), 'clock show').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const clock = await shell.withStation(globals, (client) => ask<ClockAnswer>(client, 'GET', '/clock'));
    if (globals.json) return shell.printJson(clock);
    shell.print(say('clock.now', { now: timeText(clock.now) }));
    shell.print(said(clock, shell));
  });
  shell
    .add(group, 'confirm', say('clock.confirm.about'), 'clock confirm --words "the battery was flat, NTP set it right"')
    .requiredOption('-w, --words <words>', say('clock.opt.words'))
    .option('--seen <time>', say('clock.opt.seen'))
    .action(async ({ words, seen }: { words: string; seen?: string }, command: Command) => {
      const globals = shell.globals(command);
      if (words.trim() === '') throw new UsageError(say('clock.opt.words'));
      const confirmed = await shell.withStation(globals, async (client) => {
        const { state, seenAt } = await ask<ClockAnswer>(client, 'GET', '/clock');
        if (state === 'steady') return false;
        await ask(client, 'POST', '/clock/confirmation', { body: { seenAt: seen ?? seenAt, words } });
        return true;
      });
      if (globals.json) shell.printJson({ confirmed });
      else shell.done(say(confirmed ? 'clock.confirmed' : 'clock.steady'));
    });
}

function said({ state, byMs, seenAt }: ClockAnswer, { say, language }: Shell): string {
  if (state === 'steady') return say('clock.steady');
  return say(state === 'jumped' ? 'clock.jumped' : 'clock.went-back', { by: spanText(language, byMs ?? 0), seen: seenAt ?? '' });
}
