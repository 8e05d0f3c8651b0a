import type { FastifyInstance, InjectOptions } from 'fastify';

type Response = Awaited<ReturnType<FastifyInstance['inject']>>;

interface Asked {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

/** A browser with a page of the station open, as far as the station can tell: it keeps cookies, and says where its requests come from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #app: FastifyInstance;

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  async ask(method: string, path: string, { body, headers = {}, address = '127.0.0.1' }: Asked = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await this.#app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url: path.startsWith('/api') ? path : `/api/v1${path}`,
      remoteAddress: address,
      headers: {
        host: 'localhost',
        ...(method === 'GET' ? {} : { origin: 'http://localhost' }),
        ...(cookie === '' ? {} : { cookie }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    for (const text of [response.headers['set-cookie'] ?? []].flat()) this.#keep(text);
    return response;
  }

  #keep(text: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
    if (/max-age=0(;|$)/i.test(text)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
