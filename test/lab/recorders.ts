import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeExt4, makeHole, tool } from './disk-image.ts';
import type { Guest } from './guest.ts';
import { plug, yank } from './plugs.ts';

type FileSystem = 'vfat' | 'exfat' | 'ntfs' | 'ext4';

export interface VolumeContent {
  readonly fileSystem: FileSystem;
  /** At most 11 characters on vfat. */
  readonly label?: string;
  /** What is on it: bytes or text by path, or an existing directory. */
  readonly files: Readonly<Record<string, Uint8Array | string>> | { readonly directory: string };
  /** Wall clock of every file as the recorder wrote it, `YYYY-MM-DDTHH:MM:SS`; FAT keeps it without a zone. Not for a directory's files. */
  readonly modified?: string;
  /** Size of the volume; 64 MiB unless told. */
  readonly bytes?: number;
}

export interface Recorder {
  /** Raw disk image on the host. */
  readonly image: string;
  /** SHA-256 by path; files of a second volume too (`volumes` gives them apart). */
  readonly digests: ReadonlyMap<string, string>;
  readonly volumes: readonly { readonly digests: ReadonlyMap<string, string>; readonly offsetBytes: number }[];
}

const SECTOR_BYTES = 512;
const MIB = 1_048_576;
const LABEL = 'BODYCAM';
const VOLUME_BYTES = 64 * MIB;
/** MBR partition types that recorders use: FAT32 with LBA, exFAT or NTFS, Linux. */
const PARTITION_TYPES = { vfat: 0x0c, exfat: 0x07, ntfs: 0x07, ext4: 0x83 } as const;
/** How a guest formats and mounts what cannot be filled on the host without the file system in its kernel. */
const FILLED_IN_GUEST = {
  exfat: { format: 'mkfs.exfat -L', mount: 'exfat' },
  ntfs: { format: 'mkfs.ntfs -q -Q -F -L', mount: 'ntfs-3g' },
} as const;

/**
 * Makes a recorder's disk at `image`, without mounting anything. One volume and no `partitioned` fills the whole disk, as memory cards of
 * cameras often do; otherwise volumes lie in an MBR's partitions, 1 MiB aligned. Keep contents small: the guest hashes 50 MiB/s.
 * With exFAT and NTFS `fillWith` is the guest that makes the volume, through its root port 15.
 */
export async function makeRecorder(
  image: string,
  volumes: readonly VolumeContent[],
  options: { readonly partitioned?: boolean; readonly fillWith?: Guest } = {},
): Promise<Recorder> {
  if (volumes.length < 1 || volumes.length > 4) throw new Error('a recorder has 1 to 4 volumes');
  const partitioned = options.partitioned ?? volumes.length > 1;
  await mkdir(dirname(image), { recursive: true });
  const work = await mkdtemp(`${image}-`);
  try {
    const made = [];
    let offset = partitioned ? MIB : 0;
    for (const [place, volume] of volumes.entries()) {
      const path = partitioned ? join(work, `volume-${place}`) : image;
      const directory = await directoryOf(volume, join(work, `files-${place}`));
      const digests = await digestsOf(directory);
      await makeVolume(path, volume, directory);
      const bytes = (await stat(path)).size;
      made.push({
        path,
        directory,
        digests,
        bytes,
        label: volume.label ?? LABEL,
        fileSystem: volume.fileSystem,
        offsetBytes: offset,
        type: PARTITION_TYPES[volume.fileSystem],
      });
      offset += Math.ceil(bytes / MIB) * MIB;
    }
    if (partitioned) {
      await makeHole(image, offset);
      await writePartitionTable(image, made);
      for (const { path, offsetBytes } of made) await copyInto(path, image, offsetBytes);
    }
    for (const [place, volume] of made.entries()) {
      const { fileSystem, label, directory } = volume;
      if (fileSystem !== 'exfat' && fileSystem !== 'ntfs') continue;
      if (options.fillWith === undefined) throw new Error(`a volume with ${fileSystem} needs a guest that fills it`);
      await fillInGuest(options.fillWith, image, { fileSystem, label, directory, part: partitioned ? `-part${place + 1}` : '' });
    }
    const digests = new Map(made.flatMap((volume) => [...volume.digests]));
    return { image, digests, volumes: made.map((volume) => ({ digests: volume.digests, offsetBytes: volume.offsetBytes })) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function directoryOf(volume: VolumeContent, staging: string): Promise<string> {
  if (isDirectory(volume.files)) return volume.files.directory;
  await stage(staging, volume.files, volume.modified);
  return staging;
}

function isDirectory(files: VolumeContent['files']): files is { readonly directory: string } {
  return Object.keys(files).join() === 'directory' && typeof Object.values(files)[0] === 'string';
}

async function makeVolume(path: string, volume: VolumeContent, directory: string): Promise<void> {
  const label = volume.label ?? LABEL;
  if (volume.fileSystem === 'ext4') {
    await makeExt4(path, { label, from: directory, spareBytes: volume.bytes ?? 8 * MIB });
    return;
  }
  await makeHole(path, volume.bytes ?? VOLUME_BYTES);
  if (volume.fileSystem !== 'vfat') return;
  // One sector a cluster: only so is a small volume FAT32, which recorders use.
  const small = (volume.bytes ?? VOLUME_BYTES) < 512 * MIB;
  await tool('mkfs.vfat', ['-F', '32', ...(small ? ['-s', '1'] : []), '-n', label, path]);
  const entries = await readdir(directory);
  // FAT keeps wall clocks: with UTC on both sides the staged time is what the guest sees.
  if (entries.length > 0) {
    await tool('mcopy', ['-i', path, '-s', '-m', '-Q', ...entries.map((name) => join(directory, name)), '::'], { TZ: 'UTC' });
  }
}

async function fillInGuest(
  guest: Guest,
  image: string,
  volume: { readonly fileSystem: keyof typeof FILLED_IN_GUEST; readonly label: string; readonly part: string; readonly directory: string },
): Promise<void> {
  await plug(guest, { name: 'FILL', port: '15', image });
  const node = `/dev/disk/by-id/usb-QEMU_QEMU_HARDDISK_FILL-0:0${volume.part}`;
  const { format, mount } = FILLED_IN_GUEST[volume.fileSystem];
  await guest.waitFor(`test -b ${node}`, 30);
  await guest.sh(`${format} ${volume.label} ${node} && mkdir -p /run/fill && mount -t ${mount} ${node} /run/fill`);
  for (const name of await readdir(volume.directory)) await guest.copyIn(join(volume.directory, name), '/run/fill');
  await guest.sh('umount /run/fill && sync');
  await yank(guest, 'FILL');
}

async function stage(directory: string, files: Readonly<Record<string, Uint8Array | string>>, modified: string | undefined): Promise<void> {
  await mkdir(directory, { recursive: true });
  const time = modified === undefined ? undefined : new Date(`${modified}Z`);
  for (const [path, content] of Object.entries(files)) {
    const place = join(directory, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content);
    if (time !== undefined) await utimes(place, time, time);
  }
}

/** SHA-256 of every regular file below a directory, by path relative to it. */
export async function digestsOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    digests.set(path.slice(directory.length + 1), sha256(await readFile(path)));
  }
  return digests;
}

/** The sector of the image that holds those bytes of a file: for `badSectors`. The bytes are one sector's, and nowhere else in the image. */
export async function sectorOf(image: string, bytes: Uint8Array): Promise<number> {
  if (bytes.length !== SECTOR_BYTES) throw new Error(`a sector has ${SECTOR_BYTES} bytes, not ${bytes.length}`);
  let sector = 0;
  for await (const chunk of createReadStream(image, { highWaterMark: MIB }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(bytes); at >= 0; at = chunk.indexOf(bytes, at + 1)) {
      if (at % SECTOR_BYTES === 0) return sector + at / SECTOR_BYTES;
    }
    sector += chunk.length / SECTOR_BYTES;
  }
  throw new Error(`no sector of ${image} holds those bytes`);
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function writePartitionTable(
  image: string,
  volumes: readonly { readonly offsetBytes: number; readonly bytes: number; readonly type: number }[],
): Promise<void> {
  const sector = Buffer.alloc(SECTOR_BYTES);
  for (const [place, volume] of volumes.entries()) {
    const entry = 446 + place * 16;
    // Cylinder, head and sector are long meaningless; 0xff says "look at the sector numbers".
    sector.fill(0xff, entry + 1, entry + 8);
    sector[entry + 4] = volume.type;
    sector.writeUInt32LE(volume.offsetBytes / SECTOR_BYTES, entry + 8);
    sector.writeUInt32LE(Math.ceil(volume.bytes / SECTOR_BYTES), entry + 12);
  }
  sector.writeUInt16BE(0x55aa, 510);
  const file = await open(image, 'r+');
  await file.write(sector, 0, SECTOR_BYTES, 0);
  await file.close();
}

async function copyInto(from: string, image: string, offsetBytes: number): Promise<void> {
  await pipeline(createReadStream(from), createWriteStream(image, { flags: 'r+', start: offsetBytes }));
}
