import type { Actor } from '#domain/custody';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';

/** A player asks for one film in many ranges: within this time they are one look. */
const SAME_LOOK_MS = 15 * 60_000;
const REMEMBERED_MAX = 10_000;

export interface Look {
  readonly actor: Actor;
  readonly recordingId: string;
  /** `playable`, `original 2`, … */
  readonly what: string;
  /** `vault`, or the archive's name. */
  readonly from: string;
  /** As asked for; null for the whole. */
  readonly range: string | null;
}

/** Puts every look at footage on record before its first byte goes out. */
export class LookLog {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #monotonicMs: () => number;
  /** Oldest first; the promise is the entry being written, so that two requests at once are one look and both wait for it. */
  readonly #seen = new Map<string, { readonly atMs: number; readonly written: Promise<void> }>();

  constructor(options: { ledger: Ledger; clock: Clock; monotonicMs?: () => number }) {
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  /** Resolves when the look is on record. Throws ledger.failed: then nothing may be shown. */
  async look(look: Look): Promise<void> {
    const key = JSON.stringify([look.actor, look.recordingId, look.what, look.from]);
    const nowMs = this.#monotonicMs();
    const before = this.#seen.get(key);
    if (before && nowMs - before.atMs < SAME_LOOK_MS) return before.written;
    const written = this.#write(look);
    this.#seen.delete(key);
    this.#seen.set(key, { atMs: nowMs, written });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > REMEMBERED_MAX && oldest !== undefined) this.#seen.delete(oldest);
    try {
      await written;
    } catch (error) {
      if (this.#seen.get(key)?.written === written) this.#seen.delete(key);
      throw error;
    }
  }

  async #write({ actor, recordingId, what, from, range }: Look): Promise<void> {
    await this.#ledger.transaction(async (writer) => {
      await writer.appendCustody({
        type: 'recording.viewed',
        atMs: this.#clock.nowMs(),
        actor,
        subject: recordingId,
        data: { what, from, range },
      });
    });
  }
}
