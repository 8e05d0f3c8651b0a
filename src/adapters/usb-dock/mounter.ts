import type { Reason } from '#domain/reason';

/**
 * The few things at a USB port that need the rights of root. The dock does them by itself (`PlainMounter`), or asks the mount helper, which
 * runs the same code: so a request carries names only, and whoever carries it out checks every name and decides on paths, types and options.
 */
export interface Mounter {
  /** Mounts one partition, or a whole disk without partitions, read-only. Throws recorder.mount-failed or recorder.removed. */
  mount(request: MountRequest): Promise<Mounted>;
  /** Mounts what an MTP or PTP device shows. Throws recorder.mount-failed or recorder.removed. */
  mountMtp(request: MtpRequest): Promise<Mounted>;
  /**
   * Makes a mount writable, or read-only again. A file system that was not cleanly unmounted stays read-only: writing would repair or harm it.
   * `rw-unclean` is for a FAT or exFAT whose mark is the station's own (docs/decisions/0011); it keeps the mark. Throws recorder.mount-failed or
   * recorder.removed.
   */
  remount(path: string, mode: RemountMode): Promise<void>;
  /** Unmounts and removes the mount directory; lazily if it is in use or its device is gone. What is not mounted is no error. */
  unmount(path: string): Promise<void>;
  /** Everything that an earlier process left mounted. Returns how many mounts there were. */
  unmountAll(): Promise<number>;
  /** Switches the device in this port (`1-4.2`) off, so that it may be pulled; the kernel still sees when it is. A device that is gone already is no error. */
  powerOff(sysName: string): Promise<void>;
}

export interface MountRequest {
  /** Kernel name: `sdb1`, `sdb`. */
  readonly device: string;
  /** FAT keeps local times without a zone: minutes east of UTC in which they are read, -840 to 840. */
  readonly utcOffsetMinutes: number;
}

export interface MtpRequest {
  readonly busNumber: number;
  readonly deviceNumber: number;
}

export interface Mounted {
  /** The directory where it is; it names the mount from now on. */
  readonly path: string;
  readonly fileSystem: FileSystem;
  readonly readOnly: true;
  /** It was not cleanly unmounted by the recorder. It is left so: nothing is repaired. */
  readonly dirty: boolean;
  readonly label: string | null;
  readonly uuid: string | null;
}

/** Whether a mount failed because there is nothing on the disk that is read here: no other try will change that. */
export function hasNothingToMount({ code }: Reason): boolean {
  return code === 'no-file-system' || code === 'foreign-file-system';
}

export type RemountMode = 'ro' | 'rw' | 'rw-unclean';

export type FileSystem = 'vfat' | 'exfat' | 'ext4' | 'ntfs' | 'mtp';

/**
 * Linux writes to these although they are marked as not cleanly unmounted, and keeps the mark. For other file systems it replays a journal
 * first, or refuses.
 */
export const WRITABLE_UNCLEAN: readonly FileSystem[] = ['vfat', 'exfat'];

/** Kernel name of a disk or partition that may be asked for: SCSI disks, which is what USB storage becomes. */
export const DEVICE_NAME = /^sd[a-z]{1,4}[0-9]{0,3}$/;
/** A USB device by its port path. */
export const PORT_NAME = /^[0-9]{1,3}-[0-9]{1,3}(\.[0-9]{1,3}){0,6}$/;
