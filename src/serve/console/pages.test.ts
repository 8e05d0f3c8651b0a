/*
 * Goal: the pages of the console reach everybody, and nothing but them: what programs ask for is never answered with a page, and a page may run nothing but its own scripts.
 * Method: a server with a directory of pages of the test's own.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { buildServer } from '../server.ts';

let station: ServedStation;
let app: FastifyInstance;
const HTML = { host: 'localhost', accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

beforeAll(async () => {
  station = await servedStation();
  const pages = join(station.directory, 'pages');
  await mkdir(join(pages, 'assets'), { recursive: true });
  await writeFile(join(pages, 'index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(pages, 'kiosk.html'), '<!doctype html><title>kiosk</title>');
  await writeFile(join(pages, 'assets/index-abc.js'), 'export {};');
  await writeFile(join(pages, 'assets/index-abc.js.br'), 'compressed');
  app = buildServer({ deps: station.deps, way: 'network', pages });
  await app.ready();
}, 60_000);

afterAll(async () => {
  await app?.close();
  await station?.close();
});

const get = (url: string, headers: Record<string, string> = HTML, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
  app.inject({ method, url, headers: { ...headers, ...(method === 'POST' ? { origin: 'http://localhost' } : {}) } });

describe('pages', () => {
  it.each([
    ['/', 'console'],
    ['/cases/LY-2026-0012?t=3', 'console'],
    ['/no/such/page', 'console'],
    ['/kiosk', 'kiosk'],
    ['/kiosks', 'console'],
  ])('%s is a page of the %s', async (url, title) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.body]).toEqual([200, `<!doctype html><title>${title}</title>`]);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-cache');
  });

  it('a page may run its own scripts and nothing else', async () => {
    const rules = String((await get('/')).headers['content-security-policy']);
    expect(rules).toContain("script-src 'self'");
    expect(rules).toContain("default-src 'none'");
    expect(rules).not.toMatch(/unsafe|data:|\*|http/);
  });

  it.each(['/api/v1/nothing', '/api', '/metrics/x', '/assets/none.js'])('%s is none', async (url) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('problem+json');
  });

  it('who asks for no page gets none, and neither does who changes something', async () => {
    for (const answer of [await get('/cases/1', { host: 'localhost', accept: 'application/json' }), await get('/cases/1', HTML, 'POST')])
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'request.not-found']);
  });

  it('files of a build are kept by browsers, and sent compressed to who takes that', async () => {
    const plain = await get('/assets/index-abc.js', { host: 'localhost' });
    expect([plain.statusCode, plain.body]).toEqual([200, 'export {};']);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const small = await get('/assets/index-abc.js', { host: 'localhost', 'accept-encoding': 'gzip, br' });
    expect([small.headers['content-encoding'], small.body]).toEqual(['br', 'compressed']);
  });

  it.each(['/assets/../index.html', '/assets/%2e%2e/index.html', '/assets/..%2findex.html', '/assets/.hidden'])(
    '%s leads out of nothing',
    async (url) => {
      const answer = await get(url, { host: 'localhost' });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    },
  );

  it('a station whose pages are not built says so', async () => {
    const bare = buildServer({ deps: station.deps, way: 'network', pages: join(station.directory, 'none') });
    const answer = await bare.inject({ method: 'GET', url: '/', headers: HTML });
    expect([answer.statusCode, answer.body.includes('scripts/build-console')]).toEqual([503, true]);
    await bare.close();
  });
});
