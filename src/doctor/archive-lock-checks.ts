import type { ArchiveAnswer } from '#api/archive';
import type { StationClient } from '#cli/client';
import type { DoctorCheck } from '#cli/context';
import { because, together } from '#domain/reason';

/** What the storage of the archive cannot promise, which originals have no lock there, and what the comparison found wrong. Nothing without an archive. */
export async function archiveLockChecks(client: StationClient): Promise<DoctorCheck[]> {
  const { json } = await client.request('GET', '/api/v1/archive');
  const { archive, bucket, locks, open } = json as ArchiveAnswer;
  if (archive === null) return [];
  const name = 'archive locks';
  const remedy = because('mend-archive-locks', {});
  if (!bucket) return [{ name, ok: true, warn: true, reason: because('bucket-not-asked', {}), remedy }];
  if (bucket.refusal) return [{ name, ok: false, reason: bucket.refusal, remedy }];
  const told = because('locks-told', { originals: locks.originals, unlocked: locks.unlocked });
  const count = Object.values(open).reduce((sum, each) => sum + each, 0);
  if (count > 0) return [{ name, ok: false, reason: because('but', { why: told, second: because('findings-open', { count }) }), remedy }];
  if (bucket.cannot.length > 0)
    return [{ name, ok: true, warn: true, reason: because('but', { why: told, second: together(bucket.cannot) }), remedy }];
  return [{ name, ok: true, reason: told, remedy: null }];
}
