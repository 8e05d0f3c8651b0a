import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { STATION } from '#domain/custody/actor';
import { CopyDestroyed, CopyDestroying } from '#domain/custody/destruction-entries';
import { OriginalEvicted } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import type { Original } from '#domain/recording';
import type { Archive } from '#ports/archive';
import type { Ledger } from '#ports/ledger';
import { START_MS } from '#test/support/builders';
import { tellArchived } from '#test/support/ledger/told-ledger';
import type { ServedStation } from '#test/support/served-station';

/** A recording whose original only the archive holds. Returns its id. */
export async function evictedRecording(station: ServedStation, archive: Archive, content = Buffer.alloc(80, 7)): Promise<string> {
  const { ledger, directory } = station;
  const { id: recordingId } = await station.addRecording(content);
  const [original] = await ledger.originals.ofRecording(recordingId);
  if (!original) throw new Error(`no original of ${recordingId}`);
  await evictOriginal({ ledger, vault: join(directory, 'vault'), archive }, original);
  return recordingId;
}

/** Archives a sealed original at START_MS and takes its file from the vault, with the rows and entries that archiving and eviction leave. */
export async function evictOriginal(
  { ledger, vault, archive }: { readonly ledger: Ledger; readonly vault: string; readonly archive: Archive },
  original: Original,
): Promise<void> {
  const { recordingId, vaultKey: key } = original;
  const content = await readFile(join(vault, key));
  const sha256 = original.digests?.sha256 ?? '';
  const open = async ({ start, end }: { start: number; end: number }) => Readable.from([content.subarray(start, end)]);
  await archive.put({ key, bytes: content.length, sha256, mediaType: 'video/mp4', open });
  await ledger.transaction(async (writer) => {
    await tellArchived(writer, [original]);
    const about = { atMs: START_MS, actor: STATION };
    const file = { item: original.id, what: 'original', place: 'vault', key, version: null, why: 'eviction', disposal: null };
    const begun = { ...file, bytes: content.length, sha256 };
    const ofRecording = { ...about, subject: subject('recording', recordingId) };
    await writer.custody.append(CopyDestroying.make({ ...ofRecording, data: begun, lists: { instead: [] } }));
    await writer.recordings.withdrawCopy({ recordingId, itemId: original.id, where: 'vault' });
    await writer.custody.append(CopyDestroyed.make({ ...ofRecording, data: { ...file, removed: 1 } }));
    await writer.originals.markEvicted(original.id, START_MS);
    const data = { recording: recordingId, key, bytes: content.length, sha256, why: 'asked', neededAt: new Date(START_MS).toISOString() };
    await writer.custody.append(OriginalEvicted.make({ ...about, subject: subject('original', original.id), data, lists: { copies: [] } }));
  });
  await rm(join(vault, key));
}
