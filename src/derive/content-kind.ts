import { buffer } from 'node:stream/consumers';
import { STATION } from '#domain/custody/actor';
import { KindCorrected } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Kind } from '#domain/kind';
import { correctedKind, HEAD_BYTES } from '#domain/media/media-kind';
import type { Original, Recording } from '#domain/recording';
import type { LedgerWriter } from '#ports/ledger';
import type { VaultReader } from '#ports/vault';

/** The kind of a recording by the beginning of its first segment, where its name may have said otherwise. */
export async function contentKind(recording: Recording, segments: readonly Original[], vault: Pick<VaultReader, 'read'>): Promise<Kind> {
  const [first] = segments;
  if (!first || first.bytes === 0) return recording.kind;
  const head = await buffer(await vault.read(first.vaultKey, { start: 0, end: Math.min(HEAD_BYTES, first.bytes) }));
  return correctedKind(recording.kind, head);
}

/** Writes the kind of a recording, by which it is shown and played. Its originals keep the kinds that their names say, as their manifests have them. */
export async function recordKind(writer: LedgerWriter, recording: Recording, kind: Kind, nowMs: number): Promise<void> {
  if (kind === recording.kind) return;
  await writer.recordings.update(recording.id, { kind });
  const data = { from: recording.kind, to: kind };
  await writer.custody.append(KindCorrected.make({ atMs: nowMs, actor: STATION, subject: subject('recording', recording.id), data }));
}
