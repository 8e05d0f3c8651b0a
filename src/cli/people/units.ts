import type { Command } from 'commander';
import type { MembershipAnswer, RosterAnswer, UnitAnswer } from '#api/people';
import { ask, askAll, type StationClient } from '#cli/client';
import { aTime, type Shell, UsageError } from '#cli/command';
import { askFacts, printFacts } from '#cli/facts';
import { timeText } from '#cli/table';
import { readImport } from './import-file.ts';
import { printMemberships } from './users.ts';

const MISSING_SHOWN = 20;
const pathOf = (unit: string) => `/units/${encodeURIComponent(unit)}`;

/** Adds the commands for the units of the agency. */
export function addUnit(program: Command, shell: Shell): void {
  const group = shell.group(program, 'unit', shell.say('unit.about'));
  addAdd(group, shell);
  addList(group, shell);
  addShow(group, shell);
  addChange(group, shell);
  addEnds(group, shell);
}

function addAdd(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'add <name>', say('unit.add.about'), 'unit add 一支队 --below 市局')
    .option('--below <unit>', say('unit.opt.below'))
    .action(async (name: string, { below }: { below?: string }, command: Command) => {
      const globals = shell.globals(command);
      const unit = await shell.withStation(globals, (client) =>
        ask<UnitAnswer>(client, 'POST', '/units', { body: { name, parent: below ?? null } }),
      );
      if (globals.json) shell.printJson(unit);
      else shell.done(say('unit.added', { path: unit.path, id: unit.id }));
    });
}

function addList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'list', say('unit.list.about'), 'unit list')
    .option('--closed', say('unit.opt.closed'))
    .action(async ({ closed = false }: { closed?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const all = await shell.withStation(globals, (client) => askAll<UnitAnswer>(client, '/units'));
      const units = all.filter(({ closedAt }) => closed || closedAt === null).toSorted((one, other) => compare(one.path, other.path));
      if (globals.json) return shell.printJson(units);
      if (units.length === 0) return shell.note(say('unit.none'));
      shell.table(
        [{ title: say('column.unit') }, { title: say('column.id') }, ...(closed ? [{ title: say('column.until') }] : [])],
        units.map(({ path, id, closedAt }) => [path, id, ...(closed ? [timeText(closedAt)] : [])]),
      );
    });
}

/** By the names from the top, so that what is below a unit stands right after it. */
function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((path) => path.split('/')) as [string[], string[]];
  const at = a.findIndex((name, place) => name !== b[place]);
  if (at === -1) return a.length - b.length;
  return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}

function addShow(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'show <unit>', say('unit.show.about'), 'unit show 市局/一支队')
    .option('--at <time>', say('unit.opt.at'), aTime)
    .action(async (unit: string, { at }: { at?: string }, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, async (client) => ({
        ...(await ask<UnitAnswer>(client, 'GET', pathOf(unit))),
        members: await askAll<MembershipAnswer>(client, `${pathOf(unit)}/members`, { at }),
        facts: await askFacts(client, pathOf(unit)),
      }));
      if (globals.json) return shell.printJson(found);
      shell.table(
        [{ title: '' }, { title: '' }],
        [
          [say('column.id'), found.id],
          [say('column.unit'), found.path],
          [say('column.from'), timeText(found.createdAt)],
          [say('column.until'), timeText(found.closedAt)],
        ],
      );
      shell.print(`\n${say('unit.members')}`);
      printMemberships(shell, found.members, ({ account, name }) => `${account} ${name}`);
      printFacts(shell, found.facts);
    });
}

function addChange(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'change <unit>', say('unit.change.about'), 'unit change 一支队 --name 第一支队')
    .option('--name <name>', say('unit.opt.name'))
    .option('--below <unit>', say('unit.opt.below'))
    .option('--top', say('unit.opt.top'))
    .action(async (unit: string, { name, below, top }: { name?: string; below?: string; top?: boolean }, command: Command) => {
      if (below !== undefined && top) throw new UsageError('--below | --top');
      if (name === undefined && below === undefined && !top) throw new UsageError('--name, --below, --top');
      await save(shell, command, unit, { name, parent: top ? null : below });
    });
}

function addEnds(group: Command, shell: Shell): void {
  const ends = [
    ['close', true, shell.say('unit.close.about')],
    ['reopen', false, shell.say('unit.reopen.about')],
  ] as const;
  for (const [name, closed, about] of ends)
    shell
      .add(group, `${name} <unit>`, about, `unit ${name} 市局/一支队`)
      .action((unit: string, _options: unknown, command: Command) => save(shell, command, unit, { closed }));
}

async function save(shell: Shell, command: Command, text: string, body: object): Promise<void> {
  const globals = shell.globals(command);
  const unit = await shell.withStation(globals, async (client) =>
    ask<UnitAnswer>(client, 'PATCH', pathOf(await idOf(client, text)), { body }),
  );
  if (globals.json) shell.printJson(unit);
  else shell.done(shell.say('unit.saved', { path: unit.path }));
}

/** The station takes changes by id alone, because the name may be what is changed. */
async function idOf(client: StationClient, text: string): Promise<string> {
  return (await ask<UnitAnswer>(client, 'GET', pathOf(text))).id;
}

/** Adds the commands for rosters. */
export function addRoster(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'roster', say('roster.about'));
  shell
    .add(group, 'import <file>', say('roster.import.about'), 'roster import 花名册.csv --dry-run')
    .option('-n, --dry-run', say('option.dry-run'))
    .action(async (file: string, { dryRun = false }: { dryRun?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const body = { ...(await readImport(shell, file)), dryRun };
      const sum = await shell.withStation(globals, (client) => ask<RosterAnswer>(client, 'POST', '/roster/import', { body }));
      if (globals.json) return shell.printJson(sum);
      const { added, updated, same, unitsAdded } = sum;
      const told = say(dryRun ? 'roster.would' : 'roster.done', { added, updated, same });
      if (dryRun) shell.print(told);
      else shell.done(told);
      if (unitsAdded.length > 0) shell.print(say('roster.units', { paths: unitsAdded.join(', ') }));
      printMissing(shell, sum);
    });
}

/** Who is not in the file is told always: nothing was done to them, and a person has to decide. */
function printMissing(shell: Shell, { missing, missingCount }: RosterAnswer): void {
  const { say } = shell;
  if (missingCount === 0) return;
  shell.print(say('roster.missing', { count: missingCount }));
  for (const { account, name } of missing.slice(0, MISSING_SHOWN)) shell.print(`  ${account} ${name}`);
  if (missingCount > MISSING_SHOWN) shell.print(`  ${say('roster.missing-more', { count: missingCount - MISSING_SHOWN })}`);
}
