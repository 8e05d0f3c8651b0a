import { checkHold } from './check-hold.ts';
import type { HoldDeps } from './deps.ts';
import { type MirrorOptions, mirrorTurn } from './mirror.ts';
import { spreadHold } from './set-hold.ts';

/** How often the keeper looks where nobody wakes it, ms. */
const LOOK_MS = 5000;
/** Holds that one look takes up. */
const AT_ONCE = 10;
/** Longest stay with one hold, ms: then the others have their turn. */
const TURN_MS = 5000;

interface Options {
  readonly deps: HoldDeps;
  readonly mirror: MirrorOptions;
  /** Called with what went wrong; the keeper tries again at its next look. */
  readonly failed: (error: unknown) => void;
}

/**
 * Does what holds leave to be done: puts on record what they have reached, checks completeness when it is due, and mirrors them to the storage. What is to be done stands in
 * the ledger, so a process that is killed goes on where it was.
 */
export class HoldKeeper {
  readonly #options: Options;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #woken = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#arm(0);
  }

  /** Looks at once; a look that runs is followed by another. */
  wake(): void {
    this.#woken = true;
    if (this.#looking === null) this.#arm(0);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #arm(afterMs: number): void {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#looking = this.#run();
    }, afterMs);
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    this.#woken = false;
    let more = false;
    try {
      more = await this.#look();
    } catch (error) {
      this.#options.failed(error);
    }
    this.#looking = null;
    this.#arm(more || this.#woken ? 0 : LOOK_MS);
  }

  /** Returns whether more is to be done at once. */
  async #look(): Promise<boolean> {
    const { deps, mirror } = this.#options;
    const { signal } = this.#stop;
    const { ledger, clock } = deps;
    const spreading = await ledger.holds.toSpread(AT_ONCE);
    let more = false;
    for (const id of spreading) more = !(await spreadHold(deps, id, { untilMs: performance.now() + TURN_MS, signal })) || more;
    for (const id of await ledger.holds.toCheck(clock.nowMs(), AT_ONCE)) await checkHold(deps, id, signal);
    const mirrored = signal.aborted ? 0 : await mirrorTurn(mirror, signal);
    return more || mirrored > 0 || spreading.length === AT_ONCE;
  }
}
