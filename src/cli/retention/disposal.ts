import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import type { DisposalAnswer, DisposalItemAnswer, RunLineAnswer } from '#api/retention/disposals';
import { ask, askAll, askStream, ReplyError } from '#cli/client';
import { Refused, type Shell, wholeNumber } from '#cli/command';
import { timeText } from '#cli/table';
import { linesOf } from '#cli/verify';
import { word } from '#cli/words';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import { bytesText } from '#messages/figures';
import { reasonText } from '#messages/reason';
import { roleNames, scheduleName } from '#messages/retention/disposal-words';

const STATES = ['proposed', 'approved', 'running', 'halted', 'done', 'cancelled'];
const LIST_MAX = 1000;

/** Commands of disposal: two persons decide, then what is due is destroyed. */
export function addDisposal(program: Command, shell: Shell): void {
  const group = shell.group(program, 'disposal', shell.say('disposal.about'));
  addPropose(group, shell);
  addList(group, shell);
  addReview(group, shell);
  addDecisions(group, shell);
  addRun(group, shell);
  addCertificate(group, shell);
}

function addPropose(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'propose', say('disposal.propose.about'), 'disposal propose --limit 200')
    .option('--due-before <time>', say('disposal.propose.before'))
    .option('-n, --limit <count>', say('disposal.propose.limit'), wholeNumber(1, LIST_MAX))
    .action(async ({ dueBefore, limit }: { dueBefore?: string; limit?: number }, command: Command) => {
      const globals = shell.globals(command);
      const body = { ...(dueBefore === undefined ? {} : { dueBefore }), ...(limit === undefined ? {} : { limit }) };
      const made = await shell.withStation(globals, (client) => ask<DisposalAnswer>(client, 'POST', '/disposals', { body }));
      if (globals.json) return shell.printJson(made);
      shell.done(say('disposal.proposed', { id: made.id }));
      printDisposal(shell, made);
    });
}

function addList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'list', say('disposal.list.about'), 'disposal list --in approved')
    .addOption(new Option('-s, --in <state>', say('disposal.list.state')).choices(STATES))
    .action(async ({ in: state }: { in?: string }, command: Command) => {
      const globals = shell.globals(command);
      const query = state === undefined ? {} : { state };
      const found = await shell.withStation(globals, (client) => askAll<DisposalAnswer>(client, '/disposals', query));
      if (globals.json) return shell.printJson(found);
      if (found.length === 0) return shell.note(say('disposal.none'));
      shell.table(
        [
          { title: say('disposal.column.list') },
          { title: say('column.state') },
          { title: say('disposal.column.recordings'), right: true },
          { title: say('disposal.column.hours'), right: true },
          { title: say('disposal.column.size'), right: true },
          { title: say('column.who') },
          { title: say('disposal.column.waits') },
        ],
        found.map(({ id, state, counts, proposed, waitsUntil }) => [
          ...[id, word(say, 'disposal-state', state), String(counts.recordings), String(counts.hours), bytesText(counts.bytes)],
          ...[proposed.name, waitsUntil === null ? '' : timeText(waitsUntil)],
        ]),
      );
    });
  shell
    .add(group, 'show', say('disposal.show.about'), 'disposal show dsp-01jy…')
    .argument('<list>', say('disposal.arg'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, (client) => ask<DisposalAnswer>(client, 'GET', pathOf(id)));
      if (globals.json) return shell.printJson(found);
      printDisposal(shell, found);
    });
}

function addReview(group: Command, shell: Shell): void {
  const { say, language } = shell;
  shell
    .add(group, 'review', say('disposal.review.about'), 'disposal review dsp-01jy…')
    .argument('<list>', say('disposal.arg'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const items = await shell.withStation(globals, (client) => askAll<DisposalItemAnswer>(client, `${pathOf(id)}/recordings`));
      if (globals.json) return shell.printJson(items);
      for (const item of items) {
        shell.print(
          say('disposal.review.line', {
            ...{ recording: item.recording, state: word(say, 'disposal-item', item.state), rule: item.rule, due: timeText(item.due) },
            ...{ start: item.start === null ? '—' : timeText(item.start), officer: item.officerName ?? item.officer ?? '—' },
            ...{ cases: item.cases.map(({ number }) => number).join(', ') || '—', size: bytesText(item.bytes), files: item.files },
          }),
        );
        if (item.suggested.length > 0) shell.print(say('disposal.review.suggested', { cases: item.suggested.join(', ') }));
        if (item.casesBeside) shell.print(say('disposal.review.beside'));
        for (const { recording, officer, cases } of item.overlaps)
          shell.print(say('disposal.review.overlap', { recording, officer: officer ?? '—', cases: cases.join(', ') || '—' }));
        if (item.reason) shell.print(say('disposal.review.reason', { why: reasonText(language, item.reason) }));
      }
    });
}

function addDecisions(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'exclude', say('disposal.exclude.about'), 'disposal exclude dsp-01jy… rec-01jy… --reason "appeal is open"')
    .argument('<list>', say('disposal.arg'))
    .argument('<recording>', say('disposal.recording.arg'))
    .requiredOption('-r, --reason <text>', say('disposal.reason'))
    .action(async (id: string, recording: string, { reason }: { reason: string }, command: Command) => {
      const globals = shell.globals(command);
      const path = `${pathOf(id)}/exclusions`;
      const made = await shell.withStation(globals, (client) => ask<DisposalAnswer>(client, 'POST', path, { body: { recording, reason } }));
      if (globals.json) return shell.printJson(made);
      shell.done(say('disposal.excluded', { recording, digest: made.digest }));
    });
  shell
    .add(group, 'approve', say('disposal.approve.about'), 'disposal approve dsp-01jy… --digest 5f2c…')
    .argument('<list>', say('disposal.arg'))
    .requiredOption('--digest <sha256>', say('disposal.approve.digest'))
    .action(async (id: string, { digest }: { digest: string }, command: Command) => {
      const globals = shell.globals(command);
      const made = await shell.withStation(globals, (client) =>
        ask<DisposalAnswer>(client, 'POST', `${pathOf(id)}/approval`, { body: { digest } }),
      );
      if (globals.json) return shell.printJson(made);
      shell.done(say('disposal.approved', { id, until: timeText(made.waitsUntil) }));
    });
  shell
    .add(group, 'cancel', say('disposal.cancel.about'), 'disposal cancel dsp-01jy… --reason "wrong week"')
    .argument('<list>', say('disposal.arg'))
    .requiredOption('-r, --reason <text>', say('disposal.reason'))
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      const globals = shell.globals(command);
      const made = await shell.withStation(globals, (client) =>
        ask<DisposalAnswer>(client, 'POST', `${pathOf(id)}/cancellation`, { body: { reason } }),
      );
      if (globals.json) return shell.printJson(made);
      shell.done(say('disposal.cancelled', { id, kept: made.counts.kept }));
    });
}

type Line = RunLineAnswer | ({ readonly type: 'error' } & ConstructorParameters<typeof ReplyError>[0]);

function addRun(group: Command, shell: Shell): void {
  const { say, language } = shell;
  shell
    .add(group, 'run', say('disposal.run.about'), 'disposal run dsp-01jy… --key /run/disposal-key.json')
    .argument('<list>', say('disposal.arg'))
    .option('-k, --key <file>', say('disposal.run.key'))
    .action(async (id: string, { key: file }: { key?: string }, command: Command) => {
      const globals = shell.globals(command);
      const key = file === undefined ? undefined : await keyIn(shell, file);
      const lines: Line[] = [];
      await shell.withStation(globals, async (client) => {
        const { body } = await askStream(client, 'POST', `${pathOf(id)}/run`, { body: key === undefined ? {} : { key } });
        for await (const line of linesOf<Line>(body)) {
          if (line.type === 'error') throw new ReplyError(line);
          if (line.type !== 'waiting') lines.push(line);
          if (globals.json || line.type === 'waiting') continue;
          if (line.type === 'recording')
            shell.print(
              line.reason === null
                ? say('disposal.run.destroyed', { recording: line.recording, left: line.left })
                : say('disposal.run.kept', { recording: line.recording, left: line.left, why: reasonText(language, line.reason) }),
            );
          else if (line.type === 'halted')
            shell.print(say('disposal.run.halted', { why: reasonText(language, line.reason), left: line.left }));
          else
            shell.print(
              say('disposal.run.summary', { destroyed: line.destroyed, kept: line.kept, left: line.left, size: bytesText(line.bytes) }),
            );
        }
      });
      if (globals.json) shell.printJson(lines);
      const last = lines.at(-1);
      if (last?.type !== 'summary') throw new ReplyError({ code: 'station.stopping', reason: because('verification-cut', {}) });
      if (last.state !== 'done') throw new Refused('differences');
    });
}

/** The key of one run, from a file or (`-`) from standard input: JSON as `aws sts` writes it. It goes to the station in the request and is kept nowhere. */
async function keyIn(shell: Shell, file: string) {
  const text = file === '-' ? await shell.context.readSecret(shell.say('disposal.run.ask')) : await readText(shell.path(file));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new EvidockError('request.invalid', because('credentials-not-json', {}), error);
  }
  const fields = Object(parsed) as Record<string, unknown>;
  const { AccessKeyId, SecretAccessKey, SessionToken } = Object(fields['Credentials'] ?? fields) as Record<string, unknown>;
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string')
    throw new EvidockError('request.invalid', because('credentials-fields', {}));
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(typeof SessionToken === 'string' ? { sessionToken: SessionToken } : {}),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new EvidockError('request.invalid', because('thing-errno', { thing: path, errno: errnoText(error) }), error);
  }
}

function addCertificate(group: Command, shell: Shell): void {
  const { say, language } = shell;
  shell
    .add(group, 'certificate', say('disposal.certificate.about'), 'disposal certificate dsp-01jy… --out certificate.pdf')
    .argument('<list>', say('disposal.arg'))
    .requiredOption('-o, --out <file>', say('report.out'))
    .action(async (id: string, { out }: { out: string }, command: Command) => {
      const globals = shell.globals(command);
      const file = shell.path(out);
      const bytes = await shell.withStation(globals, async (client) => {
        const { body } = await askStream(client, 'GET', `${pathOf(id)}/certificate`, { query: { lang: language } });
        return save(body, file);
      });
      if (globals.json) return shell.printJson({ file, bytes });
      shell.done(say('report.written', { file, bytes: bytesText(bytes) }));
    });
}

/** Writes a file that is not there yet; one that is cut short is removed. */
async function save(body: NodeJS.ReadableStream, file: string): Promise<number> {
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(body, out);
    return out.bytesWritten;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new EvidockError('request.conflict', because('exists', { thing: file }), error);
    await rm(file, { force: true });
    throw error;
  }
}

const pathOf = (id: string) => `/disposals/${encodeURIComponent(id)}`;

function printDisposal(
  shell: Shell,
  { id, state, rule, digest, counts, proposed, approved, waitsUntil, officers, reason }: DisposalAnswer,
): void {
  const { say, language } = shell;
  const { recordings, hours, bytes, files, excluded, kept, destroyed } = counts;
  shell.print(say('disposal.show.head', { id, state: word(say, 'disposal-state', state), rule: scheduleName(say, rule), digest }));
  shell.print(say('disposal.show.counts', { recordings, hours, size: bytesText(bytes), files, excluded, kept, destroyed }));
  shell.print(say('disposal.show.proposed', { name: proposed.name, roles: roleNames(say, proposed.roles), at: timeText(proposed.at) }));
  if (approved)
    shell.print(say('disposal.show.approved', { name: approved.name, roles: roleNames(say, approved.roles), at: timeText(approved.at) }));
  if (waitsUntil !== null) shell.print(say('disposal.show.waits', { until: timeText(waitsUntil) }));
  for (const officer of officers)
    shell.print(
      say('disposal.show.officer', { name: officer.name ?? officer.id ?? say('disposal.nobody'), recordings: officer.recordings }),
    );
  if (reason) shell.print(say('disposal.review.reason', { why: reasonText(language, reason) }));
}
