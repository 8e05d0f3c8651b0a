/* Goal: a card may hold anything, and nothing of it leads out of the volume or is left unsaid. Method: a real hostile tree on the real file system. */

import { execFileSync } from 'node:child_process';
import { mkdir, open, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawName } from '#domain/card/path';
import type { EvidockError } from '#domain/errors';
import { english } from '#domain/reason';
import type { VolumeEntry, VolumeRefusal } from '#ports/recorder-driver';
import { makeCard } from '#sample-card/make-card';
import { temporaryDirectory } from '#test/support/evidock';
import { saying } from '#test/support/saying';
import { DirectoryVolume, type VolumeLimits } from './directory-volume.ts';

const LIMITS: VolumeLimits = { filesMax: 100_000, depthMax: 8, fileBytesMax: 1024 * 1024 };
let home: Awaited<ReturnType<typeof temporaryDirectory>>;

async function listOf(root: string, limits = LIMITS) {
  const volume = new DirectoryVolume({ root, label: 'test', limits });
  const files: VolumeEntry[] = [];
  const refused: VolumeRefusal[] = [];
  for await (const item of volume.list()) {
    if ('code' in item) refused.push(item);
    else files.push(item);
  }
  return { volume, files, refused };
}

beforeAll(async () => {
  home = await temporaryDirectory();
});
afterAll(() => home.remove());

describe('directory volume', () => {
  it('lists a hostile card: every regular file under a printable name, everything else by reason', async () => {
    const root = join(home.path, 'hostile');
    await makeCard({ directory: root, layout: 'hostile', secondsPerClip: 1, files: 0, timezone: 'UTC' });
    execFileSync('mknod', [join(root, 'device'), 'c', '1', '3']);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    const { volume, files, refused } = await listOf(root);
    await new Promise((resolve) => server.close(resolve));
    const reasons = Object.fromEntries(refused.map(({ path, code, reason }) => [path.split('/')[0], `${code} ${english(reason)}`]));
    expect(reasons).toMatchObject({
      device: 'recorder.not-regular device',
      pipe: 'recorder.not-regular named pipe',
      'link-out': 'recorder.not-regular symbolic link',
      loop: 'recorder.not-regular symbolic link',
      d0: expect.stringContaining('recorder.over-limit'),
      'sparse.bin': expect.stringContaining('recorder.over-limit'),
    });
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'line%0Abreak.txt',
        '%E2%80%AEgpj.exe.txt',
        '%FF%FE.txt',
        '%D6%D0%CE%C4.txt',
        'percent%2541.txt',
        'CASE.txt',
        'case.TXT',
        'zero.mp4',
      ]),
    );
    for (const { path, bytes } of files) {
      const file = await volume.open(path);
      expect((await file.stat()).bytes).toBe(bytes);
      await file.close();
    }
  });

  it('opens nothing through a link that took the place of a directory or file after the listing', async () => {
    const root = join(home.path, 'swapped');
    await mkdir(join(root, 'd'), { recursive: true });
    await writeFile(join(root, 'd/a.txt'), 'x');
    await writeFile(join(root, 'b.txt'), 'x');
    const { volume } = await listOf(root);
    await rm(join(root, 'd'), { recursive: true });
    await symlink('/etc', join(root, 'd'));
    await rm(join(root, 'b.txt'));
    await symlink('/etc/hostname', join(root, 'b.txt'));
    await expect(volume.open('d/hostname')).rejects.toMatchObject({ code: 'recorder.not-regular' });
    await expect(volume.open('b.txt')).rejects.toMatchObject({ code: 'recorder.not-regular' });
  });

  it.each(['../x', 'd/../../x', '/etc/hostname', 'a%00b', '.'])('refuses to open %j', async (path) => {
    const { volume } = await listOf(home.path);
    await expect(volume.open(path)).rejects.toMatchObject({ code: expect.stringMatching(/^recorder\.(name-refused|read-failed)$/) });
  });

  it('does not wait for a writer when a pipe took the place of a file', async () => {
    const root = join(home.path, 'piped');
    await mkdir(root);
    execFileSync('mkfifo', [join(root, 'a.txt')]);
    const { volume } = await listOf(root);
    await expect(volume.open('a.txt')).rejects.toMatchObject({ code: 'recorder.not-regular' });
  });

  it('does not enter another file system', async () => {
    const root = join(home.path, 'mounts');
    await mkdir(join(root, 'inner'), { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(root, 'inner')]);
    try {
      const { refused } = await listOf(root);
      expect(refused).toMatchObject([{ path: 'inner', code: 'recorder.not-regular', reason: saying('file system') }]);
    } finally {
      execFileSync('umount', [join(root, 'inner')]);
    }
  });

  it('names the limit of files, and says when the recorder itself is gone', async () => {
    const root = join(home.path, 'gone');
    await makeCard({ directory: root, layout: 'tiny', secondsPerClip: 1, files: 30, timezone: 'UTC' });
    const { volume, files, refused } = await listOf(root, { ...LIMITS, filesMax: 20 });
    expect([files.length, refused.length]).toEqual([20, 10]);
    expect(refused[0]?.reason).toEqual(saying('intake.filesMax'));
    await rm(root, { recursive: true });
    await expect(volume.open(files[0]?.path ?? '')).rejects.toMatchObject({ code: 'recorder.removed' });
    await expect(listOf(root)).rejects.toMatchObject({ code: 'recorder.removed' });
  });

  it('reads into shared memory, at any position, and small texts', async () => {
    const root = join(home.path, 'read');
    await mkdir(root);
    const handle = await open(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(rawName('%FF.txt'))]), 'w');
    await handle.writeFile('TIME=2026-06-20 15:30:12');
    await handle.close();
    const { volume } = await listOf(root);
    const file = await volume.open('%FF.txt');
    const chunk = new Uint8Array(new SharedArrayBuffer(64));
    expect(await file.read(chunk, 5)).toBe(19);
    expect(Buffer.from(chunk.slice(0, 19)).toString()).toBe('2026-06-20 15:30:12');
    expect(await file.read(chunk, 1000)).toBe(0);
    await file.close();
    expect(await volume.readText('%FF.txt')).toContain('TIME=');
    expect(await volume.readText('none.txt')).toBeNull();
  });

  // FAT passes over directory blocks that cannot be read, and says nothing: only the device's count of errors tells.
  it('reads a directory again in which the device failed, and takes none for whole that always fails', async () => {
    const root = join(home.path, 'failing');
    await mkdir(join(root, 'DCIM'), { recursive: true });
    await writeFile(join(root, 'DCIM/A.MP4'), 'a');
    await writeFile(join(root, 'B.MP4'), 'b');
    const listWith = async (marks: (string | null)[]) => {
      const volume = new DirectoryVolume({
        ...{ root, label: 'test', limits: LIMITS, quietMs: 50 },
        deviceErrors: { mark: async () => (marks.length > 1 ? (marks.shift() ?? null) : (marks[0] ?? null)) },
      });
      const items: string[] = [];
      try {
        for await (const item of volume.list()) items.push('code' in item ? `${item.path}: ${item.code}` : item.path);
      } catch (error) {
        items.push((error as EvidockError).code);
      }
      return items;
    };
    // Looked at before and after each directory, and once more after the quiet that follows an error.
    expect(await listWith(['1', '2', '2'])).toEqual(['B.MP4', 'DCIM/A.MP4']);
    const always = Array.from({ length: 100 }, (_, index) => `${index + 1}`);
    expect(await listWith(['0', '0', '0', ...always])).toEqual(['B.MP4', 'DCIM/A.MP4', 'DCIM: recorder.unreadable', 'recorder.unreadable']);
    expect(await listWith(['0', null])).toEqual(['recorder.removed']);
  });

  it('that may leave out files is listed again, and must be the same', async () => {
    const root = join(home.path, 'forgetful');
    await mkdir(root);
    await writeFile(join(root, 'A.MP4'), 'a');
    const listed = async (change: () => Promise<void>) => {
      const volume = new DirectoryVolume({ root, label: 'test', limits: LIMITS, listAgainMs: 50 });
      const paths: string[] = [];
      for await (const item of volume.list()) {
        paths.push(item.path);
        await change();
      }
      return paths;
    };
    expect(await listed(async () => undefined)).toEqual(['A.MP4']);
    await expect(listed(() => writeFile(join(root, 'B.MP4'), 'b'))).rejects.toMatchObject({ code: 'recorder.unreadable' });
  });

  it('of a recorder that leaves while it is listed is no shorter one', async () => {
    const pulledAtMs = performance.now() + 100;
    const present = async () => performance.now() < pulledAtMs;
    const volume = new DirectoryVolume({ root: join(home.path, 'failing'), label: 'test', limits: LIMITS, present });
    const list = async () => {
      for await (const _ of volume.list());
    };
    await expect(list()).rejects.toMatchObject({ code: 'recorder.removed' });
  });
});
