import { STATION } from '#domain/custody/actor';
import { RecordingArchived } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { workId } from '#domain/work';
import type { Archive } from '#ports/archive';
import type { Ledger } from '#ports/ledger';
import type { VaultReader } from '#ports/vault';

interface Parts {
  readonly ledger: Ledger;
  readonly vault: Pick<VaultReader, 'read'>;
  readonly archive: Archive;
}

/** Puts everything that is sealed into the archive `disk`, and has nothing wait for work. Returns how many bytes that is. */
export async function archiveAll({ ledger, vault, archive }: Parts): Promise<number> {
  let bytes = 0;
  for (const { recording, originals } of await ledger.recordings.list({ limit: 1000 })) {
    for (const { vaultKey: key, bytes: size, digests } of originals) {
      const object = { key, bytes: size, sha256: digests?.sha256 ?? '', mediaType: 'video/mp4' };
      await archive.put({ ...object, open: (range) => vault.read(key, range) });
      bytes += size;
    }
    await ledger.transaction(async (writer) => {
      const atMs = Date.now();
      for (const { id: itemId, recordingId, vaultKey: key, bytes: size } of originals)
        await writer.recordings.upsertCopy({
          ...{ itemId, recordingId, where: 'disk', key, bytes: size },
          ...{ verifiedAtMs: atMs, verifiedBy: 'readback' },
        });
      const objects = originals.map(({ id: item, vaultKey: key, bytes: size, digests }) => ({
        ...{ item, key, bytes: size, sha256: digests?.sha256 ?? '' },
      }));
      const about = { atMs, actor: STATION, subject: subject('recording', recording.id) };
      await writer.custody.append(
        RecordingArchived.make({ ...about, data: { archive: 'disk', verifiedBy: 'readback' }, lists: { objects } }),
      );
      const claim = await writer.work.claim(workId('derive', recording.id), { host: 'station', instance: 'bench' }, 60_000);
      if (claim) await writer.work.finish(claim);
    });
  }
  return bytes;
}
