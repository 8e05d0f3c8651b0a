/** Makes room in the vault by giving up what is safe in the archive. */
export interface VaultRoom {
  /** Resolves when `bytes` more are free than before, or when no more can be freed now. Returns how many bytes were freed. Never throws. */
  makeRoom(bytes: number): Promise<number>;
}
