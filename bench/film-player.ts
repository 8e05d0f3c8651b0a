import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';

/** What is ahead of the picture at most, and what must be there before the picture moves, s. */
const BUFFER_S = 2;
const TICK_MS = 20;

interface Film {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytesPerSecond: number;
}

/**
 * Plays a film as a browser does: asks from where it is to the end (`bytes=N-`), reads no further than its buffer holds, and asks again where an answer ends before
 * the film does. One connection that stays open.
 */
export class FilmPlayer {
  readonly #film: Film;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #asked: ClientRequest | null = null;
  #answer: IncomingMessage | null = null;
  #received = 0;
  /** Bytes whose picture was shown when it last stood still. */
  #shown = 0;
  /** Since when the picture moves, monotonic ms; null: it stands still. */
  #movesSince: number | null = null;
  #stalls = 0;
  #failure: Error | null = null;
  #requests = 0;

  constructor(film: Film) {
    this.#film = film;
  }

  get stalls(): number {
    return this.#stalls;
  }

  get received(): number {
    return this.#received;
  }

  get requests(): number {
    return this.#requests;
  }

  get hasBegun(): boolean {
    return this.#movesSince !== null || this.#stalls > 0;
  }

  /** Moves the picture to where it is now, and asks for more where there is room. Throws what an answer failed with. */
  tick(nowMs: number): void {
    if (this.#failure) throw this.#failure;
    const { bytesPerSecond } = this.#film;
    const wanted = this.#movesSince === null ? this.#shown : this.#shown + ((nowMs - this.#movesSince) * bytesPerSecond) / 1000;
    if (this.#movesSince !== null && wanted > this.#received) {
      this.#stalls += 1;
      this.#shown = this.#received;
      this.#movesSince = null;
    }
    const ahead = this.#received - Math.min(wanted, this.#received);
    const isFull = ahead >= BUFFER_S * bytesPerSecond;
    if (isFull && this.#movesSince === null) this.#movesSince = nowMs;
    if (isFull) this.#answer?.pause();
    else if (this.#asked === null) this.#ask();
    else this.#answer?.resume();
  }

  close(): void {
    this.#asked?.destroy();
    this.#agent.destroy();
  }

  #ask(): void {
    const { port, path, headers } = this.#film;
    this.#requests += 1;
    const range = `bytes=${this.#received}-`;
    const asked = request({ host: '127.0.0.1', port, path, agent: this.#agent, headers: { ...headers, range } }, (answer) => {
      this.#answer = answer;
      if (answer.statusCode !== 206) this.#failure = new Error(`${path}: ${answer.statusCode}`);
      answer.on('data', (chunk: Buffer) => {
        this.#received += chunk.length;
      });
      answer.once('end', () => {
        this.#answer = null;
        this.#asked = null;
      });
      answer.once('error', (error) => this.#failed(error));
    });
    this.#asked = asked;
    asked.once('error', (error) => this.#failed(error));
    asked.end();
  }

  #failed(error: Error): void {
    this.#failure ??= error;
  }
}

/** What came of some players who played at once. */
export interface Played {
  readonly stalls: number;
  readonly bytes: number;
  readonly requests: number;
  /** When the last of them had 2 s and its picture moved, ms; null: some never had. */
  readonly begunMs: number | null;
  /** By how much the players themselves were late at most, ms: what is near 2 s would be their fault. */
  readonly lateMs: number;
}

/** Lets all of these films play at once for that long. */
export async function playAll(films: readonly Film[], seconds: number): Promise<Played> {
  const players = films.map((film) => new FilmPlayer(film));
  const from = performance.now();
  let [lateMs, lastMs] = [0, from];
  let begunMs: number | null = null;
  try {
    for (let nowMs = from; nowMs - from < seconds * 1000; nowMs = performance.now()) {
      lateMs = Math.max(lateMs, nowMs - lastMs - TICK_MS);
      lastMs = nowMs;
      for (const player of players) player.tick(nowMs);
      if (begunMs === null && players.every(({ hasBegun }) => hasBegun)) begunMs = nowMs - from;
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  } finally {
    for (const player of players) player.close();
  }
  const sum = (of: (player: FilmPlayer) => number) => players.reduce((whole, player) => whole + of(player), 0);
  return {
    stalls: sum(({ stalls }) => stalls),
    bytes: sum(({ received }) => received),
    requests: sum((each) => each.requests),
    begunMs,
    lateMs,
  };
}
