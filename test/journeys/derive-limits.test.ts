/*
 * Goal: a recording that runs into the time limit is tried once more and then fails with words that say so, although more tries are allowed for other
 * failures; and it leaves no process behind.
 * Method: the runner and the derive stage on a real ledger and vault, with a program in ffmpeg's place that never comes to an end.
 */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FfmpegTranscoder } from '#adapters/ffmpeg/ffmpeg-transcoder';
import { DeriveStage } from '#derive/derive-stage';
import { PRIORITY, workId } from '#domain/work';
import { DRIVERS } from '#drivers';
import type { Vault } from '#ports/vault';
import { WorkRunner } from '../../src/station/work-runner.ts';
import { runProgram } from '../support/evidock.ts';
import { oneAtATime } from '../support/one-at-a-time.ts';
import { type ServedStation, servedStation } from '../support/served-station.ts';

const LIMIT_MS = 700;
const log = pino({ level: 'silent' });

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
    writer.insertWork({ id: workId('derive', id), stage: 'derive', recordingId: id, priority: PRIORITY.later, dueAtMs: nowMs, nowMs }),
  );
  const settings = { ffmpeg: program, ffprobe: 'ffprobe', height: 720, threads: 1, timeLimitMs: LIMIT_MS, outputBytesMax: 2 ** 30 };
  const derive = new DeriveStage({
    ...{ ledger, vault: station.deps.vault as Vault, transcoder: new FfmpegTranscoder({ settings }), clock, log },
    faults: { reached: () => undefined },
    settings: {
      stationId: 'test',
      timezone: 'Asia/Shanghai',
      drivers: DRIVERS,
      attemptsMax: 5,
      turnMs: 60_000,
      archiveDerivatives: false,
    },
    onDerived: () => undefined,
  });
  runner = new WorkRunner({
    ...{ ledger, queue: oneAtATime(), clock: { nowMs: () => Date.now() }, log, owner: 'test', handlers: [derive], graceMs: 200 },
    ...{ concurrency: { derive: 1, 'derive-later': 1, archive: 1 }, sweepSeconds: 3600, random: () => 0 },
  });
  await runner.start();
  const work = () => ledger.work(workId('derive', id));
  await expect.poll(async () => (await work())?.state, { timeout: 30_000 }).toBe('failed');
  expect(await work()).toMatchObject({
    attempts: 2,
    errorCode: 'transcoder.too-slow',
    errorDetail: expect.stringMatching(/^longer than \d+ s, twice$/),
  });
  expect(await starts()).toBe(2);
  expect((await runProgram('pgrep', ['-f', 'sleep 4711'])).stdout).toBe('');
}, 60_000);
