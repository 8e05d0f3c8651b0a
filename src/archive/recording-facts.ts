import { sha256Hex } from '#domain/canonical-json';
import { caseStateOf, datesOf } from '#domain/case-course';
import { OriginalSealed } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { mediaTypeOf } from '#domain/media/media-type';
import { effectiveProtection } from '#domain/protection';
import type { Original } from '#domain/recording';
import type { Case } from '#domain/registry';
import { factsBytes } from '#domain/vault/facts';
import { isoOrNull } from '#domain/vault/manifest';
import { factsKey, manifestKey } from '#domain/vault/vault-key';
import type { LedgerReader } from '#ports/ledger';
import type { RecordingDetail } from '#ports/ledger/recordings';

/** Settings that decide what the facts of a recording tell. */
export interface FactsSettings {
  readonly stationId: string;
  readonly timezone: string;
  /** True: derivatives are archived beside the originals. */
  readonly derivatives: boolean;
}

/** Makes `facts.json` of a sealed recording, as the archive should hold it now. */
export async function factsOf(
  ledger: LedgerReader,
  { recording, caseNumbers, originals, derivatives }: RecordingDetail,
  settings: FactsSettings,
): Promise<{ key: string; bytes: Uint8Array; sha256: string }> {
  const { id, kind, category, important, damaged, damageReason, claimedStart, claimedFrom, clockOffsetMs, durationMs } = recording;
  const { startMs, duplicateOf, missingCount, confidentiality, privacy } = recording;
  const cases = caseNumbers.length === 0 ? [] : await ledger.cases.numbered(caseNumbers);
  const effective = effectiveProtection(id, recording, cases);
  const bytes = factsBytes({
    station: settings.stationId,
    recording: {
      ...{
        id,
        kind,
        category,
        important,
        confidentiality,
        privacy,
        damaged,
        damageReason,
        claimedStart,
        claimedFrom,
        clockOffsetMs,
        durationMs,
        duplicateOf,
        missingCount,
      },
      recorder: recording.recorderSerial,
      cases: caseNumbers,
      effective: { confidentiality: effective.confidentiality?.level ?? null, privacy: effective.privacy.map(({ mark }) => mark) },
      officer: recording.officerId,
      officerSource: recording.officerSource,
      timezone: settings.timezone,
      start: isoOrNull(startMs),
      end: startMs === null || durationMs === null ? null : isoOrNull(startMs + durationMs),
    },
    cases: cases.map(factsOfCase),
    originals: await Promise.all(originals.map((original) => factsOfOriginal(ledger, original))),
    derivatives: settings.derivatives
      ? derivatives.map(({ vaultKey, ...made }) => {
          const { kind: what, recipe, mediaType, bytes: size, sha256 } = made;
          return { kind: what, recipe, key: vaultKey, mediaType, bytes: size, sha256 };
        })
      : [],
  });
  return { key: factsKey(id), bytes, sha256: sha256Hex(bytes) };
}

function factsOfCase(entry: Case) {
  const { number, stage, openedOn, confidentiality, privacy } = entry;
  const { decidedOn, closedOn } = datesOf(entry);
  return { number, stage, state: caseStateOf(entry), openedOn, decidedOn, closedOn, confidentiality, privacy };
}

async function factsOfOriginal(ledger: LedgerReader, original: Original) {
  const { id, recordingId, index, role, kind, vaultKey, bytes, digests, cardPath, mtimeMs, gaps } = original;
  // The digest of the manifest is in the custody log alone.
  const entries = await ledger.custody.of(subject('original', id));
  const sealed = entries.map(OriginalSealed.parse).find((entry) => entry !== null);
  return {
    ...{ id, index, role, kind, bytes, cardPath, unreadable: gaps },
    key: vaultKey,
    mediaType: mediaTypeOf(vaultKey),
    digests: digests ?? { sha256: '', sm3: null },
    mtime: isoOrNull(mtimeMs),
    manifest: { key: manifestKey(recordingId, index), sha256: sealed?.data.manifestSha256 ?? null },
  };
}
