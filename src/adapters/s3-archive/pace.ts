/** S3's least size of a part that is not the last, bytes. */
const PART_BYTES_MIN = 5 * 1024 * 1024;
/** After a time-out so many parts in a row must go well before the pace is raised again. */
const GOOD_PARTS = 8;
/** A part that takes less than this share of the time-out leaves room for another beside it. */
const QUICK_SHARE = 0.25;
/** The rate is measured over about this time, ms. */
const WINDOW_MS = 30_000;

interface Options {
  readonly partsAtOnce: number;
  readonly partBytes: number;
  /** Time-outs within this time of each other have one cause, ms. */
  readonly timeoutMs: number;
}

/**
 * Decides how much is sent at once to the archive, and measures the rate. More parts are sent at once as long as they are quick. After time-outs it is fewer
 * parts, and then smaller ones.
 */
export class Pace {
  readonly #options: Options;
  /** Begins with one. On a slow link several parts at once only take longer each, and servers do not wait for ever. */
  #partsAtOnce = 1;
  #partBytes: number;
  #lowered = false;
  #goodParts = 0;
  #loweredAtMs = Number.NEGATIVE_INFINITY;
  #sending = 0;
  #movedAtMs = Number.NEGATIVE_INFINITY;
  #countedAtMs = 0;
  #bytes = 0;
  #busyMs = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#partBytes = options.partBytes;
  }

  get partsAtOnce(): number {
    return this.#partsAtOnce;
  }

  get partBytes(): number {
    return this.#partBytes;
  }

  /** True: a time-out has lowered the pace. */
  get lowered(): boolean {
    return this.#lowered;
  }

  /** Bytes per second over all uploads, measured while something was being sent; 0 if nothing was sent lately. */
  get bytesPerSecond(): number {
    return this.#busyMs === 0 ? 0 : (1000 * this.#bytes) / this.#busyMs;
  }

  begun(): void {
    if (this.#sending === 0) this.#countedAtMs = performance.now();
    this.#sending += 1;
  }

  ended(): void {
    this.moved(0);
    this.#sending -= 1;
  }

  moved(bytes: number): void {
    const nowMs = performance.now();
    if (bytes > 0) this.#movedAtMs = nowMs;
    const passedMs = nowMs - this.#countedAtMs;
    const faded = Math.exp(-passedMs / WINDOW_MS);
    this.#countedAtMs = nowMs;
    this.#bytes = this.#bytes * faded + bytes;
    this.#busyMs = this.#busyMs * faded + passedMs;
  }

  movedWithin(ms: number): boolean {
    return performance.now() - this.#movedAtMs < ms;
  }

  /** Lowers the pace after a time-out. `tooSlow`: a single part alone takes longer than the time-out, so only smaller parts help. */
  timedOut({ tooSlow }: { tooSlow: boolean }): void {
    this.#goodParts = 0;
    const nowMs = performance.now();
    if (nowMs - this.#loweredAtMs < this.#options.timeoutMs) return;
    this.#loweredAtMs = nowMs;
    if (this.#partsAtOnce > 1) this.#partsAtOnce = Math.floor(this.#partsAtOnce / 2);
    else if (tooSlow) this.#partBytes = Math.max(Math.min(PART_BYTES_MIN, this.#options.partBytes), Math.floor(this.#partBytes / 2));
    else return;
    this.#lowered = true;
  }

  wentWell(tookMs: number): void {
    this.#goodParts += 1;
    if (this.#lowered && this.#goodParts < GOOD_PARTS) return;
    this.#goodParts = 0;
    if (this.#partBytes < this.#options.partBytes) this.#partBytes = Math.min(this.#options.partBytes, this.#partBytes * 2);
    else this.#lowered = false;
    if (!this.#lowered && this.#partsAtOnce < this.#options.partsAtOnce && tookMs < this.#options.timeoutMs * QUICK_SHARE)
      this.#partsAtOnce += 1;
  }
}
