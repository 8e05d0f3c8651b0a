import type { DoomedFile } from '#domain/destruction/proof';

type Doomed = Pick<DoomedFile, 'key' | 'version'>;

/**
 * Destroys files of one place for good. Only `destroyCopy` (src/steps/destroy-copy.ts) may call `erase`; test/disposal/one-destroyer.test.ts looks for others.
 */
export interface OriginalEraser {
  /** `vault`, or the archive's name. */
  readonly where: string;
  /**
   * Removes the file durably: of an archive every version, delete marker and unfinished part of the key, or the one version that is named. What is not there is
   * no error, so that a crash can be followed by the same call. Returns how many names, versions and parts were removed. Throws in the words of the place.
   */
  erase(doomed: Doomed, signal?: AbortSignal): Promise<{ readonly removed: number }>;
  /** What the place still lists of it, by names for people; empty: it is proven gone. */
  left(doomed: Doomed, signal?: AbortSignal): Promise<readonly string[]>;
  /** Every key below a prefix of which the place has anything: a file, an older version, a delete marker, an unfinished part, something that was set aside. */
  keysUnder(prefix: string, signal?: AbortSignal): Promise<readonly string[]>;
}

/** Rights to delete in the archive, which somebody gives for one run of a disposal. */
export interface DisposalKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The erasers of one run. */
export interface Erasers {
  readonly places: readonly OriginalEraser[];
  /** Ends connections and forgets the key. */
  close(): Promise<void>;
}
