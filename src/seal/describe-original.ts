import { STATION } from '#domain/custody/actor';
import { OriginalSealed } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original, Recording } from '#domain/recording';
import { isoOrNull, type Manifest } from '#domain/vault/manifest';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';

export interface Sealed {
  readonly original: Original;
  readonly sealedAtMs: number;
  readonly method: 'direct' | 'nocache' | 'cached';
  readonly manifestSha256: string;
  /** SHA-256 of the list of its blocks beside it; left out or null: it has none. */
  readonly blocksSha256?: string | null;
}

interface Station {
  readonly station: { readonly id: string; readonly name: string };
  readonly timezone: string;
  readonly version: string;
}

const NO_IDS = { vendorId: null, productId: null };

/** Everything that the ledger knows of an original now, for its manifest. */
export async function describeOriginal(
  ledger: LedgerReader,
  settings: Station,
  original: Original,
  { reread, sealedAtMs }: { reread: Sealed['method']; sealedAtMs: number },
): Promise<Manifest> {
  const [docking, recording] = await Promise.all([ledger.dockings.get(original.dockingId), ledger.recordings.get(original.recordingId)]);
  if (!docking || !recording || !original.digests)
    throw new EvidockError('station.internal', because('no-docking-row', { id: original.id }));
  // The bus told only of the docked recorder. Another recorder, whose file lay on that card, is known by its number alone.
  const own = original.recorderSerial === docking.recorderSerial;
  return {
    station: settings.station,
    software: { name: 'evidock', version: settings.version },
    recorder: { serial: original.recorderSerial, ...(own ? { vendorId: docking.vendorId, productId: docking.productId } : NO_IDS) },
    driver: { id: docking.driverId, score: docking.driverScore },
    docking: { id: docking.id, slot: docking.slot, port: docking.port, arrivedAt: new Date(docking.arrivedAtMs).toISOString() },
    recording: describeRecording(recording, settings.timezone),
    original: {
      id: original.id,
      index: original.index,
      role: original.role,
      kind: original.kind,
      cardPath: original.cardPath,
      mtime: isoOrNull(original.mtimeMs),
      bytes: original.bytes,
      digests: original.digests,
      unreadable: original.gaps,
      sourceReread: original.sourceReread,
      vaultKey: original.vaultKey,
      duplicateOf: original.duplicateOf,
      copiedAt: new Date(original.copiedAtMs ?? sealedAtMs).toISOString(),
      sealedAt: new Date(sealedAtMs).toISOString(),
      reread,
    },
  };
}

/** Puts a sealed original and its copy in the vault on record, as part of `w07-sealed-recorded`. */
export async function recordSealed(
  writer: LedgerWriter,
  { original, sealedAtMs, method, manifestSha256, blocksSha256 = null }: Sealed,
): Promise<void> {
  await writer.originals.markSealed(original.id, sealedAtMs, original.digests?.sm3, blocksSha256);
  await writer.recordings.upsertCopy({
    itemId: original.id,
    recordingId: original.recordingId,
    where: 'vault',
    key: original.vaultKey,
    bytes: original.bytes,
    verifiedAtMs: sealedAtMs,
    verifiedBy: method,
  });
  const data = {
    recording: original.recordingId,
    key: original.vaultKey,
    bytes: original.bytes,
    sha256: original.digests?.sha256 ?? '',
    sm3: original.digests?.sm3 ?? null,
    manifestSha256,
    reread: method,
    blocksSha256,
  };
  await writer.custody.append(OriginalSealed.make({ atMs: sealedAtMs, actor: STATION, subject: subject('original', original.id), data }));
}

function describeRecording(recording: Recording, timezone: string): Manifest['recording'] {
  return {
    id: recording.id,
    kind: recording.kind,
    important: recording.important,
    officerId: recording.officerId,
    officerSource: recording.officerSource,
    claimedStart: recording.claimedStart,
    claimedFrom: recording.claimedFrom,
    startClaims: recording.startClaims.map(({ startMs, ...claim }) => ({ ...claim, start: isoOrNull(startMs) })),
    timezone,
    start: isoOrNull(recording.startMs),
    clockOffsetMs: recording.clockOffsetMs,
    originalCount: recording.originalCount,
  };
}
