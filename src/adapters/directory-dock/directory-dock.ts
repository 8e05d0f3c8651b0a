import { type FileHandle, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { errnoOf } from '#domain/errno';
import { type Log, watchFailed } from '#events';
import type { Dock, DockHandler } from '#ports/dock';
import type { Volume } from '#ports/recorder-driver';
import { type CardPlace, identityOf, openPlace, pathOf } from './card-directory.ts';
import { directoryArrival } from './directory-arrival.ts';

interface Options {
  readonly places: readonly string[];
  /** How long a new directory must show the same entries before it counts as docked, ms. */
  readonly settleMs: number;
  readonly openVolume: (place: CardPlace) => Volume;
  readonly log: Log;
}

interface Seen {
  readonly directory: string;
  /** Device and inode: a directory of the same name that is another one is another recorder. */
  readonly identity: string;
  key: string | null;
  timer: NodeJS.Timeout | undefined;
  look: string;
}

/**
 * Each directory that appears directly under a watched place is a recorder. chokidar only rings: whether a recorder is there,
 * and still the same, is decided by looking.
 */
export class DirectoryDock implements Dock {
  readonly #options: Options;
  readonly #seen = new Map<string, Seen>();
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #handler: DockHandler | undefined;
  #looking: Promise<void> = Promise.resolve();
  #lookWaits = false;
  #next = 1;

  constructor(options: Options) {
    this.#options = options;
  }

  async start(handler: DockHandler): Promise<void> {
    this.#handler = handler;
    this.#watcher = watch([...this.#options.places], { depth: 0, ignoreInitial: true, followSymlinks: false });
    this.#watcher.on('all', () => this.#look());
    this.#watcher.on('error', (error) => watchFailed(this.#options.log, { place: -1 }, error));
    // A mount over an existing directory raises no event: a slow look finds it.
    this.#poll = setInterval(() => this.#look(), Math.max(1000, this.#options.settleMs));
    this.#look();
    await this.#looking;
  }

  async release(): Promise<void> {}

  async stop(): Promise<void> {
    clearInterval(this.#poll);
    await this.#watcher?.close();
    this.#handler = undefined;
    await this.#looking;
    for (const seen of this.#seen.values()) clearTimeout(seen.timer);
    this.#seen.clear();
  }

  /** Looks run one after the other. However often a look is asked for while one runs, just one more comes after it. */
  #look(): void {
    if (this.#lookWaits) return;
    this.#lookWaits = true;
    this.#looking = this.#looking.then(() => {
      this.#lookWaits = false;
      return this.#lookNow();
    });
  }

  async #lookNow(): Promise<void> {
    if (!this.#handler) return;
    const present = new Set<string>();
    for (const [place, path] of this.#options.places.entries()) {
      for (const directory of await this.#directoriesIn(path, place)) {
        present.add(directory);
        await this.#consider(directory);
      }
    }
    for (const directory of [...this.#seen.keys()]) if (!present.has(directory)) this.#gone(directory);
  }

  async #directoriesIn(path: string, place: number): Promise<string[]> {
    try {
      const entries = await readdir(path, { withFileTypes: true });
      // A name with a dot in front is somebody's directory in the making, or a trash can.
      return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => join(path, entry.name));
    } catch (error) {
      // A place that is not there yet is looked at again; anything else is worth a line.
      if (errnoOf(error) !== 'ENOENT') watchFailed(this.#options.log, { place }, error);
      return [];
    }
  }

  async #consider(directory: string): Promise<void> {
    const look = await lookAt(directory);
    if (!look) return this.#gone(directory);
    const seen = this.#seen.get(directory);
    if (seen && seen.identity !== look.identity) this.#gone(directory);
    const known = this.#seen.get(directory);
    // An empty directory is a mount point without its recorder.
    if (look.entries === '') return known ? this.#gone(directory) : undefined;
    if (!known) {
      const fresh: Seen = { directory, identity: look.identity, key: null, timer: undefined, look: look.entries };
      this.#seen.set(directory, fresh);
      this.#settle(fresh);
    } else if (known.key === null && known.look !== look.entries) {
      known.look = look.entries;
      this.#settle(known);
    }
    return undefined;
  }

  #settle(seen: Seen): void {
    clearTimeout(seen.timer);
    seen.timer = setTimeout(() => this.#arrive(seen), this.#options.settleMs);
  }

  #arrive(seen: Seen): void {
    if (!this.#handler || this.#seen.get(seen.directory) !== seen) return;
    seen.key = `directory-${this.#next++}`;
    const place = { root: seen.directory, label: basename(seen.directory), identity: seen.identity };
    const volume = this.#options.openVolume(place);
    this.#handler.arrived(directoryArrival(place, { key: seen.key, port: seen.directory, volume }));
  }

  #gone(directory: string): void {
    const seen = this.#seen.get(directory);
    if (!seen) return;
    clearTimeout(seen.timer);
    this.#seen.delete(directory);
    if (seen.key !== null) this.#handler?.removed(seen.key);
  }
}

async function lookAt(directory: string): Promise<{ identity: string; entries: string } | null> {
  let handle: FileHandle | undefined;
  try {
    handle = await openPlace(directory);
    const names = await readdir(pathOf(handle));
    return { identity: identityOf(await handle.stat()), entries: names.sort().slice(0, 1000).join('\n') };
  } catch {
    // Gone, not readable any more, or a link by now: for the dock that is the same.
    return null;
  } finally {
    await handle?.close();
  }
}
