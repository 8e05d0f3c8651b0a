import type { InvitedWorker } from '#domain/invitation';
import type { Officer, Recorder } from '#domain/registry';
import type { Page } from './page.ts';

/** Who and what the station knows: officers, recorders, workers. */
export interface RegistryReader {
  officer(id: string): Promise<Officer | null>;
  /** By id. */
  officers(page?: Page): Promise<readonly Officer[]>;
  recorder(serial: string): Promise<Recorder | null>;
  /** By serial. */
  recorders(page?: Page): Promise<readonly Recorder[]>;
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
  upsertWorker(worker: InvitedWorker): Promise<void>;
}
