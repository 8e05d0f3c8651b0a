import { type CompiledPattern, compilePatterns } from '#domain/card/facts';
import type { Leftovers } from '#domain/card/leftovers';
import type { ListedFile } from '#domain/card/listed-file';
import { readName } from '#domain/card/names';
import { STATION } from '#domain/custody/actor';
import { DockingUnsafe } from '#domain/custody/docking-entries';
import { OriginalDiffers } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import type { Original } from '#domain/recording';
import type { StartDecision } from '#domain/start/claims';
import { TELLS_NOTHING } from '#domain/take/segment-names';
import type { Clock } from '#ports/clock';
import type { LedgerWriter } from '#ports/ledger';
import type { DockingStatuses } from '#steps/docking-statuses';
import { ListedEntry } from './listed-entry.ts';
import { insertRecording } from './new-recording.ts';
import type { Session } from './session.ts';

interface Difference {
  readonly original: Original;
  readonly file: ListedFile;
  /** Digest of the file as it is on the card. */
  readonly sha256: string;
  readonly start: StartDecision;
}

/** What is needed to read the name of a file on a card. */
export interface NewcomerRules {
  readonly stationId: string;
  readonly timezone: string;
  /** The site's own name patterns, tried before the driver's. */
  readonly patterns: readonly CompiledPattern[];
  readonly otherPatterns: readonly CompiledPattern[];
  readonly leftovers: Leftovers;
}

/** The file on the card that differs from this original, in the form in which a listing would have it. */
export function fileOf({ cardPath, bytes, mtimeMs }: Original, session: Session, rules: NewcomerRules): ListedFile {
  const patterns = [...rules.patterns, ...compilePatterns(session.driver.patterns)];
  const facts = readName(cardPath, { patterns, others: rules.otherPatterns, leftovers: rules.leftovers });
  return { path: cardPath, bytes, mtimeMs, facts };
}

/**
 * Records a file whose bytes differ from the sealed original of its name as a recording of its own. The docking is not safe until that is sealed. Returns the
 * originals to copy; null if another docking of the same recorder was first, or if this docking is closed.
 */
export async function recordDifference(
  writer: LedgerWriter,
  session: Session,
  { original, file, sha256, start }: Difference,
  { clock, statuses, ...rules }: NewcomerRules & { readonly clock: Clock; readonly statuses: DockingStatuses },
): Promise<readonly Original[] | null> {
  const docking = await writer.dockings.get(session.docking.id);
  const known = await writer.originals.get(original.id);
  if (!docking || docking.removedAtMs !== null || !known) return null;
  const { recorderSerial, bytes, mtimeMs } = known;
  if ((await writer.originals.find({ recorderSerial, cardPath: known.cardPath, bytes, mtimeMs }))?.id !== known.id) return null;
  const { stationId } = rules;
  const { path } = file;
  const listed = new ListedEntry();
  const fresh = await insertRecording(
    writer,
    [{ file, role: known.role }],
    // Its container tells nothing here; derive finds out what it belongs to.
    { clock, stationId, docking, owner: recorderSerial, listed, contiguousMs: session.driver.contiguousMs, told: () => TELLS_NOTHING },
    start,
  );
  await listed.write(writer, docking, clock);
  const as = fresh[0]?.recordingId ?? '';
  const atMs = clock.nowMs();
  const by = { atMs, actor: STATION };
  const personal = { cardPath: path };
  const data = { recording: known.recordingId, docking: docking.id, sha256, sealed: known.digests?.sha256 ?? '', as };
  await writer.custody.append(OriginalDiffers.make({ ...by, subject: subject('original', known.id), data, personal }));
  if (await statuses.recordUnsafe(writer, docking, atMs)) {
    const why = { slot: docking.slot, original: known.id, as };
    await writer.custody.append(DockingUnsafe.make({ ...by, subject: subject('docking', docking.id), data: why, personal }));
  }
  const { known: kept, rechecked } = session.found;
  await writer.dockings.update(docking.id, {
    // An original that was copied before and moved to this docking does not count as known, so that count stays.
    ...(known.dockingId === docking.id ? {} : { filesKnown: Math.max(0, docking.filesKnown - 1) }),
    filesToRecheck: kept.size - (kept.has(known.id) ? 1 : 0),
    filesRechecked: rechecked.size,
  });
  return fresh;
}
