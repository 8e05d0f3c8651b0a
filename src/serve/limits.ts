import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { connectionsDropped, type Log, requestFailed, requestsFolded } from '#events';

/**
 * Of each way in, so that who uses up one of them takes nothing from the other; and together far below what the process may open, so that a recorder's
 * files can always be. A page of a browser holds one stream, and six connections at most.
 */
export const STREAMS_MAX = 32;
export const CONNECTIONS_MAX = 128;

const FOLD_MS = 60_000;
const FOLDS_MAX = 100;

/** Event streams that are open on one way in. */
export class StreamLimit {
  #open = 0;

  /** Returns what gives the place back, once however often it is called. Throws request.too-many. */
  take(): () => void {
    if (this.#open >= STREAMS_MAX) throw new EvidockError('request.too-many', because('many-streams', { limit: STREAMS_MAX }));
    this.#open += 1;
    let taken = true;
    return () => {
      if (taken) this.#open -= 1;
      taken = false;
    };
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

/** Failures of requests in the log: the first of a kind whole, those of the next minute as one line with their number. */
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
    // Routes and codes are ours and few; a map that is full all the same must not grow, and must not hide anything.
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
