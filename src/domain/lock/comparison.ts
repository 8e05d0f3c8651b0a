/** What a comparison of archive and ledger has counted so far. */
export interface ComparisonCounts {
  /** Objects of footage that the storage listed: versions, and of these the newest of their keys. */
  readonly versions: number;
  readonly objects: number;
  readonly bytes: number;
  readonly markers: number;
  readonly uploads: number;
  /** Objects that the ledger expects there: rows of copies, and the manifest of each original. */
  readonly expected: number;
  /** Of these, found as they should be. */
  readonly found: number;
  /** Derivatives of earlier runs, which nothing names any more. */
  readonly leftovers: number;
  /** Things found wrong in this run. */
  readonly faults: number;
}

export const NOTHING_COUNTED: ComparisonCounts = {
  ...{ versions: 0, objects: 0, bytes: 0, markers: 0, uploads: 0 },
  ...{ expected: 0, found: 0, leftovers: 0, faults: 0 },
};

export interface ComparisonRun {
  readonly startedAtMs: number;
  /** null while it runs, or after a crash until it goes on. */
  readonly endedAtMs: number | null;
  /** Everything up to and with this directory was compared. */
  readonly marker: string;
  readonly counts: ComparisonCounts;
}
