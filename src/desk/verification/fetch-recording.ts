import type { DeskDeps } from '#desk/deps';
import type { Actor } from '#domain/custody/actor';
import type { Original } from '#domain/recording';

/** What fetching a recording back yields while it runs. The last line is the summary. */
export type FetchLine =
  | {
      readonly type: 'progress';
      readonly files: number;
      readonly filesTotal: number;
      readonly bytes: number;
      readonly bytesTotal: number;
    }
  | { readonly type: 'summary'; readonly files: number; readonly bytes: number; readonly elapsedMs: number };

/** Brings the evicted originals of one recording back into the vault, one after the other. One object serves one request. */
export class FetchRecording {
  readonly #fetchBack: DeskDeps['fetchBack'];
  readonly #evicted: readonly Original[];
  readonly #actor: Actor;
  readonly #signal: AbortSignal;
  #files = 0;
  #bytes = 0;
  #underWay = 0;

  constructor(options: { fetchBack: DeskDeps['fetchBack']; originals: readonly Original[]; actor: Actor; signal: AbortSignal }) {
    this.#fetchBack = options.fetchBack;
    this.#evicted = options.originals.filter(({ evictedAtMs }) => evictedAtMs !== null);
    this.#actor = options.actor;
    this.#signal = options.signal;
  }

  /** How many originals are not in the vault. */
  get missing(): number {
    return this.#evicted.length;
  }

  /** `on` runs the fetch of one original; what it leaves in the custody log is the caller's to account for. */
  async *run(on: (fetch: () => Promise<void>) => Promise<unknown>): AsyncGenerator<FetchLine> {
    const begun = performance.now();
    for (const { id, bytes } of this.#evicted) {
      yield this.progress();
      const onBytes = (came: number) => {
        this.#underWay = came;
      };
      await on(() => this.#fetchBack.fetch(id, { actor: this.#actor, signal: this.#signal, onBytes }));
      this.#underWay = 0;
      this.#files += 1;
      this.#bytes += bytes;
    }
    yield { type: 'summary', files: this.#files, bytes: this.#bytes, elapsedMs: Math.round(performance.now() - begun) };
  }

  /** How far it is; may be called at any time. */
  progress(): FetchLine {
    const bytesTotal = this.#evicted.reduce((sum, { bytes }) => sum + bytes, 0);
    return { type: 'progress', files: this.#files, filesTotal: this.missing, bytes: this.#bytes + this.#underWay, bytesTotal };
  }
}
