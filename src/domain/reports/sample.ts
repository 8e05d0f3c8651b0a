import { sha256Hex } from '#domain/canonical-json';

/** How a look of a sample was found. */
export const VERDICTS = ['fine', 'question', 'breach'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const SAMPLE_SIZE_MAX = 500;

interface Drawn {
  readonly look: string;
  readonly rank: string;
}

/**
 * Draws a sample of looks that come one after the other. A look is in it if its rank, SHA-256 of seed and id, is among the smallest. So nobody can choose, the order does
 * not matter, and whoever has the log can draw it again. Holds no more looks than it draws.
 */
export class Drawing {
  readonly #seed: string;
  readonly #size: number;
  /** Sorted by rank. */
  #drawn: Drawn[] = [];
  #population = 0;

  constructor(seed: string, size: number) {
    this.#seed = seed;
    this.#size = size;
  }

  add(look: string): void {
    this.#population += 1;
    const rank = sha256Hex(new TextEncoder().encode(`${this.#seed} ${look}`));
    const last = this.#drawn.at(-1);
    if (this.#drawn.length >= this.#size && last && rank >= last.rank) return;
    const at = this.#drawn.findIndex((each) => each.rank > rank);
    this.#drawn.splice(at < 0 ? this.#drawn.length : at, 0, { look, rank });
    this.#drawn = this.#drawn.slice(0, this.#size);
  }

  get population(): number {
    return this.#population;
  }

  /** Ids of looks, by rank. */
  get looks(): readonly string[] {
    return this.#drawn.map(({ look }) => look);
  }
}
