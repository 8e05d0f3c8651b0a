import type { Command } from 'commander';
import type { ProblemAnswer } from '#api/common';
import type { VerifyLine } from '#desk/verify';
import { because } from '#domain/reason';
import { bytesText } from '#messages/figures';
import { reasonText } from '#messages/reason';
import { askStream, ReplyError } from './client.ts';
import { Refused, type Shell } from './command.ts';
import { Progress, Rate } from './progress.ts';
import { durationText, printable } from './table.ts';
import { word } from './words.ts';

type Line = VerifyLine | ({ readonly type: 'error' } & Pick<ProblemAnswer, 'code' | 'title' | 'detail' | 'reason' | 'remedy'>);
type Fault = Extract<Line, { type: 'fault' }>;
type Summary = Extract<Line, { type: 'summary' }>;

interface Options {
  readonly recording?: string;
  readonly vault?: boolean;
  readonly archive?: boolean;
  readonly log?: boolean;
}

export function addVerify(program: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(program, 'verify', say('verify.about'), 'verify --recording rec-01jy… --archive')
    .option('-r, --recording <id>', say('verify.opt.recording'))
    .option('--vault', say('verify.opt.vault'))
    .option('--archive', say('verify.opt.archive'))
    .option('--log', say('verify.opt.log'))
    .action(async ({ recording, vault, archive, log }: Options, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, async (client) => {
        const { body } = await askStream(client, 'POST', '/verify', { body: { recording, vault, archive, log } });
        const { faults, summary } = await follow(shell, body, globals.json);
        if (globals.json) shell.printJson({ ...summary, type: undefined, faults });
        else conclude(shell, summary);
        if (summary.faults > 0) throw new Refused('differences');
      });
    });
}

/** Reads the lines to the last one, shows progress, and prints faults as they are found. */
async function follow(
  shell: Shell,
  body: AsyncIterable<Uint8Array>,
  json: boolean,
): Promise<{ faults: readonly Fault[]; summary: Summary }> {
  const { say } = shell;
  const progress = new Progress({ shell, silent: json });
  const rate = new Rate();
  const faults: Fault[] = [];
  let summary: Summary | undefined;
  try {
    for await (const line of linesOf<Line>(body)) {
      if (line.type === 'progress' && line.place === 'ledger') {
        const { entries, entriesTotal } = line;
        progress.show(entries, entriesTotal, say('verify.replaying', { entries, entriesTotal }));
      } else if (line.type === 'progress') {
        const { perSecond, leftMs } = rate.of(line.bytes, line.bytesTotal);
        const figures = { files: line.files, total: line.filesTotal, bytes: bytesText(line.bytes), bytesTotal: bytesText(line.bytesTotal) };
        progress.show(
          line.bytes,
          line.bytesTotal,
          say('verify.progress', { ...figures, rate: bytesText(perSecond), left: leftMs === null ? '…' : durationText(leftMs) }),
        );
      } else if (line.type === 'fault') {
        if (json) faults.push(line);
        else {
          progress.end();
          shell.print(faultWords(shell, line));
        }
      } else if (line.type === 'error') throw new ReplyError(line);
      else summary = line;
    }
  } finally {
    progress.end();
  }
  if (!summary) throw new ReplyError({ code: 'station.stopping', reason: because('verification-cut', {}) });
  return { faults, summary };
}

function faultWords({ say, language }: Shell, { place, recordingId, key, reason }: Fault): string {
  const about = [word(say, 'place', place), recordingId, key].filter((each) => each !== null).join(' ');
  return say('verify.fault', { about, what: printable(reasonText(language, reason)) });
}

/** Reads an answer that comes in lines of JSON. */
export async function* linesOf<L = Line>(body: AsyncIterable<Uint8Array>): AsyncGenerator<L> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as L;
  }
}

function conclude(shell: Shell, { faults, vaultFiles, archiveFiles, logEntries, bytes, elapsedMs }: Summary): void {
  const figures = {
    vault: vaultFiles,
    archive: archiveFiles,
    log: logEntries,
    bytes: bytesText(bytes),
    elapsed: durationText(elapsedMs),
    faults,
  };
  shell.print(shell.say(faults === 0 ? 'verify.clean' : 'verify.faults', figures));
}
