/** Those who listen to one kind of news in this process. */
export class Listeners<News> {
  readonly #listeners = new Set<(news: News) => void>();
  readonly #max: number;

  /** More listeners than `max` would be a leak. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Returns what stops the listening. A listener that was added twice is told twice, and taken away one by one. Throws RangeError where there are too many. */
  add(listener: (news: News) => void): () => void {
    if (this.#listeners.size >= this.#max) throw new RangeError(`more than ${this.#max} listeners`);
    const own = (news: News) => listener(news);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Tells those who listen now; whoever stops or begins meanwhile changes nothing of it. */
  tell(news: News): void {
    for (const listener of [...this.#listeners]) listener(news);
  }
}
