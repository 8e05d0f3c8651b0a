const EVERY_MS = 60_000;
/** Kinds are codes of errors: there are not many. */
const KINDS_MAX = 1000;

interface Kind {
  readonly timer: NodeJS.Timeout;
  repeated: number;
  write: (repeated: number) => void;
}

/**
 * Keeps a storm out of the log: the first line of a kind is written at once; what repeats it within a minute is counted, and told as one line with the number
 * when the minute is over.
 */
export class LogFold {
  readonly #everyMs: number;
  readonly #kinds = new Map<string, Kind>();

  constructor(options: { everyMs?: number } = {}) {
    this.#everyMs = options.everyMs ?? EVERY_MS;
  }

  /** `write` gets how many like it were not written before it. */
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
    // One line for all of them; the storm may go on, and its next line opens the next minute.
    if (repeated > 0) write(repeated - 1);
  }

  /** Writes what is still counted. */
  stop(): void {
    for (const [kind, { timer }] of this.#kinds) {
      clearTimeout(timer);
      this.#conclude(kind);
    }
  }
}
