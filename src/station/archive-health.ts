import type { WatchedArchive } from '#adapters/watched-archive';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

/** How long the outcome of a probe counts, ms. That of a failed probe counts less long, so that whoever mends the cause soon sees it. */
const WELL_MS = 60_000;
const FAILED_MS = 10_000;
/** A fresh probe is not made anew if the last one is younger than this, ms. */
const FRESH_MS = 2000;
const PROBE_MS_MAX = 30_000;

interface Probe {
  readonly atMs: number;
  readonly reason: Reason | null;
  readonly failure: EvidockError | null;
}

/** Tells whether the archive does its work. A real probe object, which is written, read and removed, decides that, together with the last real work. */
export class ArchiveHealth {
  readonly #archive: WatchedArchive;
  #last: Probe | undefined;
  #running: Promise<Probe> | undefined;

  constructor(archive: WatchedArchive) {
    this.#archive = archive;
  }

  /** Throws what is wrong. `fresh`: waits for a new probe. Else the outcome of the last probe is told, while the next one may be on its way. */
  async check({ fresh }: { fresh: boolean }): Promise<Reason> {
    const known = this.#last;
    const ageMs = known ? performance.now() - known.atMs : Number.POSITIVE_INFINITY;
    const due = ageMs > (fresh ? FRESH_MS : known?.failure ? FAILED_MS : WELL_MS);
    const next = due ? this.#probe() : this.#running;
    const probe = known && !(fresh && next) ? known : await (next ?? this.#probe());
    if (probe.failure) throw probe.failure;
    const trouble = this.#archive.trouble();
    if (trouble) throw new EvidockError(trouble.code, trouble.reason);
    return probe.reason ?? because('not-started', {});
  }

  #probe(): Promise<Probe> {
    this.#running ??= this.#probeOnce().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #probeOnce(): Promise<Probe> {
    let reason: Reason | null = null;
    let failure: EvidockError | null = null;
    const signal = AbortSignal.timeout(PROBE_MS_MAX);
    try {
      reason = await this.#archive.check(signal);
    } catch (error) {
      failure = signal.aborted
        ? new EvidockError('archive.slow', because('probe-late', { seconds: PROBE_MS_MAX / 1000 }))
        : asEvidockError(error);
    }
    this.#last = { atMs: performance.now(), reason, failure };
    return this.#last;
  }
}
