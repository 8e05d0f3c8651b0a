import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Volume, VolumeEntry, VolumeFile } from '#ports/recorder-driver';

export interface MemoryFile {
  readonly path: string;
  readonly mtimeMs: number;
  readonly content: Uint8Array;
}

/** A recorder in memory, for tests that need no file system. */
export class MemoryVolume implements Volume {
  readonly label = 'memory';
  readonly #files: readonly MemoryFile[];

  constructor(files: readonly MemoryFile[]) {
    this.#files = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async *list(): AsyncIterable<VolumeEntry> {
    for (const { path, mtimeMs, content } of this.#files) yield { path, mtimeMs, bytes: content.length };
  }

  async open(path: string): Promise<VolumeFile> {
    const found = this.#files.find((file) => file.path === path);
    if (!found) throw new EvidockError('recorder.read-failed', because('said', { text: path }));
    return {
      stat: async () => ({ bytes: found.content.length, mtimeMs: found.mtimeMs }),
      read: async (target, position) => {
        const part = found.content.subarray(position, position + target.length);
        target.set(part);
        return part.length;
      },
      close: async () => undefined,
    };
  }

  async readText(path: string): Promise<string | null> {
    const found = this.#files.find((file) => file.path === path);
    return found ? new TextDecoder().decode(found.content) : null;
  }

  async close(): Promise<void> {}
}
