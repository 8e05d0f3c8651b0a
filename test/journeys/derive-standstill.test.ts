/*
 * Goal: the lease of deriving is renewed by progress and by nothing else. A run in which nothing moves is stopped, gives its place back and is tried again; one that moves keeps it, however
 * slow its media processes are, and from its first step to its last.
 * Method: the runner and the derive stage on a real ledger and vault, with programs in ffmpeg's place that hang or crawl for longer than a run may stand still here.
 */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PRIORITY, workId } from '#domain/work';
import type { Vault } from '#ports/vault';
import { TEST_WORKER } from '#test/support/ledger/claims';
import { deriving } from '#test/support/media/deriving';
import { saying } from '#test/support/saying';
import { LedgerClaims } from '../../src/station/ledger-claims.ts';
import { WorkRunner } from '../../src/station/work-runner.ts';
import { runProgram } from '../support/evidock.ts';
import { oneAtATime } from '../support/one-at-a-time.ts';
import { type ServedStation, servedStation } from '../support/served-station.ts';

const STANDSTILL_MS = 2500;

let station: ServedStation;
let runner: WorkRunner | undefined;
beforeEach(async () => {
  station = await servedStation();
});
afterEach(async () => {
  await runner?.stop();
  await station.close();
});

/** Derives a second of film with a program in ffmpeg's place, of these lines of sh. */
async function started(lines: string) {
  const film = join(station.directory, 'film.avi');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10', '-t', '1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'];
  expect((await runProgram('ffmpeg', ['-nostdin', '-v', 'error', ...source, film])).status).toBe(0);
  const { id } = await station.addRecording(await readFile(film));
  const ffmpeg = join(station.directory, 'slow-ffmpeg');
  await writeFile(ffmpeg, `#!/bin/sh\n${lines}\n`);
  await chmod(ffmpeg, 0o755);
  const { ledger, clock, directory } = station;
  const nowMs = clock.nowMs();
  await ledger.transaction((writer) =>
    writer.work.insert({ id: workId('derive', id), stage: 'derive', recordingId: id, priority: PRIORITY.later, dueAtMs: nowMs, nowMs }),
  );
  const { stage } = deriving({
    ledger,
    vault: station.deps.vault as Vault,
    directory,
    clock,
    ffmpeg,
    attemptsMax: 5,
    standstillMsMax: STANDSTILL_MS,
  });
  const queue = oneAtATime();
  runner = new WorkRunner({
    ...{ queue, clock, log: pino({ level: 'silent' }), handlers: [stage], graceMs: 6000 },
    claims: new LedgerClaims(ledger, TEST_WORKER),
    ...{ concurrency: { derive: 1, 'derive-later': 1, archive: 1 }, random: () => 0 },
  });
  await runner.start();
  await queue.ring('derive-later', workId('derive', id), { priority: PRIORITY.later, delayMs: 0 });
  return { work: () => ledger.work.get(workId('derive', id)) };
}

it('a run in which nothing moves is stopped, with its process, and tried again', async () => {
  const { work } = await started('exec sleep 4712');
  await expect.poll(async () => (await work())?.errorCode, { timeout: 15_000 }).toBe('station.stood-still');
  expect(await work()).toMatchObject({ state: 'waiting', errorReason: saying(/^nothing moved for \d s/) });
  await expect.poll(async () => (await runProgram('pgrep', ['-f', 'sleep 4712'])).stdout, { timeout: 10_000 }).toBe('');
}, 40_000);

it('one whose processes crawl is left alone', async () => {
  // Each counts for longer than a run may stand still, and only then does what it is to do.
  const crawl = `case "$*" in *-progress*) for n in 1 2 3 4 5 6 7 8; do echo "frame=$n"; echo "frame=$n" >&2; sleep 0.4; done ;; esac`;
  const { work } = await started(`${crawl}\nexec ffmpeg "$@"`);
  await expect.poll(async () => (await work())?.state, { timeout: 90_000 }).toBe('done');
  expect((await work())?.attempts).toBe(1);
}, 100_000);
