/*
 * Shows that no sequence of events makes a docking safe without a proof, that what cannot happen is refused and changes nothing, and which of several
 * problems is shown.
 * Method: random lives; what is expected is kept beside by the test, which knows nothing of the table of transitions.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AllSafe, DOCKING_EVENTS, DOCKING_PHASES, DockingStatus, PROBLEM_SOURCES } from './docking-status.ts';
import { because } from './reason.ts';

const LISTED = { listedAtMs: 1, unchangedAtMs: 2, filesListed: 3, filesKnown: 1, filesToRecheck: 1, filesRechecked: 1 };
const SEALED = { listed: 0, copied: 0, sealed: 2 };
const PROOF = AllSafe.prove(LISTED, SEALED, true) as AllSafe;
const LEFT = { code: 'recorder.removed', reason: because('nothing-left', {}) } as const;

/** Heaviest first, as people are to see them. */
const WEIGHT = ['lost', 'copying', 'listing', 'sealing', 'comparing'] as const;

/** From where each phase may be come to, as people would say it: who writes to a recorder, or lets it go, does so with everything safe. */
const COMES_FROM: Readonly<Record<string, readonly string[]>> = {
  listing: ['arrived', 'listing', 'copying', 'rechecking'],
  copying: ['listing', 'copying', 'rechecking', 'safe', 'setting-clock', 'waiting', 'wiping', 'finished'],
  rechecking: ['listing'],
  safe: ['listing', 'copying', 'rechecking', 'setting-clock'],
  'setting-clock': ['safe'],
  waiting: ['safe', 'waiting'],
  wiping: ['safe', 'setting-clock', 'waiting', 'wiping'],
  finished: ['safe', 'waiting', 'wiping'],
  released: ['finished'],
};

const anEvent = fc.constantFrom(...DOCKING_EVENTS);
const aProblem = fc.record({
  source: fc.constantFrom(...WEIGHT),
  problem: fc.option(
    fc.record({
      code: fc.constantFrom('vault.full', 'recorder.read-failed'),
      reason: fc.string().map((text) => because('said', { text })),
    }),
  ),
});
const aLife = fc.array(fc.oneof({ weight: 3, arbitrary: anEvent }, { weight: 1, arbitrary: aProblem }), { maxLength: 60 });
type Step = typeof aLife extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

function take(status: DockingStatus, step: Step): DockingStatus {
  if (typeof step !== 'string') return status.stoppedBy(step.source, step.problem as typeof LEFT | null);
  if (step === 'all-safe') return status.safe(PROOF);
  if (step === 'remove') return status.removed(status.isSafe ? null : LEFT);
  // A stop of the process ends it from outside: the next process says so.
  if (step === 'interrupt') return status.can('interrupt') ? DockingStatus.interrupted : status.removed(null);
  return status.after(step);
}

describe('the life of a docking', () => {
  it('is safe by a proof alone, and until something is found or it ends', () => {
    fc.assert(
      fc.property(aLife, (life) => {
        let status = DockingStatus.arrived;
        let isProved = false;
        for (const step of life) {
          const before = status;
          const name = typeof step === 'string' ? step : 'problem';
          try {
            status = take(status, step);
          } catch (error) {
            // It says what cannot happen, and `can` has said so before.
            expect(error).toBeInstanceOf(RangeError);
            expect(typeof step === 'string' && before.can(step)).toBe(false);
            expect(status).toBe(before);
            continue;
          }
          if (name === 'all-safe') isProved = true;
          if (name === 'differs' || name === 'remove' || name === 'interrupt') isProved = false;
          expect(status.isSafe).toBe(isProved);
          expect(status.recorded.state === 'safe').toBe(isProved);
          if (status.shown.phase === 'safe' || status.phase === 'wiping' || status.phase === 'setting-clock') expect(isProved).toBe(true);
          if (!before.isOpen) expect([name, status]).toEqual(['problem', before]);
        }
      }),
    );
  });

  it('shows the heaviest of its problems, and none once it is safe', () => {
    fc.assert(
      fc.property(aLife, (life) => {
        let status = DockingStatus.arrived;
        const standing = new Map<string, unknown>();
        for (const step of life) {
          const before = status;
          try {
            status = take(status, step);
          } catch {
            continue;
          }
          if (step === 'list') standing.delete('listing');
          if (step === 'all-safe' || step === 'remove' || step === 'interrupt') standing.clear();
          if (typeof step !== 'string' && before.isOpen && !before.isSafe) {
            if (step.problem !== null) standing.set(step.source, step.problem);
            else if (step.source !== 'lost') standing.delete(step.source);
          }
          const heaviest = WEIGHT.find((source) => standing.has(source));
          expect(status.blocked).toEqual(heaviest === undefined ? null : standing.get(heaviest));
          if (heaviest === undefined) expect(status.shown.phase).not.toBe('problem');
          else expect([status.shown.phase, status.recorded]).toEqual(['problem', { state: 'problem', problem: status.blocked }]);
        }
      }),
    );
  });

  it('comes to each of its phases by the ways that are meant, and each event happens in some of them', () => {
    const reached = new Map([[DockingStatus.arrived.phase, DockingStatus.arrived]]);
    const happened = new Set<string>();
    for (const status of reached.values()) {
      for (const event of DOCKING_EVENTS) {
        if (!status.can(event)) continue;
        happened.add(event);
        const next = take(status, event);
        expect(COMES_FROM[next.phase] ?? [status.phase], `${status.phase} ${event}`).toContain(status.phase);
        if (!reached.has(next.phase)) reached.set(next.phase, next);
      }
    }
    expect([...reached.keys()].sort()).toEqual([...DOCKING_PHASES].sort());
    expect([...happened].sort()).toEqual([...DOCKING_EVENTS].sort());
    expect(PROBLEM_SOURCES).toEqual(WEIGHT);
  });
});

describe('the proof that everything is safe', () => {
  const lacks = [
    ['a card that is not listed to its end', { listedAtMs: null }, {}],
    ['a card that was not looked at again', { unchangedAtMs: null }, {}],
    ['a file that is not copied', {}, { listed: 1 }],
    ['a file that is not sealed', {}, { copied: 1 }],
    ['a file that another docking has taken over', {}, { sealed: 1 }],
    ['a known file that is not compared', { filesRechecked: 0 }, {}],
  ] as const;
  it.each(lacks)('is refused for %s', (_what, docking, progress) => {
    expect(AllSafe.prove({ ...LISTED, ...docking }, { ...SEALED, ...progress }, true)).toBeNull();
  });

  it('does not ask for known files to be compared whole where "safe" does not wait for that', () => {
    expect(AllSafe.prove({ ...LISTED, filesRechecked: 0 }, SEALED, false)?.files).toBe(3);
  });
});

describe('one that is undocked while it is wiped', () => {
  it('says so on the slot, and was safe in the ledger', () => {
    const wiping = DockingStatus.arrived.after('list').safe(PROOF).after('wipe');
    expect(wiping.removed(null).shown).toMatchObject({ phase: 'removed', problem: { code: 'recorder.wipe-failed' } });
    expect(wiping.removed(null).recorded).toEqual({ state: 'removed', problem: null });
    expect(wiping.after('finish').removed(null).shown).toEqual({ phase: 'removed', problem: null });
  });
});
