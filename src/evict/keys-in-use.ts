/**
 * Which files of the vault are in use at this moment. Eviction leaves alone what is used; who wants to use a file that is just being evicted waits until that is
 * decided.
 */
export class KeysInUse {
  readonly #users = new Map<string, number>();
  readonly #claimed = new Map<string, Promise<void>>();

  isInUse(key: string): boolean {
    return this.#users.has(key);
  }

  /** Keeps a file from being evicted until the returned function is called; it may be called twice. */
  async use(key: string): Promise<() => void> {
    for (let claimed = this.#claimed.get(key); claimed; claimed = this.#claimed.get(key)) await claimed;
    this.#users.set(key, (this.#users.get(key) ?? 0) + 1);
    let used = true;
    return () => {
      if (!used) return;
      used = false;
      const others = (this.#users.get(key) ?? 1) - 1;
      if (others === 0) this.#users.delete(key);
      else this.#users.set(key, others);
    };
  }

  /** Takes these files for one who removes or brings them. null where one of them is in use or taken. */
  claim(keys: readonly string[]): (() => void) | null {
    if (keys.some((key) => this.#users.has(key) || this.#claimed.has(key))) return null;
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const key of keys) this.#claimed.set(key, promise);
    return () => {
      for (const key of keys) if (this.#claimed.get(key) === promise) this.#claimed.delete(key);
      resolve();
    };
  }
}
