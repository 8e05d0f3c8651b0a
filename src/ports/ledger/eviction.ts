import type { Reason } from '#domain/reason';
import type { Original } from '#domain/recording';

/** A recording of which the vault holds an original. */
export interface Needed {
  readonly recordingId: string;
  /** When it was needed last, ms since 1970: sealed, seen on a docked card, looked at, derived or fetched. */
  readonly atMs: number;
}

export interface Evicted {
  readonly files: number;
  readonly bytes: number;
}

/** A fetch that failed because the archive did not answer, and waits. */
export interface WaitingFetch {
  readonly originalId: string;
  readonly recordingId: string;
  /** How often it failed. */
  readonly attempts: number;
  /** When it is tried again, ms since 1970. */
  readonly dueAtMs: number;
  readonly why: Reason;
}

/** What the vault holds, and what of it may be needed least. */
export interface EvictionReader {
  /** Recordings of which the vault holds an original, the least recently needed first; `after`: the last one of the page before. At most 1000. */
  needed(page: { readonly after?: Needed; readonly limit: number }): Promise<readonly Needed[]>;
  /** The same of recordings whose playable copy the vault holds. That a file was seen on a docked card is no need of it. */
  playables(page: { readonly after?: Needed; readonly limit: number }): Promise<readonly Needed[]>;
  /** When a recording was needed last; null: the vault holds no original of it. */
  neededAt(recordingId: string): Promise<number | null>;
  /** The same beside its playable copy; null: the vault does not hold it. */
  playableNeededAt(recordingId: string): Promise<number | null>;
  /** Sealed originals with these bytes that the vault holds, at most `limit`: names of one file, as far as its disk has links. */
  names(of: { readonly sha256: string; readonly bytes: number }, limit: number): Promise<readonly Original[]>;
  /** The same, whether the vault holds them or not. */
  twins(of: { readonly sha256: string; readonly bytes: number }, limit: number): Promise<readonly Original[]>;
  /** Ids of evicted originals that are being fetched back, the oldest first. After a crash they are gone on with. */
  fetches(limit: number): Promise<readonly string[]>;
  /** The same of those that are to be tried by now, the longest due first, each with how often it failed. */
  dueFetches(nowMs: number, limit: number): Promise<readonly Pick<WaitingFetch, 'originalId' | 'attempts'>[]>;
  /** Those of these recordings that failed and wait, by id. */
  waitingFetches(recordingIds: readonly string[]): Promise<readonly WaitingFetch[]>;
  /** Originals that were evicted and not fetched since; and playable copies that were evicted and not made again since. */
  evicted(): Promise<Evicted & { readonly playable: Evicted }>;
}

export interface EvictionWriter {
  /** An original that is noted already stays noted. */
  noteFetch(originalId: string, atMs: number): Promise<void>;
  forgetFetch(originalId: string): Promise<void>;
  /** It failed once more. */
  postponeFetch(originalId: string, later: Pick<WaitingFetch, 'dueAtMs' | 'why'>): Promise<void>;
}
