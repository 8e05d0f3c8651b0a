import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

/** Copies that are made at once. Each takes what intake and derive leave of the machine, so more of them would only be slower. */
export const MARKED_MAX = 2;
/** When it is worth asking again. */
const AGAIN_SECONDS = 30;

/** Who may have a marked copy made now: one for each person, few at once. Nobody waits in a queue, because a browser tells nobody that it waits. */
export class MarkPlaces {
  readonly #taken = new Set<string>();

  /** Throws request.too-many where `take` would. */
  demand(person: string): void {
    if (this.#taken.has(person)) throw new EvidockError('request.too-many', because('marking-yours', { seconds: AGAIN_SECONDS }));
    if (this.#taken.size >= MARKED_MAX)
      throw new EvidockError('request.too-many', because('marking-many', { limit: MARKED_MAX, seconds: AGAIN_SECONDS }));
  }

  /** Returns what gives the place back. Throws request.too-many. */
  take(person: string): () => void {
    this.demand(person);
    this.#taken.add(person);
    return () => void this.#taken.delete(person);
  }
}
