/** Room on this host for what is being made: a disk of its own, or the vault's. Nothing in it is ever needed after a restart. */
export interface Scratch {
  /** An empty directory of its own; gone with `remove`. Throws vault.full, vault.read-only or vault.write-failed, as its disk says. */
  open(): Promise<{ path: string; remove(): Promise<void> }>;
  /** Removes what earlier processes left; returns how many directories. Called once at start. */
  sweep(): Promise<number>;
}
