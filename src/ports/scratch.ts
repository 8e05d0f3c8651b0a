/** Space on this host for files that are being made, on a disk of its own or the vault's. Nothing in it is needed after a restart. */
export interface Scratch {
  /** Makes an empty directory, which `remove` removes. Throws vault.full, vault.read-only or vault.write-failed, as the disk reports. */
  open(): Promise<{ path: string; remove(): Promise<void> }>;
  /** Removes directories of earlier processes; returns how many. Called once at start. */
  sweep(): Promise<number>;
}
