import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because, type Reason, together } from '#domain/reason';
import type { Arrival } from '#ports/dock';
import type { RecorderAccess } from '#ports/recorder-access';
import type { Volume } from '#ports/recorder-driver';
import type { Disk } from './disks.ts';
import { JoinedAccess } from './joined-access.ts';
import { JoinedVolume, LoneVolume, partNames, type UnreadableVolume, type VolumePart } from './joined-volume.ts';
import { type FileSystem, hasNothingToMount, type Mounted, type Mounter, type MtpRequest, WRITABLE_UNCLEAN } from './mounter.ts';

/** A mounted directory as the composition root's adapters take it. */
interface Place {
  readonly root: string;
  readonly label: string | null;
  readonly present: () => Promise<boolean>;
  /** As `DirectoryVolume` has it. */
  readonly listAgainMs?: number;
}

export interface VolumesOptions {
  readonly mounter: Mounter;
  /** Minutes east of UTC of the local times that FAT keeps. */
  readonly utcOffsetMinutes: number;
  openVolume(place: Place): Volume;
  openAccess(place: Place, mount: { readonly before: () => Promise<void>; readonly after: () => Promise<void> }): RecorderAccess;
}

/** Everything of a recorder that could be mounted, as one volume. */
export interface Opened {
  readonly volume: Volume;
  readonly access: RecorderAccess | null;
  readonly unclean: Arrival['unclean'];
  readonly mounts: readonly Mounted[];
  readonly facts: readonly Reason[];
}

/**
 * Most volumes, and most MTP storages, of one recorder that are opened. Each further one is refused by name, and keeps the recorder from
 * being called safe.
 */
const VOLUMES_MAX = 16;
const STORAGES_MAX = 8;
/**
 * libmtp leaves out objects that it was not told of, and jmtpfs remembers for 5 s what it has seen: a device that still builds its index
 * shows more files later.
 */
const MTP_LIST_AGAIN_MS = 6000;

/**
 * Mounts every disk and partition of a recorder. `keep` hears of each mount at once, so that it can be undone whatever comes after.
 * Throws recorder.mount-failed if none can be mounted, naming each; recorder.removed if the recorder left.
 */
export async function openDisks(
  disks: readonly Disk[],
  options: VolumesOptions,
  present: () => Promise<boolean>,
  keep: (mounted: Mounted) => void,
): Promise<Opened> {
  const tried: { disk: Disk; mounted: Mounted | null; why: Reason | null }[] = [];
  for (const [place, disk] of disks.entries()) {
    if (place >= VOLUMES_MAX) {
      tried.push({ disk, mounted: null, why: because('many-volumes', { limit: VOLUMES_MAX }) });
      continue;
    }
    try {
      const mounted = await options.mounter.mount({ device: disk.name, utcOffsetMinutes: options.utcOffsetMinutes });
      keep(mounted);
      tried.push({ disk, mounted, why: null });
    } catch (error) {
      const failure = asEvidockError(error);
      if (failure.code !== 'recorder.mount-failed') throw failure;
      tried.push({ disk, mounted: null, why: failure.reason });
    }
  }
  const facts = tried.map(({ disk, mounted, why }) => factOf(disk, mounted, why));
  const mounts = tried.flatMap(({ mounted }) => (mounted ? [mounted] : []));
  if (mounts.length === 0) throw new EvidockError('recorder.mount-failed', together(tried.flatMap(({ why }) => why ?? [])));
  const names = partNames(tried.map(({ mounted }) => mounted?.label ?? null));
  const parts = tried.flatMap(({ mounted }, place) =>
    mounted ? [{ name: names[place] ?? '', mounted, place: { root: mounted.path, label: mounted.label, present } }] : [],
  );
  const unreadable = tried.flatMap(({ why }, place) =>
    why === null ? [] : [{ name: names[place] ?? '', why, mayHoldFiles: !hasNothingToMount(why) }],
  );
  const volumes = parts.map(({ name, place, mounted }) => ({
    name,
    volume: options.openVolume(place),
    ...fileTimesOf(mounted.fileSystem),
  }));
  const access = joinedAccess(parts.map(({ name, mounted, place }) => ({ name, access: accessTo(mounted, place, options) })));
  const unclean = mounts.some(({ dirty }) => dirty);
  return { ...joinedOf(volumes, unreadable), mounts, facts, access: unclean ? null : access, unclean: unclean ? { access } : null };
}

/** Mounts what an MTP device shows. Each of its storages is a directory at the top. */
export async function openMtp(
  request: MtpRequest,
  options: VolumesOptions,
  present: () => Promise<boolean>,
  keep: (mounted: Mounted) => void,
): Promise<Opened> {
  const mounted = await options.mounter.mountMtp(request);
  keep(mounted);
  let storages: string[];
  try {
    storages = (await readdir(mounted.path)).sort();
  } catch (error) {
    throw new EvidockError('recorder.mount-failed', because('jmtpfs-empty', {}), error);
  }
  if (storages.length === 0) throw new EvidockError('recorder.mount-failed', because('no-storage', {}));
  const names = partNames(storages);
  const volumes = storages.slice(0, STORAGES_MAX).map((storage, place) => ({
    name: names[place] ?? '',
    volume: options.openVolume({ root: join(mounted.path, storage), label: storage, present, listAgainMs: MTP_LIST_AGAIN_MS }),
  }));
  const facts = [because('mtp-storages', { count: storages.length })];
  const unreadable = names
    .slice(STORAGES_MAX)
    .map((name) => ({ name, why: because('many-storages', { limit: STORAGES_MAX }), mayHoldFiles: true }));
  return { ...joinedOf(volumes, unreadable), access: null, unclean: null, mounts: [mounted], facts };
}

/** One volume stays as it is; several, or one beside others that cannot be read, get their names in front of their paths. */
function joinedOf(parts: readonly VolumePart[], unreadable: readonly UnreadableVolume[]): { volume: Volume } {
  const only = parts[0];
  if (only && parts.length === 1 && unreadable.length === 0) return { volume: new LoneVolume(only) };
  return { volume: new JoinedVolume({ label: only?.volume.label ?? null, parts, unreadable }) };
}

function joinedAccess(parts: readonly { name: string; access: RecorderAccess | null }[]): RecorderAccess | null {
  const writable = parts.flatMap(({ name, access }) => (access ? [{ name, access }] : []));
  if (writable.length < parts.length) return null;
  return parts.length === 1 ? (writable[0]?.access ?? null) : new JoinedAccess(writable);
}

function accessTo({ path, dirty, fileSystem }: Mounted, place: Place, { mounter, openAccess }: VolumesOptions): RecorderAccess | null {
  if (fileSystem === 'mtp' || (dirty && !WRITABLE_UNCLEAN.includes(fileSystem))) return null;
  const mode = dirty ? 'rw-unclean' : 'rw';
  return openAccess(place, { before: () => mounter.remount(path, mode), after: () => mounter.remount(path, 'ro') });
}

/**
 * FAT keeps times without a zone. exFAT may name a zone, but recorders leave it out. Both are read in the zone's standard time; where the
 * names on the card say otherwise, those are believed.
 */
function fileTimesOf(fileSystem: FileSystem): Pick<VolumePart, 'fileTimes'> {
  if (fileSystem === 'mtp') return {};
  return { fileTimes: fileSystem === 'vfat' || fileSystem === 'exfat' ? 'standard' : 'instant' };
}

function factOf({ name, bytes, udev }: Disk, mounted: Mounted | null, why: Reason | null): Reason {
  const disk = { device: udev?.idPath ? `${name}, ${udev.idPath}` : name, size: bytes };
  if (!mounted) return because('disk-not-mounted', { ...disk, why: why ?? because('not-mounted-now', {}) });
  const system = { ...disk, type: mounted.label ? `${mounted.fileSystem}, ${mounted.label}` : mounted.fileSystem };
  return because(mounted.dirty ? 'disk-unclean' : 'disk-clean', system);
}
