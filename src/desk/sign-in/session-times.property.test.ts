/*
 * Goal: no clock that is set, whenever and wherever to, prolongs a session beyond its limits, or ends one that is within them while the station runs. Method:
 * random lives of one session (time passes, it is used, the clock is set, the station restarts) beside a model that counts true time.
 */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { endedByTime, type Session } from '#domain/sign-in/session';
import { SessionTimes } from './session-times.ts';

const LIMITS = { idleMs: 1000, wholeMs: 3000 };
const START = 1_000_000;

type Step = { readonly pass: number } | { readonly set: number } | 'use' | { readonly restart: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ pass: fc.integer({ min: 0, max: 400 }) }) },
  { weight: 12, arbitrary: fc.constant('use' as const) },
  { weight: 1, arbitrary: fc.record({ set: fc.integer({ min: -1e12, max: 1e12 }) }) },
  { weight: 1, arbitrary: fc.record({ restart: fc.integer({ min: 0, max: 400 }) }) },
);

interface Truth {
  readonly age: number;
  readonly idle: number;
  /** Time in which the station ran. */
  readonly ran: number;
  readonly restarts: number;
}

/**
 * Runs a life. After each step tells whether the session holds, by the station and by true time. `isSwept`: a session that holds no more is ended when the station
 * stops, as the keeper does it.
 */
function live(steps: readonly Step[], told: (held: boolean, truth: Truth) => void, { isSwept = false } = {}): void {
  let wall = START;
  let monotonic = 0;
  const truth = { age: 0, idle: 0, ran: 0, restarts: 0 };
  let row: Session = {
    ...{ id: 'ssn-1', user: 'usr-1', tokenSha256: '', method: 'password', roles: [], address: null, agent: null },
    ...{ beganAtMs: wall, usedAtMs: wall, ageMs: 0 },
  };
  const open = () => new SessionTimes({ nowMs: () => wall, monotonicMs: () => monotonic });
  let times = open();
  times.begun(row);
  const holds = () => endedByTime(times.of(row), LIMITS) === null;
  const pass = (ms: number) => {
    wall += ms;
    truth.age += ms;
    truth.idle += ms;
  };
  for (const each of steps) {
    if (each === 'use') {
      if (!holds()) return;
      times.used(row);
      truth.idle = 0;
    } else if ('pass' in each) {
      pass(each.pass);
      truth.ran += each.pass;
      monotonic += each.pass;
    } else if ('set' in each) wall = START + each.set;
    else {
      if (isSwept && !holds()) return;
      for (const { id: _, ...use } of times.takeUnwritten([row])) row = { ...row, ...use };
      pass(each.restart);
      // The clock of a process begins anew, at whatever it likes.
      monotonic = each.restart * 7;
      truth.restarts += 1;
      times = open();
      times.begun(row);
    }
    told(holds(), truth);
  }
}

it('while the station runs, a session holds exactly within its limits, whatever the wall clock does', () => {
  const running = fc.array(
    step.filter((each) => each === 'use' || !('restart' in each)),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(running, (steps) => {
      live(steps, (held, { age, idle }) => expect(held).toBe(age < LIMITS.wholeMs && idle < LIMITS.idleMs));
    }),
  );
});

it('with restarts and clocks that are never set, too', () => {
  const unset = fc.array(
    step.filter((each) => each === 'use' || !('set' in each)),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(unset, (steps) => {
      live(steps, (held, { age, idle }) => expect(held).toBe(age < LIMITS.wholeMs && idle < LIMITS.idleMs));
    }),
  );
});

it('with both, each restart gives it its time without use once more at most, and no clock gives it more', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 150 }), (steps) => {
      const bounded = (held: boolean, { ran, restarts }: Truth) => {
        if (held) expect(ran).toBeLessThan(LIMITS.wholeMs + restarts * LIMITS.idleMs);
      };
      live(steps, bounded, { isSwept: true });
    }),
    { numRuns: 500 },
  );
});
