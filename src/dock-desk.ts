import type { DockStage } from '#dock/dock-stage';
import { asEvidockError, EvidockError } from '#domain/errors';
import { arrivalFailed, type Log } from '#events';
import type { IntakeStage } from '#intake/intake-stage';
import type { Arrival, Dock } from '#ports/dock';

interface Stay {
  readonly gone: AbortController;
  dockingId: string | null;
  /** The docking's id once write 1 is done; rejects with why the recorder could not be opened. */
  readonly recorded: Promise<string>;
  readonly record: (dockingId: string) => void;
  readonly refuse: (error: unknown) => void;
  /** Called when the removal is on record. */
  left: () => void;
  /** Ends when intake of this stay has ended. */
  work: Promise<void>;
}

interface Options {
  readonly docks: readonly Dock[];
  readonly dockStage: DockStage;
  readonly intake: IntakeStage;
  readonly log: Log;
  /** How long a recorder that could not be opened is left alone at first, ms. */
  readonly retryMs: number;
}

/** The longest time between two tries, as a multiple of the first. */
const RETRIES_APART_MAX = 16;

/** Joins docks, dock stage and intake: who has arrived is recognised, then copied; who is gone is stopped, then closed. Part of the composition root. */
export class DockDesk {
  readonly #o: Options;
  readonly #stays = new Map<string, Stay>();

  constructor(options: Options) {
    this.#o = options;
  }

  async start(): Promise<void> {
    for (const dock of this.#o.docks) {
      await dock.start({
        arrived: (arrival) => this.#arrived(arrival),
        removed: (key) => void this.#removed(key),
        noticed: () => undefined,
      });
    }
  }

  #arrived(arrival: Arrival): void {
    const { promise: recorded, resolve: record, reject: refuse } = Promise.withResolvers<string>();
    // Nobody may be waiting for it: a failure is logged below in any case.
    recorded.catch(() => undefined);
    const stay: Stay = {
      gone: new AbortController(),
      dockingId: null,
      work: Promise.resolve(),
      recorded,
      record,
      refuse,
      left: () => undefined,
    };
    this.#stays.set(arrival.key, stay);
    stay.work = this.#work(arrival, stay);
  }

  /** What keeps a recorder from being opened (a full disk under the ledger, a mount that is not ready) may pass while it is docked. */
  async #work(arrival: Arrival, stay: Stay): Promise<void> {
    const { retryMs } = this.#o;
    for (let waitMs = retryMs; !stay.gone.signal.aborted; waitMs = Math.min(2 * waitMs, RETRIES_APART_MAX * retryMs)) {
      try {
        const docked = await this.#o.dockStage.arrive(arrival);
        stay.dockingId = docked.docking.id;
        stay.record(stay.dockingId);
        await this.#o.intake.intake(docked, stay.gone.signal);
        return;
      } catch (error) {
        const failure = asEvidockError(error);
        stay.refuse(failure);
        if (stay.gone.signal.aborted) return;
        arrivalFailed(this.#o.log, failure);
        if (failure.retry === 'never' || stay.dockingId !== null) return;
      }
      await pause(waitMs, stay.gone.signal);
    }
  }

  async #removed(key: string): Promise<void> {
    const stay = this.#stays.get(key);
    if (!stay) return;
    this.#stays.delete(key);
    stay.gone.abort();
    await stay.work;
    if (stay.dockingId === null) return;
    this.#o.intake.forget(stay.dockingId);
    try {
      await this.#o.dockStage.leave(stay.dockingId);
    } catch (error) {
      arrivalFailed(this.#o.log, asEvidockError(error));
    } finally {
      stay.left();
    }
  }

  /** The docking of an arrival, once it is on record. Throws why it could not be opened. */
  async docked(key: string): Promise<string> {
    const stay = this.#stays.get(key);
    if (!stay) throw new EvidockError('station.stopping', 'the dock is closed');
    try {
      return await stay.recorded;
    } catch (error) {
      // Who named the directory has been told, and names it again.
      stay.gone.abort();
      this.#stays.delete(key);
      throw error;
    }
  }

  /** Ends a stay through `remove`, the dock's own way; resolves when the removal is on record. */
  async undock(dockingId: string, remove: (key: string) => void): Promise<void> {
    for (const [key, stay] of this.#stays) {
      if (stay.dockingId !== dockingId) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      stay.left = resolve;
      remove(key);
      await promise;
      return;
    }
  }

  /** Stops copying; what is not sealed goes on after the next start. */
  async stop(): Promise<void> {
    for (const dock of this.#o.docks) await dock.stop();
    for (const stay of this.#stays.values()) stay.gone.abort();
    await Promise.all([...this.#stays.values()].map((stay) => stay.work));
    this.#stays.clear();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
