/*
 * Goal: work that stands still gives up its place and is tried again. Work that moves keeps its place, however slow it is. A storm of failures is one line of
 * the log.
 * Method: the runner on a real ledger, with handlers that hang, crawl and fail, and a queue in this process.
 */

import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { type Claim, workId } from '#domain/work';
import type { WorkHandler, WorkRun } from '#ports/work-handler';
import { aDocking, aRecording, START_MS, someWork } from '#test/support/builders';
import { TEST_WORKER, tryToClaim } from '#test/support/ledger/claims';
import { saying } from '#test/support/saying';
import { temporaryDirectory } from '../../test/support/evidock.ts';
import { oneAtATime } from '../../test/support/one-at-a-time.ts';
import { openLedger, type SqliteLedger } from '../adapters/sqlite-ledger/ledger.ts';
import { LedgerClaims } from './ledger-claims.ts';
import { LogFold } from './log-fold.ts';
import { WorkRunner } from './work-runner.ts';
import { WorkSweep } from './work-sweep.ts';

const STANDSTILL_MS = 1200;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let ledger: SqliteLedger;
let runner: WorkRunner | undefined;
let sweep: WorkSweep | undefined;
let lines: Record<string, unknown>[];
let ids: string[];
let aheadMs: number;

beforeEach(async () => {
  home = await temporaryDirectory();
  aheadMs = 0;
  ledger = await openLedger({ file: join(home.path, 'ledger.sqlite'), stationId: 'test', monotonicMs: () => performance.now() + aheadMs });
  lines = [];
  const docking = aDocking();
  const recordings = [1, 2, 3].map((n) => aRecording({ dockingId: docking.id, createdAtMs: START_MS + n }));
  ids = recordings.map(({ id }) => id);
  await ledger.transaction(async (writer) => {
    await writer.dockings.insert(docking);
    for (const recording of recordings) {
      await writer.recordings.insert(recording);
      await writer.work.insert(someWork('archive', recording.id));
    }
  });
});

afterEach(async () => {
  await sweep?.stop();
  await runner?.stop();
  await ledger.close();
  await home.remove();
});

async function start(run: WorkHandler['run']): Promise<void> {
  const handler: WorkHandler = {
    ...{ stage: 'archive', attemptsMax: Number.POSITIVE_INFINITY, standstillMsMax: STANDSTILL_MS, run },
    gaveUp: async () => undefined,
  };
  const log = pino(
    { level: 'warn' },
    new Writable({
      write: (chunk: Buffer, _, done) => {
        lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    }),
  );
  const parts = { queue: oneAtATime(), clock: { nowMs: () => Date.now() }, log };
  runner = new WorkRunner({
    ...{ ...parts, claims: new LedgerClaims(ledger, TEST_WORKER), handlers: [handler] },
    ...{ concurrency: { derive: 1, 'derive-later': 1, archive: 1 }, random: () => 0, graceMs: 200 },
  });
  await runner.start();
  sweep = new WorkSweep({ ...parts, ledger, stages: ['archive'], sweepSeconds: 3600 });
  await sweep.start();
}

const done = (claim: Claim) => ledger.transaction((writer) => writer.work.finish(claim));
const stateOf = async (id: string | undefined) => (await ledger.work.get(workId('archive', id ?? '')))?.state;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the runner', () => {
  it('takes the place of work that hangs and does not even stop when told to, tells why, and tries it again', async () => {
    let hangs = 0;
    await start(async (claim) => {
      if (claim.recordingId !== ids[0]) return done(claim);
      hangs += 1;
      await new Promise(() => undefined);
    });
    await expect.poll(() => stateOf(ids[2]), { timeout: 8000 }).toBe('done');
    expect(await stateOf(ids[1])).toBe('done');
    const work = await ledger.work.get(workId('archive', ids[0] ?? ''));
    expect(work).toMatchObject({ errorCode: 'station.stood-still', errorReason: saying(/^nothing moved for \d s/) });
    await expect.poll(() => hangs, { timeout: 8000 }).toBeGreaterThan(1);
  });

  it('leaves work alone that moves a little now and then, far beyond the limit on standing still', async () => {
    let aborted = false;
    await start(async (claim, { onProgress, signal }: WorkRun) => {
      if (claim.recordingId === ids[0])
        for (let n = 0; n < 8; n += 1) {
          await pause(STANDSTILL_MS / 3);
          onProgress();
        }
      aborted ||= signal.aborted;
      await done(claim);
    });
    await expect.poll(() => stateOf(ids[2]), { timeout: 8000 }).toBe('done');
    expect(aborted).toBe(false);
    expect((await ledger.work.get(workId('archive', ids[0] ?? '')))?.attempts).toBe(1);
  });

  it('takes a percentage that stays as it is for no progress', async () => {
    await start(async (claim, { onPercent, signal }) => {
      if (claim.recordingId !== ids[0]) return done(claim);
      const timer = setInterval(() => onPercent(40), 50);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      clearInterval(timer);
      throw signal.reason;
    });
    await expect.poll(() => stateOf(ids[2]), { timeout: 8000 }).toBe('done');
    expect(await ledger.work.get(workId('archive', ids[0] ?? ''))).toMatchObject({ errorCode: 'station.stood-still', attempts: 1 });
  });

  it('does not renew the lease of work that stands still: it ends, and others may take it', async () => {
    await start(async (claim) => (claim.recordingId === ids[0] ? new Promise(() => undefined) : done(claim)));
    await pause(1100);
    // Later than the end of the first lease. If time alone had renewed it, the work could not be claimed yet.
    aheadMs = STANDSTILL_MS + 30_000 - 500;
    expect(await tryToClaim(ledger, workId('archive', ids[0] ?? ''), { host: 'other', instance: 'x' })).toMatchObject({ token: 2 });
  });

  it('stops at work that somebody else has by now, says nothing of how it ended, and goes on with the next', async () => {
    const stopped: unknown[] = [];
    await start(async (claim, { signal, onProgress }) => {
      if (claim.recordingId !== ids[0]) return done(claim);
      const timer = setInterval(onProgress, 50);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      clearInterval(timer);
      stopped.push(signal.reason);
      throw new EvidockError('archive.unreachable', because('said', { text: 'as whatever was stopped may say' }));
    });
    const id = workId('archive', ids[0] ?? '');
    await expect.poll(() => stateOf(ids[0])).toBe('running');
    aheadMs = 10 * 60_000;
    const theirs = await tryToClaim(ledger, id, { host: 'other', instance: 'x' }, 1e9);
    expect(theirs).toMatchObject({ token: 2 });
    await expect.poll(() => stateOf(ids[2]), { timeout: 8000 }).toBe('done');
    expect(stopped).toMatchObject([{ code: 'work.lease-lost' }]);
    expect(await ledger.work.get(id)).toMatchObject({ state: 'running', attempts: 2, errorCode: null });
    expect(lines.map(({ event }) => event)).toEqual(['work.lost']);
    // The other host is not heard any more, so the sweep gives its work to whoever asks.
    aheadMs += 2e9;
    await sweep?.sweep();
    expect(await ledger.work.get(id)).toMatchObject({ state: expect.stringMatching('waiting|running'), errorCode: null });
    await expect.poll(async () => (await ledger.work.get(id))?.attempts, { timeout: 8000 }).toBe(3);
  });

  it('tells a storm of the same failure in one line', async () => {
    await start(async () => {
      throw new EvidockError('archive.unreachable', because('nobody-listens', {}));
    });
    for (let n = 0; n < 5; n += 1) await sweep?.sweep();
    await pause(300);
    await runner?.stop();
    const failed = lines.filter(({ event }) => event === 'archive.failed');
    expect(failed.map(({ repeated }) => repeated)).toEqual([0, 1]);
    expect(failed).toHaveLength(2);
  });
});

describe('folding', () => {
  it('writes the first at once, and the number of the others when the time is over', async () => {
    const fold = new LogFold({ everyMs: 100 });
    const told: [string, number][] = [];
    const tell = (kind: string) => fold.tell(kind, (repeated) => told.push([kind, repeated]));
    for (let n = 0; n < 1450; n += 1) tell('sweep queue.unreachable');
    tell('sweep ledger.failed');
    expect(told).toEqual([
      ['sweep queue.unreachable', 0],
      ['sweep ledger.failed', 0],
    ]);
    await pause(200);
    expect(told.slice(2)).toEqual([['sweep queue.unreachable', 1448]]);
    tell('sweep queue.unreachable');
    tell('sweep queue.unreachable');
    fold.stop();
    expect(told.slice(3)).toEqual([
      ['sweep queue.unreachable', 0],
      ['sweep queue.unreachable', 0],
    ]);
  });
});
