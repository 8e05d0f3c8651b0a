import type { Docked } from '#dock/dock-stage';
import type { EvidockError } from '#domain/errors';
import type { Arrival, Dock } from '#ports/dock';

/**
 * `opening`: the arrival is being recognised, or waits for its next try. `docked`: it has a docking, whose own status (src/domain/docking-status.ts) says the
 * rest. `leaving`: the recorder was pulled or released, or the station stops; what is being done on it comes to its end. `left`: its removal is on record.
 */
export type StayPhase = 'opening' | 'docked' | 'leaving' | 'left';

/** One arrival at a port, until its removal is on record. */
export class Stay {
  readonly arrival: Arrival;
  readonly dock: Dock | undefined;
  readonly #opened = Promise.withResolvers<Docked>();
  readonly #left = Promise.withResolvers<void>();
  readonly #gone = new AbortController();
  #phase: StayPhase = 'opening';
  #docked: Docked | null = null;
  /** What is done on the recorder, one step after the other. */
  #steps: Promise<void> = Promise.resolve();

  constructor(arrival: Arrival, dock: Dock | undefined) {
    this.arrival = arrival;
    this.dock = dock;
    // Perhaps nobody waits for this promise. Whoever opens the arrival logs its failure in any case.
    this.#opened.promise.catch(() => undefined);
  }

  get phase(): StayPhase {
    return this.#phase;
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** null until the arrival is recognised and its docking is on record. */
  get docked(): Docked | null {
    return this.#docked;
  }

  get dockingId(): string | null {
    return this.#docked?.docking.id ?? null;
  }

  /** The docking is on record. The recorder may have gone meanwhile. */
  open(docked: Docked): void {
    if (this.#docked || this.#phase === 'left') throw new RangeError(`a stay that is ${this.#phase} cannot be opened`);
    this.#docked = docked;
    if (this.#phase === 'opening') this.#phase = 'docked';
    this.#opened.resolve(docked);
  }

  /** The arrival could not be opened. `opened` rejects with the error. Another try may follow. */
  refuse(error: unknown): void {
    this.#opened.reject(error);
  }

  /** The docking. Rejects with the failure of the first try. */
  opened(): Promise<Docked> {
    return this.#opened.promise;
  }

  /** The recorder is leaving: no step is begun any more. A wipe that is cut short fails with `reason`. */
  leave(reason: EvidockError): void {
    if (this.#phase === 'left') return;
    this.#phase = 'leaving';
    this.#gone.abort(reason);
  }

  /** The removal is on record. Throws RangeError unless the stay is leaving. */
  left(): void {
    if (this.#phase !== 'leaving') throw new RangeError(`a stay that is ${this.#phase} has not left`);
    this.#phase = 'left';
    this.#left.resolve();
  }

  /** Resolves when the removal is on record. */
  whenLeft(): Promise<void> {
    return this.#left.promise;
  }

  /** Runs `step` after all earlier ones; not at all once the recorder is leaving. `step` must not throw. */
  follow(step: (docked: Docked) => Promise<void>): void {
    this.#steps = this.#steps.then(async () => {
      if (this.#docked && this.#phase === 'docked') await step(this.#docked);
    });
  }

  /** Resolves when every step that was begun has ended. */
  settled(): Promise<void> {
    return this.#steps;
  }
}
