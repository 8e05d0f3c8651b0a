import type { ListedFile } from '#domain/card/listed-file';
import { STATION } from '#domain/custody/actor';
import { OtherRecorder } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import { newId } from '#domain/ids';
import type { RecordingNote } from '#domain/notes';
import type { Original } from '#domain/recording';
import type { StartDecision } from '#domain/start/claims';
import { standsInRow, type TakeFacts, takeFactsOf } from '#domain/take/segment-names';
import { originalKey } from '#domain/vault/vault-key';
import type { Clock } from '#ports/clock';
import type { LedgerWriter } from '#ports/ledger';
import type { NewRecording } from '#ports/ledger/recordings';
import { officerByRecorder } from '#steps/decide-officer';
import type { ListedEntry } from './listed-entry.ts';

/** A listed file and its role in a recording. */
export interface Item {
  readonly file: ListedFile;
  readonly role: 'segment' | 'sidecar';
}

export interface Circumstances {
  readonly clock: Clock;
  readonly stationId: string;
  readonly docking: Docking;
  /** The recorder that made the files: the docked one, or another whose files lie on its card. */
  readonly owner: string;
  /** Collects the new recordings for one custody entry at the end of the transaction. */
  readonly listed: ListedEntry;
  /** `RecorderDriver.contiguousMs` of the driver. */
  readonly contiguousMs: number;
  /** What the container of a file told when the card was listed. */
  readonly told: (path: string) => Pick<TakeFacts, 'durationMs' | 'containerMs'>;
}

/** Records files that belong together as one recording, and returns its originals. */
export async function insertRecording(
  writer: LedgerWriter,
  items: readonly Item[],
  circumstances: Circumstances,
  start: StartDecision,
  notes: readonly RecordingNote[] = [],
): Promise<Original[]> {
  const { docking, clock, stationId, owner } = circumstances;
  const files = items.map(({ file }) => file);
  const [first] = files;
  if (!first) return [];
  const { claimedStart, claimedFrom, startMs, clockOffsetMs } = start;
  const nowMs = clock.nowMs();
  const recordingId = newId('rec', nowMs, stationId);
  const important = files.some(({ facts }) => facts.important === true);
  const recording: NewRecording = {
    id: recordingId,
    dockingId: docking.id,
    recorderSerial: owner,
    kind: first.facts.kind,
    ...(await officerOf(writer, files, owner, { startMs, nowMs })),
    category: null,
    important,
    // Notes about times come first, because a list that is too long is cut at its end.
    notes: [...start.notes, ...notesOf(first, circumstances), ...notes],
    startClaims: start.claims,
    ...{ claimedStart, claimedFrom, startMs, clockOffsetMs },
    originalCount: items.length,
    createdAtMs: nowMs,
  };
  if (owner !== docking.recorderSerial) await meetOther(writer, recordingId, circumstances);
  await writer.recordings.insert(recording);
  const originals = items.map(
    ({ file, role }, place): Original => ({
      id: newId('org', nowMs, stationId),
      recordingId,
      dockingId: docking.id,
      recorderSerial: owner,
      role,
      index: place + 1,
      kind: file.facts.kind,
      cardPath: file.path,
      bytes: file.bytes,
      mtimeMs: file.mtimeMs,
      important,
      take: role === 'segment' ? placeInTake(file, circumstances) : null,
      vaultKey: originalKey(recordingId, place + 1, file.path),
      state: 'listed',
      digests: null,
      gaps: [],
      sourceReread: null,
      duplicateOf: null,
      copiedAtMs: null,
      sealedAtMs: null,
      durationMs: null,
      replacedBy: null,
      evictedAtMs: null,
      blocksSha256: null,
    }),
  );
  for (const original of originals) await writer.originals.insert(original);
  circumstances.listed.add(recording, originals);
  return originals;
}

function notesOf({ facts }: ListedFile, { docking, owner }: Circumstances): readonly RecordingNote[] {
  const notes: RecordingNote[] = [];
  if (facts.foundIn) notes.push({ code: facts.foundIn === 'bin' ? 'found-in-bin' : 'found-after-repair', parameters: {} });
  if (facts.formerPath !== undefined) notes.push({ code: 'deleted-as', parameters: { path: facts.formerPath } });
  if (owner !== docking.recorderSerial) notes.push({ code: 'other-recorder', parameters: { number: owner, card: docking.recorderSerial } });
  return notes;
}

/** Puts the other recorder, whose file lies on this card, into the registry by its number. It may never have been docked. */
async function meetOther(writer: LedgerWriter, recordingId: string, { docking, owner, clock }: Circumstances): Promise<void> {
  const known = { model: null, driverId: null, assignedOfficerId: null, firstSeenAtMs: null, lastSeenAtMs: null };
  const newRecorder = (await writer.registry.recorder(owner)) === null;
  if (newRecorder) await writer.registry.upsertRecorder({ serial: owner, ...known });
  const data = { docking: docking.id, recorder: owner, card: docking.recorderSerial, newRecorder };
  const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('recording', recordingId) };
  await writer.custody.append(OtherRecorder.make({ ...about, data }));
}

function placeInTake({ path, facts }: ListedFile, { contiguousMs, told }: Circumstances): TakeFacts | null {
  return standsInRow(facts.kind, facts) ? takeFactsOf(facts, { contiguousMs, ...told(path) }) : null;
}

async function officerOf(
  writer: LedgerWriter,
  files: readonly ListedFile[],
  owner: string,
  { startMs, nowMs }: { readonly startMs: number | null; readonly nowMs: number },
): Promise<Pick<NewRecording, 'officerId' | 'officerSource'>> {
  const named = files.find((file) => file.facts.officerId !== undefined)?.facts.officerId;
  if (named !== undefined) return { officerId: named, officerSource: 'file-name' };
  return officerByRecorder(writer, owner, startMs, nowMs);
}
