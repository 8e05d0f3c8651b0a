import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Shell } from '#cli/command';
import { word } from '#cli/words';
import { readSchedule } from '#desk/retention/read-schedule';
import { EvidockError, errnoText, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import { rulesOfAgency } from '#domain/retention/matching';
import type { RetentionRule, RetentionSchedule } from '#domain/retention/schedule';
import { type Term, termText } from '#domain/retention/term';

/** Adds the check of a schedule file, for whoever writes one: it needs no station. */
export function addCheck(retention: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(retention, 'check', say('retention.check.about'), 'retention check schedule.yaml')
    .argument('<file>', say('retention.check.arg'))
    .action(async (file: string, _options: unknown, command: Command) => {
      const schedule = scheduleIn(await textOf(shell, file), file);
      if (shell.globals(command).json) return shell.printJson(told(schedule));
      printSchedule(shell, schedule);
    });
}

/** Throws request.invalid with every fault: it is the file that was handed over, not the configuration of a station. */
function scheduleIn(text: string, file: string): RetentionSchedule {
  try {
    return readSchedule(text, 0, file);
  } catch (error) {
    if (!(error instanceof EvidockError) || !isFailure(error, 'config.invalid')) throw error;
    throw new EvidockError('request.invalid', error.reason, error);
  }
}

async function textOf(shell: Shell, file: string): Promise<string> {
  const path = shell.path(file);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new EvidockError('request.invalid', because('cannot-read', { thing: file, errno: errnoText(error) }), error);
  }
}

function told(schedule: RetentionSchedule) {
  const { title, agency, holidays, rules } = schedule;
  const counting = rulesOfAgency(schedule);
  const written = (term: Term | null) => term && termText(term);
  return {
    ...{ title, agency, holidays },
    rules: rules.map((rule) => ({
      ...rule,
      ...{ minimum: written(rule.minimum), maximum: written(rule.maximum), ofAgency: counting.includes(rule) },
    })),
  };
}

function printSchedule(shell: Shell, schedule: RetentionSchedule): void {
  const { say, language } = shell;
  const { title, agency, rules } = schedule;
  const counting = rulesOfAgency(schedule);
  const sectors = agency.sectors.map((sector) => word(say, 'retention-sector', sector)).join(', ');
  shell.print(say('retention.check.sound', { title: title[language], count: rules.length }));
  shell.print(say('retention.check.agency', { sectors, region: agency.region }));
  shell.table(
    [
      { title: say('retention.check.column.rule') },
      { title: say('retention.check.column.start') },
      { title: say('retention.check.column.minimum') },
      { title: say('retention.check.column.maximum') },
      { title: say('retention.check.column.end') },
      { title: say('retention.check.column.source') },
    ],
    counting.map((rule) => [
      ...[rule.id, word(say, 'retention-start', rule.start), termWord(shell, rule.minimum), termWord(shell, rule.maximum)],
      ...[word(say, 'retention-end', rule.action), word(say, 'retention-source', rule.source.status)],
    ]),
  );
  printNames(
    shell,
    'retention.check.missing',
    counting.filter(({ source }) => source.status === 'missing'),
  );
  printNames(
    shell,
    'retention.check.elsewhere',
    rules.filter((rule) => !counting.includes(rule)),
  );
}

function termWord(shell: Shell, term: Term | null): string {
  if (term === null) return '';
  return term.kind === 'permanent' ? shell.say('retention-term.permanent') : termText(term);
}

function printNames(shell: Shell, key: 'retention.check.missing' | 'retention.check.elsewhere', rules: readonly RetentionRule[]): void {
  if (rules.length > 0) shell.print(shell.say(key, { names: rules.map(({ id }) => id).join(', ') }));
}
