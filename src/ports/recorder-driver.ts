import type { PathPattern } from '#domain/card/facts';
import type { Reason } from '#domain/reason';
import type { UsbProfile } from '#domain/recorder/exchange';
import type { ContainerReading } from '#domain/start/readings';

/** One regular file of a recorder, as it was listed. */
export interface VolumeEntry {
  /** The printable form of the path (domain/card/path.ts): `/` between parts, no leading `/`. It is the only name that a driver or the ledger sees. */
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /**
   * The path of the same file when the recorder shows more volumes, or fewer. A second disk or card comes and goes, and paths begin with the name of the volume
   * only where there are several. Left out where the file has only one path.
   */
  readonly otherPath?: string;
}

/** An entry of the recorder that was not listed as a file, with the reason. */
export interface VolumeRefusal {
  readonly path: string;
  readonly code: 'recorder.name-refused' | 'recorder.not-regular' | 'recorder.over-limit' | 'recorder.unreadable';
  readonly reason: Reason;
}

/** An open file of a recorder. */
export interface VolumeFile {
  /** Size and time now. They are compared with the listing before and after the copy. */
  stat(): Promise<{ bytes: number; mtimeMs: number }>;
  /** Reads at most `target.length` bytes at `position`. Returns how many; 0 at the end. Throws recorder.*. */
  read(target: Uint8Array, position: number, signal?: AbortSignal): Promise<number>;
  /**
   * Drops what the station has cached of the file, so that the next read comes from the recorder. Returns false if that failed. Left out where nothing is
   * cached or nothing can be dropped.
   */
  forget?(): Promise<boolean>;
  /** Descriptor of the open file in this process, valid until `close`. A lane reads fast recorders by it. Left out where every read must go through `read`. */
  readonly descriptor?: number;
  close(): Promise<void>;
}

/** The read-only view of a recorder for everything above the dock, be it mass storage, MTP or a drop folder. */
export interface Volume {
  readonly label: string | null;
  /**
   * How the volume reads times of files. `standard`: FAT's times, which have no zone, were read in the zone's standard time all year. Left out where nobody
   * knows.
   */
  readonly fileTimes?: 'standard' | 'instant';
  /**
   * Lists files depth first, directories in byte order of their names. The first file can be copied before the last is listed. Follows no links, enters no
   * other file system, and stops at the limits of the configuration. Throws recorder.unreadable after the last file if the device could not read some
   * directories, or not for certain: the yielded files are there, and more may be. Throws recorder.removed if the recorder left.
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
  /** 0 (not this family) to 100 (certainly this family). Below 40 is weak. */
  readonly score: number;
  readonly why: readonly Reason[];
}

/** A family of recorders: data plus small functions. */
export interface RecorderDriver {
  readonly id: string;
  readonly title: string;
  readonly patterns: readonly PathPattern[];
  /** USB fingerprints by which this family is recognised, with the exchanges that such a device understands. */
  readonly usb?: readonly UsbProfile[];
  /** Longest silence between two segments of one capture, ms. */
  readonly contiguousMs: number;
  /** The year before which no recorder of this family was made: an earlier time is not believed. 2008 if it is left out. */
  readonly madeSince?: number;
  /** How the times in this family's containers are to be read, if that is known. If the files of a card contradict it, the files are believed. */
  readonly containerTime?: ContainerReading;
  /** Why files of this family are never joined: its names carry neither numbers nor chapters. If it is left out, files are joined. */
  readonly neverJoins?: string;
  /** How far this family explains a sample of the card (at most 500 entries). */
  match(sample: readonly VolumeEntry[], hints: RecorderHints): DriverMatch;
  /** The serial of the recorder, from a status file or the names; null if the card does not tell it. */
  identify?(volume: Volume, sample: readonly VolumeEntry[]): Promise<string | null>;
  /** The recorder's wall clock now, without zone, if the recorder writes one into a status file; else null. */
  readClock?(volume: Volume): Promise<string | null>;
  /** A file from which the recorder sets its clock at its next start. `text` makes its content of the station's wall clock (`2019-06-27T15:30:12`). */
  readonly clockFile?: { readonly path: string; text(claimed: string): string };
}
