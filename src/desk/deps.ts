import type { Deeds } from '#desk/audit/deeds';
import type { PlayedTimes } from '#desk/audit/played-times';
import type { MachineState } from '#domain/machine/machine';
import type { Reason } from '#domain/reason';
import type { Log } from '#events';
import type { Archive } from '#ports/archive';
import type { ArchivedCopies } from '#ports/archived-copies';
import type { Changes } from '#ports/changes';
import type { Clock } from '#ports/clock';
import type { ClockWatch } from '#ports/clock-watch';
import type { Diagnose } from '#ports/diagnosis';
import type { DocumentPrinter } from '#ports/document-printer';
import type { FetchBack } from '#ports/fetch-back';
import type { Ledger } from '#ports/ledger';
import type { LedgerUpkeep } from '#ports/ledger/upkeep';
import type { PeopleChanges } from '#ports/people-changes';
import type { SlotBoard } from '#ports/slot-board';
import type { SlotLearning } from '#ports/slot-learning';
import type { TlsState } from '#ports/tls-source';
import type { VaultReader } from '#ports/vault';
import type { EvictionView } from '#ports/vault-room';
import type { AccessDeps } from './access/decide-for.ts';
import type { ComparisonParts } from './archive-comparison/parts.ts';
import type { CallUpParts } from './call-up/deps.ts';
import type { DisposalParts } from './disposals/parts.ts';
import type { DoorParts } from './doors/parts.ts';
import type { DeskFacts, Setting } from './facts.ts';
import type { Looks } from './look-log.ts';
import type { MarkedParts } from './marked/parts.ts';
import type { RetentionParts } from './retention/parts.ts';
import type { ScrubParts } from './scrub/orders.ts';
import type { SignInParts } from './sign-in/parts.ts';
import type { WorkersHeard } from './worker-presence.ts';

interface IngestRequest {
  /** Absolute path. */
  readonly directory: string;
  readonly slot: number | null;
  readonly serial: string | null;
  readonly clockOffsetMs: number | null;
}

/** Everything that routes and use-cases stand on; given by the composition root. */
export interface DeskDeps {
  readonly ledger: Ledger;
  /** `mendSchema` is not among these: only the start of the station mends the ledger. */
  readonly upkeep: Pick<LedgerUpkeep, 'probe' | 'backup' | 'extension' | 'integrity' | 'replay'>;
  readonly vault: VaultReader;
  /** null if no archive is configured. */
  readonly archive: Archive | null;
  readonly archived: ArchivedCopies;
  /** What is known of the storage of the archive; null without an archive. */
  readonly bucket: ComparisonParts | null;
  readonly fetchBack: FetchBack;
  /** null: nothing is evicted, because there is no archive or it is configured so. */
  readonly evicting: EvictionView | null;
  readonly board: SlotBoard;
  readonly people: PeopleChanges;
  readonly changes: Pick<Changes, 'onChanged'>;
  readonly clock: Clock;
  readonly clockWatch: ClockWatch;
  readonly log: Log;
  /** What is on record of looks; one of each for all ways in. */
  readonly looks: Pick<Looks, 'begin' | 'claim' | 'cover' | 'coveredBy' | 'deliverCovered'>;
  readonly played: PlayedTimes;
  readonly marked: MarkedParts;
  /** What is on record of everything else that people do. */
  readonly deeds: Pick<Deeds, 'refused' | 'searched' | 'readAudit' | 'exported' | 'reported' | 'usedSocket'>;
  readonly facts: DeskFacts;
  /** Every field of the configuration, in its order. */
  readonly settings: readonly Setting[];
  readonly diagnose: Diagnose;
  /** Docks a directory; resolves with the docking's id once it is on record. Throws request.*, recorder.*, station.stopping. */
  readonly ingest: (request: IngestRequest) => Promise<string>;
  /**
   * Ends the docking of a directory that `ingest` docked, whether it is safe or not. Resolves when the end is on record. Does nothing for any other docking.
   */
  readonly undock: (dockingId: string) => Promise<void>;
  /** Takes in this docking before all others. false: nothing of it is being taken in. */
  readonly putFirst: (dockingId: string) => boolean;
  readonly learning: SlotLearning;
  /** Where workers of other hosts come in, `host:port`, and SHA-256 of the certificate that they are shown. Throws config.invalid if nowhere. */
  readonly workerDoor: () => Promise<{ readonly address: string; readonly certificateSha256: string }>;
  readonly callUps: CallUpParts;
  readonly disposals: DisposalParts;
  readonly retention: RetentionParts;
  /** `wake`: a hold was set or released, and the keeper of holds is to go on at once. */
  readonly holds: { readonly wake: () => void };
  readonly scrub: ScrubParts;
  readonly workersHeard: WorkersHeard;
  readonly signIn: SignInParts;
  readonly doors: DoorParts;
  readonly access: AccessDeps;
  /** Rings the queue at once for all waiting work. */
  readonly pokeWork: () => void;
  /**
   * Tells whether the archive is well, by a probe object (written, read and removed) and by the last real work. `fresh`: waits for a new probe; else the last
   * known one tells. Throws what is wrong.
   */
  readonly checkArchive: (options: { fresh: boolean }) => Promise<Reason>;
  readonly printer: DocumentPrinter;
  /** What was last read of disks, arrays and space; null: nothing yet, or they are not watched. */
  readonly machine: () => MachineState | null;
  /** The certificate of the listener; null if it speaks no TLS. */
  readonly tls: () => TlsState | null;
  /** Throws queue.unreachable or queue.refused. */
  readonly checkQueue: () => Promise<Reason>;
}
