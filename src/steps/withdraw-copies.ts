import type { Actor } from '#domain/custody/actor';
import { CopyWithdrawn } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import type { Reason } from '#domain/reason';
import { recordingStateOf } from '#domain/recording';
import { workId } from '#domain/work';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import { isSettled } from './derive-again.ts';
import { evictedIds } from './evictable-items.ts';

interface Deps {
  readonly ledger: Pick<Ledger, 'transaction'>;
  readonly archive: Pick<Archive, 'name'> | null;
  readonly clock: Clock;
  /** Rings the queue at once for all waiting work. */
  readonly pokeWork: () => void;
}

/** An object that the archive does not hold as it should, as two readings have shown. */
export interface WrongCopy {
  readonly itemId: string;
  readonly key: string;
  readonly what: Reason;
}

/**
 * Takes back copies that failed their check, in one transaction: their rows go, a custody entry says why, the recording is no longer `archived`, and its
 * archive work waits again. What only an archived recording allows (a wipe of its recorder, an eviction) waits until the recording is archived again. A copy of
 * what left the vault stays on record, because it may be the last one, and nothing is here from which it could be stored again.
 */
export async function withdrawCopies(
  { ledger, archive, clock, pokeWork }: Deps,
  recordingId: string,
  wrong: readonly WrongCopy[],
  actor: Actor,
): Promise<void> {
  if (!archive) return;
  await ledger.transaction(async (writer) => {
    const recording = await writer.recordings.get(recordingId);
    const evicted = await evictedIds(writer, recordingId);
    const again = wrong.filter(({ itemId }) => !evicted.has(itemId));
    if (!recording || again.length === 0) return;
    const nowMs = clock.nowMs();
    for (const itemId of new Set(again.map((each) => each.itemId)))
      await writer.recordings.withdrawCopy({ recordingId, itemId, where: archive.name });
    const objects = again.map(({ itemId, key, what }) => ({ item: itemId, key, what }));
    const about = { atMs: nowMs, actor, subject: subject('recording', recordingId) };
    await writer.custody.append(CopyWithdrawn.make({ ...about, data: { archive: archive.name }, lists: { objects } }));
    const priority = (await writer.work.get(workId('archive', recordingId)))?.priority ?? 5;
    const id = workId('archive', recordingId);
    await writer.work.reopen({ id, stage: 'archive', recordingId, priority, dueAtMs: nowMs, nowMs });
    if (recording.state !== 'archived') return;
    const derive = await writer.work.get(workId('derive', recordingId));
    const deriveSettled = !derive || isSettled(derive.state);
    await writer.recordings.update(recordingId, { state: recordingStateOf({ allSealed: true, deriveSettled, archiveSettled: false }) });
  });
  pokeWork();
}
