import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import type { AuditLineAnswer } from '#api/audit';
import { ask, askPages, askStream, type StationClient } from '#cli/client';
import { aTime, type Shell, UsageError, wholeNumber } from '#cli/command';
import { durationText, jsonText, timeText } from '#cli/table';
import { word } from '#cli/words';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import { OUTCOMES } from '#domain/look/question';
import { because } from '#domain/reason';
import { bytesText } from '#messages/figures';
import type { Say } from '#messages/language';

interface Options {
  readonly person?: string;
  readonly recording?: string;
  readonly case?: string;
  readonly officer?: string;
  readonly unit?: string;
  readonly address?: string;
  readonly grant?: string;
  readonly look?: string;
  readonly type?: string;
  readonly outcome?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly format: 'table' | 'csv' | 'jsonl';
  readonly out?: string;
  readonly oldest?: boolean;
  readonly follow?: boolean;
}

const FACETS = ['person', 'recording', 'case', 'officer', 'unit', 'address', 'grant', 'look', 'type'] as const;
const LIMIT = 50;
const ROWS_MAX = 10_000_000;
/** How often a running station is asked for what was written since, ms. */
const FOLLOW_MS = 2000;
const PAGE = 500;

export function addAudit(program: Command, shell: Shell): void {
  const { say } = shell;
  const command = shell.add(
    program,
    'audit',
    say('audit.about'),
    'audit --case LY-2026-0012 --since 2026-06-01 --format csv --out looks.csv',
  );
  for (const facet of FACETS) command.option(`--${facet} <${facet}>`, say(`audit.opt.${facet}`));
  command
    .addOption(new Option('--outcome <outcome>', say('audit.opt.outcome')).choices(OUTCOMES))
    .option('--since <time>', say('audit.opt.since'), aTime)
    .option('--until <time>', say('audit.opt.until'), aTime)
    .option('-n, --limit <n>', say('audit.opt.limit'), wholeNumber(1, ROWS_MAX))
    .addOption(new Option('--format <format>', say('audit.opt.format')).choices(['table', 'csv', 'jsonl']).default('table'))
    .option('-o, --out <file>', say('audit.opt.out'))
    .option('--oldest', say('audit.opt.oldest'))
    .option('-f, --follow', say('audit.opt.follow'))
    .action(async (options: Options, given: Command) => {
      const globals = shell.globals(given);
      if (options.follow && (options.format === 'csv' || options.until !== undefined)) throw new UsageError('--follow: --format, --until');
      if (options.out !== undefined && options.format === 'table') throw new UsageError('--out: --format csv|jsonl');
      await shell.withStation(globals, async (client) => {
        if (options.follow) return follow(shell, client, options, globals.json);
        if (options.format !== 'table') return exportTo(shell, client, options);
        return printPage(shell, client, options, globals.json);
      });
    });
}

/** The question as the API takes it. Options of every command (`--json`, `--lang`) stand among the others, and are no part of it. */
function questionOf(options: Options): Readonly<Record<string, string | undefined>> {
  const asked = [...FACETS, 'outcome', 'since', 'until'] as const;
  return {
    ...Object.fromEntries(asked.map((name) => [name, options[name]])),
    ...(options.oldest ? { order: 'oldest' } : {}),
  };
}

async function printPage(shell: Shell, client: StationClient, options: Options, json: boolean): Promise<void> {
  const limit = options.limit ?? LIMIT;
  const found: AuditLineAnswer[] = [];
  // One more than is shown tells whether there is more.
  for await (const page of askPages<AuditLineAnswer>(client, '/audit', questionOf(options), { limit: limit + 1 })) found.push(...page);
  const lines = found.slice(0, limit);
  if (json) return shell.printJson(lines);
  if (lines.length === 0) return shell.print(shell.say('audit.none'));
  shell.table(
    columns(shell.say),
    lines.map((line) => cells(shell.say, line)),
  );
  if (found.length > limit) shell.note(shell.say('audit.more'));
}

async function exportTo(shell: Shell, client: StationClient, options: Options): Promise<void> {
  const rows = options.limit === undefined ? {} : { rows: options.limit };
  const query = { ...questionOf(options), ...rows, format: options.format, lang: shell.language };
  const { body } = await askStream(client, 'GET', '/audit/export', { query });
  if (options.out === undefined) {
    body.setEncoding('utf8');
    for await (const text of body) shell.context.stdout.write(String(text).replace(C1, escaped));
    return;
  }
  const file = shell.path(options.out);
  let lines = 0;
  body.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === LINE_END) lines += 1;
  });
  try {
    // A file that is there already is not written over.
    await pipeline(body, createWriteStream(file, { flags: 'wx', mode: 0o640 }));
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new EvidockError('request.conflict', because('exists-force', { file }), error);
    if (errnoOf(error) === undefined) throw error;
    throw new EvidockError('request.invalid', because('thing-errno', { thing: file, errno: errnoText(error) }), error);
  }
  shell.done(shell.say('audit.written', { rows: Math.max(0, lines - (options.format === 'csv' ? 1 : 0)), file }));
}

const LINE_END = 10;
/** Control characters that JSON text may hold as they are, and that a terminal obeys. */
const C1 = /[\u007f-\u009f]/g;
const escaped = (character: string) => `\\u00${(character.codePointAt(0) ?? 0).toString(16)}`;

/** Prints what is written from now on, as it is written. */
async function follow(shell: Shell, client: StationClient, options: Options, json: boolean): Promise<void> {
  const { order: _, ...question } = questionOf(options);
  const newest = await ask<{ items: readonly AuditLineAnswer[] }>(client, 'GET', '/audit', { query: { limit: 1 } });
  let after = newest.items[0]?.seq ?? 0;
  const asLines = json || options.format === 'jsonl';
  for (;;) {
    const query = { ...question, order: 'oldest', after, limit: PAGE };
    const { items, next } = await ask<{ items: readonly AuditLineAnswer[]; next: string | null }>(client, 'GET', '/audit', { query });
    for (const line of items)
      shell.print(
        asLines
          ? jsonText(line)
          : cells(shell.say, line)
              .filter((cell) => cell !== '')
              .join('  '),
      );
    after = items.at(-1)?.seq ?? after;
    if (next === null || items.length === 0) await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
  }
}

function columns(say: Say) {
  return [
    { title: say('audit.column.seq'), right: true },
    { title: say('audit.column.at') },
    { title: say('audit.column.who'), widthMax: 24 },
    { title: say('audit.column.type') },
    { title: say('audit.column.outcome') },
    { title: say('audit.column.subject'), widthMax: 44 },
    { title: say('audit.column.case'), widthMax: 20 },
    { title: say('audit.column.reason'), widthMax: 30 },
    { title: say('audit.column.played'), widthMax: 24 },
  ];
}

function cells(say: Say, { seq, at, type, outcome, times, who, what, why, much, now }: AuditLineAnswer): readonly string[] {
  const { played, bytes } = much;
  const seen = played?.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return [
    // Most entries name an account by its id alone.
    ...[String(seq), timeText(at), who.name ?? now.name ?? who.actor, type],
    times > 1 ? `${word(say, 'outcome', outcome)} ×${times}` : word(say, 'outcome', outcome),
    ...[what.part === null ? what.subject : `${what.subject} ${what.part}`, what.case ?? ''],
    [why.reason, why.words, what.asked].filter((each) => each !== null).join(': '),
    seen === undefined ? (bytes === null ? '' : bytesText(bytes)) : durationText(seen),
  ];
}
