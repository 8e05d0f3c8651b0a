/*
 * Goal: whatever people do in whatever order, nobody may look without a request that a rule or somebody else granted, for longer than that, or as another person
 * than the one who asked. Method: random lives (fast-check) of asking, deciding, ending, changing people and cases, clocks that are set and restarts, over the real
 * ledger; a model that knows only what was done says what may be covered.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CaseStep } from '#domain/case-course';
import type { User } from '#domain/people/user';
import type { GrantEnded } from '#ports/grant-bell';
import { START_MS } from '#test/support/builders';
import { CASE, type CallUpStation, callerNamed, callUpStation, type PersonName, userId } from '#test/support/people/call-up-station';
import { aGrantDraft } from '#test/support/people/call-ups';
import { askForCallUp } from './ask.ts';
import { confirmRequest, decideRequest, revokeGrant, withdrawRequest } from './decide.ts';
import { SteadyTime } from './steady-time.ts';
import { sweepGrants } from './sweep.ts';

const MINUTE = 60_000;
const ASKERS = ['asker', 'both', 'auditor'] as const satisfies readonly PersonName[];
const DECIDERS = ['head', 'otherHead', 'chief', 'both', 'asker'] as const satisfies readonly PersonName[];

const anOp = fc.oneof(
  fc.record({
    op: fc.constant('ask' as const),
    who: fc.constantFrom(...ASKERS),
    urgent: fc.boolean(),
    later: fc.boolean(),
    minutes: fc.integer({ min: 1, max: 90 }),
  }),
  fc.record({
    op: fc.constantFrom('approve' as const, 'refuse' as const, 'confirm' as const, 'reject' as const, 'revoke' as const),
    who: fc.constantFrom(...DECIDERS),
    nth: fc.nat(5),
  }),
  fc.record({ op: fc.constant('withdraw' as const), who: fc.constantFrom(...ASKERS), nth: fc.nat(5) }),
  fc.record({ op: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ op: fc.constant('set-clock' as const), minutes: fc.integer({ min: -200, max: 0 }) }),
  fc.constant({ op: 'restart' as const }),
  fc.record({ op: fc.constant('change' as const), who: fc.constantFrom(...ASKERS), to: fc.constantFrom('moved', 'suspended', 'back') }),
  fc.constant({ op: 'close' as const }),
);

let station: CallUpStation;
beforeAll(async () => {
  station = await callUpStation();
});
afterAll(() => station.close());

it('nobody looks without a grant that holds, whatever happens', { timeout: 120_000 }, async () => {
  let covered = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anOp, { minLength: 8, maxLength: 25 }), async (ops) => {
      covered += await live(ops);
    }),
    { numRuns: 20 },
  );
  // Lives in which nobody ever looks would show nothing.
  expect(covered).toBeGreaterThan(5);
});

type Op = typeof anOp extends fc.Arbitrary<infer T> ? T : never;

async function live(ops: readonly Op[]): Promise<number> {
  const { ledger, clock } = station;
  const rung: GrantEnded[] = [];
  const stop = station.deps.access.onRevoked((ended) => rung.push(ended));
  // True time: what the monotonic clock tells, whatever somebody sets.
  let passedMs = 0;
  let trueMs = clock.nowMs();
  const startTime = async () => new SteadyTime({ clock, monotonicMs: () => passedMs, floorMs: await ledger.callUps.latestKnown() });
  let deps = { ...station.deps, callUps: { ...station.deps.callUps, time: await startTime() } };
  trueMs = deps.callUps.time.nowMs();
  const recording = await station.film('041235');
  const requests: string[] = [];
  const people = new Map<PersonName, User>();
  const now = async (who: PersonName) => (await ledger.people.user(userId(who))) ?? expect.fail(who);
  /** By grant: who may look until when at most, by whom it was granted, and whether something ended it. */
  const model = new Map<string, { who: PersonName; untilMs: number; over: boolean }>();
  let closings = 0;
  let seen = 0;
  const end = (who: PersonName | null, id?: string) => {
    for (const [grant, each] of model) if (id === undefined ? who === null || each.who === who : grant === id) each.over = true;
  };
  const refusedOr = async (body: () => Promise<{ ended: readonly GrantEnded[] }>) => {
    const done = await body().catch((error: { code?: string }) => {
      expect(error.code).toMatch(/^request\./);
      return null;
    });
    deps.callUps.bell.ring(done?.ended ?? []);
    return done as Awaited<ReturnType<typeof decideRequest>> | null;
  };
  for (const op of ops) {
    const id = 'nth' in op ? (requests[op.nth % Math.max(1, requests.length)] ?? 'req-none') : '';
    const caller = 'who' in op ? callerNamed(op.who, await now(op.who)) : callerNamed('head');
    if (op.op === 'ask') {
      const untilMs = deps.callUps.time.nowMs() + op.minutes * MINUTE;
      const body = {
        target: { by: 'case', number: CASE },
        later: op.later,
        actions: ['look'],
        words: 'w',
        urgent: op.urgent,
        untilMs,
      } as const;
      const asked = await askForCallUp(deps, caller, { ...body, purpose: 'supervision' });
      requests.push(asked.request.id);
      if (asked.grant) model.set(asked.grant.id, { who: op.who, untilMs, over: false });
    } else if (op.op === 'approve' || op.op === 'refuse') {
      const before = await ledger.callUps.request(id);
      const done = await refusedOr(() =>
        decideRequest(deps, caller, id, op.op === 'approve' ? { is: 'approve', words: null } : { is: 'refuse', words: 'w' }),
      );
      if (done) {
        expect(before?.state).toBe('asked');
        expect(['head', 'asker'], 'decides footage of the other squad').not.toContain(op.who);
        expect(done.request.asker.id).not.toBe(userId(op.who));
        const who = ASKERS.find((each) => userId(each) === done.request.asker.id);
        if (done.grant && who) model.set(done.grant.id, { who, untilMs: done.request.untilMs, over: false });
      }
    } else if (op.op === 'confirm' || op.op === 'reject') {
      const done = await refusedOr(() => confirmRequest(deps, caller, id, { confirmed: op.op === 'confirm', words: null }));
      if (done && op.op === 'reject') end(null, done.request.grant ?? 'none');
    } else if (op.op === 'revoke') {
      const grant = (await ledger.callUps.request(id))?.grant ?? 'grt-none';
      if (await refusedOr(() => revokeGrant(deps, caller, grant))) end(null, grant);
    } else if (op.op === 'withdraw') {
      const done = await refusedOr(() => withdrawRequest(deps, caller, id));
      if (done) end(null, done.request.grant ?? 'none');
    } else if (op.op === 'pass') {
      passedMs += op.minutes * MINUTE;
      trueMs += op.minutes * MINUTE;
      clock.advance(op.minutes * MINUTE);
    } else if (op.op === 'set-clock') clock.advance(op.minutes * MINUTE);
    else if (op.op === 'restart') {
      // The keeper notes the time each minute while a grant holds.
      await ledger.transaction((writer) => writer.callUps.noteTime(deps.callUps.time.nowMs()));
      deps = { ...deps, callUps: { ...deps.callUps, time: await startTime() } };
    } else if (op.op === 'change') {
      if (!people.has(op.who)) people.set(op.who, await now(op.who));
      const own = people.get(op.who) ?? expect.fail(op.who);
      const fields = op.to === 'moved' ? { unit: 'unt-other' } : op.to === 'suspended' ? { state: 'suspended' as const } : own;
      const before = await now(op.who);
      await station.change(op.who, fields);
      const after = await now(op.who);
      if (before.unit !== after.unit || before.state !== after.state) end(op.who);
    } else {
      closings += 1;
      const steps = Array.from({ length: closings }, (): CaseStep[] => [
        { step: 'decided', on: '2026-06-20' },
        { step: 'closed', on: '2026-06-20' },
        { step: 'reopened', on: '2026-06-20' },
      ]).flat();
      await ledger.transaction(async (writer) => {
        await writer.cases.update(CASE, { steps });
        await writer.custody.append(aGrantDraft());
      });
      end(null);
    }
    await sweepGrants(deps);
    for (const who of ASKERS) {
      const covering = await ledger.callUps.grantsCovering(userId(who), recording, 'look', clock.nowMs());
      for (const { id: grant } of covering) {
        const known = model.get(grant);
        expect(known?.over, `${grant} after ${op.op}`).toBe(false);
        expect(known?.who).toBe(who);
        expect(known?.untilMs).toBeGreaterThan(trueMs);
      }
      seen += covering.length;
    }
  }
  // Each grant that ended was told once.
  const ended = (await ledger.callUps.grants({ seenBy: null, holding: false, limit: 1000 }))
    .map(({ id }) => id)
    .filter((id) => model.has(id));
  expect(
    rung
      .map(({ grant }) => grant)
      .filter((id) => model.has(id))
      .sort(),
  ).toEqual(ended.sort());
  // The next life begins as this one did.
  for (const [who, user] of people) await station.change(who, user);
  passedMs += 100 * 60 * MINUTE;
  clock.advance(Math.max(0, trueMs - clock.nowMs()) + 100 * 60 * MINUTE);
  await sweepGrants(deps);
  await ledger.transaction(async (writer) => {
    await writer.cases.update(CASE, { steps: [] });
    await writer.custody.append(aGrantDraft());
  });
  stop();
  expect(START_MS).toBeLessThan(clock.nowMs());
  return seen;
}
