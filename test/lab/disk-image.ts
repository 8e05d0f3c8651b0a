import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '#test/support/evidock';

/** Programs for file systems live in sbin, which is not on every user's path. */
const ENVIRONMENT = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8' };

/** Runs a tool that makes or fills an image; throws with its words if it fails. */
export async function tool(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const outcome = await runProgram(program, args, { env: { ...ENVIRONMENT, ...env }, timeoutMs: 120_000 });
  if (outcome.status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${outcome.status ?? outcome.signal}: ${outcome.stderr}`);
}

/** Makes an empty file of that many bytes that takes no space. */
export async function makeHole(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(bytes);
  await file.close();
}

/** Makes an ext4 image that holds a directory's files, without mounting it. All files belong to root. */
export async function makeExt4(
  image: string,
  options: { readonly label: string; readonly from: string; readonly spareBytes: number; readonly totalBytes?: number },
): Promise<void> {
  const files = await readdir(options.from, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (const file of files) if (file.isFile()) bytes += (await stat(join(file.parentPath, file.name))).size + 4096;
  // Room for the journal and the tables, and an inode for every entry.
  const total = options.totalBytes ?? Math.ceil((bytes * 1.1 + options.spareBytes) / 1_048_576 + 16) * 1_048_576;
  await makeHole(image, total);
  const inodes = files.length + Math.max(1024, Math.ceil(total / 16_384));
  await tool('mke2fs', [
    '-q',
    '-F',
    '-t',
    'ext4',
    '-L',
    options.label,
    '-N',
    `${inodes}`,
    '-E',
    'root_owner=0:0',
    '-d',
    options.from,
    image,
  ]);
}

/** Paths of the files on a vfat image, read with mtools; directories are not told. */
export async function filesOnVfat(image: string): Promise<readonly string[]> {
  const outcome = await runProgram('mdir', ['-i', image, '-/', '-b', '-a', '::'], { timeoutMs: 30_000, env: { LC_ALL: 'C.UTF-8' } });
  if (outcome.status !== 0) throw new Error(`mdir: ${outcome.stderr}`);
  const lines = outcome.stdout.split('\n').filter((line) => line.startsWith('::/') && !line.endsWith('/'));
  return lines.map((line) => line.slice('::/'.length)).toSorted();
}

/** SHA-256 of a file on a vfat image. */
export async function digestOnVfat(image: string, path: string): Promise<string> {
  const outcome = await runProgram('bash', ['-c', 'mtype -i "$1" "::/$2" | sha256sum', 'digest', image, path], { timeoutMs: 30_000 });
  return outcome.stdout.split(' ')[0] ?? '';
}
