import type { DryRunAnswer } from '#api/retention/retention';
import type { Shell } from '#cli/command';
import { timeText } from '#cli/table';
import { word } from '#cli/words';

type Until = DryRunAnswer['longer']['names'][number]['after'];
type Amount = DryRunAnswer['whole'];

const figures = ({ recordings, hours, gib }: Amount) => ({ recordings, hours, gib });

/** Prints what a dry run found: what becomes longer, what no longer is kept, what ends when, and the digest that whoever adopts it names. */
export function printDryRun(shell: Shell, version: number, run: DryRunAnswer): void {
  const { say } = shell;
  const against = run.against === null ? 'retention.run.against-none' : 'retention.run.against';
  shell.print(say(against, { version, against: run.against ?? 0, at: timeText(run.at), ...figures(run.whole) }));
  shell.print(say('retention.run.longer', figures(run.longer)));
  printNames(shell, run.longer);
  printNotKept(shell, run);
  if (run.conflicts.recordings > 0) {
    shell.print(say('retention.run.conflicts', figures(run.conflicts)));
    printNames(shell, run.conflicts);
  }
  shell.print(say('retention.run.disposable', { at: timeText(run.inForceAt), ...figures(run.disposable) }));
  printNames(shell, run.disposable);
  for (const { withinDays, ...amount } of run.ending.slice(1))
    shell.print(say('retention.run.ending', { days: withinDays, ...figures(amount) }));
  shell.print(say('retention.run.later', figures(run.later)));
  shell.print(say('retention.run.waiting', figures(run.waiting)));
  shell.print(say('retention.run.permanent', figures(run.permanent)));
  shell.print(say('retention.run.digest', { digest: run.digest }));
}

/** What rules of today ask to keep longer than the new ones do, rule by rule and in words. */
export function printNotKept(shell: Shell, run: DryRunAnswer): void {
  const { say } = shell;
  shell.print(say(run.notKept.recordings === 0 ? 'retention.run.all-kept' : 'retention.run.not-kept', figures(run.notKept)));
  for (const { from, to, change, ...amount } of run.rules)
    if (change === 'shorter') shell.print(`  ${say('retention.run.rule', { from: from ?? '', to, ...figures(amount) })}`);
  if (run.rulesLeftOut > 0) shell.print(`  ${say('retention.run.rules-more', { count: run.rulesLeftOut })}`);
  printNames(shell, run.notKept);
}

function printNames(shell: Shell, { names, more }: DryRunAnswer['longer']): void {
  const { say } = shell;
  for (const { recording, before, after } of names) {
    const was = before === null ? say('none') : untilText(shell, before);
    shell.print(`    ${say('retention.run.name', { recording, before: was, after: untilText(shell, after) })}`);
  }
  if (more > 0) shell.print(`    ${say('retention.run.more', { count: more })}`);
}

function untilText({ say }: Shell, { kind, at }: Until): string {
  return at === null ? word(say, 'until', kind) : timeText(at);
}
