import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import type { PageAnswer } from '#api/common';

/** One page of a list of the API; `path` is below /api/v1. */
export async function pageOf(
  app: FastifyInstance,
  path: string,
  query: Readonly<Record<string, string | number>>,
): Promise<PageAnswer<unknown>> {
  const url = `/api/v1${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(query as Record<string, string>)}`;
  const response = await app.inject({ url, headers: { host: 'localhost' } });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

/** The whole list, asked for in pages of `limit`. */
export async function inPagesOf(app: FastifyInstance, path: string, limit: number): Promise<unknown[]> {
  const found: unknown[] = [];
  let next: string | null = null;
  do {
    const answer: PageAnswer<unknown> = await pageOf(app, path, { limit, ...(next === null ? {} : { cursor: next }) });
    expect(answer.items.length).toBeLessThanOrEqual(limit);
    found.push(...answer.items);
    expect(found.length).toBeLessThan(100);
    next = answer.next;
  } while (next !== null);
  return found;
}
