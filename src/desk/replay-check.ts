import type { Actor } from '#domain/custody/actor';
import { LogReplayed } from '#domain/custody/station-entries';
import { subject } from '#domain/custody/subject';
import { because, type Reason } from '#domain/reason';
import type { Contradiction, ReplayLine } from '#ports/ledger/upkeep';
import type { DeskDeps } from './deps.ts';

/** At most so many contradictions are named in one custody entry. */
const NAMED_PER_ENTRY = 1000;

/** Replays the log and yields each contradiction of the ledger as it is found. Writes the verdict into the log, also where there is none. */
export async function* replayedLog(
  { ledger, upkeep, clock, facts }: DeskDeps,
  actor: Actor,
  signal: AbortSignal,
): AsyncGenerator<ReplayLine> {
  let entries = 0;
  let named: Contradiction[] = [];
  let told = false;
  const record = async () => {
    const rows = named.map(({ table, row, column, entry }) => ({ table, row, column, entry }));
    named = [];
    told = true;
    const about = { atMs: clock.nowMs(), actor, subject: subject('station', facts.stationId) };
    await ledger.transaction((writer) =>
      writer.custody.append(LogReplayed.make({ ...about, data: { entries, contradictions: rows.length }, lists: { rows } })),
    );
  };
  for await (const line of upkeep.replay(signal)) {
    if (line.type === 'progress') entries = line.entriesTotal;
    else named.push(line);
    if (named.length >= NAMED_PER_ENTRY) await record();
    yield line;
  }
  if (named.length > 0 || !told) await record();
}

/** As a reason of the catalogue. */
export function contradictionReason({ table, row, column, found, told, entry }: Contradiction): Reason {
  const which = { table, row };
  if (found === null) {
    const missing = { ...which, told: told ?? '' };
    return entry === null ? because('row-missing', missing) : because('row-missing-by', { ...missing, entry });
  }
  if (told === null)
    return entry === null ? because('row-unlogged', { ...which, found }) : because('row-removed', { ...which, entry, found });
  const otherwise = { ...which, column: column ?? '', found, told };
  return entry === null ? because('row-otherwise', otherwise) : because('row-otherwise-by', { ...otherwise, entry });
}
