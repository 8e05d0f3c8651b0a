/** S3's least size of a part that is not the last. */
const PART_BYTES_MIN = 5 * 1024 * 1024;
/** Parts in a row that must go well after a time-out before more is dared again. */
const GOOD_PARTS = 8;
/** Of the time-out: a part that takes less leaves room for another beside it. */
const QUICK_SHARE = 0.25;
/** Over about this time the rate is measured, ms. */
const WINDOW_MS = 30_000;

interface Options {
  readonly partsAtOnce: number;
  readonly partBytes: number;
  /** Time-outs within this time of each other have one cause, ms. */
  readonly timeoutMs: number;
}

/**
 * How much is dared on the link to the archive: more parts at once as long as they are quick; after time-outs fewer, then smaller parts; and the rate that
 * was measured.
 */
export class Pace {
  readonly #options: Options;
  /** One at first: on a slow link several parts at once only take longer each, and servers wait for none as long as they like. */
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

  /** Less is dared since a time-out. */
  get lowered(): boolean {
    return this.#lowered;
  }

  /** Bytes per second over all uploads while something was being sent, lately; 0 if nothing was. */
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

  /** `tooSlow`: one part alone takes longer than the time-out; only then smaller ones help. */
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
