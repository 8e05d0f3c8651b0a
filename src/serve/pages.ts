import { sha256Hex } from '#domain/canonical-json';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

const TAG_CHARACTERS = 16;

interface PageOptions<T, A> {
  /** Which list it is. */
  readonly list: string;
  /** The query as it was asked: a cursor goes on with the same filters only. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Rows after that key; from the first if it is left out. */
  readonly read: (page: { readonly limit: number; readonly after?: string }) => Promise<readonly T[]>;
  readonly keyOf: (row: T) => string;
  readonly show: (row: T) => A;
}

const ROWS = 100;

/** One page of a list; `next` is null on the last. A page that ends exactly with the list is followed by an empty one. */
export async function pageOf<T, A>({ list, query, read, keyOf, show }: PageOptions<T, A>): Promise<{ items: A[]; next: string | null }> {
  const { limit = ROWS, cursor } = query as { limit?: number; cursor?: string };
  const tag = tagOf(list, query);
  const rows = await read({ limit, ...(cursor === undefined ? {} : { after: keyIn(cursor, tag) }) });
  const last = rows.at(-1);
  return { items: rows.map(show), next: last === undefined || rows.length < limit ? null : cursorFor(tag, keyOf(last)) };
}

/** One page of a list that is held whole, in the order of its numbers: after the one of the cursor, whether that is still there or not. */
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
