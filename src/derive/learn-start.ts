import { STATION } from '#domain/custody/actor';
import { StartChanged } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Original, Recording } from '#domain/recording';
import type { Bounds } from '#domain/start/claim';
import { decideStart, type StartDecision } from '#domain/start/claims';
import { type ClockFacts, MADE_SINCE, readingsOf, type Sighting } from '#domain/start/readings';
import { sightingOfRecord } from '#domain/start/record-sighting';
import { isoOrNull } from '#domain/vault/manifest';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { RecorderDriver } from '#ports/recorder-driver';
import type { FoundInside } from '#ports/work-gate';
import { redecideOfficer } from '#steps/decide-officer';

/** So many recordings of the same docking show how the recorder writes its times. */
const OTHERS_ASKED = 24;

interface Settings {
  readonly timezone: string;
  readonly drivers: readonly Pick<RecorderDriver, 'id' | 'madeSince' | 'containerTime'>[];
  readonly nowMs: number;
}

/**
 * Adds what only the transcoder can read (formats whose headers intake does not know) to the claims of a recording's start. The start changes only if it was
 * uncertain, unknown, or taken from the file's time alone; custody tells the old and the new start. A start on which several claims agreed stays, with a note.
 */
export async function learnStart(
  writer: LedgerWriter,
  recording: Recording,
  first: Original | undefined,
  found: FoundInside,
  settings: Settings,
): Promise<void> {
  if (!first) return;
  const known = sightingOfRecord(recording, first);
  const sighting = {
    ...known,
    writtenMs: known.writtenMs ?? digitsMs(found.creationTime),
    durationMs: known.durationMs ?? found.durationMs,
  };
  if (sighting.writtenMs === known.writtenMs && sighting.durationMs === known.durationMs) return;
  const facts = await factsOf(writer, recording, settings);
  const readings = readingsOf([sighting, ...(await othersOf(writer, recording))], facts);
  const bounds = boundsOf(recording);
  const decision = decideStart(sighting, readings, facts, bounds);
  const kept = mayChange(recording) ? decision : decideStart(sighting, readings, facts, bounds, recording.claimedFrom);
  // The claim on record would give another start now. A start on which claims agreed is not decided anew because of one more claim.
  if (!mayChange(recording) && kept.startMs !== recording.startMs) return;
  await record(writer, recording, kept, settings.nowMs);
}

function mayChange({ claimedFrom, notes }: Recording): boolean {
  return claimedFrom === null || claimedFrom === 'mtime' || notes.some(({ code }) => code === 'time-uncertain' || code === 'time-unknown');
}

async function record(writer: LedgerWriter, recording: Recording, decision: StartDecision, nowMs: number): Promise<void> {
  const { claimedStart, claimedFrom, startMs, claims } = decision;
  const notes = [...recording.notes.filter(({ code }) => !code.startsWith('time-')), ...decision.notes];
  await writer.recordings.update(recording.id, { claimedStart, claimedFrom, startMs, startClaims: claims, notes });
  if (startMs === recording.startMs) return;
  const told = (each: Pick<Recording, 'claimedStart' | 'claimedFrom' | 'startMs'>) => ({
    claimedStart: each.claimedStart,
    claimedFrom: each.claimedFrom,
    start: isoOrNull(each.startMs),
  });
  const data = { old: told(recording), new: told(decision) };
  await writer.custody.append(StartChanged.make({ atMs: nowMs, actor: STATION, subject: subject('recording', recording.id), data }));
  // Another officer may have had the recorder at the new start.
  await redecideOfficer(writer, { ...recording, startMs }, { atMs: nowMs, actor: STATION });
}

/** What is known of the recorder's clock. The offset is the one by which intake corrected the recording. */
async function factsOf(ledger: LedgerReader, recording: Recording, { timezone, drivers }: Settings): Promise<ClockFacts> {
  const docking = await ledger.dockings.get(recording.dockingId);
  const driver = drivers.find(({ id }) => id === docking?.driverId);
  return {
    zone: timezone,
    offsetOf: () => recording.clockOffsetMs,
    dockedMs: recording.createdAtMs,
    madeSince: driver?.madeSince ?? MADE_SINCE,
    ...(driver?.containerTime === undefined ? {} : { containerTime: driver.containerTime }),
  };
}

async function othersOf(ledger: LedgerReader, { id, dockingId }: Recording): Promise<readonly Sighting[]> {
  const details = await ledger.recordings.list({ dockingId, limit: OTHERS_ASKED });
  return details.flatMap(({ recording, originals }) => {
    const [first] = originals;
    return first && recording.id !== id ? [sightingOfRecord(recording, first)] : [];
  });
}

function boundsOf({ startClaims }: Recording): Bounds | null {
  const told = startClaims.find(({ source }) => source === 'neighbours');
  if (!told) return null;
  const moment = (text: string | null) => (text === null || text === '' ? null : Date.parse(text));
  return { fromMs: moment(told.written), toMs: moment(told.until) };
}

/** Reads the digits of a time as UTC. Returns ms since 1970; null if they are no time. */
function digitsMs(written: string | null): number | null {
  const found = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)/.exec(written ?? '');
  const ms = found ? Date.parse(`${found[1]}T${found[2]}Z`) : Number.NaN;
  return ms > 0 ? ms : null;
}
