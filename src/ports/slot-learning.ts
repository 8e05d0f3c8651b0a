import type { Reason } from '#domain/reason';

/** A device was plugged in while slots are being numbered. */
export interface PortSeen {
  readonly port: string;
  readonly hub: string | null;
  /** The number that the port has already; null if it has none. */
  readonly slot: number | null;
  readonly facts: readonly Reason[];
}

/** While slots are being numbered, arrivals are told to listeners and not taken in. Those that are still there at the end are taken in then. */
export interface SlotLearning {
  /** Numbers slots for `seconds` from now on, at most an hour; 0 ends it at once. Throws station.not-running where no dock is watched. */
  learn(seconds: number): void;
  /** Calls `listener` with each device that is plugged in meanwhile. Returns the function that stops it. */
  onSeen(listener: (seen: PortSeen) => void): () => void;
}
