import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runProgram } from '#test/support/evidock';
import { CPU, Guest } from './guest.ts';
import { CACHE, type ProjectDisks } from './project-disks.ts';

/**
 * A guest that has booted, written to disk as it stood, from which others start in seconds: an emulated boot takes half a minute at best
 * and minutes on a busy machine. It has started a command once, so that its compiled sources are there. Made again when the guest, QEMU or the
 * packages change, not when the checkout does. Returns its directory.
 */
export async function frozenGuest(built: string, disks: ProjectDisks): Promise<string> {
  const version = await runProgram('qemu-system-x86_64', ['--version'], { timeoutMs: 20_000 });
  const parts = ['ready-2', CPU, basename(built), basename(disks.modules), version.stdout];
  const place = join(CACHE, `ready-${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16)}`);
  const now = new Date();
  const found = await utimes(place, now, now).then(
    () => true,
    () => false,
  );
  if (found) return place;
  console.log('booting a guest and freezing it for later runs (a minute or more, once) …');
  const work = await mkdtemp(join(CACHE, 'making-'));
  const guest = new Guest({ built, disks });
  try {
    await guest.start();
    await guest.sh('evidock --version', { timeoutMs: 240_000 });
    await guest.freeze(work);
    await rename(work, place).catch(async (error: unknown) => {
      // Another run was faster; its guest is as good.
      if (!(await exists(place))) throw error;
    });
    return place;
  } finally {
    await guest.forget();
    await rm(work, { recursive: true, force: true });
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
