import type { Reason } from '#domain/reason';

/** Something was plugged in while the slots are being numbered. */
export interface PortSeen {
  readonly port: string;
  readonly hub: string | null;
  /** The number that the port has already. */
  readonly slot: number | null;
  readonly facts: readonly Reason[];
}

/** While slots are being numbered, arrivals are told and not taken in; those still there when it ends are taken in then. */
export interface SlotLearning {
  /** For so long from now, at most an hour; 0 ends it at once. Throws station.not-running where nothing is watched. */
  learn(seconds: number): void;
  /** Called with what is plugged in meanwhile; returns the way to stop. */
  onSeen(listener: (seen: PortSeen) => void): () => void;
}
