import { arrivalFailed, type Log } from '#events';
import { asEvidockError } from '#domain/errors';
import type { Dock, Arrival } from '#ports/dock';
import type { DockStage } from '#dock/dock-stage';
import type { IntakeStage } from '#intake/intake-stage';

interface Stay {
  readonly gone: AbortController;
  dockingId: string | null;
  /** Ends when intake of this stay has ended. */
  work: Promise<void>;
}

interface Options {
  readonly docks: readonly Dock[];
  readonly dockStage: DockStage;
  readonly intake: IntakeStage;
  readonly log: Log;
}

/** Joins docks, dock stage and intake: who has arrived is recognised, then copied; who is gone is stopped, then closed. Part of the composition root. */
export class DockDesk {
  readonly #o: Options;
  readonly #stays = new Map<string, Stay>();

  constructor(options: Options) {
    this.#o = options;
  }

  async start(): Promise<void> {
    for (const dock of this.#o.docks) {
      await dock.start({ arrived: (arrival) => this.#arrived(arrival), removed: (key) => void this.#removed(key) });
    }
  }

  #arrived(arrival: Arrival): void {
    const stay: Stay = { gone: new AbortController(), dockingId: null, work: Promise.resolve() };
    this.#stays.set(arrival.key, stay);
    stay.work = this.#work(arrival, stay);
  }

  async #work(arrival: Arrival, stay: Stay): Promise<void> {
    try {
      const docked = await this.#o.dockStage.arrive(arrival);
      stay.dockingId = docked.docking.id;
      await this.#o.intake.intake(docked, stay.gone.signal);
    } catch (error) {
      if (!stay.gone.signal.aborted) arrivalFailed(this.#o.log, asEvidockError(error));
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
    }
  }

  /** The docking of an arrival, once it is on record; null if the arrival failed. */
  async dockingOf(key: string, timeoutMs: number): Promise<string | null> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const stay = this.#stays.get(key);
      if (!stay || stay.dockingId !== null) return stay?.dockingId ?? null;
      if (performance.now() > end) return null;
      await new Promise((resolve) => setTimeout(resolve, 20));
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
