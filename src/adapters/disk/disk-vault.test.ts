import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeVaultContract, store } from '#test/contract/vault';
import { temporaryDirectory } from '#test/support/evidock';
import { DiskVault } from './disk-vault.ts';
import { LocalScratch } from './local-scratch.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
const open = async (directory: string) => {
  const vault = new DiskVault({ directory, reserveBytes: 0, rereadThreads: 1 });
  await vault.open();
  return vault;
};

beforeAll(async () => {
  home = await temporaryDirectory();
});
afterAll(() => home.remove());

describeVaultContract('disk', async () => {
  const vault = await open(join(home.path, 'contract'));
  return { vault, close: () => vault.close() };
});

describe('disk vault', () => {
  it('reads ext4 past the page cache', async () => {
    const vault = await open(join(home.path, 'direct'));
    await store(vault, '2026/a', Buffer.alloc(10_000, 7));
    const { method } = await vault.reread('2026/a', { sm3: false });
    expect(['direct', 'nocache']).toContain(method);
    await vault.close();
  });

  it('gives all who ask at the same time one answer, of one look at the disk', async () => {
    const vault = await open(join(home.path, 'probed'));
    // Others write to the disk meanwhile: each look at it finds less.
    let free = 1000;
    vault.freeBytes = async () => {
      free -= 1;
      return free;
    };
    expect(await Promise.all([vault.probe(), vault.probe(), vault.probe()])).toEqual(Array(3).fill({ freeBytes: 999 }));
    expect(await vault.probe()).toEqual({ freeBytes: 998 });
    await vault.close();
  });

  it('follows no link that stands in the place of a file', async () => {
    const directory = join(home.path, 'links');
    const vault = await open(directory);
    await mkdir(join(directory, '2026'));
    await symlink('/etc/hostname', join(directory, '2026/a'));
    await expect(vault.read('2026/a')).rejects.toMatchObject({ code: 'vault.read-failed' });
    await expect(vault.reread('2026/a', { sm3: false })).rejects.toMatchObject({ code: 'vault.read-failed' });
    expect(await vault.stat('2026/a')).toBeNull();
    await vault.close();
  });

  it('takes the write permission from what is sealed', async () => {
    const directory = join(home.path, 'modes');
    const vault = await open(directory);
    await store(vault, '2026/a', Buffer.from('x'));
    await vault.makeReadOnly('2026/a');
    expect((await stat(join(directory, '2026/a'))).mode & 0o777).toBe(0o440);
    await vault.close();
  });

  it('gives originals and small files their final mode before they have their names', async () => {
    const directory = join(home.path, 'first-modes');
    const vault = await open(directory);
    await store(vault, '2026/a', Buffer.from('x'));
    await vault.putSmall('2026/a.json', Buffer.from('{}'));
    for (const name of ['a', 'a.json']) expect((await stat(join(directory, '2026', name))).mode & 0o777).toBe(0o440);
    await vault.close();
  });

  it.each([0, 1, 10_000, 9_000_000])('tells of a re-read how far it has come, at last all of %i bytes', async (bytes) => {
    const vault = await open(join(home.path, `progress-${bytes}`));
    await store(vault, '2026/a', Buffer.alloc(bytes, 7));
    const told: number[] = [];
    await vault.reread('2026/a', { sm3: false, onBytes: (position) => told.push(position) });
    expect(told.at(-1) ?? 0).toBe(bytes);
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
    await vault.close();
  });

  it('sweeps drafts and scratch of an earlier process, and nothing else', async () => {
    const directory = join(home.path, 'sweep');
    const vault = await open(directory);
    await store(vault, '2026/a', Buffer.from('kept'));
    await writeFile(join(directory, '2026/b.0011aabbccdd.partial'), 'lost');
    await mkdir(join(directory, 'scratch/old'), { recursive: true });
    const scratch = new LocalScratch(join(directory, 'scratch'));
    expect([await vault.sweep(), await scratch.sweep(), await scratch.sweep()]).toEqual([1, 1, 0]);
    expect(await readdir(join(directory, '2026'))).toEqual(['a']);
    expect(await vault.sweep()).toBe(0);
    await vault.close();
  });

  it('says full on a full disk, leaves no half file, and goes on when there is room', async () => {
    const directory = join(home.path, 'small');
    await mkdir(directory);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory]);
    try {
      const vault = await open(directory);
      const draft = await vault.draft('2026/a', 1000);
      await writeFile(join(directory, 'filler'), Buffer.alloc(3_900_000));
      await expect(draft.write(Buffer.alloc(1_000_000), 1_000_000, 0)).rejects.toMatchObject({ code: 'vault.full' });
      await draft.discard();
      await expect(vault.draft('2026/b', 2_000_000)).rejects.toMatchObject({ code: 'vault.full' });
      await rm(join(directory, 'filler'));
      expect(await store(vault, '2026/b', Buffer.alloc(2_000_000))).toBe('created');
      expect(await readdir(join(directory, '2026'))).toEqual(['b']);
      await vault.close();
    } finally {
      execFileSync('umount', [directory]);
    }
  });

  it('says read-only on a disk that is', async () => {
    const directory = join(home.path, 'readonly');
    await mkdir(directory);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory]);
    try {
      const vault = await open(directory);
      execFileSync('mount', ['-o', 'remount,ro', directory]);
      await expect(vault.draft('2026/a', 10)).rejects.toMatchObject({ code: 'vault.read-only' });
      await vault.close();
    } finally {
      execFileSync('umount', [directory]);
    }
  });
});
