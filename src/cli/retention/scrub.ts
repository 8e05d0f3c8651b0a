import type { Command } from 'commander';
import type { ScrubAnswer } from '#api/retention/scrub';
import { ask } from '#cli/client';
import type { Shell } from '#cli/command';
import { timeText } from '#cli/table';
import { bytesText } from '#messages/figures';

const ORDERS = ['run', 'pause', 'resume', 'confirm'] as const;

/** Adds the commands for the reading again of everything that is kept. */
export function addScrub(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'scrub', say('scrub.about'));
  shell.add(group, 'show', say('scrub.show.about'), 'scrub show').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const scrub = await shell.withStation(globals, (client) => ask<ScrubAnswer>(client, 'GET', '/scrub'));
    if (globals.json) return shell.printJson(scrub);
    if (!scrub.on) shell.print(say('scrub.off'));
    for (const place of scrub.places) for (const line of told(place, shell)) shell.print(line);
  });
  for (const order of ORDERS)
    shell
      .add(group, order, say(`scrub.${order}.about`), `scrub ${order} --place vault`)
      .option('--place <place>', say('scrub.opt.place'), 'vault')
      .action(async ({ place }: { place: string }, command: Command) => {
        const globals = shell.globals(command);
        await shell.withStation(globals, (client) => ask(client, 'POST', '/scrub/orders', { body: { place, order } }));
        if (globals.json) shell.printJson({ place, order });
        else shell.done(say(`scrub.${order}.done`, { place }));
      });
}

function told(place: ScrubAnswer['places'][number], { say }: Shell): readonly string[] {
  const { items, overdue, faults, keepsPeriod, paused, haltedAt, oldestCheckAt } = place;
  const figures = { place: place.place, items, bytes: bytesText(place.bytes), days: place.periodDays, round: place.roundDays };
  return [
    say('scrub.place', { ...figures, oldest: oldestCheckAt === null ? '—' : timeText(oldestCheckAt) }),
    ...(overdue > 0 ? [say('scrub.overdue', { count: overdue, days: place.periodDays })] : []),
    ...(keepsPeriod ? [] : [say('scrub.too-slow', { round: place.roundDays })]),
    ...(paused ? [say('scrub.paused')] : []),
    ...(faults > 0 ? [say('scrub.faults', { count: faults })] : []),
    ...(haltedAt === null ? [] : [say('scrub.halted', { at: timeText(haltedAt), place: place.place })]),
  ];
}
