import type { Command } from 'commander';
import type { DockingReportAnswer, IngestAnswer, RefusalAnswer } from '#api/dockings';
import type { RecordingAnswer } from '#api/recordings';
import type { SlotAnswer } from '#api/slots';
import type { WorkAnswer } from '#api/work';
import { shownPath } from '#domain/card/path';
import type { Problem } from '#domain/docking';
import { because } from '#domain/reason';
import { bytesText } from '#messages/figures';
import { reasonText } from '#messages/reason';
import { ask, askAll, ReplyError, type StationClient } from './client.ts';
import { Refused, type Shell, wholeNumber } from './command.ts';
import { Progress, Rate } from './progress.ts';
import { durationText, printable } from './table.ts';
import { failureWords, isRechecked, word } from './words.ts';

const POLL_MS = 200;
/** A problem that lasts for so long without any progress ends the command, ms. A running station goes on trying by itself. */
const PROBLEM_MS_MAX = 15_000;
const REFUSALS_SHOWN = 20;

interface Options {
  readonly slot?: number;
  readonly serial?: string;
  readonly clockOffset?: number;
  readonly wait?: boolean;
}

export function addIngest(program: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(program, 'ingest <dir>', say('ingest.about'), 'ingest /media/recorder --slot 3 --wait')
    .option('-s, --slot <n>', say('ingest.opt.slot'), wholeNumber(1, 9999))
    .option('--serial <serial>', say('ingest.opt.serial'))
    .option('--clock-offset <ms>', say('ingest.opt.offset'), wholeNumber(-1e13, 1e13))
    .option('-w, --wait', say('ingest.opt.wait'))
    .action(async (directory: string, options: Options, command: Command) => {
      const globals = shell.globals(command);
      const wait = options.wait ?? false;
      const card = shell.path(directory);
      await shell.withStation({ ...globals, intake: true, work: wait, card }, async (client) => {
        await ingest(shell, client, { ...options, directory: card, json: globals.json, wait });
      });
    });
}

async function ingest(
  shell: Shell,
  client: StationClient,
  options: Options & { directory: string; json: boolean; wait: boolean },
): Promise<void> {
  const { directory, slot = null, serial = null, clockOffset = null, json } = options;
  const { dockingId } = await ask<IngestAnswer>(client, 'POST', '/dockings', {
    body: { directory, slot, serial, clockOffsetMs: clockOffset },
  });
  const progress = new Progress({ shell, silent: json });
  let report: DockingReportAnswer;
  try {
    report = await untilSafe(shell, client, dockingId, progress);
    progress.end();
    const { slot: number, recorderSerial } = report.docking;
    if (!json) shell.done(shell.say('ingest.safe', { slot: number, serial: printable(recorderSerial) }));
    if (options.wait) report = await untilDone(shell, client, dockingId, progress);
  } finally {
    progress.end();
  }
  const told = {
    refusals: await askAll<RefusalAnswer>(client, `/dockings/${dockingId}/refusals`),
    recordings: await askAll<RecordingAnswer>(client, '/recordings', { docking: dockingId }),
    work: await workLeft(client, dockingId),
  };
  await ask(client, 'POST', `/dockings/${dockingId}/removal`);
  summarise(shell, report, told, { json, waited: options.wait });
}

const look = (client: StationClient, dockingId: string) => ask<DockingReportAnswer>(client, 'GET', `/dockings/${dockingId}`);
const workLeft = (client: StationClient, dockingId: string) => askAll<WorkAnswer>(client, '/jobs', { docking: dockingId });
const viewOf = async (client: StationClient, dockingId: string) =>
  (await askAll<SlotAnswer>(client, '/slots')).find((slot) => slot.dockingId === dockingId);
const pause = () => new Promise((done) => setTimeout(done, POLL_MS));

/** Polls until every file is sealed or refused by name. Throws when the docking ends otherwise or makes no progress. */
async function untilSafe(shell: Shell, client: StationClient, dockingId: string, progress: Progress): Promise<DockingReportAnswer> {
  let stuckSinceMs: number | null = null;
  let last = '';
  for (;;) {
    const report = await look(client, dockingId);
    const { state, problem, listedAt } = report.docking;
    if (state === 'removed' || state === 'interrupted')
      throw problemError(problem ?? { code: 'recorder.removed', reason: because('id', { id: dockingId }) });
    const view = await viewOf(client, dockingId);
    // A safe recorder may still have its clock set and its sealed files removed, so this waits for the slot. A slot that shows another docking by now tells
    // nothing.
    if (state === 'safe' && (!view || view.phase === 'safe')) return report;
    if (view?.phase === 'wiping' || view?.phase === 'setting-clock') progress.show(1, 1, word(shell.say, 'phase', view.phase));
    else showIntake(shell, report, view, listedAt === null, progress);
    const now = JSON.stringify([report.progress, view?.bytesCopied]);
    if (state !== 'problem' || now !== last) stuckSinceMs = null;
    else stuckSinceMs ??= performance.now();
    last = now;
    if (problem && stuckSinceMs !== null && performance.now() - stuckSinceMs > PROBLEM_MS_MAX) throw problemError(problem);
    await pause();
  }
}

function showIntake(shell: Shell, report: DockingReportAnswer, view: SlotAnswer | undefined, listing: boolean, progress: Progress): void {
  const { say } = shell;
  const { docking } = report;
  const files = report.progress.listed + report.progress.copied + report.progress.sealed;
  const bytes = Math.max(view?.bytesListed ?? 0, report.progress.bytes);
  const copied = Math.min(bytes, view?.bytesCopied ?? 0);
  if (docking.problem) {
    const what = failureWords(shell.language, docking.problem.code);
    progress.show(
      copied,
      bytes,
      say('ingest.problem', { slot: docking.slot, what, detail: printable(reasonText(shell.language, docking.problem.reason)) }),
    );
  } else if (view?.phase === 'rechecking' && view.recheck) {
    const { done, files: all } = view.recheck;
    progress.show(done, all, say('ingest.rechecking', { done, files: all }));
  } else if (listing && files === 0) progress.show(0, 1, say('ingest.listing'));
  else {
    const left = view?.secondsLeft == null ? '…' : durationText(view.secondsLeft * 1000);
    const figures = {
      sealed: report.progress.sealed,
      files,
      copied: bytesText(copied),
      bytes: bytesText(bytes),
      rate: bytesText(view?.bytesPerSecond ?? 0),
      left,
    };
    progress.show(copied, bytes, say(copied >= bytes ? 'ingest.sealing' : 'ingest.copying', figures));
  }
}

function problemError({ code, reason }: Problem): ReplyError {
  return new ReplyError({ code, reason });
}

/**
 * Polls until no work for this recorder's recordings waits or runs, and its known files are compared whole. The end of the command undocks the recorder, and
 * whoever waits wants to know all that can be known. If a known file differs, the docking is not safe any more and that file is taken in first.
 */
async function untilDone(shell: Shell, client: StationClient, dockingId: string, progress: Progress): Promise<DockingReportAnswer> {
  let most = 1;
  const rate = new Rate();
  for (;;) {
    // The slot is asked before the docking, so that the outcome of the re-check is on record in what the docking tells.
    const view = await viewOf(client, dockingId);
    const report = await look(client, dockingId);
    const recheck = view && !isRechecked(view) ? view.recheck : null;
    if (report.docking.state === 'reading' || report.docking.state === 'problem') {
      // It was called safe above.
      if (view?.warning)
        shell.note(`${failureWords(shell.language, view.warning.code)}: ${printable(reasonText(shell.language, view.warning.reason))}`);
      await untilSafe(shell, client, dockingId, progress);
      continue;
    }
    const open = (await workLeft(client, dockingId)).filter(({ state }) => state !== 'failed');
    if (open.length === 0 && recheck === null) return report;
    if (open.length === 0 && recheck) {
      const { done, files } = recheck;
      progress.show(done, files, shell.say('ingest.rechecking', { done, files }));
      await pause();
      continue;
    }
    most = Math.max(most, open.length);
    const running = open
      .filter(({ state }) => state === 'running')
      .map(({ stage, percent }) => `${word(shell.say, 'work-stage', stage)} ${percent} %`);
    const failing = open
      .filter(({ errorCode }) => errorCode !== null)
      .map(({ stage, errorCode }) => `${word(shell.say, 'work-stage', stage)}: ${failureWords(shell.language, errorCode ?? '')}`);
    const stages = [...new Set([...running, ...failing])].slice(0, 4).join(', ');
    const done = most - open.reduce((sum, { percent }) => sum + 1 - percent / 100, 0);
    const { perSecond, leftMs } = rate.of(done, most);
    const left = leftMs === null ? '…' : durationText(leftMs);
    const figures = { count: open.length, stages, rate: (perSecond * 60).toFixed(1), left };
    progress.show(done, most, shell.say('ingest.waiting', figures));
    await pause();
  }
}

interface Told {
  readonly refusals: readonly RefusalAnswer[];
  readonly recordings: readonly RecordingAnswer[];
  readonly work: readonly WorkAnswer[];
}

interface How {
  readonly json: boolean;
  /** Whether the command waited for the work of the recordings, too. */
  readonly waited: boolean;
}

function summarise(shell: Shell, { docking, progress }: DockingReportAnswer, { refusals, recordings, work }: Told, how: How): void {
  const { json } = how;
  const { say } = shell;
  const failed = work.filter(({ state }) => state === 'failed');
  const summary = {
    dockingId: docking.id,
    slot: docking.slot,
    recorderSerial: docking.recorderSerial,
    files: docking.filesListed,
    filesNew: progress.sealed,
    filesKnown: docking.filesKnown,
    filesRefused: docking.filesRefused,
    bytes: docking.bytesListed,
    damaged: recordings.filter(({ damaged }) => damaged).length,
    recordings: recordings.map(({ id }) => id),
    refusals,
    failedWork: failed,
  };
  if (json) shell.printJson(summary);
  else {
    for (const { cardPath, code, reason } of refusals.slice(0, REFUSALS_SHOWN)) {
      const what = failureWords(shell.language, code);
      shell.print(
        say('ingest.refusal', { path: printable(shownPath(cardPath)), what, detail: printable(reasonText(shell.language, reason)) }),
      );
    }
    const { files, filesNew, filesKnown, filesRefused, damaged, bytes } = summary;
    shell.print(
      say('ingest.summary', {
        files,
        bytes: bytesText(bytes),
        fresh: filesNew,
        known: filesKnown,
        refused: filesRefused,
        damaged,
        recordings: recordings.length,
      }),
    );
    if (recordings.length > 0 && recordings.length <= 50) shell.print(say('ingest.ids', { ids: summary.recordings.join(' ') }));
    for (const { stage, recordingId, errorCode, errorReason } of failed)
      shell.note(
        say('ingest.failed-work', {
          stage: word(say, 'work-stage', stage),
          recording: recordingId,
          what: failureWords(shell.language, errorCode ?? ''),
          detail: errorReason === null ? '' : printable(reasonText(shell.language, errorReason)),
        }),
      );
  }
  // Without `--wait` the command may end before or after work has failed: its exit status must not tell which came first.
  if (how.waited && failed.length > 0) throw new Refused('work failed');
}
