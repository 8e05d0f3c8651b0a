import { STATION } from '#domain/custody/actor';
import { ReadAgain } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import type { Clock } from '#ports/clock';
import type { LedgerWriter } from '#ports/ledger';
import type { Volume } from '#ports/recorder-driver';
import type { FoundOnCard } from './found-on-card.ts';
import type { KnownFiles } from './known-files.ts';
import type { ListedCaptures } from './listed-captures.ts';
import { ListedEntry } from './listed-entry.ts';
import { type ListingTally, writeCounts } from './listing-tally.ts';
import { insertRecording } from './new-recording.ts';
import { gapsReadNow } from './second-read.ts';

/** The longest time for trying gaps of earlier dockings again, ms, because somebody waits for the rest. */
const RETRY_MS_MAX = 20_000;

interface GapRetry {
  readonly docking: Docking;
  readonly clock: Clock;
  readonly volume: Volume;
  readonly captures: ListedCaptures;
  readonly tally: ListingTally;
  readonly known: KnownFiles;
  readonly found: FoundOnCard;
  readonly signal: AbortSignal;
  /** Paths of files whose gaps an earlier listing of this docking has just tried. */
  readonly gaps: ReadonlySet<string>;
  readonly inTransaction: <T>(body: (writer: LedgerWriter) => Promise<T>) => Promise<T>;
  /** Called where the gaps are still there. */
  readonly onGaps: (original: Original) => void;
  /** Called when the file is on record as a new one that is not copied yet. */
  readonly toCopy: (original: Original) => void;
}

/**
 * Tries files with gaps again, because another slot or reader may read them now. If all gaps of a file can be read, the file is taken again as a recording of
 * its own, beside the damaged one. Only the gaps are tried first, so that a card that is still bad costs neither time nor a second copy.
 */
export async function retryGaps(retry: GapRetry): Promise<void> {
  const { docking, clock, volume, captures, tally, found, signal } = retry;
  const endMs = performance.now() + RETRY_MS_MAX;
  for (const { item, known } of captures.withGaps) {
    if (retry.gaps.has(known.cardPath)) continue;
    if (!(await gapsReadNow(volume, known, { signal, endMs }))) {
      retry.onGaps(known);
      continue;
    }
    await captures.starts.prepareFiles([item.file]);
    const fresh = await retry.inTransaction(async (writer) => {
      // Another docking of the same recorder may have taken the file first.
      if ((await writer.originals.find(captures.names.identityOf(item.file)))?.id !== known.id) return [];
      const listed = new ListedEntry();
      const owner = captures.names.ownerOf(item.file);
      const before = await writer.recordings.get(known.recordingId);
      const originals = await insertRecording(
        writer,
        [item],
        { ...captures.circumstances, owner, listed },
        captures.startOf([item], before),
      );
      await listed.write(writer, docking, clock);
      tally.addKnown(item.file, -1);
      found.known.delete(known.id);
      found.rechecked.delete(known.id);
      await retry.known.write(writer);
      await writeCounts(writer, docking.id, tally.soFar());
      const as = originals[0]?.recordingId ?? '';
      // A hold on this one recording means the footage, which is whole only in the new one.
      await writer.holds.inherit(known.recordingId, as);
      const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('recording', known.recordingId) };
      const data = { docking: docking.id, original: known.id, as };
      await writer.custody.append(ReadAgain.make({ ...about, data, personal: { cardPath: known.cardPath } }));
      return originals;
    });
    for (const original of fresh) retry.toCopy(original);
  }
}
