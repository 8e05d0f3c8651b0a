/*
 * Goal: whatever two hosts do (claim, stall, renew, end, come back late, restart, have their clocks jump), exactly one result of each claim counts: that of the
 * newest claim, once.
 * Method: random steps by two workers on a real ledger. A short model says who holds the work; it knows nothing of how the ledger decides that. Each result
 * also writes the worker's name, so that a half-done transaction would be seen. The ledger is in memory, because the steps flush it some thousand times;
 * durability is tested elsewhere.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import { type Claim, workId } from '#domain/work';
import type { LedgerWriter } from '#ports/ledger';
import { ledgerTime, listOne } from '#test/contract/ledger-support';
import { STATION_ID, someWork } from '#test/support/builders';
import { memoryRoot } from '#test/support/card/memory-root';

const HOSTS = ['station', 'worker-2'] as const;
const worker = fc.constantFrom(0, 1);
/** Which of its own claims a worker presents: 0 is the newest, higher numbers are earlier ones. */
const age = fc.nat({ max: 2 });
const STEP = fc.oneof(
  fc.record({ do: fc.constant('claim' as const), worker, leaseMs: fc.integer({ min: 1, max: 100 }) }),
  fc.record({
    do: fc.constant('end' as const),
    how: fc.constantFrom('renew' as const, 'finish' as const, 'fail' as const, 'postpone' as const),
    worker,
    age,
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 120 }) }),
  fc.record({ do: fc.constant('jump' as const), ms: fc.integer({ min: -1e12, max: 1e12 }) }),
  fc.record({ do: fc.constant('lapse' as const) }),
  fc.record({ do: fc.constant('reopen' as const) }),
  fc.record({ do: fc.constant('restart' as const) }),
);
interface Held {
  readonly by: number;
  readonly token: number;
  readonly leaseMs: number;
  readonly endsMs: number;
}
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

const ENDS: Readonly<Record<'renew' | 'finish' | 'fail' | 'postpone', (writer: LedgerWriter, claim: Claim) => Promise<void>>> = {
  renew: (writer, claim) => writer.work.renew(claim, { leaseMs: 50, percent: 1 }),
  finish: (writer, claim) => writer.work.finish(claim),
  fail: (writer, claim) => writer.work.fail(claim, { code: 'transcoder.failed', reason: because('said', { text: '' }), retryInMs: 0 }),
  postpone: (writer, claim) => writer.work.postpone(claim, { delayMs: 0 }),
};

test('of two hosts, the one with the newest claim alone ends the work, and its result alone stands', { timeout: 60_000 }, async () => {
  const directory = await mkdtemp(join(memoryRoot(), 'evidock-fencing-'));
  const made = join(directory, 'made.sqlite');
  await (await openLedger({ file: made, stationId: STATION_ID })).close();
  let turn = 0;
  const property = fc.asyncProperty(fc.array(STEP, { minLength: 10, maxLength: 40 }), async (steps) => {
    turn += 1;
    const file = join(directory, `${turn}.sqlite`);
    await copyFile(made, file);
    await live(file, steps);
    for (const left of ['', '.lock', '-wal', '-shm']) await rm(`${file}${left}`, { force: true });
  });
  await fc.assert(property, { numRuns: 200 });
  await rm(directory, { recursive: true });
});

async function live(file: string, steps: readonly Step[]): Promise<void> {
  const time = ledgerTime();
  const open = () => openLedger({ file, stationId: STATION_ID, clock: time.wall, monotonicMs: time.monotonicMs });
  let ledger = await open();
  const { recording } = await ledger.transaction(async (writer) => {
    const card = await listOne(writer, { recording: { category: null } });
    await writer.work.insert(someWork('derive', card.recording.id));
    return card;
  });
  const id = workId('derive', recording.id);
  const claims: [Claim[], Claim[]] = [[], []];
  /** What the model knows: who holds the work, by which token, and when the lease ends. */
  let held: Held | null = null as Held | null;
  let newest = 0;
  let done = false;
  let result: string | null = null;
  for (const step of steps) {
    if (step.do === 'pass') time.passMs(step.ms);
    else if (step.do === 'jump') time.wall.advance(step.ms);
    else if (step.do === 'lapse') {
      const ended = held !== null && held.endsMs <= time.monotonicMs();
      expect(await ledger.endLapsedLeases()).toBe(ended ? 1 : 0);
      if (ended) held = null;
    } else if (step.do === 'restart') {
      await ledger.close();
      ledger = await open();
      const own: boolean = held?.by === 0;
      expect((await ledger.recover()).work).toBe(own ? 1 : 0);
      held = held && !own ? { ...held, endsMs: time.monotonicMs() + held.leaseMs } : null;
    } else if (step.do === 'reopen') {
      await ledger.transaction((writer) => writer.work.reopen(someWork('derive', recording.id, { dueAtMs: time.wall.nowMs() })));
      done = false;
    } else if (step.do === 'claim') {
      const { worker: by, leaseMs } = step;
      const due = (await ledger.work.due(time.wall.nowMs(), 'derive', 1)).length === 1;
      const free = held ? held.endsMs <= time.monotonicMs() : !done && due;
      const claim = await ledger.transaction((writer) => writer.work.claim(id, { host: HOSTS[by] ?? '', instance: 'x' }, leaseMs));
      expect(claim !== null).toBe(free);
      if (!claim) continue;
      expect(claim.token).toBeGreaterThan(newest);
      newest = claim.token;
      claims[by]?.push(claim);
      held = { by, token: claim.token, leaseMs, endsMs: time.monotonicMs() + leaseMs };
    } else {
      const claim = claims[step.worker]?.at(-1 - step.age);
      if (!claim) continue;
      const name = `${step.how} ${claim.token} ${time.monotonicMs()}`;
      const ended = await ledger
        .transaction(async (writer) => {
          // This is written before the claim is checked. If the claim is refused, it must be rolled back too.
          await writer.recordings.update(recording.id, { category: name });
          await ENDS[step.how](writer, claim);
        })
        .then(
          () => true,
          (error: unknown) => {
            if (!isFailure(error, 'work.lease-lost')) throw error;
            return false;
          },
        );
      expect(ended).toBe(held?.token === claim.token);
      if (!ended || !held) continue;
      result = name;
      held = step.how === 'renew' ? { ...held, leaseMs: 50, endsMs: time.monotonicMs() + 50 } : null;
      done = step.how === 'finish';
    }
    const row = await ledger.work.get(id);
    expect(row?.state).toBe(held ? 'running' : done ? 'done' : 'waiting');
    expect((await ledger.recordings.get(recording.id))?.category ?? null).toBe(result);
  }
  await ledger.close();
}
