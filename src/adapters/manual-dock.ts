import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { EvidockError, errnoOf } from '#domain/errors';
import type { Dock, DockHandler } from '#ports/dock';
import type { Volume } from '#ports/recorder-driver';
import { DirectoryAccess } from './directory-access.ts';

export interface ManualDocking {
  readonly directory: string;
  readonly slot: number | null;
  readonly serial: string | null;
  readonly clockOffsetMs: number | null;
}

/** Docks directories that a person names (`evidock ingest DIR`). */
export class ManualDock implements Dock {
  readonly #openVolume: (directory: string, label: string) => Volume;
  #handler: DockHandler | undefined;
  #next = 1;

  constructor(options: { openVolume: (directory: string, label: string) => Volume }) {
    this.#openVolume = options.openVolume;
  }

  async start(handler: DockHandler): Promise<void> {
    this.#handler = handler;
  }

  /** Returns the key of the arrival. Throws request.not-found if there is no such directory. */
  async dock(request: ManualDocking): Promise<string> {
    try {
      if (!(await stat(request.directory)).isDirectory())
        throw new EvidockError('request.invalid', `${request.directory} is not a directory`);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw new EvidockError('request.not-found', `directory ${request.directory}`, error);
      throw error;
    }
    const key = `manual-${this.#next++}`;
    this.#handler?.arrived({
      key,
      port: request.directory,
      slot: request.slot,
      serial: request.serial,
      vendorId: null,
      productId: null,
      clockOffsetMs: request.clockOffsetMs,
      clockSet: null,
      unlocked: false,
      hub: null,
      manufacturer: null,
      product: null,
      facts: [],
      access: new DirectoryAccess({ root: request.directory, label: basename(request.directory) }),
      unclean: null,
      volume: this.#openVolume(request.directory, basename(request.directory)),
    });
    return key;
  }

  undock(key: string): void {
    this.#handler?.removed(key);
  }

  async release(): Promise<void> {}

  async stop(): Promise<void> {
    this.#handler = undefined;
  }
}
