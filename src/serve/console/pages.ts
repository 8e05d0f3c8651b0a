import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const YEAR_S = 365 * 24 * 3600;

/**
 * What a page of the console may load: what this station sends, and nothing else. No script and no style stands in a page, so none needs a nonce. `blob:`: pictures that
 * the page itself draws, such as stills.
 */
const CONTENT_RULES = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Paths of which no page exists: whoever asks there is a program. */
const OF_PROGRAMS = /^\/(api|metrics|assets)(\/|$)/;

/** For whoever opens a station that was started from its sources without the step that builds the pages. */
const NOT_BUILT =
  '<!doctype html><meta charset="utf-8"><title>Evidock</title><p lang="zh-CN">网页尚未构建：请运行 <code>scripts/build-console</code>。<p>The pages are not built yet: run <code>scripts/build-console</code>.';

/** The pages of the kiosk, which are a program of their own. */
const OF_KIOSK = /^\/kiosk(\/|$)/;

/**
 * Serves the pages of the console as they were built into `directory` (scripts/build-console). The files of a build have digests in their names and are kept by browsers; a page itself is
 * asked for each time. Every page is sent to everybody: what it shows comes from the API, which asks who it is.
 */
export function servePages(app: FastifyInstance, directory: string): void {
  if (!existsSync(join(directory, 'assets'))) return;
  app.register(async (scope) => {
    // Loaded here alone: commands have no pages.
    const { default: fastifyStatic } = await import('@fastify/static');
    await scope.register(fastifyStatic, {
      root: join(directory, 'assets'),
      prefix: '/assets/',
      preCompressed: true,
      index: false,
      cacheControl: true,
      immutable: true,
      maxAge: YEAR_S * 1000,
      dotfiles: 'ignore',
      setHeaders: (reply) => reply.header('cross-origin-resource-policy', 'same-origin'),
    });
  });
}

/** Sends the page of a path that a person typed or followed; null: it is no page. */
export function sendPage(directory: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> | null {
  const path = request.url.split('?')[0] ?? '';
  if (!['GET', 'HEAD'].includes(request.method) || OF_PROGRAMS.test(path)) return null;
  if (!(request.headers.accept ?? '').includes('text/html')) return null;
  return sendFile(reply, join(directory, OF_KIOSK.test(path) ? 'kiosk.html' : 'index.html'));
}

async function sendFile(reply: FastifyReply, file: string): Promise<FastifyReply> {
  const page = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return reply
    .code(page === null ? 503 : 200)
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', CONTENT_RULES)
    .header('permissions-policy', 'camera=(), microphone=(), geolocation=(), usb=()')
    .header('cache-control', 'no-cache')
    .serializer((payload: unknown) => payload as string)
    .send(page ?? NOT_BUILT);
}
