import { Secret, TOTP } from 'otpauth';
import { afterEach, beforeEach } from 'vitest';
import { Argon2Hasher } from '#adapters/argon2/argon2-hasher';
import { livePeopleChanges } from '#adapters/live-people-changes';
import { SignInKeeper } from '#desk/sign-in/keeper';
import type { SignInParts } from '#desk/sign-in/parts';
import { signIn, signInWithCode } from '#desk/sign-in/sign-in';
import { QUICK, quickSignIn } from '#test/support/people/sign-in';
import { type ServedStation, servedStation } from '#test/support/served-station';

export const PASSWORD = 'correct horse battery';
export const FROM = { address: '10.1.2.3', agent: 'a browser' };
/** How long a code of the second factor is good, ms (RFC 6238, section 5.2). */
export const STEP_MS = 30_000;

type From = typeof FROM;
const codeOf = (error: { code: string }) => error.code;

/** A station before each test to sign in at, with real hashes that cost little and two clocks of the test's own: one that may be set, one that never jumps. */
export function signInStation(): SignInStation {
  const at = new SignInStation();
  beforeEach(() => at.open());
  afterEach(() => at.close());
  return at;
}

export class SignInStation {
  station!: ServedStation;
  deps!: ServedStation['deps'];
  monotonic = 0;
  hasher!: Argon2Hasher;

  async open(): Promise<void> {
    this.monotonic = 1000;
    this.station = await servedStation();
    this.hasher = new Argon2Hasher({ parameters: QUICK });
    this.deps = { ...this.station.deps, signIn: this.parts() };
  }

  async close(): Promise<void> {
    await this.hasher.close();
    await this.station.close();
  }

  /** Another process over the same ledger: nothing in memory but what the keeper loads. */
  readonly restart = async (): Promise<void> => {
    await this.keeper().stop();
    this.deps = { ...this.deps, signIn: this.parts() };
    await this.keeper().start();
  };

  readonly parts = (totpRoles: SignInParts['totpRoles'] = []): SignInParts =>
    quickSignIn({ clock: this.station.clock, monotonicMs: () => this.monotonic, hasher: this.hasher, totpRoles });

  readonly keeper = (changes = livePeopleChanges()): SignInKeeper => new SignInKeeper({ deps: this.deps, changes });

  /** Both clocks go on. */
  readonly pass = (ms: number): void => {
    this.monotonic += ms;
    this.station.clock.advance(ms);
  };

  readonly tryIn = (account: string, password: string, from: From = FROM, present: string | null = null) =>
    signIn(this.deps, { account, password, from, present });

  /** The state that a try ends in, or the code of its refusal. */
  readonly ask = (account: string, password: string, from?: From) =>
    this.tryIn(account, password, from).then((step) => step.state as string, codeOf);

  readonly comeIn = async (account: string, present: string | null = null) => {
    const step = await this.tryIn(account, PASSWORD, FROM, present);
    if (step.state !== 'signed-in') throw new Error(step.state);
    return step;
  };

  readonly entries = async (user: string): Promise<string[]> => {
    const told = await this.deps.ledger.custody.of({ kind: 'user', id: user });
    return told.map(({ type, data }) => `${type} ${data['why'] ?? data['method'] ?? data['how'] ?? ''}`.trim());
  };

  /** The code of this moment, or of one that is so many steps away. */
  readonly nowCode = (secret: string, steps = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: this.station.clock.nowMs() + steps * STEP_MS });

  /** Signs in somebody who must have a second factor, and has none yet. */
  readonly enrol = async (account: string) => {
    const step = await this.tryIn(account, PASSWORD);
    if (step.state !== 'enrol') throw new Error(step.state);
    const done = await signInWithCode(this.deps, { pending: step.pending, code: this.nowCode(step.secret), from: FROM, present: null });
    return { ...done, secret: step.secret };
  };

  readonly giveCode = async (account: string, code: string) => {
    const step = await this.tryIn(account, PASSWORD);
    if (step.state !== 'code') throw new Error(step.state);
    return signInWithCode(this.deps, { pending: step.pending, code, from: FROM, present: null }).then(
      ({ session }) => session.method as string,
      codeOf,
    );
  };
}
