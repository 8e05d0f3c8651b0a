/*
 * Goal: a system call that fails on the station's disk, wherever it falls, never seals what is not there, loses nothing and ends in words;
 * a disk that is really full is waited for, and intake goes on by itself when there is room.
 * Method: strace makes the real process's calls fail (the count is kept per thread, so several threads fail); a tmpfs that is too
 * small is made larger while the station waits. Then the same command runs undisturbed and everything must be whole.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectWhole } from '../support/card/card-check.ts';
import { makeSmallCard } from '../support/card/small-card.ts';
import { evidock, evidockJson, ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';
import { partOfToday } from '../support/part-of-today.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;

beforeAll(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  await makeSmallCard(card);
  // Large enough that its writes are more than strace's counts need.
  await writeFile(join(card, 'LOG/large.log'), Buffer.alloc(96 * 1024 * 1024, 'a line of a long log\n'));
}, 180_000);

afterAll(async () => {
  await home.remove();
});

const ingestOf = (state: string) => ['--state', state, 'ingest', card, '--slot', '1', '--serial', 'T000001'];

describe('a failing system call', () => {
  const failures = [
    ['fsync', 'EIO', '1'],
    ['fsync', 'EIO', '3+4'],
    ['pwrite64', 'ENOSPC', '2'],
    ['pwrite64', 'EIO', '9+50'],
    ['link', 'EIO', '1'],
    ['link', 'EROFS', '2'],
    ['ftruncate', 'EIO', '1'],
    ['unlink', 'EIO', '2'],
    ['fchmod,chmod', 'EPERM', '1'],
  ] as const;
  it.each(partOfToday(failures, 3))(
    '%s → %s at %s',
    async (calls, errno, when) => {
      const state = join(home.path, `${calls}-${errno}-${when}`);
      const disturbed = await runProgram(
        // A station that never ends has to be killed with its strace: without that it goes on, and holds this test to its own end.
        'timeout',
        [
          ...['-s', 'KILL', '90', 'strace'],
          ...['-f', '-q', '--seccomp-bpf', '-o', join(home.path, 'trace'), '-e', `trace=${calls}`],
          ...['-e', `inject=${calls}:error=${errno}:when=${when}`, '-e', 'signal=none'],
          ...[join(ROOT, 'scripts/evidock'), ...ingestOf(state)],
        ],
        // Every thread of the pool meets the fault, and each time the disk is left alone for a while: few threads end sooner.
        { env: { EVIDOCK_LANG: 'en', UV_THREADPOOL_SIZE: '4' }, timeoutMs: 300_000 },
      );
      // Done after another try, or refused in words; never a crash, never a stack trace.
      expect(`${disturbed.signal ?? disturbed.status} ${disturbed.stderr.slice(-1500)}`).toMatch(/^[01] /);
      expect(disturbed.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
      if (disturbed.status === 1) expect(disturbed.stderr.trim()).not.toBe('');
      // The fault did happen.
      expect(readFileSync(join(home.path, 'trace'), 'utf8')).toContain('(INJECTED)');
      const finished = await evidock(ingestOf(state));
      expect(finished.status, finished.stderr).toBe(0);
      const recordings = await expectWhole(state, card);
      expect(recordings.every((recording) => recording.state !== 'copying')).toBe(true);
    },
    540_000,
  );
});

describe('a failing flush', () => {
  it.each([1, 2])('where drafts go through the page cache fails the write that it belongs to: the %i. of them', async (when) => {
    const ramfs = join(home.path, `ramfs-${when}`);
    await mkdir(ramfs);
    expect((await runProgram('mount', ['-t', 'ramfs', 'evidock-test', ramfs])).status).toBe(0);
    try {
      const script = `
        import { openSync } from 'node:fs';
        import { DraftWriter } from '${join(ROOT, 'src/adapters/disk/draft-writer.ts')}';
        const writer = new DraftWriter(openSync('${join(ramfs, 'draft')}', 'wx'));
        let written = 0;
        try {
          for (; written < 40; written += 1) writer.write(new Uint8Array(1024 * 1024), written * 1024 * 1024);
        } catch (error) {
          console.log(written, error.code);
        }`;
      const inject = `inject=fdatasync:error=EIO:when=${when}`;
      const node = [join(ROOT, 'node_modules/.bin/node'), '--input-type=module', '--eval', script];
      const failed = await runProgram('strace', [
        '-f',
        '-q',
        '-o',
        '/dev/null',
        '-e',
        'trace=fdatasync',
        '-e',
        inject,
        '-e',
        'signal=none',
        ...node,
      ]);
      // Flushed every 16 MiB, so the 16th or 32nd write is told.
      expect(failed.stdout.trim(), failed.stderr).toBe(`${16 * when - 1} EIO`);
    } finally {
      await runProgram('umount', [ramfs]);
    }
  });
});

describe('a disk that is full', () => {
  it('is named, and intake goes on by itself when there is room', async () => {
    const state = join(home.path, 'small-disk');
    await mkdir(state);
    const mount = (options: string) => runProgram('mount', ['-t', 'tmpfs', '-o', options, 'evidock-test', state]);
    expect((await mount('size=60m')).status).toBe(0);
    try {
      const running = spawn(join(ROOT, 'scripts/evidock'), ingestOf(state), {
        stdio: 'ignore',
        env: { ...process.env, EVIDOCK_INTAKE_RESERVE: '0' },
      });
      const ended = new Promise<number | null>((resolve) => running.once('close', resolve));
      await vi.waitFor(
        async () => {
          const slots = await evidockJson<{ phase: string; problem: { code: string } | null }[]>(['--state', state, 'slots']);
          expect(slots).toMatchObject([{ problem: { code: 'vault.full' } }]);
        },
        { timeout: 120_000, interval: 500 },
      );
      expect((await mount('remount,size=400m')).status).toBe(0);
      expect(await ended).toBe(0);
      await expectWhole(state, card);
    } finally {
      await runProgram('umount', ['-l', state]);
    }
  }, 360_000);
});
