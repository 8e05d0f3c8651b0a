import { type FileHandle, open } from 'node:fs/promises';
import type { FileSystem } from './mounter.ts';

/** Offsets below are those of the file systems' published layouts. */
const FAT16_STATE = 0x25;
const FAT32_STATE = 0x41;
const EXFAT_FLAGS = 0x6a;
const EXT_SUPERBLOCK = 1024;
const EXT_STATE = EXT_SUPERBLOCK + 0x3a;
const EXT_INCOMPAT = EXT_SUPERBLOCK + 0x60;
const EXT_NEEDS_RECOVERY = 0x4;
const NTFS_VOLUME_RECORD = 3;
const NTFS_VOLUME_INFORMATION = 0x70;
const MFT_RECORD_BYTES_MAX = 64 * 1024;
const HEAD_BYTES = 4096;

/** Whether a file system says of itself that it was not cleanly unmounted. Reads a few sectors; throws what reading throws. */
export async function isDirty(devicePath: string, fileSystem: FileSystem): Promise<boolean> {
  const device = await open(devicePath, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    await device.read(head, 0, HEAD_BYTES, 0);
    switch (fileSystem) {
      case 'vfat':
        return fatIsDirty(head);
      case 'exfat':
        // Bit 1: volume dirty; bit 2: the medium failed before.
        return (head.readUInt16LE(EXFAT_FLAGS) & 0x6) !== 0;
      case 'ext4':
        return (head.readUInt16LE(EXT_STATE) & 0x1) === 0 || (head.readUInt32LE(EXT_INCOMPAT) & EXT_NEEDS_RECOVERY) !== 0;
      case 'ntfs':
        return await ntfsIsDirty(device, head);
      case 'mtp':
        return false;
    }
  } finally {
    await device.close();
  }
}

/** FAT32 has no sectors-per-FAT in the old place. Linux and Windows keep the state in a reserved byte of the boot sector. */
function fatIsDirty(head: Buffer): boolean {
  const isFat32 = head.readUInt16LE(0x16) === 0;
  return ((head[isFat32 ? FAT32_STATE : FAT16_STATE] ?? 0) & 0x1) !== 0;
}

/** The flags of NTFS are in the resident attribute $VOLUME_INFORMATION of the master file table's record 3. What cannot be found is not called dirty. */
async function ntfsIsDirty(device: FileHandle, head: Buffer): Promise<boolean> {
  const clusterBytes = head.readUInt16LE(0x0b) * head.readUInt8(0x0d);
  const perRecord = head.readInt8(0x40);
  const recordBytes = perRecord < 0 ? 2 ** -perRecord : perRecord * clusterBytes;
  if (recordBytes < 512 || recordBytes > MFT_RECORD_BYTES_MAX) return false;
  const record = Buffer.alloc(recordBytes);
  const at = Number(head.readBigUInt64LE(0x30)) * clusterBytes + NTFS_VOLUME_RECORD * recordBytes;
  if (!Number.isSafeInteger(at)) return false;
  await device.read(record, 0, recordBytes, at);
  if (record.toString('latin1', 0, 4) !== 'FILE') return false;
  for (let place = record.readUInt16LE(0x14); place + 24 <= recordBytes; ) {
    const type = record.readUInt32LE(place);
    const length = record.readUInt32LE(place + 4);
    if (type === NTFS_VOLUME_INFORMATION) {
      const flags = place + record.readUInt16LE(place + 0x14) + 10;
      return flags + 2 <= recordBytes && (record.readUInt16LE(flags) & 0x1) !== 0;
    }
    if (type === 0xffffffff || length < 24) return false;
    place += length;
  }
  return false;
}
