import { Secret, TOTP } from 'otpauth';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** Text of the answer, whatever its type. */
  readonly text: string;
  /** Throws SyntaxError where the answer is no JSON. */
  json<T>(): T;
}

interface Sent {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a browser does for one person: it keeps the cookies of the station, and names the page that it sends from. */
export class BrowserSession {
  readonly #address: string;
  readonly #cookies = new Map<string, string>();

  constructor(address: string) {
    this.#address = address;
  }

  async ask(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<HttpAnswer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${this.#address}/api/v1${path}`, {
      method,
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(method === 'GET' ? {} : { origin: this.#address }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const bytes = Buffer.from(await answer.arrayBuffer());
    const text = bytes.toString();
    return { status: answer.status, headers: answer.headers, bytes, text, json: <T>() => JSON.parse(text) as T };
  }
}

/** The code that an app shows for a secret (base 32) at that moment. */
export function appCode(secret: string, atMs: number): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: atMs });
}
