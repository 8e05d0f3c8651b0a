import type { Problem } from '#domain/docking';
import type { Reason } from '#domain/reason';
import type { RecorderAccess } from './recorder-access.ts';
import type { Volume } from './recorder-driver.ts';

/** A recorder has come within reach. A USB port fills in more of these fields than a watched directory does. */
export interface Arrival {
  /** The adapter's name for this stay of the recorder, unique while the process lives. */
  readonly key: string;
  /** Physical port path (`1-4.2`), or the directory: the same place has the same port every time. */
  readonly port: string;
  /** Port path of the hub whose bandwidth the port shares (`1-4`); null where there is no hub. */
  readonly hub: string | null;
  /** Slot number if the place has a fixed one; null: the dock stage gives the place the next free number. */
  readonly slot: number | null;
  readonly serial: string | null;
  /** 4 lower-case hexadecimal digits. */
  readonly vendorId: string | null;
  readonly productId: string | null;
  /** Strings of the recorder's USB descriptors, which nobody has checked. */
  readonly manufacturer: string | null;
  readonly product: string | null;
  /** Station clock minus recorder clock, ms; null if the adapter could not measure it. */
  readonly clockOffsetMs: number | null;
  /** Charge of its battery, percent, before it was charged here; null if it did not tell. */
  readonly batteryPercent: number | null;
  /** The adapter has measured the offset and then set the recorder's clock by a vendor command, and the recorder has confirmed that. null: it has not. */
  readonly clockSet: ClockSetting | null;
  /** The recorder showed its disk only after the adapter had unlocked it by a vendor command. */
  readonly unlocked: boolean;
  /** What the adapter saw of the recorder, for `slots --explain`: ids, file systems, how it was unlocked. */
  readonly facts: readonly Reason[];
  readonly volume: Volume;
  /** null: the recorder may only be read. */
  readonly access: RecorderAccess | null;
  /**
   * A file system of the recorder says that it was not cleanly unmounted; null: none does. Then `access` above is null. The one in here is for a caller that
   * knows that the station itself left that mark; it is null where such a file system cannot be written to.
   */
  readonly unclean: { readonly access: RecorderAccess | null } | null;
}

/** A setting of a recorder's clock by a vendor command, before the card can be read. */
export interface ClockSetting {
  readonly port: string;
  /** The serial that the recorder or its USB descriptors tell. The docking may know the recorder by another. */
  readonly serial: string | null;
  /** Station clock minus recorder clock, ms, measured just before the setting. */
  readonly offsetMs: number;
  /** Station time of the setting, ms since 1970 UTC. */
  readonly atMs: number;
}

/** Whether the clock was set. `unknown`: the command went out and no answer came, so the recorder may have obeyed it. */
export type ClockOutcome = { readonly set: 'yes' } | { readonly set: 'no' | 'unknown'; readonly why: Reason };

/** News of a port at which no recorder is ready to be read, or not yet. */
export interface DockNotice {
  readonly port: string;
  readonly hub: string | null;
  /**
   * `preparing`: a device is there and is being unlocked or mounted. `problem`: it cannot be used; `problem` below says why. `gone`: what an earlier notice
   * told of has left.
   */
  readonly state: 'preparing' | 'problem' | 'gone';
  readonly facts: readonly Reason[];
  readonly problem: Problem | null;
}

export interface DockHandler {
  arrived(arrival: Arrival): void;
  removed(key: string): void;
  noticed(notice: DockNotice): void;
  /** Resolves when it is on record that a clock is about to be set. The command must not go out before, nor if this rejects. */
  settingClock(setting: ClockSetting): Promise<void>;
  /** Tells whether the clock was set. Never rejects. */
  clockSettled(setting: ClockSetting, outcome: ClockOutcome): Promise<void>;
}

/** One kind of place where recorders arrive. The constructor does nothing; recorders that are there at the start arrive after `start`. */
export interface Dock {
  start(handler: DockHandler): Promise<void>;
  /** The station is done with the recorder: the adapter unmounts it and powers it off where it can. `removed` follows when the recorder is really gone. */
  release(key: string): Promise<void>;
  stop(): Promise<void>;
}
