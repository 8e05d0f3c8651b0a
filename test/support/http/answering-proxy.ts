import { createServer, type IncomingMessage, request, type Server } from 'node:http';

/** Gives the proxy's own answer to a request; null: the server answers. */
export type Answering = (asked: IncomingMessage) => { readonly status: number; readonly body?: string } | null;

/** An S3 error as servers write it. */
export function s3Error(status: number, code: string, message = code) {
  return { status, body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

/** An HTTP proxy that answers some requests itself, as servers and proxies in trouble do. */
export class AnsweringProxy {
  readonly #target: URL;
  #server: Server | undefined;
  answering: Answering = () => null;
  /** Headers of the last request. */
  lastHeaders: IncomingMessage['headers'] = {};

  constructor(options: { target: URL }) {
    this.#target = options.target;
  }

  get endpoint(): string {
    const address = this.#server?.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  async start(): Promise<void> {
    const server = createServer((asked, answer) => {
      this.lastHeaders = asked.headers;
      const own = this.answering(asked);
      if (own) {
        asked.resume();
        answer.writeHead(own.status, { 'content-type': 'application/xml' }).end(asked.method === 'HEAD' ? undefined : own.body);
        return;
      }
      const onward = request(
        { host: this.#target.hostname, port: this.#target.port, method: asked.method, path: asked.url, headers: asked.headers },
        (reply) => {
          answer.writeHead(reply.statusCode ?? 502, reply.headers);
          reply.pipe(answer);
        },
      );
      onward.on('error', () => answer.destroy());
      asked.pipe(onward);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
  }
}
