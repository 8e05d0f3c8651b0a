/*
 * Goal: what may be written to of a recorder, by the state of its file systems.
 * Method: a mounter that only remembers what it was asked for; real mounts are in mount-commands.test.ts and in the lab.
 */
import { describe, expect, it } from 'vitest';
import { DirectoryAccess } from '#adapters/directory-dock/directory-access';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import type { FileSystem, Mounter } from './mounter.ts';
import { openDisks } from './volumes.ts';

const LIMITS = { filesMax: 100, depthMax: 5, fileBytesMax: 1e9 };

async function opened(disks: readonly (readonly [FileSystem, 'clean' | 'unclean'])[]) {
  const asked: string[] = [];
  const mounter = {
    mount: async ({ device }: { device: string }) => {
      const [fileSystem, state] = disks[Number(device.at(-1)) - 1] ?? ['vfat', 'clean'];
      return { path: `/nowhere/${device}`, fileSystem, readOnly: true, dirty: state === 'unclean', label: device, uuid: null };
    },
    remount: async (path: string, mode: string) => void asked.push(`${path.split('/').at(-1)} ${mode}`),
  } as unknown as Mounter;
  const options = {
    mounter,
    utcOffsetMinutes: 480,
    openVolume: (place: ConstructorParameters<typeof DirectoryVolume>[0]) => new DirectoryVolume({ ...place, limits: LIMITS }),
    openAccess: (place: { root: string; label: string | null }, mount: object) => new DirectoryAccess({ ...place, ...mount }),
  };
  const found = disks.map((_, index) => ({
    name: `sda${index + 1}`,
    number: `8:${index + 1}`,
    bytes: 1e9,
    partition: index + 1,
    mediumNumber: null,
    udev: null,
  }));
  const result = await openDisks(
    found,
    options as never,
    async () => true,
    () => undefined,
  );
  return { ...result, asked };
}

describe('access to a recorder', () => {
  it('makes all clean file systems writable, and read-only again', async () => {
    const { access, unclean, asked } = await opened([
      ['vfat', 'clean'],
      ['ext4', 'clean'],
    ]);
    expect(unclean).toBeNull();
    await access?.writable(async () => undefined);
    expect(asked).toEqual(['sda1 rw', 'sda2 rw', 'sda2 ro', 'sda1 ro']);
  });

  it('is apart for a FAT or exFAT that is unclean: only who knows whose mark it is may use it', async () => {
    const { access, unclean, asked } = await opened([
      ['vfat', 'unclean'],
      ['exfat', 'clean'],
    ]);
    expect(access).toBeNull();
    await unclean?.access?.writable(async () => undefined);
    expect(asked).toEqual(['sda1 rw-unclean', 'sda2 rw', 'sda2 ro', 'sda1 ro']);
  });

  it.each(['ext4', 'ntfs'] as const)('is there for nobody while a %s is unclean', async (fileSystem) => {
    const { access, unclean } = await opened([
      ['vfat', 'clean'],
      [fileSystem, 'unclean'],
    ]);
    expect([access, unclean]).toEqual([null, { access: null }]);
  });
});
