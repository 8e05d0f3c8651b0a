import type { Log } from '#events';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { ClockWatch } from '#ports/clock-watch';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';

/** What a place is to keep: its period, how fast it is read, and how many faults a day it may have. */
export interface ScrubLimits {
  readonly vaultMs: number;
  readonly archiveMs: number;
  readonly bytesPerSecond: number;
  readonly faultsMax: number;
}

/** Called once for each thing that somebody has to know: a bad copy, its healing, that no copy is good, that healing was stopped. */
type ScrubNotice = (notice: {
  readonly what: 'bad' | 'healed' | 'lost' | 'unread' | 'halted';
  readonly place: string;
  readonly recordingId: string | null;
  readonly key: string | null;
}) => void;

export interface ScrubDeps {
  readonly ledger: Ledger;
  readonly vault: Vault;
  /** null if no archive is configured. */
  readonly archive: Archive | null;
  readonly clock: Clock;
  readonly clockWatch: Pick<ClockWatch, 'state'>;
  readonly log: Log;
  readonly stationId: string;
  readonly limits: ScrubLimits;
  readonly faults: FaultPoints;
  /** Whether recorders are read or footage is played: then reading again is ten times slower. */
  readonly isBusy: () => boolean;
  readonly notice: ScrubNotice;
  /** Rings the queue for waiting work. */
  readonly pokeWork: () => void;
}
