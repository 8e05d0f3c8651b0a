import { basename } from 'node:path';
import type { Dock, DockHandler } from '#ports/dock';
import type { Volume } from '#ports/recorder-driver';
import type { CardPlace } from './card-directory.ts';
import { directoryArrival } from './directory-arrival.ts';
import { mustBeCard, type OwnPlaces } from './no-card.ts';

export interface ManualDocking {
  readonly directory: string;
  readonly slot: number | null;
  readonly serial: string | null;
  readonly clockOffsetMs: number | null;
}

/** Docks directories that a person names (`evidock ingest DIR`). */
export class ManualDock implements Dock {
  readonly #openVolume: (place: CardPlace) => Volume;
  readonly #own: OwnPlaces;
  #handler: DockHandler | undefined;
  #next = 1;

  constructor(options: { openVolume: (place: CardPlace) => Volume; own: OwnPlaces }) {
    this.#openVolume = options.openVolume;
    this.#own = options.own;
  }

  async start(handler: DockHandler): Promise<void> {
    this.#handler = handler;
  }

  /** Returns the key of the arrival. Throws request.no-card, before anything in the directory was read, if it cannot be a card. */
  async dock(request: ManualDocking): Promise<string> {
    // The person may name a link: what it leads to now is the recorder, whatever takes its place later.
    const place = { ...(await mustBeCard(request.directory, this.#own)), label: basename(request.directory) };
    const key = `manual-${this.#next++}`;
    const volume = this.#openVolume(place);
    this.#handler?.arrived(directoryArrival(place, { key, port: request.directory, volume, told: request }));
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
