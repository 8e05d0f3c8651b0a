import type { Command } from 'commander';
import type { ArchiveAnswer, FindingAnswer } from '#api/archive';
import type { ProblemAnswer } from '#api/common';
import { ask, askAll, askStream, ReplyError } from '#cli/client';
import { Refused, type Shell } from '#cli/command';
import { Progress } from '#cli/progress';
import { printable, timeText } from '#cli/table';
import { linesOf } from '#cli/verify';
import { word } from '#cli/words';
import type { ComparisonLine } from '#desk/archive-comparison/compare';
import { because, type Reason } from '#domain/reason';
import { bytesText } from '#messages/figures';
import { reasonText } from '#messages/reason';

type Line = ComparisonLine | ({ readonly type: 'error' } & Pick<ProblemAnswer, 'code' | 'title' | 'detail' | 'reason' | 'remedy'>);
type Summary = Extract<ComparisonLine, { type: 'summary' }>;
type Finding = Extract<ComparisonLine, { type: 'finding' }>;

/** Adds the commands of the archive as a storage: what it promises, and what it holds otherwise than it should. */
export function addArchive(program: Command, shell: Shell): void {
  const group = shell.group(program, 'archive', shell.say('archive.about'));
  addShow(group, shell);
  addFindings(group, shell);
  addCompare(group, shell);
}

function addShow(group: Command, shell: Shell): void {
  const { say, language } = shell;
  shell.add(group, 'show', say('archive.show.about'), 'archive show').action(async (_: unknown, command: Command) => {
    const globals = shell.globals(command);
    const found = await shell.withStation(globals, (client) => ask<ArchiveAnswer>(client, 'GET', '/archive'));
    if (globals.json) return shell.printJson(found);
    if (found.archive === null) return shell.note(say('archive.none'));
    const told = (reasons: readonly Reason[]) => reasons.map((each) => `- ${reasonText(language, each)}`).join('\n');
    const { bucket, locks, comparison, open, eviction } = found;
    if (!bucket) shell.print(reasonText(language, because('bucket-not-asked', {})));
    else {
      if (bucket.refusal) shell.print(say('archive.refused', { why: reasonText(language, bucket.refusal) }));
      if (bucket.promises.length > 0) shell.print(`${say('archive.promises')}\n${told(bucket.promises)}`);
      if (bucket.cannot.length > 0) shell.print(`${say('archive.cannot')}\n${told(bucket.cannot)}`);
    }
    const { originals, unlocked, firstEnd } = locks;
    shell.print(say('archive.locks', { originals, unlocked, firstEnd: firstEnd === null ? say('none') : timeText(firstEnd) }));
    const { files, bytes, playable } = eviction;
    if (files > 0) shell.print(say('archive.evicted', { files, bytes: bytesText(bytes) }));
    if (playable.files > 0) shell.print(say('archive.evicted-playable', { files: playable.files, bytes: bytesText(playable.bytes) }));
    if (!comparison) shell.print(say('archive.never-compared'));
    else shell.print(say('archive.compared', { at: timeText(comparison.endedAt ?? comparison.startedAt), ...figures(comparison.counts) }));
    for (const [kind, count] of Object.entries(open)) shell.print(say('archive.open', { kind: word(say, 'finding', kind), count }));
  });
}

function addFindings(group: Command, shell: Shell): void {
  const { say, language } = shell;
  shell
    .add(group, 'findings', say('archive.findings.about'), 'archive findings --all')
    .option('--all', say('archive.opt.all'))
    .action(async ({ all }: { all?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, (client) => askAll<FindingAnswer>(client, '/archive/findings', { all }));
      if (globals.json) return shell.printJson(found);
      if (found.length === 0) return shell.note(say('archive.nothing-open'));
      shell.table(
        [{ title: say('column.time') }, { title: say('column.kind') }, { title: say('column.what') }],
        found.map(({ foundAt, kind, what }) => [timeText(foundAt), word(say, 'finding', kind), printable(reasonText(language, what))]),
      );
    });
}

function addCompare(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'compare', say('archive.compare.about'), 'archive compare')
    .option('--accept-bucket', say('archive.opt.accept-bucket'))
    .action(async ({ acceptBucket }: { acceptBucket?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, async (client) => {
        const { body } = await askStream(client, 'POST', '/archive/comparison', { body: { acceptBucket } });
        const { findings, summary } = await follow(shell, body, globals.json);
        if (globals.json) shell.printJson({ ...summary.counts, findings });
        else shell.done(say('archive.compared', { at: say('archive.now'), ...figures(summary.counts) }));
        if (summary.counts.faults > 0) throw new Refused('differences');
      });
    });
}

async function follow(
  shell: Shell,
  body: AsyncIterable<Uint8Array>,
  json: boolean,
): Promise<{ findings: readonly Finding[]; summary: Summary }> {
  const { say, language } = shell;
  const progress = new Progress({ shell, silent: json });
  const findings: Finding[] = [];
  let summary: Summary | undefined;
  try {
    for await (const line of linesOf<Line>(body)) {
      if (line.type === 'progress') {
        const { expected, objects } = line.counts;
        progress.show(expected, Math.max(expected, 1), say('archive.progress', { expected, objects }));
      } else if (line.type === 'finding') {
        if (json) findings.push(line);
        else {
          progress.end();
          shell.print(
            say('archive.finding', { kind: word(say, 'finding', line.kind), what: printable(reasonText(language, line.reason)) }),
          );
        }
      } else if (line.type === 'error') throw new ReplyError(line);
      else summary = line;
    }
  } finally {
    progress.end();
  }
  if (!summary) throw new ReplyError({ code: 'station.stopping', reason: because('comparison-cut', {}) });
  return { findings, summary };
}

function figures({ expected, found, objects, versions, markers, bytes, faults }: Summary['counts']) {
  return { expected, found, objects, versions, markers, bytes: bytesText(bytes), faults };
}
