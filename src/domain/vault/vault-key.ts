import { idTimeMs } from '#domain/ids';

// A key is built by us alone, never from a name on a card; the pattern is the last fence before the file system.
const KEY = /^[0-9a-z]+(?:[-._][0-9a-z]+)*(?:\/[0-9a-z]+(?:[-._][0-9a-z]+)*)*$/;

/** True for a key that may be used as a relative path or an S3 key: lower-case parts, no `..`, no leading dot, at most 200 characters. */
export function isVaultKey(text: string): boolean {
  return text.length <= 200 && KEY.test(text);
}

/** `2026/11/24/<recordingId>`: one directory per recording, at most a day's worth in one parent. */
export function recordingPrefix(recordingId: string): string {
  const day = new Date(idTimeMs(recordingId)).toISOString().slice(0, 10);
  return `${day.replaceAll('-', '/')}/${recordingId}`;
}

/** The recording whose directory the key lies in; null for a key of no recording. */
export function recordingIdOfKey(key: string): string | null {
  return /^\d{4}\/\d\d\/\d\d\/([^/]+)\/[^/]/.exec(key)?.[1] ?? null;
}

/** `<recording>/original-0001.mp4`; the extension is kept only if it is 1 to 5 of [0-9a-z], else `bin`. */
export function originalKey(recordingId: string, index: number, cardPath: string): string {
  const extension = /\.([0-9a-z]{1,5})$/i.exec(cardPath)?.[1]?.toLowerCase() ?? 'bin';
  return `${recordingPrefix(recordingId)}/original-${String(index).padStart(4, '0')}.${extension}`;
}

/** `<recording>/original-0001.manifest.json`, beside the original. */
export function manifestKey(recordingId: string, index: number): string {
  return `${recordingPrefix(recordingId)}/original-${String(index).padStart(4, '0')}.manifest.json`;
}

/** `<recording>/original-0001.blocks`, beside the manifest: digests of the blocks of a large original (domain/eviction/block-digests.ts). */
export function blocksKey(recordingId: string, index: number): string {
  return `${recordingPrefix(recordingId)}/original-${String(index).padStart(4, '0')}.blocks`;
}

export function derivedPrefix(recordingId: string): string {
  return `${recordingPrefix(recordingId)}/derived`;
}

/**
 * `<recording>/derived/<run>/<name>`; `run` is the number of the claim under which it was made, `name` is ours: `playable.mp4`. No two runs share a key, so a
 * worker that lost its lease never puts its file in the place of one that is on record.
 */
export function derivativeKey(recordingId: string, run: number, name: string): string {
  return `${derivedPrefix(recordingId)}/${run}/${name}`;
}

/** Number of the run that made it; 0 for keys from before runs had numbers. */
export function runOfDerivative(key: string): number {
  return Number(/\/derived\/(\d+)\//.exec(key)?.[1] ?? 0);
}

/** `<recording>/facts.json`, in the archive only: what is known of the recording now. */
export function factsKey(recordingId: string): string {
  return `${recordingPrefix(recordingId)}/facts.json`;
}
