import type { Volume, VolumeEntry } from '#ports/recorder-driver';

/** What a listing saw of a file. */
export type Seen = Pick<VolumeEntry, 'bytes' | 'mtimeMs'>;

/**
 * Files of the card that a listing did not see, or saw with another size or time. A recorder that is still on writes while it is docked. Only names, sizes and
 * times are read; no file is opened. A file that has gone since is not among them. Throws recorder.* if the card cannot be listed for certain.
 */
export async function changedSince(volume: Volume, seen: ReadonlyMap<string, Seen>, signal: AbortSignal): Promise<readonly VolumeEntry[]> {
  const changed: VolumeEntry[] = [];
  for await (const item of volume.list(signal)) {
    if ('code' in item) continue;
    const before = seen.get(item.path);
    if (before?.bytes !== item.bytes || before.mtimeMs !== item.mtimeMs) changed.push(item);
  }
  return changed;
}
