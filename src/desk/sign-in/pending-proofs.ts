import { createHash, randomBytes } from 'node:crypto';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

const TOKEN_BYTES = 32;
const PENDING_MS = 5 * 60_000;
const PENDING_MAX = 1000;
const TRIES_MAX = 5;

/** What somebody has shown already, and has to show next. */
export interface PendingProof {
  readonly user: string;
  /** `code`: a code of their second factor; `enrol`: a code of the factor that is to become theirs. */
  readonly wants: 'code' | 'enrol';
  /** Of `enrol`: the secret that was shown. */
  readonly secret: string | null;
  /** Session in which it is asked; null: before there is one. */
  readonly session: string | null;
  /** Digest of the account that was typed. */
  readonly account: string;
}

interface Kept extends PendingProof {
  readonly endsMs: number;
  tries: number;
}

/** First halves of proofs that have two, for five minutes. They are kept in memory: after a restart a person begins again. */
export class PendingProofs {
  readonly #monotonicMs: () => number;
  /** By digest of the token. */
  readonly #kept = new Map<string, Kept>();

  constructor({ monotonicMs }: { readonly monotonicMs: () => number }) {
    this.#monotonicMs = monotonicMs;
  }

  /** Returns the token with which the second half comes. */
  begin(proof: PendingProof): { readonly token: string; readonly seconds: number } {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= PENDING_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(digest(token), { ...proof, endsMs: this.#monotonicMs() + PENDING_MS, tries: 0 });
    return { token, seconds: PENDING_MS / 1000 };
  }

  /** Throws sign-in.ended. */
  demand(token: string): PendingProof {
    const kept = this.#kept.get(digest(token));
    if (kept && kept.endsMs > this.#monotonicMs()) return kept;
    this.end(token);
    throw new EvidockError('sign-in.ended', because('begin-again', {}));
  }

  /** The fifth code that is wrong ends it. */
  failed(token: string): void {
    const kept = this.#kept.get(digest(token));
    if (!kept) return;
    kept.tries += 1;
    if (kept.tries >= TRIES_MAX) this.end(token);
  }

  end(token: string): void {
    this.#kept.delete(digest(token));
  }

  endAllOf(user: string): void {
    for (const [key, kept] of this.#kept) if (kept.user === user) this.#kept.delete(key);
  }

  sweep(): void {
    const now = this.#monotonicMs();
    for (const [key, { endsMs }] of this.#kept) if (endsMs <= now) this.#kept.delete(key);
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
