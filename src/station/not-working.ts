import type { DeskDeps } from '#desk/deps';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { SlotLearning } from '#ports/slot-learning';

/** What only a station that works can do for its API. */
export type Working = Pick<DeskDeps, 'ingest' | 'undock' | 'putFirst' | 'learning' | 'pokeWork' | 'checkQueue'>;

/** For a station that watches no docks. */
export const NO_LEARNING: SlotLearning = {
  learn: () => {
    throw new EvidockError('station.not-running', because('ports-watched', {}));
  },
  onSeen: () => () => undefined,
};

/** For a command that only looks: what is to be done waits in the ledger for the next station that runs. */
export const NOT_WORKING: Working = {
  ingest: async () => {
    throw new EvidockError('station.internal', because('only-looks', {}));
  },
  undock: async () => undefined,
  putFirst: () => false,
  learning: NO_LEARNING,
  pokeWork: () => undefined,
  checkQueue: async () => because('not-started', {}),
};
