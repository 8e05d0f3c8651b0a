import type { WatchedArchive } from '#adapters/watched-archive';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

/** How long a probe holds, ms. One that failed is repeated sooner: whoever has mended the cause wants to see it. */
const WELL_MS = 60_000;
const FAILED_MS = 10_000;
/** Who asks for a fresh one gets at most so many. */
const FRESH_MS = 2000;
const PROBE_MS_MAX = 30_000;

interface Probe {
  readonly atMs: number;
  readonly reason: Reason | null;
  readonly failure: EvidockError | null;
}

/** Whether the archive does what it is for: a probe that is really written, read and removed decides, and the last of the real work. */
export class ArchiveHealth {
  readonly #archive: WatchedArchive;
  #last: Probe | undefined;
  #running: Promise<Probe> | undefined;

  constructor(archive: WatchedArchive) {
    this.#archive = archive;
  }

  /** Throws what is wrong. `fresh`: whoever asks waits for a new probe; else one that is known already tells, while the next is on its way. */
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
