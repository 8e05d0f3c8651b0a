import { STATION } from '#domain/custody/actor';
import { describeClaims, describeNotes } from '#domain/custody/described';
import { DockingArrived } from '#domain/custody/docking-entries';
import { RecordingArchived, RecordingDerived } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Derivative, Original } from '#domain/recording';
import { ListedEntry } from '#intake/listed-entry';
import { recordCopied } from '#intake/place-copy';
import type { LedgerWriter } from '#ports/ledger';
import type { NewDocking } from '#ports/ledger/dockings';
import type { NewOriginal } from '#ports/ledger/originals';
import type { NewRecording } from '#ports/ledger/recordings';
import { recordSealed } from '#seal/describe-original';
import { aCopy, START_MS } from '#test/support/builders';

/* Writes rows and entries as the stages do, for tests that need rows as the log tells them, and no recorder. */

/** A recorder that was never docked before arrives. */
export async function tellDocking(writer: LedgerWriter, docking: NewDocking): Promise<void> {
  const {
    id,
    slot,
    port,
    recorderSerial,
    driverId,
    driverScore,
    vendorId,
    productId,
    toldSerial,
    clockOffsetMs,
    batteryPercent,
    arrivedAtMs,
  } = docking;
  await writer.dockings.insert(docking);
  const seen = { firstSeenAtMs: arrivedAtMs, lastSeenAtMs: arrivedAtMs };
  await writer.registry.upsertRecorder({ serial: recorderSerial, model: null, driverId, assignedOfficerId: null, ...seen });
  const data = {
    ...{ slot, port, recorder: recorderSerial, driver: driverId, score: driverScore, vendorId, productId, toldSerial, clockOffsetMs },
    ...{ clockOff: false, batteryPercent, unclean: false, newRecorder: true, firstSeenAtMs: arrivedAtMs },
  };
  const about = { atMs: arrivedAtMs, actor: STATION, subject: subject('docking', id) };
  await writer.custody.append(DockingArrived.make({ ...about, data, lists: { why: [...docking.driverWhy] } }));
}

const NOT_COPIED = {
  ...{ state: 'listed' as const, digests: null, gaps: [], sourceReread: null, duplicateOf: null },
  ...{ copiedAtMs: null, sealedAtMs: null, durationMs: null, replacedBy: null },
  ...{ evictedAtMs: null, blocksSha256: null },
};

export async function tellListed(
  writer: LedgerWriter,
  { recording, originals, atMs }: { recording: NewRecording; originals: readonly NewOriginal[]; atMs: number },
): Promise<readonly Original[]> {
  const listed = new ListedEntry();
  await writer.recordings.insert(recording);
  for (const original of originals) await writer.originals.insert(original);
  const known = originals.map((original) => ({ ...original, ...NOT_COPIED }));
  listed.add(recording, known);
  await listed.write(writer, { id: recording.dockingId, recorderSerial: recording.recorderSerial }, { nowMs: () => atMs });
  return known;
}

export async function tellSealed(
  writer: LedgerWriter,
  original: Original,
  { sha256, manifestSha256, atMs }: { sha256: string; manifestSha256: string; atMs: number },
): Promise<void> {
  const digests = { sha256, sm3: null };
  // The recording of a copy does not need the bytes themselves, so the draft is left out.
  const copied = { digests, gaps: [], sourceReread: null } as unknown as Parameters<typeof recordCopied>[1]['copied'];
  await recordCopied(writer, { original, copied, facts: { dockingId: original.dockingId, duplicateOf: null, nowMs: atMs } });
  await recordSealed(writer, { original: { ...original, digests }, sealedAtMs: atMs, method: 'direct', manifestSha256 });
}

/** Records derivatives of a recording; `replaces`: the one whose place they take. */
export async function tellDerived(
  writer: LedgerWriter,
  recording: NewRecording,
  {
    derivatives,
    durationMs,
    atMs,
    replaces = null,
  }: { derivatives: readonly Derivative[]; durationMs: number; atMs: number; replaces?: string | null },
): Promise<void> {
  for (const derivative of derivatives) await writer.recordings.upsertDerivative({ ...derivative, createdAtMs: atMs });
  await writer.recordings.update(recording.id, { state: 'derived', durationMs });
  const lists = {
    inputs: [...(derivatives[0]?.inputs ?? [])],
    derivatives: derivatives.map(({ id, kind, recipe, vaultKey, mediaType, bytes, sha256 }) => ({
      ...{ id, kind, recipe, key: vaultKey, mediaType, bytes, sha256, replaces },
    })),
    segments: [],
    claims: describeClaims(recording.startClaims),
  };
  const { claimedStart, claimedFrom } = recording;
  const personal = { notes: describeNotes(recording.notes), damage: null };
  const about = { atMs, actor: STATION, subject: subject('recording', recording.id) };
  await writer.custody.append(RecordingDerived.make({ ...about, data: { durationMs, claimedStart, claimedFrom }, lists, personal }));
}

/** Records that these originals or derivatives of one recording are in the archive `disk`. */
export async function tellArchived(
  writer: LedgerWriter,
  items: readonly (Original | Derivative)[],
  verifiedBy: 'readback' | 'head' = 'readback',
): Promise<void> {
  const [first] = items;
  if (!first) return;
  for (const item of items) await writer.recordings.upsertCopy(aCopy(item, { where: 'disk', verifiedBy }));
  await writer.recordings.update(first.recordingId, { archivedAtMs: START_MS });
  const objects = items.map((item) => {
    const { id, vaultKey: key, bytes } = item;
    return { item: id, key, bytes, sha256: 'digests' in item ? (item.digests?.sha256 ?? '') : item.sha256 };
  });
  const about = { atMs: START_MS, actor: STATION, subject: subject('recording', first.recordingId) };
  const data = { archive: 'disk', verifiedBy };
  await writer.recordings.update(first.recordingId, { archivedAtMs: START_MS });
  await writer.custody.append(RecordingArchived.make({ ...about, data, lists: { objects } }));
}
