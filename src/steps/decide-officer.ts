import type { Actor } from '#domain/custody/actor';
import { OfficerDecided } from '#domain/custody/holding-entries';
import { subject } from '#domain/custody/subject';
import type { Recording } from '#domain/recording';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';

type Decided = Pick<Recording, 'officerId' | 'officerSource'>;

const PAGE = 500;

/**
 * The officer of what a recorder recorded, where no file name and no person tells: who had it at the start of the recording, else whose it was then by its assignment. A
 * recording of unknown start counts to the assignment of now: a holder is never guessed.
 */
export async function officerByRecorder(ledger: LedgerReader, serial: string, startMs: number | null, nowMs: number): Promise<Decided> {
  const [holding] = startMs === null ? [] : await ledger.registry.holdingsWithin(serial, startMs, startMs + 1, 1);
  if (holding) return { officerId: holding.officerId, officerSource: 'holder' };
  const assigned = await ledger.registry.assignedAt(serial, startMs ?? nowMs);
  return { officerId: assigned, officerSource: assigned === null ? null : 'assignment' };
}

/** Decides the officer of one recording anew, with an entry where it changed. What a file name, a person or a rule told stays. */
export async function redecideOfficer(
  writer: LedgerWriter,
  recording: Pick<Recording, 'id' | 'recorderSerial' | 'startMs' | keyof Decided>,
  { atMs, actor }: { readonly atMs: number; readonly actor: Actor },
): Promise<boolean> {
  const { id, recorderSerial, startMs, officerId, officerSource } = recording;
  if (officerSource !== null && officerSource !== 'holder' && officerSource !== 'assignment') return false;
  const now = await officerByRecorder(writer, recorderSerial, startMs, atMs);
  if (now.officerId === officerId && now.officerSource === officerSource) return false;
  await writer.recordings.update(id, now);
  const data = { officer: { old: officerId, new: now.officerId }, source: { old: officerSource, new: now.officerSource } };
  await writer.custody.append(OfficerDecided.make({ atMs, actor, subject: subject('recording', id), data }));
  return true;
}

/**
 * The same for all that a recorder recorded from `fromMs` until before `toMs` (null: until now); returns how many have another officer. `mayTakeFrom` throws
 * where whoever causes it may not take recordings from their former officer: nothing is changed then.
 */
export async function redecideOfficers(
  writer: LedgerWriter,
  { serial, fromMs, toMs }: { readonly serial: string; readonly fromMs: number; readonly toMs: number | null },
  by: { readonly atMs: number; readonly actor: Actor; readonly mayTakeFrom?: (officer: string | null) => Promise<void> },
): Promise<number> {
  const filter = { recorderSerial: serial, sinceMs: fromMs, ...(toMs === null ? {} : { untilMs: toMs }), limit: PAGE };
  let changed = 0;
  let after: string | undefined;
  for (;;) {
    const page = await writer.recordings.list(after === undefined ? filter : { ...filter, after });
    for (const { recording } of page) {
      // Lists stand by the day of entry where no start is known; no holder is decided by that.
      if (recording.startMs === null || !(await redecideOfficer(writer, recording, by))) continue;
      changed += 1;
      await by.mayTakeFrom?.(recording.officerId);
    }
    if (page.length < PAGE) return changed;
    after = page.at(-1)?.recording.id;
  }
}
