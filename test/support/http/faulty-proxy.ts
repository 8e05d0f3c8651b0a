import { connect, createServer, type Server, type Socket } from 'node:net';

/** Faults that the link has from now on, on every connection. */
export interface LinkFaults {
  /** Every n-th connection is closed at once. */
  readonly refuseEvery?: number;
  /** A connection is cut once so many bytes have gone up on it. */
  readonly cutUpAfter?: number;
  /** A connection is cut once so many bytes have come down on it. */
  readonly cutDownAfter?: number;
  /** Once so many bytes have come down (or gone up) on a connection, it passes no more bytes and stays open. */
  readonly stallDownAfter?: number;
  readonly stallUpAfter?: number;
  /** At most so many connections stall; all if it is left out. */
  readonly stallsMax?: number;
  /** One bit of every n-th large chunk (of a body, not of headers) that goes up is changed. */
  readonly flipUpEvery?: number;
  /** Rate of all connections together, in each direction. */
  readonly bytesPerSecond?: number;
  readonly delayMs?: number;
}

/** Chunks of bodies are larger than this, and headers are smaller. */
const LARGE_CHUNK = 8192;

type Direction = 'up' | 'down';

/** A TCP proxy that does to a connection what networks and servers do: refuse, cut, stall, delay, slow down, change a byte. */
export class FaultyProxy {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #refusing = false;
  #cutUpAfter = Number.POSITIVE_INFINITY;
  #flipDownAt: number | null = null;
  #flipUpAt: number | null = null;
  #faults: LinkFaults = {};
  #connections = 0;
  #stalls = 0;
  #largeChunks = 0;
  #busyUntilMs: Record<Direction, number> = { up: 0, down: 0 };
  #port = 0;
  /** Bytes sent to the target and received from it since the last `reset`. */
  upBytes = 0;
  downBytes = 0;

  constructor(options: { target: URL }) {
    this.#target = options.target;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const server = createServer((client) => this.#serve(client));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    this.#port = typeof address === 'object' && address ? address.port : 0;
  }

  refuse(refusing: boolean): void {
    this.#refusing = refusing;
    if (refusing) this.#dropAll();
  }

  /** Sets the faults of the link. Open connections would keep their old ones, so they are closed. */
  suffer(faults: LinkFaults): void {
    this.reset();
    this.#faults = faults;
    this.#stalls = 0;
    this.#dropAll();
  }

  /** Cuts every connection once that many bytes have gone up from now on. */
  cutUpAfter(bytes: number): void {
    this.reset();
    this.#cutUpAfter = bytes;
  }

  /** Changes one bit of the byte at that place of what comes down (or goes up) from now on. */
  flipDownAt(at: number): void {
    this.reset();
    this.#flipDownAt = at;
  }

  flipUpAt(at: number): void {
    this.reset();
    this.#flipUpAt = at;
  }

  reset(): void {
    this.upBytes = 0;
    this.downBytes = 0;
    this.#cutUpAfter = Number.POSITIVE_INFINITY;
    this.#flipDownAt = null;
    this.#flipUpAt = null;
    this.#faults = {};
  }

  #serve(client: Socket): void {
    this.#connections += 1;
    if (this.#refusing || this.#connections % (this.#faults.refuseEvery ?? Number.POSITIVE_INFINITY) === 0) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(this.#target.port), this.#target.hostname);
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => this.#drop(client, upstream));
      socket.on('close', () => this.#drop(client, upstream));
    }
    this.#forward('up', client, upstream);
    this.#forward('down', upstream, client);
  }

  #forward(direction: Direction, from: Socket, to: Socket): void {
    const faults = this.#faults;
    const [cutAfter, stallAfter] =
      direction === 'up' ? [faults.cutUpAfter, faults.stallUpAfter] : [faults.cutDownAfter, faults.stallDownAfter];
    let passed = 0;
    from.on('data', (chunk: Buffer) => {
      this.#spoil(direction, chunk);
      passed += chunk.length;
      if (direction === 'up') this.upBytes += chunk.length;
      else this.downBytes += chunk.length;
      if (this.upBytes >= this.#cutUpAfter || passed >= (cutAfter ?? Number.POSITIVE_INFINITY)) {
        this.#drop(from, to);
        return;
      }
      if (passed >= (stallAfter ?? Number.POSITIVE_INFINITY) && this.#stalls < (faults.stallsMax ?? Number.POSITIVE_INFINITY)) {
        this.#stalls += 1;
        from.pause();
        return;
      }
      this.#pass(direction, chunk, from, to);
    });
  }

  /** Passes a chunk on after the delay and the time that the rate needs. Nothing more is read from the sender meanwhile. */
  #pass(direction: Direction, chunk: Buffer, from: Socket, to: Socket): void {
    const { bytesPerSecond, delayMs = 0 } = this.#faults;
    const write = () => {
      if (!to.destroyed && !to.write(chunk)) pauseUntilDrained(from, to);
    };
    if (bytesPerSecond === undefined && delayMs === 0) {
      write();
      return;
    }
    const nowMs = performance.now();
    const busyUntilMs = Math.max(nowMs, this.#busyUntilMs[direction]) + (bytesPerSecond ? (1000 * chunk.length) / bytesPerSecond : 0);
    this.#busyUntilMs[direction] = busyUntilMs;
    from.pause();
    setTimeout(
      () => {
        from.resume();
        write();
      },
      busyUntilMs - nowMs + delayMs,
    );
  }

  #spoil(direction: Direction, chunk: Buffer): void {
    if (direction === 'up' && this.#flipUpAt !== null && flip(chunk, this.upBytes, this.#flipUpAt)) this.#flipUpAt = null;
    if (direction === 'down' && this.#flipDownAt !== null && flip(chunk, this.downBytes, this.#flipDownAt)) this.#flipDownAt = null;
    if (this.#faults.flipUpEvery === undefined || direction === 'down' || chunk.length < LARGE_CHUNK) return;
    this.#largeChunks += 1;
    if (this.#largeChunks % this.#faults.flipUpEvery === 0) flip(chunk, 0, chunk.length - 1);
  }

  #drop(...sockets: Socket[]): void {
    for (const socket of sockets) {
      socket.destroy();
      this.#sockets.delete(socket);
    }
  }

  #dropAll(): void {
    this.#drop(...this.#sockets);
  }

  async stop(): Promise<void> {
    this.#dropAll();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
  }
}

function flip(chunk: Buffer, begin: number, at: number): boolean {
  if (at < begin || at >= begin + chunk.length) return false;
  chunk[at - begin] = (chunk[at - begin] ?? 0) ^ 1;
  return true;
}

function pauseUntilDrained(from: Socket, to: Socket): void {
  from.pause();
  to.once('drain', () => from.resume());
}
