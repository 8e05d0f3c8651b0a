import type { Reason } from '#domain/reason';
import type { Arrival, DockNotice } from '#ports/dock';
import type { PortSeen, SlotLearning } from '#ports/slot-learning';

const SECONDS_MAX = 3600;
const LISTENERS_MAX = 100;

interface Options {
  readonly slotOf: (port: string) => Promise<number | null>;
  /** Called when the numbering of slots has ended, with the arrivals and notices that are still there. */
  readonly onEnd: (held: readonly { dock: number; arrival: Arrival }[], notices: readonly DockNotice[]) => void;
  readonly onError: (error: unknown) => void;
}

/** Holds arrivals back while an operator numbers the slots. Part of the composition root, like the desk that it serves. */
export class SlotLearner implements SlotLearning {
  readonly #options: Options;
  readonly #held = new Map<string, { dock: number; arrival: Arrival }>();
  /** By port: its last notice. An alarm that was held back is raised when the numbering ends, if its cause is still there. */
  readonly #notices = new Map<string, DockNotice>();
  readonly #listeners = new Set<(seen: PortSeen) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  learn(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (seconds <= 0) this.#end();
    else this.#timer = setTimeout(() => this.#end(), Math.min(seconds, SECONDS_MAX) * 1000).unref();
  }

  onSeen(listener: (seen: PortSeen) => void): () => void {
    if (this.#listeners.size >= LISTENERS_MAX) throw new RangeError(`more than ${LISTENERS_MAX} listeners`);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** True if the arrival is held back. */
  holds(dock: number, arrival: Arrival): boolean {
    if (!this.#timer) return false;
    this.#held.set(arrival.key, { dock, arrival });
    this.#tell(arrival.port, arrival.hub, arrival.facts);
    return true;
  }

  /** True if the notice is held back. */
  holdsNotice(notice: DockNotice): boolean {
    if (!this.#timer) return false;
    this.#notices.set(notice.port, notice);
    if (notice.state !== 'gone') this.#tell(notice.port, notice.hub, notice.facts);
    return true;
  }

  /** True if the arrival that left had been held back. */
  drops(key: string): boolean {
    return this.#held.delete(key);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#held.clear();
    this.#notices.clear();
  }

  #tell(port: string, hub: string | null, facts: readonly Reason[]): void {
    this.#options.slotOf(port).then(
      (slot) => {
        for (const listener of this.#listeners) listener({ port, hub, slot, facts });
      },
      (error: unknown) => this.#options.onError(error),
    );
  }

  #end(): void {
    this.#timer = undefined;
    const held = [...this.#held.values()];
    this.#held.clear();
    const notices = [...this.#notices.values()];
    this.#notices.clear();
    this.#options.onEnd(held, notices);
  }
}
