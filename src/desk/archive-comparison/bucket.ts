import type { Actor } from '#domain/custody/actor';
import { ArchiveProbed } from '#domain/custody/archive-entries';
import { subject } from '#domain/custody/subject';
import { BUCKET_PARTS, type BucketCapabilities, type BucketPart } from '#domain/lock/capabilities';
import type { NewFinding } from '#domain/lock/compare-group';
import { because, type Reason } from '#domain/reason';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';

const CHANGED: Readonly<Record<BucketPart, Reason>> = {
  versioning: because('bucket-changed-versioning', {}),
  lock: because('bucket-changed-lock', {}),
  lifecycle: because('bucket-changed-lifecycle', {}),
  policy: because('bucket-changed-policy', {}),
  owner: because('bucket-changed-owner', {}),
};

/** What is wrong with a bucket now, against what was accepted of it. `known`: null before the first time. */
export function bucketFindings(known: BucketCapabilities | null, found: BucketCapabilities): readonly NewFinding[] {
  const about = { kind: 'bucket', versionId: '', recordingId: null } as const;
  const changed = BUCKET_PARTS.filter((part) => known !== null && known.fingerprint[part] !== found.fingerprint[part]);
  return [
    ...changed.map((part) => ({ ...about, key: part, what: CHANGED[part] })),
    ...(found.refusal ? [{ ...about, key: 'refusal', what: found.refusal }] : []),
    ...(known?.locks && !found.locks && !found.refusal ? [{ ...about, key: 'locks', what: because('lock-does-not-hold', {}) }] : []),
  ];
}

/** Takes a bucket as it is now for how it should be: at the first time, and when a person accepts a change. On record either way. */
export async function acceptBucket(
  { ledger, clock }: { ledger: Pick<Ledger, 'transaction'>; clock: Clock },
  { place, stationId, actor }: { place: string; stationId: string; actor: Actor },
  found: BucketCapabilities,
): Promise<void> {
  const { versioning, locks, mode, lockDaysMax, hold, lifecycle, ownsBucket, mayBypass, fingerprint, refusal } = found;
  const data = { archive: place, versioning, locks, mode, lockDaysMax, hold, lifecycle, ownsBucket, mayBypass, fingerprint };
  await ledger.transaction(async (writer) => {
    await writer.archive.putCapabilities(place, found);
    const about = { atMs: clock.nowMs(), actor, subject: subject('station', stationId) };
    await writer.custody.append(ArchiveProbed.make({ ...about, data, personal: { refusal } }));
  });
}
