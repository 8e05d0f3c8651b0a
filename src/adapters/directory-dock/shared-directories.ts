import type { FileHandle } from 'node:fs/promises';

/**
 * For this long an open directory is given to others who ask for it. Who comes later opens it anew, which checks again that it is the one
 * that was docked.
 */
const SHARED_MS = 50;

interface Shared {
  readonly handle: Promise<FileHandle>;
  readonly untilMs: number;
  users: number;
}

type Open = (parts: readonly Buffer[], path: string) => Promise<FileHandle>;

/**
 * Directories of a card that are open while files in them are opened. A handful of small files lies in one directory, and opening that safely, from the root
 * down, takes six calls or more: those who ask at the same time share one.
 */
export class SharedDirectories {
  readonly #open: Open;
  readonly #shared = new Map<string, Shared>();

  constructor(open: Open) {
    this.#open = open;
  }

  /** `path` names the file in errors. The directory is open until `body` has ended, and closed when nobody uses it any more. */
  async with<T>(parts: readonly Buffer[], path: string, body: (directory: FileHandle) => Promise<T>): Promise<T> {
    const key = parts.map((part) => part.toString('latin1')).join('/');
    const shared = this.#of(key, parts, path);
    shared.users += 1;
    try {
      return await body(await shared.handle);
    } finally {
      shared.users -= 1;
      if (shared.users === 0) await this.#end(key, shared);
    }
  }

  #of(key: string, parts: readonly Buffer[], path: string): Shared {
    const known = this.#shared.get(key);
    const nowMs = performance.now();
    if (known && nowMs < known.untilMs) return known;
    const shared = { handle: this.#open(parts, path), untilMs: nowMs + SHARED_MS, users: 0 };
    this.#shared.set(key, shared);
    return shared;
  }

  async #end(key: string, shared: Shared): Promise<void> {
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
    const handle = await shared.handle.catch(() => null);
    await handle?.close();
  }
}
