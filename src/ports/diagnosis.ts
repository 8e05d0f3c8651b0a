import type { Reason } from '#domain/reason';

/** What was found of one thing that the station stands on. */
export interface Finding {
  /** The text `check.NAME` of the catalogue calls it so for people. */
  readonly name: string;
  readonly ok: boolean;
  /** True: it works, but not as well as it should. */
  readonly warn?: boolean;
  readonly reason: Reason;
  /** What a person should do; null if all is well. */
  readonly remedy: Reason | null;
  /** Code of the error to which the remedy belongs. */
  readonly code?: string;
}

/** Looks at everything the station stands on. */
export type Diagnose = () => Promise<readonly Finding[]>;
