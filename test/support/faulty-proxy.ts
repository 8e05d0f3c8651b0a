import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy that does to a connection what networks and servers do: refuse, cut, delay, change a byte. */
export class FaultyProxy {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #refusing = false;
  #cutUpAfter = Number.POSITIVE_INFINITY;
  #flipDownAt: number | null = null;
  #flipUpAt: number | null = null;
  #port = 0;
  /** Bytes sent to the target since the last `reset`. */
  upBytes = 0;
  #downBytes = 0;

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
    this.#downBytes = 0;
    this.#cutUpAfter = Number.POSITIVE_INFINITY;
    this.#flipDownAt = null;
    this.#flipUpAt = null;
  }

  #serve(client: Socket): void {
    if (this.#refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(this.#target.port), this.#target.hostname);
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => this.#drop(client, upstream));
      socket.on('close', () => this.#drop(client, upstream));
    }
    client.on('data', (chunk: Buffer) => {
      if (this.#flipUpAt !== null && flip(chunk, this.upBytes, this.#flipUpAt)) this.#flipUpAt = null;
      this.upBytes += chunk.length;
      if (this.upBytes >= this.#cutUpAfter) this.#drop(client, upstream);
      else if (!upstream.write(chunk)) pauseUntilDrained(client, upstream);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (this.#flipDownAt !== null && flip(chunk, this.#downBytes, this.#flipDownAt)) this.#flipDownAt = null;
      this.#downBytes += chunk.length;
      if (!client.write(chunk)) pauseUntilDrained(upstream, client);
    });
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
