import { LRUCache } from 'lru-cache';
import type { Actor } from '#domain/custody/actor';
import { RecordingViewed } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';

/** A player asks for one film in many ranges. All requests within this time count as one look. */
const SAME_LOOK_MS = 15 * 60_000;
const REMEMBERED_MAX = 10_000;

export interface Look {
  readonly actor: Actor;
  readonly recordingId: string;
  /** `playable`, `original 2`, … */
  readonly what: string;
  /** `vault`, or the archive's name. */
  readonly from: string;
  /** The Range header as it was sent; null for the whole item. */
  readonly range: string | null;
}

/** Puts every look at footage on record before its first byte goes out. */
export class LookLog {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  /** Each promise settles when the entry of its look is written. So two requests at once are one look, and both wait for its entry. */
  readonly #seen: LRUCache<string, Promise<void>>;

  constructor(options: { ledger: Ledger; clock: Clock; monotonicMs?: () => number }) {
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    const now = options.monotonicMs ?? (() => performance.now());
    this.#seen = new LRUCache({ max: REMEMBERED_MAX, ttl: SAME_LOOK_MS, ttlResolution: 0, perf: { now } });
  }

  /** Resolves when the look is on record. Throws ledger.failed: then nothing may be shown. */
  async look(look: Look): Promise<void> {
    const key = JSON.stringify([look.actor, look.recordingId, look.what, look.from]);
    const before = this.#seen.get(key);
    if (before) return before;
    const written = this.#write(look);
    this.#seen.set(key, written);
    try {
      await written;
    } catch (error) {
      if (this.#seen.peek(key) === written) this.#seen.delete(key);
      throw error;
    }
  }

  async #write({ actor, recordingId, what, from, range }: Look): Promise<void> {
    await this.#ledger.transaction(async (writer) => {
      const about = { atMs: this.#clock.nowMs(), actor, subject: subject('recording', recordingId) };
      await writer.custody.append(RecordingViewed.make({ ...about, data: { what, from, range } }));
    });
  }
}
