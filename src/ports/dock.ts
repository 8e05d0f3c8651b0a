import type { Volume } from './recorder-driver.ts';

/** A recorder has come within reach. USB hot-plug fills in more of it than a watched directory does. */
export interface Arrival {
  /** Names this stay for the adapter; unique while the process lives. */
  readonly key: string;
  /** Physical port path (`1-4.2`), or the directory: the same place has the same port every time. */
  readonly port: string;
  /** Slot number if the place has a fixed one; else the dock stage gives the place the next free number. */
  readonly slot: number | null;
  readonly serial: string | null;
  readonly vendorId: string | null;
  readonly productId: string | null;
  /** Station clock minus recorder clock, if the adapter could measure it. */
  readonly clockOffsetMs: number | null;
  readonly volume: Volume;
}

export interface DockHandler {
  arrived(arrival: Arrival): void;
  removed(key: string): void;
}

/** One kind of source of recorders. The constructor does nothing; devices present at start arrive after `start`. */
export interface Dock {
  start(handler: DockHandler): Promise<void>;
  /** The station is done with it: unmount and power off where the adapter can. */
  release(key: string): Promise<void>;
  stop(): Promise<void>;
}
