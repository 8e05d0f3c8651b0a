import { type Command, Option } from 'commander';
import type { CustodyAnswer } from '#api/custody';
import type { RecordingAnswer } from '#api/recordings';
import type { CaseAnswer, CaseEventAnswer, ImportAnswer, OfficerAnswer, RecorderAnswer } from '#api/registry';
import { CONFIDENTIALITY } from '#domain/protection';
import { CASE_STAGES, CATEGORIES } from '#domain/registry';
import { aDate, addCaseCourse } from './case-course.ts';
import { ask, askAll } from './client.ts';
import { aTime, type Shell, several, UsageError } from './command.ts';
import { askFacts, printFacts } from './facts.ts';
import { addHoldings } from './holdings.ts';
import { readImport } from './people/import-file.ts';
import { aMark, ownFacts, privacyWords } from './protection.ts';
import { printHistory, recordingTable } from './recordings.ts';
import { timeText } from './table.ts';
import { word } from './words.ts';

function addImport(parent: Command, shell: Shell, path: string, about: string, example: string): void {
  const { say } = shell;
  shell
    .add(parent, 'import <file>', about, example)
    .option('-n, --dry-run', say('option.dry-run'))
    .action(async (file: string, { dryRun = false }: { dryRun?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const body = { ...(await readImport(shell, file)), dryRun };
      const sum = await shell.withStation(globals, (client) => ask<ImportAnswer>(client, 'POST', path, { body }));
      if (globals.json) return shell.printJson(sum);
      if (dryRun) return shell.print(say('import.would', { added: sum.added, updated: sum.updated }));
      shell.done(say('import.done', { added: sum.added, updated: sum.updated }));
      if (sum.events !== undefined) shell.done(say('import.events', { events: sum.events, suggestions: sum.suggestions }));
    });
}

interface CaseOptions {
  readonly title: string;
  readonly stage?: string;
  readonly category?: string;
  readonly officer?: readonly string[];
  readonly eventStart?: string;
  readonly eventEnd?: string;
  readonly place?: string;
  readonly opened?: string;
  readonly level?: string;
  readonly privacy?: readonly string[];
  readonly update?: boolean;
}

export function addCase(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'case', say('case.about'));
  shell
    .add(group, 'add <number>', say('case.add.about'), 'case add LY-2026-0012 --title 占道经营检查 --category inspection')
    .requiredOption('--title <title>', say('case.opt.title'))
    .addOption(new Option('--stage <stage>', say('case.opt.stage')).choices(CASE_STAGES))
    .addOption(new Option('--category <category>', say('case.opt.category')).choices(CATEGORIES))
    .option('--officer <id>', say('case.opt.officer'), several)
    .option('--event-start <time>', say('case.opt.event-start'), aTime)
    .option('--event-end <time>', say('case.opt.event-end'), aTime)
    .option('--place <place>', say('case.opt.place'))
    .option('--opened <date>', say('case.opt.opened'), aDate)
    .addOption(new Option('--level <level>', say('mark.opt.level')).choices(CONFIDENTIALITY))
    .addOption(new Option('--privacy <mark>', privacyWords(say)).argParser(aMark))
    .option('--update', say('case.opt.update'))
    .action(async (number: string, options: CaseOptions, command: Command) => {
      const globals = shell.globals(command);
      const { title, stage, category, officer, eventStart, eventEnd, place, opened: openedOn, level, privacy, update } = options;
      if ((eventStart === undefined) !== (eventEnd === undefined)) throw new UsageError('--event-start, --event-end');
      const events = eventStart === undefined ? undefined : [{ start: eventStart, end: eventEnd, place }];
      const body = { number, title, stage, category, officers: officer, openedOn, confidentiality: level, privacy, events, update };
      const sum = await shell.withStation(globals, (client) => ask<ImportAnswer>(client, 'POST', '/cases', { body }));
      if (globals.json) return shell.printJson(sum);
      shell.done(say(sum.added > 0 ? 'case.added' : 'case.updated', { number }));
      if (sum.events) shell.done(say('import.events', { events: sum.events, suggestions: sum.suggestions }));
    });
  addCaseCourse(group, shell);
  addImport(group, shell, '/cases/import', say('case.import.about'), 'case import cases.csv');
  shell.add(group, 'list', say('case.list.about'), 'case list').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const cases = await shell.withStation(globals, (client) => askAll<CaseAnswer>(client, '/cases'));
    if (globals.json) return shell.printJson(cases);
    if (cases.length === 0) return shell.note(say('case.none'));
    caseTable(shell, cases);
  });
  shell
    .add(group, 'show <number>', say('case.show.about'), 'case show LY-2026-0012')
    .option('--history', say('option.history'))
    .action(async (number: string, { history = false }: { history?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, async (client) => {
        const path = `/cases/${encodeURIComponent(number)}`;
        const first = await ask<CaseAnswer>(client, 'GET', path);
        const events = await askAll<CaseEventAnswer>(client, `${path}/events`);
        const facts = history ? { facts: await askFacts(client, path) } : {};
        const custody = await askAll<CustodyAnswer>(client, `${path}/custody`);
        const recordings = await askAll<RecordingAnswer>(client, '/recordings', { case: number });
        return { ...first, events, recordings, custody, ...facts };
      });
      if (globals.json) return shell.printJson(found);
      printCase(shell, found);
      shell.print(`\n${say('case.events')}`);
      shell.table(
        [
          { title: say('column.start') },
          { title: say('column.end') },
          { title: say('column.stage') },
          { title: say('column.officers') },
          { title: say('column.place') },
        ],
        found.events.map(({ start, end, stage, officerIds, place }) => [
          timeText(start),
          timeText(end),
          word(say, 'stage', stage),
          officerIds.join(' '),
          place ?? '',
        ]),
      );
      shell.print(`\n${say('case.recordings')}`);
      if (found.recordings.length === 0) shell.print(say('recordings.none'));
      else recordingTable(shell, found.recordings);
      printHistory(shell, found.custody);
      if (found.facts) printFacts(shell, found.facts);
    });
}

function printCase(shell: Shell, found: CaseAnswer): void {
  const { say } = shell;
  shell.table(
    [{ title: '' }, { title: '' }],
    [
      [say('column.number'), found.number],
      [say('column.title'), found.title],
      [say('column.state'), word(say, 'case-state', found.state)],
      ...(found.openedOn === null ? [] : [[say('case-state.open'), found.openedOn]]),
      ...found.steps.map(({ step, on }) => [word(say, 'case-state', step), on]),
      [say('column.stage'), word(say, 'stage', found.stage)],
      [say('column.category'), found.category === null ? say('none') : word(say, 'category', found.category)],
      ...ownFacts(say, found),
      [say('column.officers'), found.officerIds.join(' ') || say('none')],
    ],
  );
}

function caseTable(shell: Shell, cases: readonly CaseAnswer[]): void {
  const { say } = shell;
  shell.table(
    [
      { title: say('column.number') },
      { title: say('column.title'), widthMax: 50 },
      { title: say('column.state') },
      { title: say('column.since') },
      { title: say('column.stage') },
      { title: say('column.category') },
      { title: say('column.level') },
      { title: say('column.privacy'), widthMax: 30 },
      { title: say('column.officers'), widthMax: 40 },
    ],
    cases.map(({ number, title, state, steps, openedOn, stage, category, confidentiality, privacy, officerIds }) => [
      number,
      title,
      word(say, 'case-state', state),
      steps.at(-1)?.on ?? openedOn ?? '',
      word(say, 'stage', stage),
      word(say, 'category', category ?? ''),
      word(say, 'level', confidentiality ?? ''),
      privacy.map((mark) => word(say, 'privacy', mark)).join(' '),
      officerIds.join(' '),
    ]),
  );
}

export function addOfficer(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'officer', say('officer.about'));
  shell
    .add(group, 'add <id>', say('officer.add.about'), 'officer add 041234 --name 王敏 --unit 执法一大队')
    .requiredOption('--name <name>', say('officer.opt.name'))
    .option('--unit <unit>', say('officer.opt.unit'))
    .action(async (id: string, { name, unit }: { name: string; unit?: string }, command: Command) => {
      const globals = shell.globals(command);
      const sum = await shell.withStation(globals, (client) =>
        ask<ImportAnswer>(client, 'POST', '/officers', { body: { id, name, unit } }),
      );
      if (globals.json) shell.printJson(sum);
      else shell.done(say('officer.saved', { id, name }));
    });
  addImport(group, shell, '/officers/import', say('officer.import.about'), 'officer import officers.csv');
  shell.add(group, 'list', say('officer.list.about'), 'officer list').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const officers = await shell.withStation(globals, (client) => askAll<OfficerAnswer>(client, '/officers'));
    if (globals.json) return shell.printJson(officers);
    if (officers.length === 0) return shell.note(say('officer.none'));
    shell.table(
      [{ title: say('column.id') }, { title: say('column.name') }, { title: say('column.unit') }],
      officers.map(({ id, name, unit, unitPath }) => [id, name, unitPath ?? unit ?? '']),
    );
  });
}

export function addRecorder(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'recorder', say('recorder.about'));
  shell
    .add(group, 'add <serial>', say('recorder.add.about'), 'recorder add DSJ0012345 --model X1 --officer 041234')
    .option('--model <model>', say('recorder.opt.model'))
    .option('--officer <id>', say('recorder.opt.officer'))
    .action(async (serial: string, { model, officer }: { model?: string; officer?: string }, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, (client) => ask(client, 'POST', '/recorders', { body: { serial, model, officer } }));
      if (globals.json) shell.printJson({ serial });
      else shell.done(say('recorder.added', { serial }));
    });
  shell.add(group, 'list', say('recorder.list.about'), 'recorder list').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const recorders = await shell.withStation(globals, (client) => askAll<RecorderAnswer>(client, '/recorders'));
    if (globals.json) return shell.printJson(recorders);
    if (recorders.length === 0) return shell.note(say('recorder.none'));
    shell.table(
      [
        { title: say('column.serial') },
        { title: say('column.model') },
        { title: say('column.assigned') },
        { title: say('column.holder') },
        { title: say('column.since') },
        { title: say('column.seen') },
      ],
      recorders.map(({ serial, model, assignedOfficerId, holding, lastSeenAt }) => [
        serial,
        model ?? '',
        assignedOfficerId ?? '',
        holding?.officerId ?? '',
        timeText(holding?.from ?? null),
        timeText(lastSeenAt),
      ]),
    );
  });
  addHoldings(group, shell);
  shell
    .add(group, 'assign <serial> [officer]', say('recorder.assign.about'), 'recorder assign DSJ0012345 041234')
    .option('--none', say('recorder.opt.none'))
    .action(async (serial: string, officer: string | undefined, { none }: { none?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      if ((officer === undefined) !== (none ?? false)) throw new UsageError('recorder assign SERIAL OFFICER | --none');
      const body = { officer: officer ?? null };
      await shell.withStation(globals, (client) => ask(client, 'PATCH', `/recorders/${encodeURIComponent(serial)}`, { body }));
      if (globals.json) shell.printJson({ serial, ...body });
      else shell.done(officer === undefined ? say('recorder.unassigned', { serial }) : say('recorder.assigned', { serial, officer }));
    });
}
