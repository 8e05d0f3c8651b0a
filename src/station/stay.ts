import type { Docked } from '#dock/dock-stage';
import type { EvidockError } from '#domain/errors';
import type { Arrival, Dock } from '#ports/dock';

/**
 * `opening`: it is being recognised, or waits for its next try. `docked`: it has a docking, whose own status (src/domain/docking-status.ts) says the
 * rest. `leaving`: it was pulled or let go, or the station stops; what is being done on it ends. `left`: its removal is on record.
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
  /** What is done on the recorder, one thing after the other. */
  #steps: Promise<void> = Promise.resolve();

  constructor(arrival: Arrival, dock: Dock | undefined) {
    this.arrival = arrival;
    this.dock = dock;
    // Nobody may be waiting for it: a failure is logged by who opens it, in any case.
    this.#opened.promise.catch(() => undefined);
  }

  get phase(): StayPhase {
    return this.#phase;
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** null until it is recognised and on record. */
  get docked(): Docked | null {
    return this.#docked;
  }

  get dockingId(): string | null {
    return this.#docked?.docking.id ?? null;
  }

  /** It is on record; it may have gone meanwhile. */
  open(docked: Docked): void {
    if (this.#docked || this.#phase === 'left') throw new RangeError(`a stay that is ${this.#phase} cannot be opened`);
    this.#docked = docked;
    if (this.#phase === 'opening') this.#phase = 'docked';
    this.#opened.resolve(docked);
  }

  /** Who waits for it is told why it could not be opened. It may be tried again. */
  refuse(error: unknown): void {
    this.#opened.reject(error);
  }

  /** Rejects with why it could not be opened at the first try. */
  opened(): Promise<Docked> {
    return this.#opened.promise;
  }

  /** Nothing more is begun on it. The reason is what a wipe that is cut short gives as its failure. */
  leave(reason: EvidockError): void {
    if (this.#phase === 'left') return;
    this.#phase = 'leaving';
    this.#gone.abort(reason);
  }

  /** Throws RangeError unless it is leaving. */
  left(): void {
    if (this.#phase !== 'leaving') throw new RangeError(`a stay that is ${this.#phase} has not left`);
    this.#phase = 'left';
    this.#left.resolve();
  }

  /** Resolves when its removal is on record. */
  whenLeft(): Promise<void> {
    return this.#left.promise;
  }

  /** Behind everything else that is done on it; not at all once it is leaving. `step` must not throw. */
  follow(step: (docked: Docked) => Promise<void>): void {
    this.#steps = this.#steps.then(async () => {
      if (this.#docked && this.#phase === 'docked') await step(this.#docked);
    });
  }

  /** Resolves when what was begun on it has ended. */
  settled(): Promise<void> {
    return this.#steps;
  }
}
