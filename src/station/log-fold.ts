const EVERY_MS = 60_000;
/** At most so many kinds are counted. Kinds are error codes, of which there are fewer. */
const KINDS_MAX = 1000;

interface Kind {
  readonly timer: NodeJS.Timeout;
  repeated: number;
  write: (repeated: number) => void;
}

/**
 * Keeps the log short in a storm. The first line of a kind is written at once. Lines of the kind within the next minute are counted, and one line tells their
 * number when the minute is over.
 */
export class LogFold {
  readonly #everyMs: number;
  readonly #kinds = new Map<string, Kind>();

  constructor(options: { everyMs?: number } = {}) {
    this.#everyMs = options.everyMs ?? EVERY_MS;
  }

  /** Writes or counts a line. `write` is called with the number of lines of this kind that were only counted before it. */
  tell(kind: string, write: (repeated: number) => void): void {
    const known = this.#kinds.get(kind);
    if (known) {
      known.repeated += 1;
      known.write = write;
      return;
    }
    write(0);
    if (this.#kinds.size >= KINDS_MAX) return;
    const timer = setTimeout(() => this.#conclude(kind), this.#everyMs);
    timer.unref();
    this.#kinds.set(kind, { timer, repeated: 0, write });
  }

  #conclude(kind: string): void {
    const { repeated, write } = this.#kinds.get(kind) ?? { repeated: 0, write: () => undefined };
    this.#kinds.delete(kind);
    // One line stands for all that were counted. If the storm goes on, its next line begins another minute.
    if (repeated > 0) write(repeated - 1);
  }

  /** Stops, and writes what is still only counted. */
  stop(): void {
    for (const [kind, { timer }] of this.#kinds) {
      clearTimeout(timer);
      this.#conclude(kind);
    }
  }
}
