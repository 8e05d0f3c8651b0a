import type { Problem } from '#domain/docking';
import type { Reason } from '#domain/reason';
import type { RecorderAccess } from './recorder-access.ts';
import type { Volume } from './recorder-driver.ts';

/** A recorder has come within reach. USB hot-plug fills in more of it than a watched directory does. */
export interface Arrival {
  /** Names this stay for the adapter; unique while the process lives. */
  readonly key: string;
  /** Physical port path (`1-4.2`), or the directory: the same place has the same port every time. */
  readonly port: string;
  /** Port path of the hub whose bandwidth it shares (`1-4`); null where there is none. */
  readonly hub: string | null;
  /** Slot number if the place has a fixed one; else the dock stage gives the place the next free number. */
  readonly slot: number | null;
  readonly serial: string | null;
  /** 4 lower-case hexadecimal digits. */
  readonly vendorId: string | null;
  readonly productId: string | null;
  /** Strings of its USB descriptors, as it claims them. */
  readonly manufacturer: string | null;
  readonly product: string | null;
  /** Station clock minus recorder clock, if the adapter could measure it. */
  readonly clockOffsetMs: number | null;
  /** The adapter has set the recorder's clock by a vendor command after it measured the offset, and the recorder said that it did; else null. */
  readonly clockSet: ClockSetting | null;
  /** It showed its disk only after the adapter had unlocked it by a vendor command. */
  readonly unlocked: boolean;
  /** What the adapter saw of it, for `slots --explain`: ids, file systems, how it was unlocked. */
  readonly facts: readonly Reason[];
  readonly volume: Volume;
  /** null: nothing may be done to it beyond reading. */
  readonly access: RecorderAccess | null;
  /**
   * A file system of it says that it was not cleanly unmounted; null: none does. Then `access` is null, and this one is for who knows that the mark
   * is the station's own; null where such a file system cannot be written to.
   */
  readonly unclean: { readonly access: RecorderAccess | null } | null;
}

/** A recorder's clock that a vendor command sets, before its card can be read. */
export interface ClockSetting {
  readonly port: string;
  /** What it tells of itself, or its USB descriptors do; the docking may know it by another. */
  readonly serial: string | null;
  /** Station clock minus recorder clock, measured just before. */
  readonly offsetMs: number;
  /** Station time. */
  readonly atMs: number;
}

/** `unknown`: the command went out and no answer came, so it may have been obeyed. */
export type ClockOutcome = { readonly set: 'yes' } | { readonly set: 'no' | 'unknown'; readonly why: Reason };

/** Something about a port that is no recorder ready to be read (or not yet). */
export interface DockNotice {
  readonly port: string;
  readonly hub: string | null;
  /**
   * `preparing`: found, being unlocked or mounted; `problem`: cannot be used, see `problem`; `gone`: what had been noticed there has left.
   */
  readonly state: 'preparing' | 'problem' | 'gone';
  readonly facts: readonly Reason[];
  readonly problem: Problem | null;
}

export interface DockHandler {
  arrived(arrival: Arrival): void;
  removed(key: string): void;
  noticed(notice: DockNotice): void;
  /** Resolves when it is on record that a clock is about to be set; the command must not go out before, nor if this rejects. */
  settingClock(setting: ClockSetting): Promise<void>;
  /** What came of it. Never rejects. */
  clockSettled(setting: ClockSetting, outcome: ClockOutcome): Promise<void>;
}

/** One kind of source of recorders. The constructor does nothing; devices present at start arrive after `start`. */
export interface Dock {
  start(handler: DockHandler): Promise<void>;
  /** The station is done with it: unmount and power off where the adapter can. Its `removed` comes when it is really gone. */
  release(key: string): Promise<void>;
  stop(): Promise<void>;
}
