import type { CallUpDeps } from './deps.ts';
import { sweepGrants } from './sweep.ts';

/** How often the keeper looks, ms: so late a grant ends at most. */
const LOOK_MS = 500;
/** How often it looks in any case, and notes the time while a grant holds, ms. */
const NOTE_MS = 60_000;

interface Options {
  readonly deps: CallUpDeps;
  /** Called with what went wrong; the keeper tries again at its next look. */
  readonly failed: (error: unknown) => void;
}

/**
 * Ends grants in time. Twice a second it compares the time with the next end, and the number of the newest custody entry with that of its last look: whatever
 * ends a grant has an entry, so nothing that a person, an import or another process changes is missed. One short timer after the other is right over any
 * time, unlike one timer for the whole of it, which would overflow after 24 days and drift with a clock that is set.
 */
export class CallUpKeeper {
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #stopped = false;
  #nextMs: number | null = null;
  #seenSeq = -1;
  #notedMs = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Ends what came to its end while the station was down, before anybody is let in; then goes on by itself. */
  async start(): Promise<void> {
    await this.#look();
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #arm(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
        .catch((error: unknown) => this.#options.failed(error))
        .finally(() => this.#arm());
    }, LOOK_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { deps } = this.#options;
    const { ledger, callUps } = deps;
    const nowMs = callUps.time.nowMs();
    const seq = (await ledger.custody.head())?.seq ?? -1;
    const noting = nowMs >= this.#notedMs + NOTE_MS;
    if (!noting && seq === this.#seenSeq && (this.#nextMs === null || nowMs < this.#nextMs)) return;
    this.#nextMs = await sweepGrants(deps);
    // What the sweep itself has written is looked at once more: a change may have come in between.
    this.#seenSeq = seq;
    if (!noting) return;
    if (this.#nextMs !== null) await ledger.transaction((writer) => writer.callUps.noteTime(nowMs));
    this.#notedMs = nowMs;
  }
}
