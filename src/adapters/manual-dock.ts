import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { EvidockError, errnoOf } from '#domain/errors';
import type { Dock, DockHandler } from '#ports/dock';
import type { Volume } from '#ports/recorder-driver';
import { type CardPlace, identityOf } from './card-directory.ts';
import { DirectoryAccess } from './directory-access.ts';

export interface ManualDocking {
  readonly directory: string;
  readonly slot: number | null;
  readonly serial: string | null;
  readonly clockOffsetMs: number | null;
}

/** Docks directories that a person names (`evidock ingest DIR`). */
export class ManualDock implements Dock {
  readonly #openVolume: (place: CardPlace) => Volume;
  #handler: DockHandler | undefined;
  #next = 1;

  constructor(options: { openVolume: (place: CardPlace) => Volume }) {
    this.#openVolume = options.openVolume;
  }

  async start(handler: DockHandler): Promise<void> {
    this.#handler = handler;
  }

  /** Returns the key of the arrival. Throws request.not-found if there is no such directory. */
  async dock(request: ManualDocking): Promise<string> {
    const place = await placeOf(request.directory);
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
      access: new DirectoryAccess(place),
      unclean: null,
      volume: this.#openVolume(place),
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

/** The person may name a link; what it leads to now is the recorder, whatever takes its place later. */
async function placeOf(directory: string): Promise<CardPlace> {
  try {
    const root = await realpath(directory);
    const found = await stat(root);
    if (!found.isDirectory()) throw new EvidockError('request.invalid', `${directory} is not a directory`);
    return { root, label: basename(directory), identity: identityOf(found) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw new EvidockError('request.not-found', `directory ${directory}`, error);
    throw error;
  }
}
