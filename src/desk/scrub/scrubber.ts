import { type Holding, waitMs } from '#domain/fixity/plan';
import { checkCopy } from './check-copy.ts';
import { CopyReader } from './copy-reader.ts';
import type { ScrubDeps } from './deps.ts';
import type { Outcome } from './records.ts';

/** How often a place is looked at where nothing is to be done, ms. */
const LOOK_MS = 60_000;
/** How long the sums of a place stand, ms: they are counted over every row of it. */
const SUMS_MS = 3_600_000;
/** The longest rest, ms. */
const REST_MS_MAX = 3_600_000;

interface Options {
  readonly deps: ScrubDeps;
  /** Called with what went wrong; the scrub goes on with its next turn. */
  readonly failed: (error: unknown) => void;
}

interface Turn {
  readonly outcome: Outcome | 'paused' | 'nothing';
  /** From the start of this turn to the start of the next, ms. */
  readonly waitMs: number;
}

/** Reads the originals of one place again, the one that was checked longest ago first, so slowly that a round takes a period. */
export class ScrubLane {
  readonly #deps: ScrubDeps;
  readonly #place: string;
  readonly #reader: CopyReader;
  #sums: { readonly holding: Holding; readonly countedAtMs: number } | null = null;

  constructor(deps: ScrubDeps, place: string) {
    this.#deps = deps;
    this.#place = place;
    this.#reader = new CopyReader(deps);
  }

  get periodMs(): number {
    const { vaultMs, archiveMs } = this.#deps.limits;
    return this.#place === 'vault' ? vaultMs : archiveMs;
  }

  /** Checks one copy. Throws when the signal is aborted, and what kept a bad copy from being healed. */
  async turn(signal: AbortSignal): Promise<Turn> {
    const { ledger, clock, clockWatch } = this.#deps;
    const orders = await ledger.scrubs.orders(this.#place);
    if (orders.paused) return { outcome: 'paused', waitMs: LOOK_MS };
    const copy = (await ledger.scrubs.dueFault(this.#place, clock.nowMs())) ?? (await ledger.scrubs.next(this.#place, clock.nowMs()));
    if (!copy) return { outcome: 'nothing', waitMs: LOOK_MS };
    const outcome = await checkCopy(this.#deps, this.#reader, copy, signal);
    if (outcome === 'away') return { outcome, waitMs: LOOK_MS };
    const next = await ledger.scrubs.next(this.#place, clock.nowMs());
    const nowMs = clock.nowMs();
    const isOrdered = orders.runSinceMs !== null && next !== null && next.verifiedAtMs < orders.runSinceMs;
    const pace = { bytes: copy.bytes, holding: await this.#holding(), periodMs: this.periodMs, nowMs };
    const clockIsSteady = clockWatch.state().kind === 'steady';
    return { outcome, waitMs: isOrdered ? 0 : waitMs({ ...pace, oldestMs: next?.verifiedAtMs ?? null, clockIsSteady }) };
  }

  /** The sums stand for an hour of real time, whatever the station's clock does meanwhile. */
  async #holding(): Promise<Holding> {
    const nowMs = performance.now();
    if (this.#sums === null || nowMs - this.#sums.countedAtMs > SUMS_MS)
      this.#sums = { holding: await this.#deps.ledger.scrubs.tally(this.#place, 0), countedAtMs: nowMs };
    return this.#sums.holding;
  }
}

/** Runs a lane for the vault and one for the archive while the station runs. Where it is stands in the ledger. */
export class Scrubber {
  readonly #options: Options;
  readonly #stop = new AbortController();
  readonly #wakes = new Set<() => void>();
  #running: readonly Promise<void>[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    const { archive } = this.#options.deps;
    this.#running = ['vault', ...(archive ? [archive.name] : [])].map((place) => this.#run(place));
  }

  /** Looks at once what people have ordered. */
  wake(): void {
    for (const wake of this.#wakes) wake();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await Promise.all(this.#running);
  }

  async #run(place: string): Promise<void> {
    const { signal } = this.#stop;
    const lane = new ScrubLane(this.#options.deps, place);
    while (!signal.aborted) {
      const begun = performance.now();
      let pauseMs = LOOK_MS;
      try {
        pauseMs = (await lane.turn(signal)).waitMs;
      } catch (error) {
        if (!signal.aborted) this.#options.failed(error);
      }
      await this.#rest(begun + pauseMs);
    }
  }

  /** In pieces, so that what changed the pace (a large intake, what became overdue) counts soon. */
  async #rest(untilMs: number): Promise<void> {
    const ms = Math.min(untilMs - performance.now(), REST_MS_MAX);
    if (this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#wakes.delete(end);
        resolve();
      };
      const timer = setTimeout(end, Math.max(0, ms));
      timer.unref();
      this.#wakes.add(end);
    });
  }
}
