import type { Credentials } from '#domain/sign-in/credentials';
import type { Session } from '#domain/sign-in/session';
import type { Tries } from '#domain/sign-in/tries';
import type { Page } from './page.ts';

export interface SessionFilter extends Page {
  /** Id of the user. */
  readonly user?: string;
}

/** How people prove who they are, and who is signed in. A scope does not limit it, because it is no footage: who may ask is the route's matter. */
export interface SignInReader {
  /** null: the user has neither password nor second factor. */
  credentials(user: string): Promise<Credentials | null>;
  session(id: string): Promise<Session | null>;
  sessionByToken(tokenSha256: string): Promise<Session | null>;
  /** Sorted by id, so the oldest first. */
  sessions(filter: SessionFilter): Promise<readonly Session[]>;
  /** Those that failed last first, at most `limit`. */
  tries(limit: number): Promise<readonly Tries[]>;
}

export interface SignInWriter {
  /** `phc` null removes the password. */
  setPassword(user: string, phc: string | null, atMs: number): Promise<void>;
  /** The same password hashed with other parameters. Does nothing if the password is another one by now. */
  replaceHash(user: string, oldPhc: string, phc: string): Promise<void>;
  /** Begins a second factor, which no code of was used yet; null removes it and the recovery codes. */
  setTotp(user: string, totp: { readonly secret: string; readonly atMs: number } | null): Promise<void>;
  /** Marks a step as used. False if it was used before, or the user has no second factor. */
  useStep(user: string, step: number): Promise<boolean>;
  /** Replaces all recovery codes of the user by those with these SHA-256. */
  setRecoveryCodes(user: string, codesSha256: readonly string[], atMs: number): Promise<void>;
  /** False if the user has no such code that was not used yet. */
  useRecoveryCode(user: string, codeSha256: string, atMs: number): Promise<boolean>;
  insertSession(session: Session): Promise<void>;
  noteSessionUse(id: string, use: Pick<Session, 'usedAtMs' | 'ageMs'>): Promise<void>;
  /** False if there is no such session. */
  removeSession(id: string): Promise<boolean>;
  /** Writes what counts now; none left of a key removes it. */
  putTries(tries: readonly Tries[]): Promise<void>;
}
