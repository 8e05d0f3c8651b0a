/*
 * Goal: a recording that runs into the time limit is tried once more and then fails with words that say so, although more tries are allowed for other
 * failures; and it leaves no process behind.
 * Method: the runner and the derive stage on a real ledger and vault, with a program in ffmpeg's place that never comes to an end.
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

const LIMIT_MS = 700;

let station: ServedStation;
let runner: WorkRunner | undefined;
beforeEach(async () => {
  station = await servedStation();
});
afterEach(async () => {
  await runner?.stop();
  await station.close();
});

/** Writes a line for each of its starts, then waits for ever. */
async function endlessProgram(): Promise<{ program: string; starts: () => Promise<number> }> {
  const program = join(station.directory, 'endless-ffmpeg');
  const count = join(station.directory, 'starts');
  await writeFile(count, '');
  await writeFile(program, `#!/bin/sh\necho started >> '${count}'\nexec sleep 4711\n`);
  await chmod(program, 0o755);
  return { program, starts: async () => Number((await runProgram('wc', ['-l', count])).stdout.split(' ')[0]) };
}

it('is tried twice with the same limit, and no more', async () => {
  const film = join(station.directory, 'film.avi');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10', '-t', '1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'];
  expect((await runProgram('ffmpeg', ['-nostdin', '-v', 'error', ...source, film])).status).toBe(0);
  const { id } = await station.addRecording(await readFile(film));
  const { program, starts } = await endlessProgram();
  const { ledger, clock } = station;
  const nowMs = clock.nowMs();
  await ledger.transaction((writer) =>
    writer.work.insert({ id: workId('derive', id), stage: 'derive', recordingId: id, priority: PRIORITY.later, dueAtMs: nowMs, nowMs }),
  );
  const vault = station.deps.vault as Vault;
  const { stage } = deriving({
    ledger,
    vault,
    directory: station.directory,
    clock,
    ffmpeg: program,
    timeLimitMs: LIMIT_MS,
    attemptsMax: 5,
  });
  const queue = oneAtATime();
  runner = new WorkRunner({
    ...{ queue, clock, log: pino({ level: 'silent' }), handlers: [stage], graceMs: 200 },
    claims: new LedgerClaims(ledger, TEST_WORKER),
    ...{ concurrency: { derive: 1, 'derive-later': 1, archive: 1 }, random: () => 0 },
  });
  await runner.start();
  await queue.ring('derive-later', workId('derive', id), { priority: PRIORITY.later, delayMs: 0 });
  const work = () => ledger.work.get(workId('derive', id));
  const stateLater = async () => {
    // What was put off is due then.
    clock.advance(60_000);
    return (await work())?.state;
  };
  await expect.poll(stateLater, { timeout: 30_000 }).toBe('failed');
  expect(await work()).toMatchObject({
    attempts: 2,
    errorCode: 'transcoder.too-slow',
    errorReason: saying(/^longer than \d+ s, twice$/),
  });
  expect(await starts()).toBe(2);
  expect((await runProgram('pgrep', ['-f', 'sleep 4711'])).stdout).toBe('');
}, 60_000);
