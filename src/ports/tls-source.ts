import type { Reason } from '#domain/reason';

/** Certificate and key that fit each other, PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** What is known of the pair in force. */
export interface TlsState {
  /** SHA-256 of the certificate (DER), 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly notAfterMs: number;
  /** Why what stands in the files now is not in force; null if it is. */
  readonly refused: Reason | null;
}

/** Certificate and key of the listener, which somebody may renew while the station runs. */
export interface TlsSource {
  pair(): TlsPair;
  state(): TlsState;
  /** Calls the listener with each new pair that is in force. Returns the function that ends it. */
  onChange(listener: (pair: TlsPair) => void): () => void;
}
