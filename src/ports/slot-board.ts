import type { Problem } from '#domain/docking';

/** What a person sees of one slot now. Rates and bytes are live; everything that must last is in the ledger. */
export interface SlotView {
  readonly slot: number;
  readonly port: string;
  readonly dockingId: string | null;
  readonly recorderSerial: string | null;
  readonly driverId: string | null;
  readonly officerId: string | null;
  readonly phase: 'empty' | 'arrived' | 'listing' | 'copying' | 'safe' | 'problem' | 'removed';
  readonly filesListed: number;
  readonly filesSealed: number;
  readonly filesRefused: number;
  readonly bytesListed: number;
  readonly bytesCopied: number;
  /** Mean of the last seconds. */
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
  readonly problem: Problem | null;
  readonly updatedAtMs: number;
}

/** Snapshot and stream of the slots, for the CLI and the kiosk. */
export interface SlotBoard {
  update(slot: number, patch: Partial<Omit<SlotView, 'slot' | 'updatedAtMs'>>): void;
  /** Adds to bytesCopied and works out rate and time left. */
  copied(slot: number, bytes: number): void;
  snapshot(): readonly SlotView[];
  /** Called with each changed view, at most 4 times a second per slot; returns the way to stop. */
  subscribe(listener: (view: SlotView) => void): () => void;
}
