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
import { expectWhole } from '../support/card-check.ts';
import { evidock, evidockJson, ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';
import { makeSmallCard } from '../support/small-card.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;

beforeAll(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  await makeSmallCard(card);
  // Large enough that the copy flushes more often than strace's counts need with 4 threads (every 16 MiB).
  await writeFile(join(card, 'LOG/large.log'), Buffer.alloc(96 * 1024 * 1024, 'a line of a long log\n'));
}, 60_000);

afterAll(async () => {
  await home.remove();
});

const ingestOf = (state: string) => ['--state', state, 'ingest', card, '--slot', '1', '--serial', 'T000001'];

describe('a failing system call', () => {
  it.each([
    ['fsync', 'EIO', '1'],
    ['fsync', 'EIO', '3+4'],
    ['fdatasync', 'EIO', '1'],
    ['fdatasync', 'EIO', '2'],
    ['pwrite64', 'ENOSPC', '2'],
    ['pwrite64', 'EIO', '9+50'],
    ['link', 'EIO', '1'],
    ['link', 'EROFS', '2'],
    ['ftruncate', 'EIO', '1'],
    ['unlink', 'EIO', '2'],
    ['fchmod,chmod', 'EPERM', '1'],
  ])(
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
        { env: { EVIDOCK_LANG: 'en', UV_THREADPOOL_SIZE: '4' }, timeoutMs: 100_000 },
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
    180_000,
  );
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
        { timeout: 40_000, interval: 500 },
      );
      expect((await mount('remount,size=400m')).status).toBe(0);
      expect(await ended).toBe(0);
      await expectWhole(state, card);
    } finally {
      await runProgram('umount', ['-l', state]);
    }
  }, 120_000);
});
