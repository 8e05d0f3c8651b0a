import type { Claim, Work, WorkFailure } from '#domain/work';
import type { UploadJournal, UploadName, UploadState } from '#ports/archive';
import type {
  ArchivedResult,
  ArchiveGate,
  ArchiveItem,
  ClaimedWork,
  DerivedResult,
  DeriveGate,
  DeriveItem,
  MismatchedCopy,
  WorkClaims,
  WorkTerms,
} from '#ports/work-gate';
import type { StationConnection } from './station-connection.ts';

/** A claim as it is sent: its work and its number. The station knows the rest. */
const named = ({ workId, token }: Claim) => ({ workId, token });

/**
 * A worker's first call. The station refuses a worker of another version, and lets the work wait again that earlier processes of this
 * worker held.
 */
export function beginAt(station: StationConnection, version: string): Promise<WorkTerms & { givenBack: number }> {
  return station.call('begin', { version });
}

/** Tells the station that the worker is there while it has nothing to do. Throws work.replaced, work.key-refused. */
export async function hereAt(station: StationConnection): Promise<void> {
  await station.call('here', {});
}

export class RemoteClaims implements WorkClaims {
  readonly #station: StationConnection;

  constructor(station: StationConnection) {
    this.#station = station;
  }

  look(workId: string): Promise<Work | null> {
    return this.#station.call('look', { workId });
  }

  claim(workId: string, leaseMs: number): Promise<ClaimedWork | null> {
    return this.#station.call('claim', { workId, leaseMs });
  }

  renew(claim: Claim, renewal: { leaseMs: number; percent: number }): Promise<void> {
    return this.#station.call('renew', { claim: named(claim), ...renewal });
  }

  postpone(claim: Claim, postponed: { delayMs: number; priority?: number }): Promise<void> {
    return this.#station.call('postpone', { claim: named(claim), ...postponed });
  }

  fail(claim: Claim, failure: WorkFailure): Promise<void> {
    return this.#station.call('fail', { claim: named(claim), failure });
  }
}

export class RemoteDeriveGate implements DeriveGate {
  readonly #station: StationConnection;

  constructor(station: StationConnection) {
    this.#station = station;
  }

  item(claim: Claim): Promise<DeriveItem> {
    return this.#station.call('derive/item', { claim: named(claim) });
  }

  record(claim: Claim, result: DerivedResult): Promise<void> {
    return this.#station.call('derive/record', { claim: named(claim), result });
  }

  discard(claim: Claim): Promise<void> {
    return this.#station.call('derive/discard', { claim: named(claim) });
  }

  giveUp(claim: Claim, failure: WorkFailure): Promise<void> {
    return this.#station.call('derive/give-up', { claim: named(claim), failure });
  }
}

export class RemoteArchiveGate implements ArchiveGate {
  readonly #station: StationConnection;

  constructor(station: StationConnection) {
    this.#station = station;
  }

  item(claim: Claim, archive: string): Promise<ArchiveItem> {
    return this.#station.call('archive/item', { claim: named(claim), archive });
  }

  record(claim: Claim, result: ArchivedResult): Promise<{ done: boolean }> {
    return this.#station.call('archive/record', { claim: named(claim), result });
  }

  mismatched(claim: Claim, copy: MismatchedCopy): Promise<void> {
    return this.#station.call('archive/mismatched', { claim: named(claim), copy });
  }

  giveUp(claim: Claim, failure: WorkFailure): Promise<void> {
    return this.#station.call('archive/give-up', { claim: named(claim), failure });
  }
}

/** The station's journal of the uploads that this worker makes. */
export class RemoteUploads implements UploadJournal {
  readonly #station: StationConnection;

  constructor(station: StationConnection) {
    this.#station = station;
  }

  load(key: string): Promise<UploadState | null> {
    return this.#station.call('uploads/load', { key });
  }

  begin(state: Omit<UploadState, 'parts'>): Promise<void> {
    return this.#station.call('uploads/begin', { state });
  }

  part(upload: UploadName, part: { number: number; etag: string; bytes: number }): Promise<void> {
    return this.#station.call('uploads/part', { upload, part });
  }

  all(): Promise<readonly UploadState[]> {
    return this.#station.call('uploads/all', {});
  }

  forget({ key, uploadId }: UploadName): Promise<void> {
    return this.#station.call('uploads/forget', { upload: { key, uploadId } });
  }
}
