import { STATION } from '#domain/custody/actor';
import { RecordingReplaced } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Original } from '#domain/recording';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';

/**
 * Maps the id of each original that has not come to the recording in which its new version is sealed. Returns null if one of them may still
 * come, or if none is missing. `newer` has the same shape and may hold other originals too.
 */
export function allReplaced(originals: readonly Original[], newer: ReadonlyMap<string, string>): ReadonlyMap<string, string> | null {
  const missing = originals.filter(({ state }) => state !== 'sealed');
  const found = new Map(missing.flatMap(({ id }) => (newer.has(id) ? [[id, newer.get(id) ?? ''] as const] : [])));
  return missing.length > 0 && found.size === missing.length ? found : null;
}

/**
 * Returns those of the recordings in which every original is either sealed or replaced. Replaced ones may have been so for long: when their
 * new version was sealed, the other files were only copied and the recording could not be closed. So this is asked whenever other files of
 * it are sealed.
 */
export async function leftToReplaced(writer: LedgerWriter, recordingIds: Iterable<string>): Promise<readonly string[]> {
  const left: string[] = [];
  for (const id of recordingIds) {
    const recording = await writer.recordings.get(id);
    if (recording?.state !== 'copying') continue;
    const originals = await writer.originals.ofRecording(id);
    if (allReplaced(originals, await newerVersionsOf(writer, originals))) left.push(id);
  }
  return left;
}

/**
 * Part of `w07-sealed-recorded`. A file that changed on its recorder before it was copied is listed as another file; once that one is
 * sealed, nobody waits for the first. A recording of which nothing came is closed here (`closed`). A recording of which some files came
 * (`partly`) must lose its missing ones first; IncompleteRecordings does that, because it takes work on the vault outside of a transaction.
 */
export async function closeReplacedBy(
  writer: LedgerWriter,
  sealedIds: readonly string[],
  nowMs: number,
): Promise<{ closed: readonly string[]; partly: readonly string[] }> {
  const closed: string[] = [];
  const partly: string[] = [];
  for (const recordingId of await writer.recordings.replacedBy(sealedIds)) {
    if (await closeReplaced(writer, recordingId, nowMs)) closed.push(recordingId);
    else partly.push(recordingId);
  }
  return { closed, partly };
}

/** Closes the recording if nothing of it came and the new version of each file is sealed. Returns whether. */
export async function closeReplaced(writer: LedgerWriter, recordingId: string, nowMs: number): Promise<boolean> {
  const recording = await writer.recordings.get(recordingId);
  const originals = await writer.originals.ofRecording(recordingId);
  if (recording?.state !== 'copying' || originals.some(({ state }) => state !== 'listed')) return false;
  const by = allReplaced(originals, await newerVersionsOf(writer, originals));
  if (!by) return false;
  for (const [id, into] of by) await writer.originals.markReplaced(id, into);
  await writer.recordings.update(recordingId, { state: 'replaced' });
  const about = { atMs: nowMs, actor: STATION, subject: subject('recording', recordingId) };
  const files = originals.map(({ id, bytes, mtimeMs }) => ({ original: id, bytes, mtimeMs, by: by.get(id) ?? '' }));
  const personal = { cardPaths: originals.map(({ cardPath }) => cardPath) };
  await writer.custody.append(RecordingReplaced.make({ ...about, lists: { files }, personal }));
  return true;
}

/** The new versions of those originals that are still `listed`. Without such an original the ledger is not asked. */
export async function newerVersionsOf(
  ledger: Pick<LedgerReader, 'originals'>,
  originals: readonly Original[],
): Promise<ReadonlyMap<string, string>> {
  const listed = originals.filter(({ state }) => state === 'listed').map(({ id }) => id);
  return listed.length === 0 ? new Map() : ledger.originals.newerVersions(listed);
}
