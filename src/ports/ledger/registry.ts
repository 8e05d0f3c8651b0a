import type { InvitedWorker } from '#domain/invitation';
import type { Holding, Officer, Recorder } from '#domain/registry';
import type { Page } from './page.ts';

/** Whom and what the station knows: officers, recorders and who has them, workers. */
export interface RegistryReader {
  officer(id: string): Promise<Officer | null>;
  /** Sorted by id. */
  officers(page?: Page): Promise<readonly Officer[]>;
  /** Officers with exactly this text as their unit, sorted by id. */
  officersOf(unit: string, page: Page): Promise<readonly Officer[]>;
  recorder(serial: string): Promise<Recorder | null>;
  /** Sorted by serial. */
  recorders(page?: Page): Promise<readonly Recorder[]>;
  holding(id: string): Promise<Holding | null>;
  /** Holdings of one recorder, the newest take-out first. `before`: only those that began before this moment. */
  holdings(serial: string, page: { readonly before?: number; readonly limit: number }): Promise<readonly Holding[]>;
  /** By serial: the holding that has not ended. At most 1000 serials. */
  openHoldings(serials: readonly string[]): Promise<ReadonlyMap<string, Holding>>;
  /** Holdings of one recorder that share a moment with [fromMs, toMs), oldest first, at most `limit`. `toMs` null: without end. */
  holdingsWithin(serial: string, fromMs: number, toMs: number | null, limit: number): Promise<readonly Holding[]>;
  /**
   * The officer to whom a recorder was assigned at a moment; null: to nobody. A moment before the first assignment counts to that one, because the registry may
   * be younger than the recorder.
   */
  assignedAt(serial: string, atMs: number): Promise<string | null>;
  /** Sorted by name, with revoked workers. */
  workers(): Promise<readonly InvitedWorker[]>;
  worker(name: string): Promise<InvitedWorker | null>;
  /** The worker whose key has this SHA-256; null if there is none. */
  workerByKey(keySha256: string): Promise<InvitedWorker | null>;
}

export interface RegistryWriter {
  upsertOfficer(officer: Officer): Promise<void>;
  upsertRecorder(recorder: Recorder): Promise<void>;
  /** Writes the assignment of a recorder and a row of its history. */
  assignRecorder(serial: string, officerId: string | null, atMs: number): Promise<void>;
  upsertHolding(holding: Holding): Promise<void>;
  removeHolding(id: string): Promise<void>;
  upsertWorker(worker: InvitedWorker): Promise<void>;
}
