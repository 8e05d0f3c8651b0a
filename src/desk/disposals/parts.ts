import type { CallUpParts } from '#desk/call-up/deps';
import type { Actor } from '#domain/custody/actor';
import type { Decider } from '#domain/destruction/disposal';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import type { DisposalKey, Erasers } from '#ports/original-eraser';

/** What disposal stands on; given by the composition root. */
export interface DisposalParts {
  /** Waiting period between approval and the first deletion, ms. */
  readonly waitMs: number;
  /** After so many recordings the list, the clock and the schedule are looked at again. */
  readonly batch: number;
  /**
   * Opens what destroys in the vault and, if there is one, in the archive. The archive's deletes under the key of this run: the one that is handed in, else the
   * one in the file that the configuration names, read now. Without a key the archive's can look and not delete. Throws archive.refused for a file that is no key.
   */
  readonly open: (key: DisposalKey | null) => Promise<Erasers>;
  /** Whether the clock can be believed. */
  readonly isSteady: () => boolean;
  readonly faults: FaultPoints;
  /** Ids of lists that are being run in this process. */
  readonly running: Set<string>;
}

export interface DisposalDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly facts: { readonly stationId: string };
  readonly disposals: DisposalParts;
  readonly callUps: Pick<CallUpParts, 'ways' | 'wake'>;
  /** Rings the work queue: what was destroyed of a recording that stays is made again. */
  readonly pokeWork: () => void;
}

/** Who proposes, changes, approves or ends a list. */
export interface By extends Pick<Decider, 'person' | 'roles'> {
  readonly actor: Actor;
}
