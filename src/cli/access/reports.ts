import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import type { SampleAnswer, SampleDetailAnswer } from '#api/reports';
import { ask, askAll, askStream } from '#cli/client';
import { type Shell, UsageError, wholeNumber } from '#cli/command';
import { timeText } from '#cli/table';
import { word } from '#cli/words';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import { VERDICTS } from '#domain/reports/sample';
import { bytesText } from '#messages/figures';

/** Adds the reports for courts and auditors. */
export function addReports(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'report', say('report.about'));
  addFile(group, shell, {
    usage: 'trail <recording>',
    about: say('report.trail.about'),
    example: 'report trail rec-01jy… --out trail.pdf',
  });
  addFile(group, shell, { usage: 'month <month>', about: say('report.month.about'), example: 'report month 2026-06 --out june.html' });
  addDeed(group, shell);
}

const KINDS = ['trail', 'month', 'duties'] as const;
const HOW = ['printed', 'copied', 'saved'] as const;

/** What people do with a report outside of the station is on record as they say it. */
function addDeed(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(
      group,
      'record <report> <of>',
      say('report.record.about'),
      'report record trail rec-01jy… --how printed --copies 2 --to "District court"',
    )
    .addOption(new Option('--how <how>', say('report.opt.how')).choices(HOW).makeOptionMandatory())
    .option('--copies <n>', say('report.opt.copies'), wholeNumber(1, 1000))
    .option('--file <file>', say('report.opt.file'))
    .option('--to <words>', say('report.to'))
    .action(async (report: string, of: string, { how, copies, file, to }: DeedOptions, command: Command) => {
      if (!(KINDS as readonly string[]).includes(report)) throw new UsageError(`report record ${KINDS.join('|')}`);
      const globals = shell.globals(command);
      const sha256 = file === undefined ? undefined : await digestOf(shell.path(file));
      const body = { report, of, how, copies, sha256, to };
      await shell.withStation(globals, (client) => ask(client, 'POST', '/reports/deeds', { body }));
      if (globals.json) return shell.printJson(body);
      shell.done(say('report.recorded', { how: word(say, 'report-how', how) }));
    });
}

interface DeedOptions {
  readonly how: (typeof HOW)[number];
  readonly copies?: number;
  readonly file?: string;
  readonly to?: string;
}

/** SHA-256 of a file, read as a stream. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    throw new EvidockError('request.invalid', because('path', { path: file }), error);
  }
  return hash.digest('hex');
}

function addFile(group: Command, shell: Shell, { usage, about, example }: { usage: string; about: string; example: string }): void {
  const { say } = shell;
  const [kind = ''] = usage.split(' ');
  shell
    .add(group, usage, about, example)
    .requiredOption('-o, --out <file>', say('report.out'))
    .option('--to <words>', say('report.to'))
    .action(async (of: string, { out, to }: { out: string; to?: string }, command: Command) => {
      await saveReport(shell, command, { report: kind, path: `/reports/${kind}/${encodeURIComponent(of)}`, of, out, to });
    });
}

interface Saved {
  readonly report: string;
  /** Where the station gives it. */
  readonly path: string;
  readonly of: string;
  readonly out: string;
  readonly to: string | undefined;
}

/** Writes a report to a new file, and puts on record that it was saved. */
export async function saveReport(shell: Shell, command: Command, { report, path, of, out, to }: Saved): Promise<void> {
  const { say, language } = shell;
  const globals = shell.globals(command);
  const file = shell.path(out);
  const bytes = await shell.withStation(globals, async (client) => {
    const { body } = await askStream(client, 'GET', path, { query: { lang: language, to } });
    const saved = await save(body, file);
    const sha256 = await digestOf(file);
    await ask(client, 'POST', '/reports/deeds', { body: { report, of, how: 'saved', sha256, to } });
    return saved;
  });
  if (globals.json) return shell.printJson({ file, bytes });
  shell.done(say('report.written', { file, bytes: bytesText(bytes) }));
}

/** Writes a file that is not there yet; one that is cut short is removed. Returns its bytes. */
async function save(body: NodeJS.ReadableStream, file: string): Promise<number> {
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(body, out);
    return out.bytesWritten;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new EvidockError('request.conflict', because('exists', { thing: file }), error);
    await rm(file, { force: true });
    if (error instanceof EvidockError) throw error;
    throw new EvidockError('station.stopping', because('connection-lost', { errno: errnoText(error) }), error);
  }
}

/** Adds the samples of looks that people review. */
export function addSamples(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'sample', say('sample.about'));
  shell.add(group, 'list', say('sample.list.about'), 'sample list').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const samples = await shell.withStation(globals, (client) => askAll<SampleAnswer>(client, '/samples'));
    if (globals.json) return shell.printJson(samples);
    if (samples.length === 0) return shell.note(say('sample.none'));
    const titles = ['sample.column.sample', 'sample.column.month', 'sample.column.size', 'sample.column.reviewed', 'column.time'] as const;
    shell.table(
      titles.map((key) => ({ title: say(key) })),
      samples.map(({ id, month, size, reviewed, drawnAt }) => [id, month, String(size), String(reviewed), timeText(drawnAt)]),
    );
  });
  shell
    .add(group, 'draw <month>', say('sample.draw.about'), 'sample draw 2026-06 --size 30')
    .option('--size <n>', say('sample.size'), wholeNumber(1, 500))
    .action(async (month: string, { size }: { size?: number }, command: Command) => {
      const globals = shell.globals(command);
      const drawn = await shell.withStation(globals, (client) =>
        ask<SampleDetailAnswer>(client, 'POST', '/samples', { body: { month, size } }),
      );
      if (globals.json) return shell.printJson(drawn);
      shell.done(say('sample.drawn', { sample: drawn.id, size: drawn.size, population: drawn.population, month }));
      printLooks(shell, drawn);
    });
  shell
    .add(group, 'show <id>', say('sample.show.about'), 'sample show smp-01jy…')
    .action(async (id: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const sample = await shell.withStation(globals, (client) =>
        ask<SampleDetailAnswer>(client, 'GET', `/samples/${encodeURIComponent(id)}`),
      );
      if (globals.json) return shell.printJson(sample);
      printLooks(shell, sample);
    });
  addReview(group, shell);
}

function addReview(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'review <id> <look>', say('sample.review.about'), 'sample review smp-01jy… lok-01jy… --verdict fine')
    .addOption(new Option('--verdict <verdict>', say('sample.column.verdict')).choices(VERDICTS).makeOptionMandatory())
    .option('--words <text>', say('sample.words'))
    .action(async (id: string, look: string, { verdict, words }: { verdict: string; words?: string }, command: Command) => {
      const globals = shell.globals(command);
      const path = `/samples/${encodeURIComponent(id)}/looks/${encodeURIComponent(look)}/review`;
      await shell.withStation(globals, (client) => ask(client, 'POST', path, { body: { verdict, words } }));
      if (globals.json) return shell.printJson({ sample: id, look, verdict });
      shell.done(say('sample.reviewed', { look, verdict: word(say, 'sample.verdict', verdict) }));
    });
}

function printLooks(shell: Shell, { looks }: SampleDetailAnswer): void {
  if (looks.length === 0) return;
  const { say } = shell;
  const titles = [
    'sample.column.look',
    'column.time',
    'column.who',
    'month.column.recording',
    'month.column.reason',
    'sample.column.verdict',
  ] as const;
  shell.table(
    titles.map((key) => ({ title: say(key) })),
    looks.map(({ look, at, who, recording, reason, review }) => [
      ...[look, timeText(at), who ?? '', recording ?? '', reason ?? ''],
      review ? word(say, 'sample.verdict', review.verdict) : '',
    ]),
  );
}
