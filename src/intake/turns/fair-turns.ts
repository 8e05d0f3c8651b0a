/** The recorder that asks for a turn, and its hub, whose bandwidth recorders share. */
export interface Asker {
  readonly hub: string;
  readonly recorder: string;
}

interface Waiter {
  readonly asker: Asker;
  readonly go: () => void;
}

/**
 * Gives out a bounded number of turns. A free turn goes to the recorder with the fewest running turns; of several, to one whose hub has the fewest; of those,
 * to the one that has waited longest. So none gets a second turn while another has none, and a full hub cannot keep the only recorder of another waiting. Somebody
 * may put one recorder first: then it is given every turn that gets free while it waits. Turns that run are not interrupted.
 */
export class FairTurns {
  readonly #turnsMax: number;
  /** In the order in which they asked. The number is bounded by HANDS_PER_RECORDER of each docked recorder. */
  readonly #waiting: Waiter[] = [];
  readonly #running = new Map<string, number>();
  #turns = 0;
  /** The recorder that was put first; null: none. */
  #first: string | null = null;

  constructor(turnsMax: number) {
    this.#turnsMax = turnsMax;
  }

  /** Puts this recorder before all others, in place of the one that was first; null: none is. */
  putFirst(recorder: string | null): void {
    this.#first = recorder;
  }

  get first(): string | null {
    return this.#first;
  }

  async run<T>(asker: Asker, body: () => Promise<T>): Promise<T> {
    if (this.#turns >= this.#turnsMax) await new Promise<void>((go) => this.#waiting.push({ asker, go }));
    else this.#count(asker, 1);
    try {
      // Lets the asker finish what it is doing: all files of a card are queued before the most urgent one is chosen.
      await Promise.resolve();
      return await body();
    } finally {
      this.#count(asker, -1);
      this.#next();
    }
  }

  /** Gives out a free turn. The turn counts from here on, before its owner runs, so that nobody else takes it. */
  #next(): void {
    const rank = ({ hub, recorder }: Asker) =>
      recorder === this.#first ? -1 : this.#of(recorderKey(recorder)) * (this.#turnsMax + 1) + this.#of(hubKey(hub));
    let best = -1;
    for (const [place, { asker }] of this.#waiting.entries()) {
      const first = this.#waiting[best];
      if (!first || rank(asker) < rank(first.asker)) best = place;
    }
    const [chosen] = best < 0 ? [] : this.#waiting.splice(best, 1);
    if (!chosen) return;
    this.#count(chosen.asker, 1);
    chosen.go();
  }

  #of(key: string): number {
    return this.#running.get(key) ?? 0;
  }

  #count({ hub, recorder }: Asker, change: 1 | -1): void {
    this.#turns += change;
    for (const key of [hubKey(hub), recorderKey(recorder)]) {
      const now = this.#of(key) + change;
      if (now === 0) this.#running.delete(key);
      else this.#running.set(key, now);
    }
  }
}

const hubKey = (hub: string) => `hub ${hub}`;
const recorderKey = (recorder: string) => `recorder ${recorder}`;
