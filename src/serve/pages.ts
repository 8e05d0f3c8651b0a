import { sha256Hex } from '#domain/canonical-json';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

const TAG_CHARACTERS = 16;

interface PageOptions<T, A> {
  /** Name of the list, so that its cursor fits no other list. */
  readonly list: string;
  /** The query as it was sent. A cursor only goes on with the same filters. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Reads the rows after the key `after`; from the first if it is left out. */
  readonly read: (page: { readonly limit: number; readonly after?: string }) => Promise<readonly T[]>;
  readonly keyOf: (row: T) => string;
  readonly show: (row: T) => A;
}

const ROWS = 100;

/** One page of a list. `next` is null on the last page. Where a full page ends exactly with the list, an empty page follows. */
export async function pageOf<T, A>({ list, query, read, keyOf, show }: PageOptions<T, A>): Promise<{ items: A[]; next: string | null }> {
  const { limit = ROWS, cursor } = query as { limit?: number; cursor?: string };
  const tag = tagOf(list, query);
  const rows = await read({ limit, ...(cursor === undefined ? {} : { after: keyIn(cursor, tag) }) });
  const last = rows.at(-1);
  return { items: rows.map(show), next: last === undefined || rows.length < limit ? null : cursorFor(tag, keyOf(last)) };
}

/** A page of rows, each shown with what the ledger says of it. */
export async function shownPage<T, A>({ show, ...options }: Omit<PageOptions<T, T>, 'show'> & { readonly show: (row: T) => Promise<A> }) {
  const { items, next } = await pageOf<T, T>({ ...options, show: (row) => row });
  return { items: await Promise.all(items.map(show)), next };
}

/**
 * One page of a list that says by itself where it goes on. A page may be short although more follows: `next` is null where the list ends. `read` gets the key that
 * the page before gave as `next`.
 */
export async function pageGoingOn<A>({
  list,
  query,
  read,
}: Pick<PageOptions<never, never>, 'list' | 'query'> & {
  readonly read: (page: { readonly limit: number; readonly after?: string }) => Promise<{ items: A[]; next: string | null }>;
}): Promise<{ items: A[]; next: string | null }> {
  const { limit = ROWS, cursor } = query as { limit?: number; cursor?: string };
  const tag = tagOf(list, query);
  const { items, next } = await read({ limit, ...(cursor === undefined ? {} : { after: keyIn(cursor, tag) }) });
  return { items, next: next === null ? null : cursorFor(tag, next) };
}

/**
 * One page of a list that is in memory whole, sorted by the numbers in its keys. The page begins after the key of the cursor, whether that row is still there
 * or not.
 */
export async function pageOfHeld<T, A>({
  rows,
  ...options
}: Omit<PageOptions<T, A>, 'read' | 'keyOf'> & {
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string | number;
}): Promise<{ items: A[]; next: string | null }> {
  const { keyOf } = options;
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  const sorted = [...rows].sort((a, b) => compare(String(keyOf(a)), String(keyOf(b))));
  return pageOf({
    ...options,
    keyOf: (row) => String(keyOf(row)),
    read: async ({ limit, after }) => sorted.filter((row) => after === undefined || compare(String(keyOf(row)), after) > 0).slice(0, limit),
  });
}

function tagOf(list: string, query: Readonly<Record<string, unknown>>): string {
  const filters = Object.entries(query).filter(([name, value]) => name !== 'cursor' && name !== 'limit' && value !== undefined);
  return sha256Hex(Buffer.from(JSON.stringify([list, filters.sort(([a], [b]) => (a < b ? -1 : 1))]))).slice(0, TAG_CHARACTERS);
}

function cursorFor(tag: string, key: string): string {
  return Buffer.from(`${tag}${key}`).toString('base64url');
}

function keyIn(cursor: string, tag: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith(tag) || text.length === tag.length || Buffer.from(text).toString('base64url') !== cursor) throw wrongCursor();
  return text.slice(tag.length);
}

export function wrongCursor(): EvidockError {
  return new EvidockError('request.invalid', because('cursor-differs', {}));
}

/** Where a page of numbered things begins. Throws request.invalid for a cursor that holds no number. */
export function numberAfter(after: string | undefined): { readonly after?: number } {
  if (after === undefined) return {};
  if (!Number.isSafeInteger(Number(after))) throw wrongCursor();
  return { after: Number(after) };
}
