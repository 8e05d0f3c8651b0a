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

/** `<recording>/original-0001.mp4`; the extension is kept only if it is 1 to 5 of [0-9a-z], else `bin`. */
export function originalKey(recordingId: string, index: number, cardPath: string): string {
  const extension = /\.([0-9a-z]{1,5})$/i.exec(cardPath)?.[1]?.toLowerCase() ?? 'bin';
  return `${recordingPrefix(recordingId)}/original-${String(index).padStart(4, '0')}.${extension}`;
}

/** `<recording>/original-0001.manifest.json`, beside the original. */
export function manifestKey(recordingId: string, index: number): string {
  return `${recordingPrefix(recordingId)}/original-${String(index).padStart(4, '0')}.manifest.json`;
}

/** `<recording>/derived/<name>`; `name` is ours, for example `playable-1.mp4`. */
export function derivativeKey(recordingId: string, name: string): string {
  return `${recordingPrefix(recordingId)}/derived/${name}`;
}

/** `<recording>/facts.json`, in the archive only: what is known of the recording now. */
export function factsKey(recordingId: string): string {
  return `${recordingPrefix(recordingId)}/facts.json`;
}
