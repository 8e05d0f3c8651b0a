import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RecordingAnswer } from '#api/recordings';
import type { CaseAnswer } from '#api/registry';
import { CONFIDENTIALITY, PRIVACY_MARKS } from '#domain/protection';
import type { Say } from '#messages/language';
import { ask } from './client.ts';
import { type Shell, UsageError } from './command.ts';
import { word } from './words.ts';

interface MarkOptions {
  readonly level?: string;
  readonly privacy?: readonly string[];
  readonly removePrivacy?: readonly string[];
  readonly reason?: string;
}

/** Gathers marks of an option that may be given several times. */
export function aMark(text: string, before: readonly string[] | undefined): readonly string[] {
  if (!(PRIVACY_MARKS as readonly string[]).includes(text)) throw new InvalidArgumentError(PRIVACY_MARKS.join(', '));
  return [...(before ?? []), text];
}

/** Adds the options that mark cases and recordings. */
export function withMarks(command: Command, say: Say): Command {
  return command
    .addOption(new Option('--level <level>', say('mark.opt.level')).choices([...CONFIDENTIALITY, 'none']))
    .addOption(new Option('--privacy <mark>', privacyWords(say)).argParser(aMark))
    .addOption(new Option('--remove-privacy <mark>', say('mark.opt.remove-privacy')).argParser(aMark))
    .option('--reason <words>', say('mark.opt.reason'));
}

export function privacyWords(say: Say): string {
  return `${say('mark.opt.privacy')}${say('help.choices', { choices: PRIVACY_MARKS.join(say('help.comma')) })}`;
}

export function marksBody({ level, privacy, removePrivacy, reason }: MarkOptions) {
  const confidentiality = level === 'none' ? null : level;
  const body = { confidentiality, addPrivacy: privacy, removePrivacy, reason };
  if (level === undefined && privacy === undefined && removePrivacy === undefined)
    throw new UsageError('--level, --privacy, --remove-privacy');
  return body;
}

export function addMark(program: Command, shell: Shell): void {
  const { say } = shell;
  const command = shell.add(program, 'mark <recording...>', say('mark.about'), 'mark rec-01jy… --level internal --privacy minor');
  withMarks(command, say).action(async (ids: readonly string[], options: MarkOptions, own: Command) => {
    const globals = shell.globals(own);
    const body = marksBody(options);
    await shell.withStation(globals, async (client) => {
      const marked: RecordingAnswer[] = [];
      for (const id of ids)
        marked.push(await ask<RecordingAnswer>(client, 'PATCH', `/recordings/${encodeURIComponent(id)}/protection`, { body }));
      if (globals.json) return shell.printJson(marked);
      for (const recording of marked) shell.done(say('mark.done', { id: recording.id, marks: marksText(say, recording) }));
    });
  });
}

/** Level and marks of its own, in one line. */
export function marksText(say: Say, { confidentiality, privacy }: Pick<CaseAnswer, 'confidentiality' | 'privacy'>): string {
  const level = confidentiality === null ? [] : [word(say, 'level', confidentiality)];
  return [...level, ...privacy.map((mark) => word(say, 'privacy', mark))].join(say('between')) || say('none');
}

export function ownFacts(say: Say, { confidentiality, privacy }: Pick<CaseAnswer, 'confidentiality' | 'privacy'>): [string, string][] {
  return [
    [say('column.level'), confidentiality === null ? say('none') : word(say, 'level', confidentiality)],
    [say('column.privacy'), privacy.map((mark) => word(say, 'privacy', mark)).join(say('between')) || say('none')],
  ];
}

type Effective = Pick<RecordingAnswer, 'effective'>;
type Sources = RecordingAnswer['effective']['privacy'][number]['from'];

const sourcesText = (say: Say, from: Sources) =>
  from.map(({ kind, id }) => (kind === 'recording' ? say('mark.own') : say('mark.of-case', { number: id }))).join(say('between'));

/** What counts for a recording, and where each mark comes from. */
export function effectiveFacts(say: Say, { effective: { confidentiality, privacy } }: Effective): [string, string][] {
  const told = (text: string, from: Sources) => `${text} (${sourcesText(say, from)})`;
  return [
    [say('column.level'), confidentiality === null ? say('none') : told(word(say, 'level', confidentiality.level), confidentiality.from)],
    [say('column.privacy'), privacy.map(({ mark, from }) => told(word(say, 'privacy', mark), from)).join(say('between')) || say('none')],
  ];
}

/** The same for a list, without where it comes from. */
export function effectiveMarks(say: Say, { effective: { confidentiality, privacy } }: Effective): string[] {
  const level = confidentiality === null || confidentiality.level === 'public' ? [] : [word(say, 'level', confidentiality.level)];
  return [...level, ...privacy.map(({ mark }) => word(say, 'privacy', mark))];
}
