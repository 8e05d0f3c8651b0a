import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { connectionsDropped, type Log, requestFailed, requestsFolded } from '#events';

/** Event streams that are open at a time on one way in. */
export const STREAMS_MAX = 256;
/** Likewise of one address. A browser needs one. */
export const STREAMS_OF_ADDRESS_MAX = 32;

const FOLD_MS = 60_000;
const FOLDS_MAX = 100;

/** Where one client takes its place among the event streams. */
export interface StreamPlaces {
  /** Takes a place. Returns the function that gives it back, which may be called more than once. Throws request.too-many. */
  take(): () => void;
}

/** Counts the event streams that are open on one way in. */
export class StreamLimit {
  #open = 0;
  readonly #ofAddress = new Map<string, number>();

  /** `address`: IP address of the client; null over the control socket. */
  of(address: string | null): StreamPlaces {
    return { take: () => this.#take(address ?? '') };
  }

  #take(address: string): () => void {
    const theirs = this.#ofAddress.get(address) ?? 0;
    const limit = this.#open >= STREAMS_MAX ? STREAMS_MAX : STREAMS_OF_ADDRESS_MAX;
    if (this.#open >= STREAMS_MAX || theirs >= STREAMS_OF_ADDRESS_MAX)
      throw new EvidockError('request.too-many', because('many-streams', { limit }));
    this.#open += 1;
    this.#ofAddress.set(address, theirs + 1);
    let taken = true;
    return () => {
      if (taken) this.#giveBack(address);
      taken = false;
    };
  }

  #giveBack(address: string): void {
    this.#open -= 1;
    const left = (this.#ofAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#ofAddress.delete(address);
    else this.#ofAddress.set(address, left);
  }
}

interface Facts {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
}

interface Fold {
  readonly code: string;
  readonly route: string;
  count: number;
}

/** Writes failed requests to the log: the first of a kind whole, those of the next minute as one line with their number. */
export class FailureLog {
  readonly #log: Log;
  readonly #folds = new Map<string, Fold>();
  /** Connections that were not accepted since the last line. */
  #dropped = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  tell(facts: Facts, error: EvidockError): void {
    const key = `${error.code} ${facts.route}`;
    const fold = this.#folds.get(key);
    if (fold) {
      fold.count += 1;
      return;
    }
    // Routes and codes are the station's own and few. If the map is full nevertheless, it must not grow, and no failure may be hidden.
    if (this.#folds.size < FOLDS_MAX) this.#begin(key, { code: error.code, route: facts.route, count: 0 });
    requestFailed(this.#log, facts, error);
  }

  #begin(key: string, fold: Fold): void {
    this.#folds.set(key, fold);
    setTimeout(() => {
      this.#folds.delete(key);
      if (fold.count > 0) requestsFolded(this.#log, fold);
    }, FOLD_MS).unref();
  }

  dropped(): void {
    this.#dropped += 1;
    if (this.#dropped > 1) return;
    connectionsDropped(this.#log, { count: 1 });
    setTimeout(() => {
      if (this.#dropped > 1) connectionsDropped(this.#log, { count: this.#dropped - 1 });
      this.#dropped = 0;
    }, FOLD_MS).unref();
  }
}
