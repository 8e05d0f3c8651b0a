import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, runProgram } from '#test/support/evidock';
import { compileSources } from './compiled-sources.ts';
import { makeExt4 } from './disk-image.ts';
import { pruneCache } from './prune-cache.ts';

/** Where built images are kept between runs. */
export const CACHE = process.env['EVIDOCK_LAB_CACHE'] ?? join(homedir(), '.cache/evidock-lab');

/** Size of both disks, nearly all of it holes. One size for all, so that a frozen guest finds another checkout's disk as large as it knew it. */
const DISK_BYTES = 2 * 1_073_741_824;
const PAGES = 'dist/console';

export interface ProjectDisks {
  /** ext4 of this checkout's files, for /opt/evidock, and what Node compiled of them (compiled-sources.ts) in `compiled`. */
  readonly project: string;
  /** ext4 of the packages that a station needs, for /opt/evidock/node_modules. */
  readonly modules: string;
}

/** The checkout as it is now, as two read-only disks. Each is made again only when what it holds has changed. */
export async function projectDisks(): Promise<ProjectDisks> {
  await mkdir(CACHE, { recursive: true });
  const disks = { project: await projectDisk(), modules: await modulesDisk() };
  await pruneCache(CACHE);
  return disks;
}

async function projectDisk(): Promise<string> {
  const listed = await runProgram('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { timeoutMs: 20_000 });
  if (listed.status !== 0) throw new Error(`git ls-files: ${listed.stderr}`);
  const files: string[] = [];
  const hash = createHash('sha256').update('project-3');
  for (const path of [...listed.stdout.split('\0').filter((name) => name !== '' && name !== 'node_modules'), ...(await builtPages())]) {
    const info = await stat(join(ROOT, path)).catch(() => undefined);
    // Deleted in the working tree, but still in the index.
    if (info === undefined || !info.isFile()) continue;
    files.push(path);
    hash
      .update(`\0${path}\0${info.mode & 0o111}\0`)
      .update(await readFile(join(ROOT, path)))
      .update('\0');
  }
  return cached(`project-${hash.digest('hex').slice(0, 16)}.ext4`, async (directory) => {
    for (const path of files) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await cp(join(ROOT, path), join(directory, path), { preserveTimestamps: true });
    }
    await mkdir(join(directory, 'node_modules'));
    await compileSources(join(directory, 'compiled'));
  });
}

/** The pages of the console, which git does not keep: what builds them is not among the packages of a station. None if they were not built. */
async function builtPages(): Promise<string[]> {
  const found = await readdir(join(ROOT, PAGES), { recursive: true }).catch(() => []);
  return found.sort().map((path) => join(PAGES, path));
}

interface LockFile {
  readonly packages: Record<string, { readonly version?: string; readonly dev?: boolean; readonly devOptional?: boolean }>;
}

async function modulesDisk(): Promise<string> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as LockFile;
  const packages: string[] = [];
  const hash = createHash('sha256').update('modules-2');
  for (const [path, entry] of Object.entries(lock.packages)) {
    // Packages of packages lie inside them; the optional ones of other platforms are not installed.
    if (path === '' || entry.dev || entry.devOptional || path.indexOf('node_modules/', 1) > 0) continue;
    const text = await readFile(join(ROOT, path, 'package.json'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    packages.push(path);
    hash.update(`\0${path}\0${text}`);
  }
  return cached(`modules-${hash.digest('hex').slice(0, 16)}.ext4`, async (directory) => {
    for (const path of [...packages, 'node_modules/.bin']) {
      await cp(join(ROOT, path), join(directory, path.slice('node_modules/'.length)), { recursive: true, verbatimSymlinks: true });
    }
  });
}

async function cached(name: string, fill: (directory: string) => Promise<void>): Promise<string> {
  const image = join(CACHE, name);
  const now = new Date();
  const found = await utimes(image, now, now).then(
    () => true,
    () => false,
  );
  if (found) return image;
  // Made beside and renamed: a run that is killed leaves no half image, and two runs do no harm to each other.
  const work = await mkdtemp(join(CACHE, 'making-'));
  try {
    const directory = join(work, 'files');
    await mkdir(directory);
    await fill(directory);
    await makeExt4(join(work, 'image'), { label: name.split('-')[0] ?? name, from: directory, spareBytes: 0, totalBytes: DISK_BYTES });
    await rename(join(work, 'image'), image);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return image;
}
