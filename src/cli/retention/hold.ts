import type { Command } from 'commander';
import type { HeldAnswer, HoldAnswer } from '#api/retention/holds';
import { ask, askAll } from '#cli/client';
import { aTime, type Shell, several, UsageError } from '#cli/command';
import { timeText } from '#cli/table';
import { findingWords, word } from '#cli/words';
import { reasonText } from '#messages/reason';

/** Findings that are printed; all of them stand in the answer of --json. */
const TOLD_MAX = 50;

const pathOf = (id: string) => `/holds/${encodeURIComponent(id)}`;

/** Adds the commands of legal holds. */
export function addHold(program: Command, shell: Shell): void {
  const group = shell.group(program, 'hold', shell.say('hold.about'));
  addSet(group, shell);
  addList(group, shell);
  addShow(group, shell);
  addRelease(group, shell);
}

interface SetOptions {
  readonly case?: string;
  readonly recording?: readonly string[];
  readonly officer?: string;
  readonly recorder?: string;
  readonly unit?: string;
  readonly from?: string;
  readonly to?: string;
  readonly reason: string;
  readonly review: string;
}

function addSet(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'set', say('hold.set.about'), 'hold set --case LY-2026-0012 --reason "court order 77" --review 2026-12-20')
    .option('--case <number>', say('hold.opt.case'))
    .option('--recording <id>', say('hold.opt.recording'), several)
    .option('--officer <id>', say('hold.opt.officer'))
    .option('--recorder <serial>', say('hold.opt.recorder'))
    .option('--unit <unit>', say('hold.opt.unit'))
    .option('--from <time>', say('hold.opt.from'), aTime)
    .option('--to <time>', say('hold.opt.to'), aTime)
    .requiredOption('--reason <text>', say('hold.opt.reason'))
    .requiredOption('--review <time>', say('hold.opt.review'), aTime)
    .action(async ({ recording, ...options }: SetOptions, command: Command) => {
      const globals = shell.globals(command);
      const { case: number, officer, recorder, unit, from, to } = options;
      if ([number, recording, officer, recorder, unit, from, to].every((each) => each === undefined))
        throw new UsageError('--case | --recording | --officer | --recorder | --unit | --from --to');
      const body = { ...options, recordings: recording };
      const hold = await shell.withStation(globals, (client) => ask<HoldAnswer>(client, 'POST', '/holds', { body }));
      if (globals.json) return shell.printJson(hold);
      shell.done(say('hold.is-set', { id: hold.id, of: hold.mirrored.of }));
      tellState(shell, hold);
    });
}

interface ListOptions {
  readonly all?: boolean;
  readonly recording?: string;
}

function addList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'list', say('hold.list.about'), 'hold list --all')
    .option('--all', say('hold.opt.all'))
    .option('--recording <id>', say('hold.opt.of'))
    .action(async ({ all, recording }: ListOptions, command: Command) => {
      const globals = shell.globals(command);
      const filter = { inForce: all ? undefined : true, recording };
      const holds = await shell.withStation(globals, (client) => askAll<HoldAnswer>(client, '/holds', filter));
      if (globals.json) return shell.printJson(holds);
      if (holds.length === 0) return shell.note(say('hold.none'));
      const titles = [
        'id',
        'hold-scope',
        'hold-reason',
        'hold-author',
        'hold-reached',
        'hold-mirrored',
        'hold-review',
        'hold-released',
      ] as const;
      shell.table(
        titles.map((title) => ({ title: say(`column.${title}`) })),
        holds.map((hold) => [
          ...[hold.id, scopeText(hold), hold.reason, hold.author, String(hold.mirrored.of), mirroredText(hold)],
          ...[timeText(hold.reviewAt), hold.releasedAt === null ? '' : timeText(hold.releasedAt)],
        ]),
      );
    });
}

interface ShowOptions {
  readonly recordings?: boolean;
  readonly waiting?: boolean;
}

function addShow(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'show <hold>', say('hold.show.about'), 'hold show lgh-01jy… --recordings')
    .option('--recordings', say('hold.opt.recordings'))
    .option('--waiting', say('hold.opt.waiting'))
    .action(async (id: string, { recordings, waiting }: ShowOptions, command: Command) => {
      const globals = shell.globals(command);
      const { hold, held } = await shell.withStation(globals, async (client) => ({
        hold: await ask<HoldAnswer>(client, 'GET', pathOf(id)),
        held: recordings || waiting ? await askAll<HeldAnswer>(client, `${pathOf(id)}/recordings`, { waiting }) : null,
      }));
      if (globals.json) return shell.printJson(held === null ? hold : { ...hold, recordings: held });
      const released = hold.releasedAt === null ? '' : [timeText(hold.releasedAt), hold.releasedBy, hold.releaseReason].join(' ');
      shell.table(
        [{ title: '' }, { title: '' }],
        [
          [say('column.hold-scope'), scopeText(hold)],
          [say('column.hold-reason'), hold.reason],
          [say('column.hold-author'), hold.author],
          [say('column.hold-set'), timeText(hold.setAt)],
          [say('column.hold-review'), timeText(hold.reviewAt)],
          [say('column.hold-released'), released],
          [say('column.hold-reached'), String(hold.mirrored.of)],
          [say('column.hold-mirrored'), mirroredText(hold)],
        ],
      );
      tellState(shell, hold);
      for (const { recording, mirror, why } of held ?? [])
        shell.print([recording, word(say, 'hold-mirror', mirror), ...(why === null ? [] : [reasonText(shell.language, why)])].join('  '));
    });
}

function addRelease(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'release <hold>', say('hold.release.about'), 'hold release lgh-01jy… --reason "judgment is final"')
    .requiredOption('--reason <text>', say('hold.opt.release-reason'))
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      const globals = shell.globals(command);
      const path = `${pathOf(id)}/release`;
      const hold = await shell.withStation(globals, (client) => ask<HoldAnswer>(client, 'POST', path, { body: { reason } }));
      if (globals.json) return shell.printJson(hold);
      shell.done(say('hold.is-released', { id: hold.id }));
    });
}

/** What a person must know of a hold in force: whether all is counted, what the archive does not hold, and what is not complete. */
function tellState(shell: Shell, { id, isSpread, mirrored, report, releasedAt }: HoldAnswer): void {
  const { say } = shell;
  if (releasedAt !== null) return;
  if (!isSpread) shell.print(say('hold.spreading'));
  const open = mirrored.of - mirrored.done;
  if (open > 0) shell.print(say('hold.not-mirrored', { count: open }));
  if (report === null) return;
  shell.print(say(report.findings.length === 0 ? 'hold.complete' : 'hold.incomplete'));
  for (const finding of report.findings.slice(0, TOLD_MAX))
    shell.print(`  ${[finding.recording, findingWords(shell, finding)].filter((each) => each !== null).join(': ')}`);
  if (report.findings.length > TOLD_MAX) shell.print(say('hold.more', { count: report.findings.length - TOLD_MAX, id }));
}

function scopeText({ scope: { case: number, recordings, officer, recorder, unit, from, to } }: HoldAnswer): string {
  const span = from === null || to === null ? null : `${timeText(from)} – ${timeText(to)}`;
  return [number, ...recordings, officer, recorder, unit, span].filter((each) => each !== null).join(' + ');
}

function mirroredText({ mirrored: { done, of } }: HoldAnswer): string {
  return `${done}/${of}`;
}
