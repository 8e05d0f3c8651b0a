import type { InvitedWorker } from '#domain/invitation';
import type { Holding, Officer, Recorder } from '#domain/registry';
import type { Page } from './page.ts';

/** Who and what the station knows: officers, recorders and who has them, workers. */
export interface RegistryReader {
  officer(id: string): Promise<Officer | null>;
  /** By id. */
  officers(page?: Page): Promise<readonly Officer[]>;
  recorder(serial: string): Promise<Recorder | null>;
  /** By serial. */
  recorders(page?: Page): Promise<readonly Recorder[]>;
  holding(id: string): Promise<Holding | null>;
  /** Of one recorder, the newest take-out first; those before the moment `before`. */
  holdings(serial: string, page: { readonly before?: number; readonly limit: number }): Promise<readonly Holding[]>;
  /** Who has it now, by serial. At most 1000 recorders. */
  openHoldings(serials: readonly string[]): Promise<ReadonlyMap<string, Holding>>;
  /** Of one recorder, those that share a moment with [fromMs, toMs); null: without end. Oldest first, at most `limit`. */
  holdingsWithin(serial: string, fromMs: number, toMs: number | null, limit: number): Promise<readonly Holding[]>;
  /**
   * Whose a recorder was by its assignment at a moment; null: nobody's. What was recorded before its first assignment counts to that: the registry may be
   * younger than the recorder.
   */
  assignedAt(serial: string, atMs: number): Promise<string | null>;
  /** By name; also those whose key is good no more. */
  workers(): Promise<readonly InvitedWorker[]>;
  worker(name: string): Promise<InvitedWorker | null>;
  /** By the SHA-256 of its key. */
  workerByKey(keySha256: string): Promise<InvitedWorker | null>;
}

export interface RegistryWriter {
  upsertOfficer(officer: Officer): Promise<void>;
  upsertRecorder(recorder: Recorder): Promise<void>;
  /** Writes the assignment and its history row. */
  assignRecorder(serial: string, officerId: string | null, atMs: number): Promise<void>;
  upsertHolding(holding: Holding): Promise<void>;
  removeHolding(id: string): Promise<void>;
  upsertWorker(worker: InvitedWorker): Promise<void>;
}
