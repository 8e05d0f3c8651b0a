import { type Looked, type LookRight, type Played, type Seen, SPANS_MAX, type Viewer } from '#domain/look/look';
import { Spans } from '#domain/look/spans';

/** Why a look is over. Of a marked copy: `sent` whole, or `broken` off by whoever took it or by a failure. */
export type WhyEnded = 'idle' | 'revoked' | 'session' | 'stopped' | 'sent' | 'broken';

export interface LookAsk {
  readonly viewer: Viewer;
  readonly right: LookRight;
  readonly looked: Looked;
  /** A copy goes out in which this is burned. Such a look has one answer, and no range of it is one of the item. */
  readonly marked?: { readonly recipe: string; readonly text: string };
  /** Bytes of the whole item. */
  readonly itemBytes: number;
  /** What media time these bytes hold; null where the file has no index that could be read. Asked when what was seen is written. */
  readonly playedOf: (ranges: readonly { readonly start: number; readonly end: number }[]) => Promise<readonly Played[] | null>;
}

/** What went out of a marked copy. */
export interface CopySent {
  readonly whole: boolean;
  /** Of the bytes that went out. A copy that was found is known by it. */
  readonly sha256: string;
}

/** The bytes of one answer on their way out. */
export interface Delivery {
  /** The next so many bytes went out. */
  sent(bytes: number): void;
  /** The answer has ended, whole or not. */
  done(): void;
  /** Aborted when the look ends while bytes go out. */
  readonly signal: AbortSignal;
}

/** A look that is on record and has not ended: what was sent of the item so far. Its memory is bounded, whatever is asked for how often. */
export class OpenLook {
  readonly id: string;
  readonly ask: LookAsk;
  readonly #nowMs: () => number;
  readonly #wallMs: () => number;
  readonly #ranges = new Spans(SPANS_MAX);
  readonly #claimed = new Spans(SPANS_MAX);
  readonly #deliveries = new Set<AbortController>();
  #bytes = 0;
  #requests = 0;
  #firstMs = 0;
  #lastMs = 0;
  #activeMs: number;
  /** Since when something is not written, monotonic; null: everything is. */
  #unwrittenMs: number | null = null;
  /** Counts changes, so that what comes while an entry is written is not taken for written. */
  #version = 0;
  #hasFailed = false;
  #ended: WhyEnded | null = null;
  #copy: CopySent | null = null;

  constructor(options: { id: string; ask: LookAsk; nowMs: () => number; wallMs: () => number }) {
    this.id = options.id;
    this.ask = options.ask;
    this.#nowMs = options.nowMs;
    this.#wallMs = options.wallMs;
    this.#activeMs = this.#nowMs();
  }

  get seen(): Seen {
    return {
      ranges: [...this.#ranges.all],
      joinedBytes: this.#ranges.joined,
      bytes: this.#bytes,
      requests: this.#requests,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      claimed: this.#claimed.all.map(({ start, end }) => ({ fromMs: start, toMs: end })),
    };
  }

  get ended(): WhyEnded | null {
    return this.#ended;
  }

  /** null while a marked copy goes out, and of any other look. */
  get copy(): CopySent | null {
    return this.#copy;
  }

  get isOver(): boolean {
    return this.#ended !== null;
  }

  get isUnwritten(): boolean {
    return this.#unwrittenMs !== null;
  }

  get version(): number {
    return this.#version;
  }

  /** True after an entry of it could not be written. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  isUnwrittenSince(ms: number): boolean {
    return this.#unwrittenMs !== null && this.#unwrittenMs <= ms;
  }

  isIdleSince(ms: number): boolean {
    return this.#ended === null && this.#deliveries.size === 0 && this.#activeMs <= ms;
  }

  /** Whether bytes of it have gone out since then. A player that is paused sends none. */
  isActiveSince(ms: number): boolean {
    return this.#ended === null && this.#bytes > 0 && this.#activeMs > ms;
  }

  /** An answer begins that holds the bytes from `start` on. */
  deliver(start: number): Delivery {
    const cut = new AbortController();
    if (this.#ended !== null) cut.abort();
    this.#deliveries.add(cut);
    this.#requests += 1;
    let position = start;
    return {
      sent: (bytes) => {
        this.#ranges.add(position, position + bytes);
        position += bytes;
        this.#bytes += bytes;
        this.#lastMs = this.#wallMs();
        if (this.#firstMs === 0) this.#firstMs = this.#lastMs;
        this.#changed();
      },
      done: () => {
        this.#deliveries.delete(cut);
        this.#activeMs = this.#nowMs();
      },
      signal: cut.signal,
    };
  }

  claim(played: readonly Played[]): void {
    for (const { fromMs, toMs } of played) this.#claimed.add(fromMs, toMs);
    this.#changed();
  }

  /** No byte more goes out under it. What was seen is written at the next turn. */
  end(why: WhyEnded): void {
    if (this.#ended !== null) return;
    this.#ended = why;
    if (this.#bytes > 0) this.#changed();
    this.#cut();
  }

  /** The marked copy has ended. */
  endCopy(why: WhyEnded, copy: CopySent): void {
    this.#copy ??= copy;
    this.end(why);
  }

  /** The entry of it could not be written: what goes out is cut, because it would not be on record. */
  fail(): void {
    this.#hasFailed = true;
    this.#cut();
  }

  /** Everything up to this version is on record. */
  written(version: number, nowMs: number): void {
    this.#hasFailed = false;
    this.#unwrittenMs = version === this.#version ? null : nowMs;
  }

  #changed(): void {
    this.#version += 1;
    this.#activeMs = this.#nowMs();
    this.#unwrittenMs ??= this.#activeMs;
  }

  #cut(): void {
    for (const delivery of this.#deliveries) delivery.abort();
  }
}
