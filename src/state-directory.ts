import { constants } from 'node:fs';
import { access, lstat, mkdir, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { errnoOf } from '#domain/errno';
import { EvidockError, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

/** File systems of the kernel that keep nothing, by the magic numbers of statfs(2). */
const PSEUDO: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0x73636673, 'securityfs'],
  [0x62656570, 'configfs'],
  [0xcafe4a11, 'bpf'],
  [0x1cd1, 'devpts'],
  [0x19800202, 'mqueue'],
  [0x6165676c, 'pstore'],
  [0xde5e81e4, 'efivarfs'],
  [0x42494e4d, 'binfmt_misc'],
  [0x65735543, 'fusectl'],
]);
/** The kernel's own, whatever is mounted within them; /dev/shm alone is an ordinary file system in memory. */
const KERNELS = /^\/(?!dev\/shm(?:\/|$))(proc|sys|dev)(?:\/|$)/;
const MODE = 0o750;

/**
 * Makes the state directory with what is missing above it, or says what stands in its way. One directory after the other: mkdir(2) with all of them at once, as Node
 * does it, never comes to an end in /proc. Throws config.invalid.
 */
export async function makeStateDirectory(path: string): Promise<void> {
  const nearest = await nearestThere(path);
  const real = await realpath(nearest);
  const place = join(real, relative(nearest, path));
  const { type } = await statfs(real);
  const kernels = PSEUDO.get(type) ?? KERNELS.exec(place)?.[1];
  if (kernels !== undefined) throw unusable(path, because('kernels-own', { thing: kernels }));
  try {
    await access(real, constants.R_OK | constants.W_OK | constants.X_OK);
    let at = real;
    for (const name of relative(nearest, path).split(sep)) {
      if (name === '') continue;
      at = join(at, name);
      await makeOne(at);
    }
  } catch (error) {
    throw unusable(path, reasonOf(error, nearest), error);
  }
}

/** The directory, or the first one above it that is there. */
async function nearestThere(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    try {
      const found = await stat(at);
      if (!found.isDirectory()) throw unusable(path, because('is-file', { path: at }));
      return at;
    } catch (error) {
      if (error instanceof EvidockError) throw error;
      // Below a file: it is told of when the walk comes to it.
      if (errnoOf(error) === 'ENOTDIR' && at !== dirname(at)) continue;
      if (errnoOf(error) !== 'ENOENT' || at === dirname(at)) throw unusable(path, reasonOf(error, at), error);
      if (await isLink(at)) throw unusable(path, because('dangling-link', { path: at }));
    }
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Another command may have made it in the same moment. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: MODE });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

function reasonOf(error: unknown, at: string): Reason {
  switch (errnoOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return because('no-permission', { path: at });
    case 'EROFS':
      return because('read-only-there', { path: at });
    case 'ENOSPC':
      return because('full-there', { path: at });
    case 'ENAMETOOLONG':
      return because('long-name', {});
    case 'ELOOP':
      return because('looping-link', { path: at });
    default:
      return said(error);
  }
}

function unusable(path: string, why: Reason, cause?: unknown): EvidockError {
  return new EvidockError('config.invalid', because('state-unusable', { path, why }), cause);
}
