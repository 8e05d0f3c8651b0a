import type { Command } from 'commander';
import type { ProblemAnswer } from '#api/common';
import { askStream, ReplyError } from '#cli/client';
import type { Shell } from '#cli/command';
import { Progress, Rate } from '#cli/progress';
import { durationText } from '#cli/table';
import { linesOf } from '#cli/verify';
import type { FetchLine } from '#desk/verification/fetch-recording';
import { because } from '#domain/reason';
import { bytesText } from '#messages/figures';

type Line = FetchLine | ({ readonly type: 'error' } & Pick<ProblemAnswer, 'code' | 'title' | 'detail' | 'reason' | 'remedy'>);
type Summary = Extract<Line, { type: 'summary' }>;

/** `evidock recording fetch ID`. */
export function addFetch(recording: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(recording, 'fetch <id>', say('fetch.about'), 'recording fetch rec-01jy…')
    .action(async (id: string, _: object, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, async (client) => {
        const { body } = await askStream(client, 'POST', `/recordings/${encodeURIComponent(id)}/fetch`);
        const { files, bytes, elapsedMs } = await follow(shell, body, globals.json);
        if (globals.json) return shell.printJson({ files, bytes, elapsedMs });
        if (files === 0) return shell.note(say('fetch.nothing'));
        shell.print(say('fetch.done', { files, bytes: bytesText(bytes), elapsed: durationText(elapsedMs) }));
      });
    });
}

/** Reads the lines to the last one and shows progress. */
async function follow(shell: Shell, body: AsyncIterable<Uint8Array>, json: boolean): Promise<Summary> {
  const progress = new Progress({ shell, silent: json });
  const rate = new Rate();
  try {
    for await (const line of linesOf<Line>(body)) {
      if (line.type === 'summary') return line;
      if (line.type === 'error') throw new ReplyError(line);
      const { perSecond, leftMs } = rate.of(line.bytes, line.bytesTotal);
      const figures = { bytes: bytesText(line.bytes), bytesTotal: bytesText(line.bytesTotal) };
      const left = leftMs === null ? '…' : durationText(leftMs);
      progress.show(line.bytes, line.bytesTotal, shell.say('fetch.progress', { ...figures, rate: bytesText(perSecond), left }));
    }
  } finally {
    progress.end();
  }
  throw new ReplyError({ code: 'station.stopping', reason: because('fetch-cut', {}) });
}
