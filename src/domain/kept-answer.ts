/** The answer to a request with an idempotency key, kept in the transaction of what the request changed. */
export interface KeptAnswer {
  /** Digest of who asked. */
  readonly by: string;
  readonly key: string;
  /** Digest of what they may see and do, as it was then. */
  readonly sight: string;
  /** SHA-256 of method, URL and body, hex. */
  readonly request: string;
  readonly status: number;
  readonly location: string | null;
  /** null: it had none; `not-kept`: it holds a secret, or is longer than KEPT_BYTES_MAX. */
  readonly body: { readonly text: string } | null | 'not-kept';
  readonly atMs: number;
}

export const KEPT_MS = 24 * 3_600_000;
/** Of all requests together; the oldest go first. */
export const KEPT_MAX = 10_000;
/** UTF-8 bytes of a body. */
export const KEPT_BYTES_MAX = 65_536;

/** Whether it still answers for its key. A clock that was set back keeps it longer. */
export function keptFor({ atMs }: Pick<KeptAnswer, 'atMs'>, nowMs: number): boolean {
  return nowMs - atMs < KEPT_MS;
}
