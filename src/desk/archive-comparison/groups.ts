import type { Copy } from '#domain/recording';
import type { ArchiveInventory, InventoryEntry } from '#ports/archive-inventory';
import type { LedgerReader } from '#ports/ledger';

const PAGE = 1000;
/** So many entries of one recording are looked at. More are no footage of one recording, and the rest is passed over. */
const ENTRIES_MAX = 20_000;

/** What stands below one directory: of a recording, or a single object that lies elsewhere. */
interface Group<T> {
  /** The directory with a slash in the end, or the key of the single object. Groups come in the order of the bytes of these. */
  readonly id: string;
  readonly recordingId: string | null;
  readonly members: readonly T[];
  /** There were more than ENTRIES_MAX. */
  readonly cut: boolean;
}

/** A pair of groups of one directory; null where one side has none. */
export interface Pair {
  readonly id: string;
  readonly recordingId: string | null;
  readonly copies: readonly Copy[];
  readonly entries: readonly InventoryEntry[];
  readonly cut: boolean;
}

function groupOf(key: string): { id: string; recordingId: string | null } {
  const found = /^\d{4}\/\d\d\/\d\d\/([^/]+)\//.exec(key);
  return found ? { id: found[0], recordingId: found[1] ?? null } : { id: key, recordingId: null };
}

/** The last key that can lie in a group, for going on after it. */
export function lastKeyOf(id: string): string {
  return id.endsWith('/') ? `${id.slice(0, -1)}0` : id;
}

async function* grouped<T extends { readonly key: string }>(all: AsyncIterable<T>): AsyncGenerator<Group<T>> {
  let current: { id: string; recordingId: string | null; members: T[]; cut: boolean } | null = null;
  for await (const each of all) {
    const { id, recordingId } = groupOf(each.key);
    if (current && current.id !== id) {
      yield current;
      current = null;
    }
    current ??= { id, recordingId, members: [], cut: false };
    if (current.members.length < ENTRIES_MAX) current.members.push(each);
    else current.cut = true;
  }
  if (current) yield current;
}

async function* copiesAfter(ledger: Pick<LedgerReader, 'archive'>, place: string, after: string): AsyncGenerator<Copy> {
  for (let from = after; ; ) {
    const page = await ledger.archive.copiesByKey(place, from, PAGE);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    from = last.key;
  }
}

/** Walks both lists side by side, one directory at a time, so that a million objects need no more memory than one recording. */
export async function* pairs(
  { ledger, inventory, place }: { ledger: Pick<LedgerReader, 'archive'>; inventory: ArchiveInventory; place: string },
  after: string,
  signal: AbortSignal,
): AsyncGenerator<Pair> {
  const ours = grouped(copiesAfter(ledger, place, after));
  const theirs = grouped(inventory.entries(after, signal));
  let [copies, entries] = [await ours.next(), await theirs.next()];
  while (!copies.done || !entries.done) {
    signal.throwIfAborted();
    const order = copies.done ? 1 : entries.done ? -1 : Buffer.compare(Buffer.from(copies.value.id), Buffer.from(entries.value.id));
    const [mine, listed] = [order <= 0 && !copies.done ? copies.value : null, order >= 0 && !entries.done ? entries.value : null];
    const one = mine ?? listed;
    if (one)
      yield {
        ...{ id: one.id, recordingId: one.recordingId, copies: mine?.members ?? [], entries: listed?.members ?? [] },
        cut: listed?.cut ?? false,
      };
    if (mine) copies = await ours.next();
    if (listed) entries = await theirs.next();
  }
}
