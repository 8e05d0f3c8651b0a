import type { SuggestRules } from '#steps/record-suggestions';

/** One field of the configuration, as who administers the station may read it. */
export interface Setting {
  /** `archive.s3.bucket` */
  readonly path: string;
  /** `***` for a secret that is set. */
  readonly value: unknown;
  readonly from: 'default' | 'file' | 'environment' | 'command-line';
  /** The variable that outranks the file. */
  readonly environment: string;
}

/** What the API needs to know of the station's configuration and identity. */
export interface DeskFacts {
  readonly stationId: string;
  readonly stationName: string;
  readonly timezone: string;
  readonly version: string;
  /** Absolute path. Ledger backups go here unless the request names a file. */
  readonly backupDirectory: string;
  /** Absolute paths. No backup is written below them. */
  readonly ownDirectories: readonly string[];
  readonly archiveDerivatives: boolean;
  /** Whether pieces of the custody log are copied into vault and archive. */
  readonly shipsLog: boolean;
  readonly suggest: SuggestRules;
  /** How long after its end a recording may be docked. */
  readonly lateMs: number;
  /** By how much the clock may go back or jump. */
  readonly clockLimitSeconds: number;
  /** Hours of work such as `07:00-20:00`, and how many looks of a month are reviewed. */
  readonly audit: { readonly hours: string; readonly sampleSize: number };
}
