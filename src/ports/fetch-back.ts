import type { Actor } from '#domain/custody/actor';

export interface FetchOptions {
  /** Who asks; the station itself if left out. Of several who ask at once, the first is on record. */
  readonly actor?: Actor;
  /** This caller does not wait any more. When nobody waits, what came is thrown away. */
  readonly signal?: AbortSignal;
  /** Called with how many bytes of the original are in the vault by now, of how many. */
  readonly onBytes?: (bytes: number, ofBytes: number) => void;
}

/** Brings evicted originals back into the vault. */
export interface FetchBack {
  /**
   * Resolves when the vault holds the original, verified against its sealed digest. Callers for the same original share one fetch. An original that was not
   * evicted is there already. Throws request.not-found, vault.full, archive.*.
   */
  fetch(originalId: string, options?: FetchOptions): Promise<void>;
}
