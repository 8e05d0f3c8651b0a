import pLimit from 'p-limit';
import { type Actor, STATION } from '#domain/custody/actor';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { fetchedBack, fetchGivenUp, type Log, stageFailed } from '#events';
import type { FetchBack, FetchOptions } from '#ports/fetch-back';
import { type FetchDeps, fetchOne } from './fetch-one.ts';

/** More at once only share the link to the archive. */
const FETCHES_AT_ONCE = 2;
const RESUMED_MAX = 1000;
/** How often it is looked for what is due, ms. */
const LOOK_MS = 15_000;
/** More that are due wait for the next look. */
const RETRIED_MAX = 20;
/** After an hour and seven attempts there is one each hour, so these take a week: as long as the part of a file that came is kept. */
const ATTEMPTS_MAX = 172;

interface Options extends Omit<FetchDeps, 'archive'> {
  /** null: there is none, and nothing is ever evicted. */
  readonly archive: FetchDeps['archive'] | null;
  readonly log: Log;
}

/** One fetch that is under way, with everybody who waits for it. */
interface Running {
  readonly promise: Promise<void>;
  readonly cancel: AbortController;
  readonly told: Set<NonNullable<FetchOptions['onBytes']>>;
  waiting: number;
}

/** Brings evicted originals back from the archive. Whoever wants the same original at the same time shares one fetch. */
export class ArchiveFetchBack implements FetchBack {
  readonly #options: Options;
  readonly #turns = pLimit(FETCHES_AT_ONCE);
  readonly #running = new Map<string, Running>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Goes on with what an earlier process did not finish, and from now on with what fails because the archive does not answer. */
  async start(): Promise<void> {
    await this.resume();
    this.#timer = setInterval(() => void this.retry(), LOOK_MS);
    this.#timer.unref();
  }

  /** Goes on with what an earlier process did not finish. */
  async resume(): Promise<void> {
    for (const id of await this.#options.ledger.eviction.fetches(RESUMED_MAX)) this.#goOn(id);
  }

  /** Tries again what is due. What has failed for a week is given up: the archive is gone, and whoever wants it asks again. */
  async retry(): Promise<void> {
    const { ledger, clock, log } = this.#options;
    try {
      for (const { originalId, attempts } of await ledger.eviction.dueFetches(clock.nowMs(), RETRIED_MAX)) {
        if (this.#running.has(originalId) || this.#stopping.signal.aborted) continue;
        if (attempts < ATTEMPTS_MAX) this.#goOn(originalId);
        else {
          await ledger.transaction((writer) => writer.eviction.forgetFetch(originalId));
          fetchGivenUp(log, { originalId, attempts });
        }
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) stageFailed(log, 'fetch-back', {}, asEvidockError(error));
    }
  }

  /** Nobody waits for it; what fails is told in the log. */
  #goOn(originalId: string): void {
    void this.fetch(originalId).catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) stageFailed(this.#options.log, 'fetch-back', { originalId }, asEvidockError(error));
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort(new EvidockError('station.stopping', because('fetch-stopped', {})));
    await Promise.allSettled([...this.#running.values()].map(({ promise }) => promise));
  }

  async fetch(originalId: string, { actor = STATION, signal, onBytes }: FetchOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    let run = this.#running.get(originalId);
    while (run?.cancel.signal.aborted) {
      await run.promise.catch(() => undefined);
      run = this.#running.get(originalId);
    }
    run ??= this.#begin(originalId, actor);
    run.waiting += 1;
    if (onBytes) run.told.add(onBytes);
    try {
      await untilAborted(run.promise, signal);
    } finally {
      run.waiting -= 1;
      if (onBytes) run.told.delete(onBytes);
      if (run.waiting === 0) run.cancel.abort(new EvidockError('request.conflict', because('fetch-cancelled', { id: originalId })));
    }
  }

  #begin(originalId: string, actor: Actor): Running {
    const cancel = new AbortController();
    const told: Running['told'] = new Set();
    const promise = this.#turns(() => this.#fetch(originalId, { actor, cancelled: cancel.signal, told })).finally(() =>
      this.#running.delete(originalId),
    );
    promise.catch(() => undefined);
    const run: Running = { promise, cancel, told, waiting: 0 };
    this.#running.set(originalId, run);
    return run;
  }

  async #fetch(
    originalId: string,
    { actor, cancelled, told }: { actor: Actor; cancelled: AbortSignal; told: Running['told'] },
  ): Promise<void> {
    const { archive, ledger, log, ...rest } = this.#options;
    cancelled.throwIfAborted();
    this.#stopping.signal.throwIfAborted();
    const original = await ledger.originals.get(originalId);
    if (!original) throw new EvidockError('request.not-found', because('no-original', { id: originalId }));
    if (original.evictedAtMs === null) return ledger.transaction((writer) => writer.eviction.forgetFetch(originalId));
    if (!archive) throw new EvidockError('archive.missing', because('not-archived', { id: originalId }));
    const begun = performance.now();
    const { bytes, recordingId } = original;
    const onBytes = (came: number) => {
      for (const tell of told) tell(came, bytes);
    };
    await fetchOne({ ...rest, ledger, archive }, original, { actor, cancelled, stopping: this.#stopping.signal, onBytes });
    fetchedBack(log, { recordingId, originalId, bytes, elapsedMs: Math.round(performance.now() - begun) });
  }
}

/** Rejects when `signal` is aborted, also where the promise goes on. */
async function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
