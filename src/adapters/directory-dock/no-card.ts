import { realpath, stat } from 'node:fs/promises';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { identityOf } from './card-directory.ts';

/** Directories of the station's own; those that are not there yet count as well. */
export interface OwnPlaces {
  /** A card may not hold these: the station would read what it writes. */
  readonly whole: readonly string[];
  /** A card may not lie in these: what is there is the station's work, or sealed already. */
  readonly inside: readonly string[];
}

/** What the machine itself runs from, or shows as files. */
const SYSTEM = ['/bin', '/boot', '/dev', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/proc', '/sbin', '/sys', '/usr'];
/** An exception below /dev: a file system in memory, where a card may lie. */
const NO_SYSTEM = ['/dev/shm'];
/** Cards may lie below these directories, but none of these is a card. */
const NEVER_ITSELF = ['/', '/home', '/media', '/opt', '/root', '/run', '/srv', '/tmp', '/var', '/var/lib', '/var/log'];

const holds = (outer: string, inner: string) => outer === inner || inner.startsWith(outer === '/' ? '/' : `${outer}/`);

/**
 * The real path and the identity of a directory that a person names to be taken in. Throws request.no-card, before anything in it was read,
 * if it cannot be a card: it is missing, is no directory, or belongs to the system or to the station.
 */
export async function mustBeCard(directory: string, own: OwnPlaces): Promise<{ root: string; identity: string }> {
  const refuse = (why: Reason, cause?: unknown) => new EvidockError('request.no-card', because('of', { thing: directory, why }), cause);
  let root: string;
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    root = await realpath(directory);
    found = await stat(root);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw refuse(because('not-there', {}), error);
    if (errnoOf(error) === 'EACCES') throw refuse(because('not-readable-here', {}), error);
    throw refuse(because('unreadable-errno', { errno: errnoText(error) }), error);
  }
  if (!found.isDirectory()) throw refuse(because('no-directory', {}));
  if (NEVER_ITSELF.includes(root)) throw refuse(because('system-whole', {}));
  if (SYSTEM.some((place) => holds(place, root)) && !NO_SYSTEM.some((place) => holds(place, root)))
    throw refuse(because('system-directory', {}));
  for (const place of await realPaths(own.whole)) if (holds(root, place)) throw refuse(because('holds-own', { path: place }));
  for (const place of await realPaths(own.inside)) if (holds(place, root)) throw refuse(because('lies-in-own', { path: place }));
  return { root, identity: identityOf(found) };
}

/** The real paths of directories. Where the end of a path does not exist yet, that end is kept as it is written. */
async function realPaths(places: readonly string[]): Promise<string[]> {
  return Promise.all(places.filter((place) => place !== '').map((place) => realPathOf(place)));
}

async function realPathOf(place: string): Promise<string> {
  const missing: string[] = [];
  for (let at = place; ; at = at.slice(0, at.lastIndexOf('/')) || '/') {
    try {
      const real = await realpath(at);
      return [real === '/' ? '' : real, ...missing].join('/') || '/';
    } catch (error) {
      if (at === '/' || errnoOf(error) !== 'ENOENT') return place;
      missing.unshift(at.slice(at.lastIndexOf('/') + 1));
    }
  }
}
