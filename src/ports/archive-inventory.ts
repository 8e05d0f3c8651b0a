/** One version of an object, as the storage lists it; where it keeps no versions, the object itself. */
export interface InventoryEntry {
  readonly key: string;
  /** Empty where the storage keeps no versions. */
  readonly versionId: string;
  readonly bytes: number;
  readonly isNewest: boolean;
  /** A delete marker: whoever asks without a version is told that there is no object. */
  readonly isMarker: boolean;
}

export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly begunAtMs: number;
}

/** Lists everything that lies in the archive below the station's prefix, its own or not. Reads page by page. Errors: those of the archive. */
export interface ArchiveInventory {
  /** In the order of the bytes of keys, from the first key above `after`; every version and delete marker of a key. */
  entries(after: string, signal?: AbortSignal): AsyncIterable<InventoryEntry>;
  /** Uploads in parts that are not complete. */
  uploads(signal?: AbortSignal): AsyncIterable<OpenUpload>;
}
