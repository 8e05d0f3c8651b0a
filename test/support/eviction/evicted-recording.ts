import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { diskEraser } from '#adapters/disk/original-eraser';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import { STATION } from '#domain/custody/actor';
import { CopyDestroyed, CopyDestroying } from '#domain/custody/destruction-entries';
import { OriginalEvicted } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import type { Original } from '#domain/recording';
import { evictFile } from '#evict/evict-file';
import { KeysInUse } from '#evict/keys-in-use';
import { StoredFiles } from '#evict/stored-files';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
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

/** Archives the playable copy of a recording at START_MS, and lets it leave the vault as eviction does. */
export async function evictPlayable(
  { ledger, vault, archive, clock }: { readonly ledger: Ledger; readonly vault: string; readonly archive: Archive; readonly clock: Clock },
  recordingId: string,
): Promise<void> {
  const [playable] = await ledger.recordings.derivatives(recordingId);
  if (!playable) throw new Error(`no playable copy of ${recordingId}`);
  const { vaultKey: key, bytes, sha256, mediaType } = playable;
  const content = await readFile(join(vault, key));
  const open = async ({ start, end }: { start: number; end: number }) => Readable.from([content.subarray(start, end)]);
  await archive.put({ key, bytes, sha256, mediaType, open });
  await ledger.transaction((writer) => tellArchived(writer, [playable]));
  const inUse = new KeysInUse();
  const eraser = diskEraser({ where: 'vault', directory: vault, errors: VAULT_WRITE_ERRORS, ready: async () => undefined });
  const needs = { copies: 1, freshMs: 30 * 86_400_000, readBack: true };
  const [file] = await new StoredFiles(ledger, inUse).playableOf({ recordingId });
  if (!file) throw new Error(`no file of ${recordingId}`);
  await evictFile({ ledger, eraser, clock, faults: { reached: () => undefined }, inUse, needs }, file, 'space');
}
