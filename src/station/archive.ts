import { DiskArchive } from '#adapters/disk/disk-archive';
import { diskInventory } from '#adapters/disk/disk-inventory';
import { noLocks } from '#adapters/disk/no-locks';
import type { S3Archive } from '#adapters/s3-archive/s3-archive';
import type { SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { TokenBucket } from '#adapters/token-bucket';
import { WatchedArchive } from '#adapters/watched-archive';
import { BYTES_PER_MIB } from '#config/schema';
import type { Unlocked } from '#domain/lock/judge';
import type { LockMode } from '#domain/lock/lock';
import type { Archive, UploadJournal } from '#ports/archive';
import type { ArchiveInventory } from '#ports/archive-inventory';
import type { ArchiveLocks } from '#ports/archive-locks';
import { ArchiveHealth } from './archive-health.ts';
import type { StationContext } from './context.ts';
import { s3Credentials } from './s3-credentials.ts';

interface OpenedArchive {
  readonly archive: Archive;
  readonly locks: ArchiveLocks;
  readonly inventory: ArchiveInventory;
  readonly health: ArchiveHealth;
}

/** Opens the archive that the configuration names, with the watch over its health; null if it names none. */
export async function openArchive(context: StationContext, ledger: SqliteLedger): Promise<OpenedArchive | null> {
  const opened = await openNamed(context, ledger);
  if (!opened) return null;
  const archive = new WatchedArchive(opened.archive, { clock: context.clock });
  return { archive, locks: opened.locks, inventory: opened.inventory, health: new ArchiveHealth(archive) };
}

async function openNamed(context: StationContext, ledger: SqliteLedger): Promise<Omit<OpenedArchive, 'health'> | null> {
  const { config, clock, faults, onStop } = context;
  const { archive, station } = config;
  if (archive.kind === 'none') return null;
  if (archive.kind === 'disk') {
    const limiter = new TokenBucket({ bytesPerSecond: archive.bandwidth * 1024 });
    const disk = new DiskArchive({ directory: archive.directory, limiter, faults, stationId: station.id });
    const counts = await ledger.counts();
    await disk.open(counts.recordings - counts.notArchived > 0);
    onStop(() => disk.close());
    return { archive: disk, locks: noLocks(clock), inventory: diskInventory(archive.directory) };
  }
  const remote = await openS3(context, ledger.uploads);
  return { archive: remote, locks: remote.locks, inventory: remote.inventory };
}

/** Opens the S3 archive, for the station and for its workers alike. The journal of parts is the station's in both cases. */
export async function openS3({ config, clock, env, faults, onStop }: StationContext, journal: UploadJournal): Promise<S3Archive> {
  const { archive, station } = config;
  const limiter = new TokenBucket({ bytesPerSecond: archive.bandwidth * 1024 });
  const { partSize, timeout, accessKeyId, secretAccessKey, sessionToken, credentials: directory, lockMode, ...s3 } = archive.s3;
  const credentials = s3Credentials({ directory, fields: { accessKeyId, secretAccessKey, sessionToken }, env });
  const settings = {
    ...s3,
    checksums: s3.checksums as 'WHEN_SUPPORTED' | 'WHEN_REQUIRED',
    partBytes: partSize * BYTES_PER_MIB,
    timeoutMs: timeout * 1000,
    unlocked: s3.unlocked as Unlocked,
    lockMode: lockMode === 'bucket' ? null : (lockMode as LockMode),
  };
  // The large libraries are loaded only by those who use them: a command that lists recordings must not wait for them.
  const { S3Archive } = await import('#adapters/s3-archive/s3-archive');
  const remote = new S3Archive({ settings, credentials, journal, clock, limiter, faults, stationId: station.id });
  onStop(() => remote.close());
  return remote;
}
