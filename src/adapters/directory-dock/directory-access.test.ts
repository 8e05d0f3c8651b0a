/* Goal: only what is named is ever removed or replaced on a recorder, and nothing outside it. Method: real directories with links and odd names. */
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { temporaryDirectory } from '#test/support/evidock';
import { writeCard } from '#test/support/station/intake-station';
import { DirectoryAccess } from './directory-access.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;

beforeEach(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  await writeCard(card, { 'DCIM/1.mp4': 'one', 'DCIM/2.mp4': 'two!' });
});
afterEach(() => home.remove());

const access = () => new DirectoryAccess({ root: card, label: 'test' });

describe('directory access', () => {
  it('tells what a file is, removes it, and syncs', async () => {
    await access().writable(async (writer) => {
      expect(await writer.stat('DCIM/2.mp4')).toEqual({ bytes: 4, mtimeMs: Date.parse('2026-06-20T08:00:00Z') });
      expect(await writer.stat('DCIM/3.mp4')).toBeNull();
      expect(await writer.stat('no/such/3.mp4')).toBeNull();
      expect(await writer.stat('DCIM')).toBeNull();
      await writer.remove('DCIM/1.mp4');
      await writer.sync();
    });
    expect(await readdir(join(card, 'DCIM'))).toEqual(['2.mp4']);
  });

  it('finds names that are no text by their printable form', async () => {
    const raw = Buffer.concat([Buffer.from(`${card}/DCIM/`), Buffer.from([0xd6, 0xd0]), Buffer.from('.mp4')]);
    await writeFile(raw, 'gbk');
    await access().writable(async (writer) => {
      expect(await writer.stat('DCIM/%D6%D0.mp4')).toMatchObject({ bytes: 3 });
      await writer.remove('DCIM/%D6%D0.mp4');
    });
    expect((await readdir(join(card, 'DCIM'))).sort()).toEqual(['1.mp4', '2.mp4']);
  });

  it('refuses links, directories, and ways out of the card', async () => {
    const outside = join(home.path, 'outside');
    await writeCard(outside, { '1.mp4': 'mine' });
    await symlink(outside, join(card, 'LINK'));
    await symlink(join(outside, '1.mp4'), join(card, 'DCIM/link.mp4'));
    await access().writable(async (writer) => {
      expect(await writer.stat('DCIM/link.mp4')).toBeNull();
      for (const path of ['LINK/1.mp4', 'DCIM/link.mp4', 'DCIM']) {
        await expect(writer.remove(path), path).rejects.toMatchObject({ code: 'recorder.not-regular' });
        await expect(writer.writeText(path, 'x'), path).rejects.toMatchObject({ code: 'recorder.not-regular' });
      }
      for (const path of ['../outside/1.mp4', 'DCIM/../../outside/1.mp4', '/etc/hostname', '']) {
        await expect(writer.remove(path), path).rejects.toMatchObject({ code: 'recorder.name-refused' });
      }
    });
    expect(await readFile(join(outside, '1.mp4'), 'utf8')).toBe('mine');
    expect((await readdir(join(card, 'DCIM'))).sort()).toEqual(['1.mp4', '2.mp4', 'link.mp4']);
  });

  it('replaces a small text as a whole and leaves nothing beside it', async () => {
    await access().writable(async (writer) => {
      await writer.writeText('time.txt', '2026-06-20 16:00:00');
      await writer.writeText('time.txt', '2026-06-20 16:00:01');
      await writer.sync();
    });
    expect(await readFile(join(card, 'time.txt'), 'utf8')).toBe('2026-06-20 16:00:01');
    expect((await readdir(card)).sort()).toEqual(['DCIM', 'time.txt']);
  });

  it('says when the recorder is gone', async () => {
    await expect(
      access().writable(async (writer) => {
        await rename(card, `${card}-pulled`);
        await writer.remove('DCIM/1.mp4');
      }),
    ).rejects.toMatchObject({ code: 'recorder.removed' });
    await rm(`${card}-pulled`, { recursive: true });
    await mkdir(card);
  });

  it('is writable only while the work lasts, one work after the other, and read-only after an error too', async () => {
    const calls: string[] = [];
    const note = (what: string) => async () => void calls.push(what);
    const guarded = new DirectoryAccess({ root: card, label: null, before: note('rw'), after: note('ro') });
    const first = guarded.writable(async () => void calls.push('first'));
    const second = guarded.writable(async () => {
      throw new Error('second');
    });
    const kept = guarded.writable(async (writer) => writer);
    await first;
    await expect(second).rejects.toThrow('second');
    await expect((await kept).stat('DCIM/1.mp4')).rejects.toThrow(/ended/);
    expect(calls).toEqual(['rw', 'first', 'ro', 'rw', 'ro', 'rw', 'ro']);
  });

  it('tells with the first failure that it has stayed writable, but not of a recorder that is gone', async () => {
    const failing = (code: 'recorder.mount-failed' | 'recorder.removed') =>
      new DirectoryAccess({
        root: card,
        label: null,
        after: () => Promise.reject(new EvidockError(code, because('said', { text: 'stuck' }))),
      });
    const work = () => Promise.reject(new EvidockError('recorder.write-failed', because('path', { path: 'a.mp4' })));
    await expect(failing('recorder.mount-failed').writable(work)).rejects.toMatchObject({
      code: 'recorder.write-failed',
      detail: 'a.mp4; and it could not be made read-only again: stuck',
    });
    await expect(failing('recorder.removed').writable(work)).rejects.toMatchObject({ detail: 'a.mp4' });
  });
});
