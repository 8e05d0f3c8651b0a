import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { HEIGHT, readNumber, WIDTH } from './frame-numbers.ts';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
  ...['--disable-sync', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
];

/** What a browser made of a file. */
export interface Seen {
  /** null if it plays and can be sought; else what went wrong. */
  readonly trouble: string | null;
  readonly seconds: number;
  /** Numbers of the pictures that it showed after it was asked for the beginning, the middle and the end. */
  readonly numbers: readonly (number | null)[];
  readonly width: number;
  readonly height: number;
}

/** One headless Chromium for all files, and a server of its own on loopback that it fetches them from, by ranges as from a station. */
export class MediaBrowser {
  readonly #files = new Map<string, string>();
  readonly #server: Server;
  readonly #browser: Browser;
  readonly #idle: Page[] = [];

  private constructor(server: Server, browser: Browser, files: Map<string, string>) {
    this.#server = server;
    this.#browser = browser;
    this.#files = files;
  }

  static async open(): Promise<MediaBrowser> {
    const files = new Map<string, string>();
    const server = createServer((request, response) => void serve(files, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: FLAGS });
    return new MediaBrowser(server, browser, files);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Plays it for a moment, then asks for its beginning, middle and end. */
  async look(path: string): Promise<Seen> {
    const name = `/${this.#files.size}.${path.split('.').at(-1)}`;
    this.#files.set(name, path);
    // One page for many files: a new one each time costs more than the playing.
    const page = this.#idle.pop() ?? (await this.#newPage());
    const seen = await playIn(page, name);
    this.#idle.push(page);
    return seen;
  }

  async #newPage(): Promise<Page> {
    const page = await this.#browser.newPage();
    await page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
    await page.addScriptTag({ path: fileURLToPath(new URL('./player.js', import.meta.url)) });
    return page;
  }
}

/** Of player.js. */
interface Answer {
  readonly trouble: string | null;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly (readonly number[] | null)[];
}

async function playIn(page: Page, name: string): Promise<Seen> {
  const look = `globalThis.look(${JSON.stringify({ name, width: WIDTH, height: HEIGHT })})`;
  const { pictures, ...rest } = (await page.evaluate(look)) as Answer;
  return { ...rest, numbers: pictures.map((picture) => (picture === null ? null : readNumber(Uint8Array.from(picture)))) };
}

async function serve(files: ReadonlyMap<string, string>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = files.get(request.url ?? '');
  if (path === undefined) {
    response.writeHead(request.url === '/' ? 200 : 404, { 'content-type': 'text/html' }).end('<!doctype html><title>media</title>');
    return;
  }
  const { size } = await stat(path);
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = to ? Math.min(Number(to), size - 1) : size - 1;
  const type = path.endsWith('.m4a') ? 'audio/mp4' : 'video/mp4';
  const headers = { 'content-type': type, 'accept-ranges': 'bytes', 'content-length': end - start + 1 };
  if (from === undefined) response.writeHead(200, headers);
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${end}/${size}` });
  createReadStream(path, { start, end }).pipe(response);
}
