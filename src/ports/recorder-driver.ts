import type { PathPattern } from '#domain/card/facts';
import type { Reason } from '#domain/reason';
import type { UsbProfile } from '#domain/recorder/exchange';
import type { ContainerReading } from '#domain/start/readings';

/** One regular file of a recorder, as listed. */
export interface VolumeEntry {
  /** `/` between parts, no leading `/`; printable form (card-path.ts). The only name that a driver or the ledger sees. */
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /**
   * Where the recorder shows the same file when it has other volumes beside this one, or none: a second disk or card comes and goes, and the names of
   * volumes lead the paths only where there are several. Left out where there is but one name.
   */
  readonly otherPath?: string;
}

/** Something on the recorder that was not listed as a file, with the reason. */
export interface VolumeRefusal {
  readonly path: string;
  readonly code: 'recorder.name-refused' | 'recorder.not-regular' | 'recorder.over-limit' | 'recorder.unreadable';
  readonly reason: Reason;
}

/** An open file of a recorder. */
export interface VolumeFile {
  /** As it is now: compared with the listing before and after the copy. */
  stat(): Promise<{ bytes: number; mtimeMs: number }>;
  /** Reads at most `target.length` bytes at `position`; 0 at the end. Throws EvidockError `recorder.*`. */
  read(target: Uint8Array, position: number, signal?: AbortSignal): Promise<number>;
  /**
   * Drops what the station has cached of the file, so that the next read comes from the recorder; false if that could not be done.
   * Left out where nothing is cached or nothing can be dropped.
   */
  forget?(): Promise<boolean>;
  /** Open in this process until `close`, for a thread that reads fast recorders by itself; left out where every read must go through `read`. */
  readonly descriptor?: number;
  close(): Promise<void>;
}

/** The read-only view of a recorder that everything above the dock gets: mass storage, MTP, a drop folder. */
export interface Volume {
  readonly label: string | null;
  /** How its times of files were read: FAT's, which have no zone, in the zone's standard time all year. Left out where nobody knows. */
  readonly fileTimes?: 'standard' | 'instant';
  /**
   * Lists depth first, directories in byte order of their names, as it goes: the first file can be copied before the last is
   * listed. Follows no links, enters no other file system, stops at the limits of the configuration. Throws recorder.unreadable at its end if
   * directories could not be read, or not for certain, by the device: what was yielded is there, and more may be; recorder.removed if it left.
   */
  list(signal?: AbortSignal): AsyncIterable<VolumeEntry | VolumeRefusal>;
  /** Opens a file that was listed, by its printable path. */
  open(path: string): Promise<VolumeFile>;
  /** Reads a small text file (at most 64 KiB), for a driver's status file; null if it is not there. */
  readText(path: string): Promise<string | null>;
  close(): Promise<void>;
}

export interface RecorderHints {
  readonly vendorId: string | null;
  readonly productId: string | null;
  readonly serial: string | null;
  readonly label: string | null;
  readonly manufacturer: string | null;
  readonly product: string | null;
}

interface DriverMatch {
  /** 0 (not mine) to 100 (certain). Below 40 is weak. */
  readonly score: number;
  readonly why: readonly Reason[];
}

/** A family of recorders: data plus small functions. */
export interface RecorderDriver {
  readonly id: string;
  readonly title: string;
  readonly patterns: readonly PathPattern[];
  /** USB fingerprints that speak for this family, with what can be exchanged there. */
  readonly usb?: readonly UsbProfile[];
  /** Longest silence between two segments of one capture, ms. */
  readonly contiguousMs: number;
  /** No recorder of this family was made before this year: an earlier time is not believed. 2008 where it is left out. */
  readonly madeSince?: number;
  /** How the time in its containers is to be read, where that is known of the family; a card whose files say otherwise is believed. */
  readonly containerTime?: ContainerReading;
  /** Why files of this family are never joined: its names carry neither numbers nor chapters. Left out: they are. */
  readonly neverJoins?: string;
  /** How far this family explains a sample of the card (at most 500 entries). */
  match(sample: readonly VolumeEntry[], hints: RecorderHints): DriverMatch;
  /** The device's own number, from a status file or the names; null if the card does not say. */
  identify?(volume: Volume, sample: readonly VolumeEntry[]): Promise<string | null>;
  /** The recorder's wall clock now, without zone, where it leaves one in a status file; null otherwise. */
  readClock?(volume: Volume): Promise<string | null>;
  /** A file that the recorder reads at its next start to set its clock; `text` gets the station's wall clock, `2019-06-27T15:30:12`. */
  readonly clockFile?: { readonly path: string; text(claimed: string): string };
}
