import { STATION } from '#domain/custody/actor';
import { OriginalGrown } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import type { Clock } from '#ports/clock';
import type { LedgerWriter } from '#ports/ledger';
import type { FoundOnCard } from './found-on-card.ts';

/**
 * A file that this docking listed and that has grown before it was copied is the same file: its original gets the new size and is copied so. Returns null for a
 * file that was copied already: its original stays, and the longer file on the card is a new one.
 */
export async function relistGrown(
  writer: LedgerWriter,
  identity: { recorderSerial: string; cardPath: string; bytes: number; mtimeMs: number },
  { docking, found, clock }: { docking: Docking; found: FoundOnCard; clock: Clock },
): Promise<Original | null> {
  const before = found.listed.get(identity.cardPath);
  if (!before) return null;
  const listed = await writer.originals.find({ ...identity, ...before });
  if (listed?.state !== 'listed' || listed.dockingId !== docking.id) return null;
  const { bytes, mtimeMs } = identity;
  await writer.originals.relist(listed.id, { bytes, mtimeMs });
  const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('original', listed.id) };
  const data = { docking: docking.id, listedBytes: before.bytes, bytes, mtimeMs };
  await writer.custody.append(OriginalGrown.make({ ...about, data, personal: { cardPath: identity.cardPath } }));
  return { ...listed, bytes, mtimeMs };
}
