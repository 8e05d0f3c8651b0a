import { type FileHandle, mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pathBelow } from './card-directory.ts';
import { SharedDirectories } from './shared-directories.ts';

let root: string;
let opened: FileHandle[];
let directories: SharedDirectories;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'evidock-shared-directories-'));
  opened = [];
  directories = new SharedDirectories(async (parts) => {
    const handle = await open(join(root, ...parts.map(String)), 'r');
    opened.push(handle);
    return handle;
  });
  for (const name of ['DCIM', 'EVENT']) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'a'), name);
  }
});
afterEach(() => rm(root, { recursive: true }));

function read(name: string): Promise<string> {
  return directories.with([Buffer.from(name)], name, async (directory) => {
    const file = await open(pathBelow(directory, Buffer.from('a')));
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  });
}

// A closed handle has no descriptor any more.
const isClosed = ({ fd }: FileHandle) => fd === -1;

test('whoever asks at the same time shares one open directory, each directory has its own, and none stays open', async () => {
  expect(await Promise.all([read('DCIM'), read('EVENT'), read('DCIM'), read('DCIM')])).toEqual(['DCIM', 'EVENT', 'DCIM', 'DCIM']);
  expect(opened).toHaveLength(2);
  expect(opened.every(isClosed)).toBe(true);
  expect(await read('DCIM')).toBe('DCIM');
  expect(opened).toHaveLength(3);
});

test('one that is held for long is looked for anew by the next, which finds what has taken its place', async () => {
  const held = Promise.withResolvers<void>();
  const first = directories.with([Buffer.from('DCIM')], 'DCIM', () => held.promise);
  await sleep(80);
  await rename(join(root, 'DCIM'), join(root, 'OLD'));
  await rename(join(root, 'EVENT'), join(root, 'DCIM'));
  expect(await read('DCIM')).toBe('EVENT');
  held.resolve();
  await first;
  expect(opened).toHaveLength(2);
  expect(opened.every(isClosed)).toBe(true);
});

test('one that cannot be opened fails all who asked, and the next tries again', async () => {
  await rename(join(root, 'DCIM'), join(root, 'OLD'));
  const both = await Promise.allSettled([read('DCIM'), read('DCIM')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await rename(join(root, 'OLD'), join(root, 'DCIM'));
  expect(await read('DCIM')).toBe('DCIM');
  await expect(directories.with([Buffer.from('DCIM')], 'DCIM', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(opened.every(isClosed)).toBe(true);
});
