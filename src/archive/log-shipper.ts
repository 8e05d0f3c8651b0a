import { segmentObjects } from '#domain/custody/segment';
import { asEvidockError } from '#domain/errors';
import { type Log, logSegmentDiffers, logShipFailed, logShipped } from '#events';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { LedgerReader } from '#ports/ledger';
import type { LogShelf, ShippingLedger } from '#ports/log-shipping';
import { LogMerger } from './log-merger.ts';

const SEGMENT_ENTRIES_MAX = 1000;
const SEGMENT_BYTES_MAX = 1024 * 1024;
/** At most so many segments in one turn. After a long time away, the rest waits for the next turn. */
const SEGMENTS_A_TURN_MAX = 100;
const TIDY_MS = 24 * 3_600_000;
const TURN_MS_MAX = 10 * 60_000;
/** How long a station that stops waits for a place that does not answer, ms. */
const STOP_MS_MAX = 10_000;

interface Options {
  readonly shipping: ShippingLedger;
  readonly ledger: Pick<LedgerReader, 'custody'>;
  readonly shelves: readonly LogShelf[];
  readonly stationId: string;
  readonly seconds: number;
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly log: Log;
}

/** The shipping to one place. Its turns follow each other and do not wait for another place. */
interface Line {
  readonly shelf: LogShelf;
  turn: Promise<void>;
  tidiedAtMs: number | null;
  failing: boolean;
}

/**
 * Copies new entries of the custody log into vault and archive, again and again. A segment of durable entries is written and read back there, and then noted in
 * the ledger. After an interruption before the note, the segment is written once more.
 */
export class LogShipper {
  readonly #options: Options;
  readonly #merger: LogMerger;
  readonly #lines: readonly Line[];
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
    const { shipping, ledger, stationId, faults, log } = options;
    const onDiffers = (shelf: LogShelf, key: string) => logSegmentDiffers(log, { place: shelf.place, key });
    this.#merger = new LogMerger({ shipping, ledger, stationId, faults, onDiffers });
    this.#lines = options.shelves.map((shelf) => ({ shelf, turn: Promise.resolve(), tidiedAtMs: null, failing: false }));
  }

  start(): void {
    this.#timer = setInterval(() => void this.ship({ tidy: true }), this.#options.seconds * 1000);
    this.#timer.unref();
    void this.ship({ tidy: true });
  }

  /**
   * Ships what is new to every place. `tidy`: small segments are merged too, if that is due (once a day). Never rejects, because footage comes in also where
   * the log cannot be shipped.
   */
  async ship({ tidy }: { tidy: boolean }): Promise<void> {
    await Promise.all(
      this.#lines.map((line) => {
        line.turn = line.turn.then(() => this.#turn(line, tidy));
        return line.turn;
      }),
    );
  }

  async #turn(line: Line, tidy: boolean): Promise<void> {
    const { log } = this.#options;
    const { place } = line.shelf;
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(TURN_MS_MAX)]);
    try {
      await this.#shipTo(line, tidy, signal);
      if (line.failing) logShipped(log, { place });
      line.failing = false;
    } catch (error) {
      // While a place is away, only its first failure is logged.
      if (!line.failing && !this.#stopping.signal.aborted) logShipFailed(log, { place }, asEvidockError(error));
      line.failing = true;
    }
  }

  async #shipTo(line: Line, tidy: boolean, signal: AbortSignal): Promise<void> {
    const { shipping, stationId, clock, faults } = this.#options;
    const { shelf } = line;
    let { next, entries, erased } = await shipping.lag(shelf.place);
    for (let segments = 0; entries > 0 && segments < SEGMENTS_A_TURN_MAX; segments += 1) {
      signal.throwIfAborted();
      const last = next + entries - 1;
      const found = await shipping.entries({ first: next, last, entriesMax: SEGMENT_ENTRIES_MAX, bytesMax: SEGMENT_BYTES_MAX });
      const reached = found?.entries.at(-1)?.seq;
      if (!found || reached === undefined) break;
      for (const object of segmentObjects(stationId, found.kind, found.entries).objects) await shelf.put(object, signal);
      faults.reached('w23-segment-written');
      await shipping.noteShipped(shelf.place, reached + 1);
      faults.reached('w24-segment-noted');
      entries = last - reached;
      next = reached + 1;
    }
    if (erased > 0) await this.#merger.replacePersonal(shelf, signal);
    if (!tidy || (line.tidiedAtMs !== null && Math.abs(clock.nowMs() - line.tidiedAtMs) < TIDY_MS)) return;
    await this.#merger.tidy(shelf, next, signal);
    line.tidiedAtMs = clock.nowMs();
  }

  /** Stops, and ships once more what came last. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const late = setTimeout(() => this.#stopping.abort(), STOP_MS_MAX);
    await Promise.race([
      this.ship({ tidy: false }),
      new Promise<void>((resolve) => this.#stopping.signal.addEventListener('abort', () => resolve(), { once: true })),
    ]);
    clearTimeout(late);
    this.#stopping.abort();
  }
}
