import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { PendingSignIn } from '#ports/identity-provider';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** How long a person may take at the provider. */
export const PENDING_MS = 600_000;
const USED_MAX = 10_000;

export interface Pending extends PendingSignIn {
  /** Where the browser goes in the end. */
  readonly returnTo: string;
}

interface Sealed extends Pending {
  /** By the clock that does not jump, of this process. */
  readonly endsMs: number;
}

/**
 * Sign-ins that wait for the browser to come back from the provider. What belongs to one is in a cookie of that browser, sealed with a key of this process: so
 * nobody can fill the memory of the station by beginning many, and only the browser that began one can end it. Each ends once. After a restart a person begins
 * again.
 */
export class SealedPending {
  readonly #monotonicMs: () => number;
  readonly #key = randomBytes(32);
  /** States that came back, the oldest first. */
  readonly #used = new Set<string>();

  constructor({ monotonicMs }: { readonly monotonicMs: () => number }) {
    this.#monotonicMs = monotonicMs;
  }

  /** The value of the cookie. */
  seal(pending: Pending): string {
    const sealed: Sealed = { ...pending, endsMs: this.#monotonicMs() + PENDING_MS };
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv);
    const text = Buffer.concat([cipher.update(JSON.stringify(sealed)), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
  }

  /** What a cookie holds; null: it was not sealed here, is too old, or was used. It counts as used from now on. */
  take(value: string): Pending | null {
    const sealed = this.#open(value);
    if (!sealed || sealed.endsMs <= this.#monotonicMs() || this.#used.has(sealed.state)) return null;
    this.#used.add(sealed.state);
    const [oldest] = this.#used;
    if (this.#used.size > USED_MAX && oldest !== undefined) this.#used.delete(oldest);
    const { endsMs: _, ...pending } = sealed;
    return pending;
  }

  #open(value: string): Sealed | null {
    const bytes = Buffer.from(value, 'base64url');
    if (bytes.length <= IV_BYTES + TAG_BYTES) return null;
    try {
      const cipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      cipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = Buffer.concat([cipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), cipher.final()]);
      return JSON.parse(text.toString()) as Sealed;
    } catch {
      // The tag does not fit: these bytes were never sealed by this process.
      return null;
    }
  }
}
