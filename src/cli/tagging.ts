import { type Command, Option } from 'commander';
import type { RecordingAnswer } from '#api/recordings';
import type { SuggestionAnswer } from '#api/registry';
import { CATEGORIES } from '#domain/registry';
import { reasonText } from '#messages/reason';
import { ask, askAll } from './client.ts';
import { type Shell, several, UsageError } from './command.ts';
import { word } from './words.ts';

interface TagOptions {
  readonly case?: readonly string[];
  readonly removeCase?: readonly string[];
  readonly officer?: string;
  readonly category?: string;
  readonly important?: boolean;
}

const orNull = (text: string | undefined) => (text === 'none' ? null : text);

export function addTag(program: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(program, 'tag <recording...>', say('tag.about'), 'tag rec-01jy… --case LY-2026-0012 --category inspection')
    .option('--case <number>', say('tag.opt.case'), several)
    .option('--remove-case <number>', say('tag.opt.remove-case'), several)
    .option('--officer <id>', say('tag.opt.officer'))
    .addOption(new Option('--category <category>', say('tag.opt.category')).choices([...CATEGORIES, 'none']))
    .option('--important', say('tag.opt.important'))
    .option('--no-important', say('tag.opt.not-important'))
    .action(async (ids: readonly string[], options: TagOptions, command: Command) => {
      const globals = shell.globals(command);
      const { case: cases, removeCase: removeCases, officer, category, important } = options;
      const body = { cases, removeCases, officer: orNull(officer), category: orNull(category), important };
      if (Object.values(body).every((value) => value === undefined)) throw new UsageError('--case, --officer, --category, --important');
      await shell.withStation(globals, async (client) => {
        const tagged: RecordingAnswer[] = [];
        for (const id of ids) {
          tagged.push(await ask<RecordingAnswer>(client, 'PATCH', `/recordings/${encodeURIComponent(id)}`, { body }));
        }
        if (globals.json) return shell.printJson(tagged);
        for (const recording of tagged) {
          const numbers = recording.caseNumbers.join(' ') || say('none');
          const officerNow = recording.officerId ?? say('none');
          const categoryNow = recording.category === null ? say('none') : word(say, 'category', recording.category);
          shell.done(say('tag.done', { id: recording.id, cases: numbers, officer: officerNow, category: categoryNow }));
        }
      });
    });
}

export function addSuggestions(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.groupWithDefault(program, 'suggestions', say('suggestions.about'), 'suggestions --all');
  const list = shell.add(group, 'list', say('suggestions.list.about'), 'suggestions --all', { isDefault: true });
  list.option('--all', say('suggestions.opt.all')).action(async (options: { all?: boolean }, command: Command) => {
    const globals = shell.globals(command);
    const query = { state: options.all ? undefined : 'open' };
    const found = await shell.withStation(globals, (client) => askAll<SuggestionAnswer>(client, '/suggestions', query));
    if (globals.json) return shell.printJson(found);
    if (found.length === 0) return shell.note(say('suggestions.none'));
    shell.table(
      [
        { title: say('column.id') },
        { title: say('column.recording') },
        { title: say('column.case') },
        { title: say('column.state') },
        { title: say('column.reason') },
      ],
      found.map(({ id, recordingId, caseNumber, state, reason }) => [
        id,
        recordingId,
        caseNumber,
        word(say, 'suggestion', state),
        reasonText(shell.language, reason),
      ]),
    );
  });
  for (const [name, decision] of [
    ['accept', 'accepted'],
    ['decline', 'declined'],
  ] as const) {
    shell
      .add(group, `${name} <id...>`, say(`suggestions.${name}.about`), `suggestions ${name} sug-01jy…`)
      .action(async (ids: readonly string[], _options: unknown, command: Command) => {
        const globals = shell.globals(command);
        await shell.withStation(globals, async (client) => {
          for (const id of ids) {
            await ask(client, 'PUT', `/suggestions/${encodeURIComponent(id)}/decision`, { body: { decision } });
            if (!globals.json) shell.done(say(`suggestions.${decision}`, { id }));
          }
          if (globals.json) shell.printJson(ids.map((id) => ({ id, state: decision })));
        });
      });
  }
}
