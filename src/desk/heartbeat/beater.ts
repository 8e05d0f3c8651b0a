import { heartbeatOf } from '#domain/machine/heartbeat';
import type { MachineState } from '#domain/machine/machine';
import type { Clock } from '#ports/clock';
import type { HeartbeatSender } from '#ports/heartbeat-sender';
import type { LedgerReader } from '#ports/ledger';

/** After a failure it is tried again after this time, and each further time after twice that, but at least as often as it beats. */
const RETRY_MS = 5000;
const SEND_MS_MAX = 30_000;

interface Options {
  readonly ledger: Pick<LedgerReader, 'duties' | 'dockings'>;
  readonly clock: Clock;
  readonly sender: HeartbeatSender;
  readonly machine: () => MachineState | null;
  readonly stationId: string;
  readonly version: string;
  readonly everyMs: number;
  /** Called with what went wrong; it is tried again. */
  readonly failed: (error: unknown) => void;
  readonly retryMs?: number;
}

/** Tells outside that the station lives, and how it is. One at a time, each with the figures of its moment: what was not taken is never sent late. */
export class Beater {
  readonly #options: Options;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #failures = 0;
  #silentSinceMs: number | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Since when nothing was taken, ms since 1970; null: nothing was tried yet. */
  silentSinceMs = (): number | null => this.#silentSinceMs;

  start(): void {
    this.#arm(0);
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    clearTimeout(this.#timer);
    await this.#beating;
  }

  #arm(inMs: number): void {
    if (this.#ended.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat().then((waitMs) => this.#arm(waitMs));
    }, inMs);
    this.#timer.unref();
  }

  /** Returns how long to wait, ms. */
  async #beat(): Promise<number> {
    const { everyMs, failed, retryMs = RETRY_MS } = this.#options;
    try {
      await this.#know();
      await this.#send();
      this.#failures = 0;
      return everyMs;
    } catch (error) {
      if (!this.#ended.signal.aborted) failed(error);
      this.#failures += 1;
      return Math.min(everyMs, retryMs * 2 ** Math.min(this.#failures - 1, 10));
    }
  }

  /** What was before a restart counts: a station that starts again and again would never be found silent. */
  async #know(): Promise<void> {
    const { sender, clock } = this.#options;
    if (this.#silentSinceMs !== null) return;
    const known = await sender.silentSinceMs().catch((error: unknown) => {
      // A file that cannot be read keeps no heartbeat back.
      this.#options.failed(error);
      return null;
    });
    this.#silentSinceMs = known ?? clock.nowMs();
    if (known === null) await sender.keepSilentSince(this.#silentSinceMs);
  }

  async #send(): Promise<void> {
    const { ledger, clock, sender, machine, stationId: station, version, everyMs } = this.#options;
    const nowMs = clock.nowMs();
    const [docking] = await ledger.dockings.list({ limit: 1 });
    const duties = await ledger.duties.counts(nowMs);
    const beat = heartbeatOf({ station, version, nowMs, everyMs, duties, machine: machine(), lastDockingMs: docking?.arrivedAtMs ?? null });
    await sender.send(beat, AbortSignal.any([this.#ended.signal, AbortSignal.timeout(SEND_MS_MAX)]));
    this.#silentSinceMs = nowMs;
    await sender.keepSilentSince(nowMs);
  }
}
