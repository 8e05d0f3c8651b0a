import { sha256Hex } from '#domain/canonical-json';
import { parseSegmentKey, type SegmentName, segmentBytes, segmentKeys, segmentObjects, segmentsPrefix } from '#domain/custody/segment';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { FaultPoints } from '#ports/fault-points';
import type { LedgerReader } from '#ports/ledger';
import type { LogShelf, ShippingLedger } from '#ports/log-shipping';
import { holdsExactly } from '#steps/log-shelves';

/** Largest merged segment, entries. A year of a busy station is some hundred of these. */
const MERGED_ENTRIES_MAX = 16_384;
const MERGED_BYTES_MAX = 8 * 1024 * 1024;
/** With more objects than this, the log in a place is not one that this station wrote: even merged once a year it has fewer. */
const OBJECTS_MAX = 2_000_000;

type Listed = SegmentName & { readonly bytes: number };

interface Options {
  readonly shipping: ShippingLedger;
  readonly ledger: Pick<LedgerReader, 'custody'>;
  readonly stationId: string;
  readonly faults: FaultPoints;
  /** Called with a segment that is not what the ledger says. It stays where it is, and `verify --log` names it. */
  readonly onDiffers: (shelf: LogShelf, key: string) => void;
}

/** Tidies a place once a day: writes missing pieces again, merges small segments, and removes pieces that belong to no segment. */
export class LogMerger {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Tidies a place. `next`: every entry before this one was shipped there. */
  async tidy(shelf: LogShelf, next: number, signal: AbortSignal): Promise<void> {
    const { segments, orphans, former } = await this.#listed(shelf);
    const written = await this.#fillGaps(shelf, segments, next, signal);
    for (const key of orphans) if (!written.pieces.has(key)) await shelf.remove(key);
    await this.#removeErased(shelf, former);
    const all = [...segments, ...written.segments].sort(byPlace);
    for (const kind of ['former', 'log'] as const) await this.#merge(shelf, groupsOf(all.filter((each) => each.kind === kind)), signal);
  }

  /**
   * Removes segments with entries of byte form 1 that the ledger has erased. The ledger's log must go on right after them. If it does not, the ledger has not
   * erased them but was lost, and this may be the only copy. The last segment proves where the log goes on, so it is removed last.
   */
  async #removeErased(shelf: LogShelf, former: readonly SegmentName[]): Promise<void> {
    const start = (await this.#options.shipping.entries({ first: 0, last: Number.MAX_SAFE_INTEGER, entriesMax: 1, bytesMax: 1 }))
      ?.entries[0];
    if (!start || !former.some(({ last, hash }) => last === start.seq - 1 && start.prev.startsWith(hash))) return;
    const erased = former.filter(({ last }) => last < start.seq).sort((a, b) => a.last - b.last);
    for (const name of erased) await shelf.remove(segmentKeys(this.#options.stationId, name).segment);
  }

  /** Writes the personal values again of each segment with a value that was erased. */
  async replacePersonal(shelf: LogShelf, signal: AbortSignal): Promise<void> {
    const { shipping, stationId } = this.#options;
    const erased = await shipping.erased(shelf.place);
    const { segments } = await this.#listed(shelf);
    for (const segment of segments) {
      if (segment.kind !== 'log' || !erased.some((seq) => seq >= segment.first && seq <= segment.last)) continue;
      const found = await this.#entriesOf(segment);
      const keys = segmentKeys(stationId, segment);
      const personal = segmentObjects(stationId, 'log', found).objects.find(({ key }) => key === keys.personal);
      if (!personal) throw new EvidockError('station.internal', because('not-what-ledger-says', { thing: keys.segment }));
      await shelf.put(personal, signal);
    }
    await shipping.noteErased(shelf.place, erased);
  }

  /**
   * Lists the segments of the ledger's own log, sorted; the keys of pieces that belong to no segment (orphans); and all segments of byte form 1 (former).
   * Segments of another log are not among the first.
   */
  async #listed(shelf: LogShelf): Promise<{
    segments: readonly Listed[];
    orphans: readonly string[];
    former: readonly SegmentName[];
  }> {
    const { ledger, stationId } = this.#options;
    const sizes = new Map<string, number>();
    const names = new Map<string, SegmentName>();
    const pieces: { key: string; owner: string }[] = [];
    let count = 0;
    for await (const { key, bytes } of shelf.list(segmentsPrefix(stationId))) {
      count += 1;
      if (count > OBJECTS_MAX)
        throw new EvidockError('station.internal', because('many-pieces', { limit: OBJECTS_MAX, place: shelf.place }));
      const parsed = parseSegmentKey(key);
      if (!parsed) continue;
      const owner = parsed.part === 'segment' ? key : segmentKeys(stationId, parsed).segment;
      sizes.set(owner, (sizes.get(owner) ?? 0) + bytes);
      if (parsed.part === 'segment') names.set(key, parsed);
      else pieces.push({ key, owner });
    }
    const segments: Listed[] = [];
    for (const [key, { kind, first, last, hash }] of names)
      if ((await ledger.custody.hashOf(last))?.startsWith(hash)) segments.push({ kind, first, last, hash, bytes: sizes.get(key) ?? 0 });
    segments.sort(byPlace);
    const former = [...names.values()].filter(({ kind }) => kind === 'former');
    return { segments, former, orphans: pieces.filter(({ owner }) => !names.has(owner)).map(({ key }) => key) };
  }

  /** Writes entries that the ledger has and no segment holds. Returns the segments that it wrote, and the keys of all their pieces. */
  async #fillGaps(
    shelf: LogShelf,
    segments: readonly Listed[],
    next: number,
    signal: AbortSignal,
  ): Promise<{ readonly segments: readonly Listed[]; readonly pieces: ReadonlySet<string> }> {
    const { shipping, stationId } = this.#options;
    const written: Listed[] = [];
    const pieces = new Set<string>();
    let at = 0;
    for (const { first, last } of [...segments, { first: next, last: next }]) {
      while (at < first) {
        const range = { first: at, last: first - 1, entriesMax: MERGED_ENTRIES_MAX, bytesMax: MERGED_BYTES_MAX };
        const found = await shipping.entries(range);
        const reached = found?.entries.at(-1)?.seq;
        // Entries of byte form 1 that were erased as a whole are missing in the ledger too.
        if (!found || reached === undefined) break;
        const { name, objects } = segmentObjects(stationId, found.kind, found.entries);
        for (const object of objects) {
          await shelf.put(object, signal);
          pieces.add(object.key);
        }
        written.push({ ...name, bytes: objects.reduce((sum, { bytes }) => sum + bytes.length, 0) });
        at = reached + 1;
      }
      at = Math.max(at, last + 1);
    }
    return { segments: written, pieces };
  }

  async #merge(shelf: LogShelf, groups: readonly (readonly Listed[])[], signal: AbortSignal): Promise<void> {
    const { stationId, faults, onDiffers } = this.#options;
    for (const group of groups) {
      signal.throwIfAborted();
      const [head] = group;
      if (!head || group.length < 2) continue;
      const last = Math.max(...group.map((each) => each.last));
      const entries = await this.#entriesOf({ ...head, last });
      let differs: string | null = null;
      for (const each of group) {
        const { segment } = segmentKeys(stationId, each);
        const own = entries.filter(({ seq }) => seq >= each.first && seq <= each.last);
        if (!(await holdsExactly(shelf, segment, sha256Hex(segmentBytes(stationId, each.kind, own)), signal))) differs = segment;
      }
      if (differs !== null) {
        onDiffers(shelf, differs);
        continue;
      }
      const { objects } = segmentObjects(stationId, head.kind, entries);
      for (const object of objects) await shelf.put(object, signal);
      faults.reached('w25-merged-written');
      const kept = new Set(objects.map(({ key }) => key));
      for (const each of group) await this.#remove(shelf, each, kept);
      faults.reached('w26-merged-removed');
    }
  }

  /** Removes a segment and its pieces. The segment goes first: pieces that a crash leaves without it are removed by the next day's pass. */
  async #remove(shelf: LogShelf, name: SegmentName, kept: ReadonlySet<string>): Promise<void> {
    const { segment, lists, personal } = segmentKeys(this.#options.stationId, name);
    for (const key of name.kind === 'log' ? [segment, lists, personal] : [segment]) if (!kept.has(key)) await shelf.remove(key);
  }

  async #entriesOf({ kind, first, last }: SegmentName) {
    const everything = { entriesMax: Number.MAX_SAFE_INTEGER, bytesMax: Number.MAX_SAFE_INTEGER };
    const found = await this.#options.shipping.entries({ first, last, ...everything });
    if (found?.kind !== kind || found.entries[0]?.seq !== first || found.entries.at(-1)?.seq !== last)
      throw new EvidockError('ledger.failed', because('entries-unreadable', { first, last }));
    return found.entries;
  }
}

/** Sorts by first entry; of those that begin at the same entry, the longest comes first. */
function byPlace(a: SegmentName, b: SegmentName): number {
  return a.first - b.first || b.last - a.last;
}

/** Groups neighbours that are small enough together to become one segment. A segment within the range of the group before joins it in any case. */
function groupsOf(segments: readonly Listed[]): readonly (readonly Listed[])[] {
  const groups: Listed[][] = [];
  let bytes = 0;
  let end = -1;
  for (const segment of segments) {
    const group = groups.at(-1);
    const first = group?.[0]?.first ?? 0;
    const fits = bytes + segment.bytes <= MERGED_BYTES_MAX && segment.last - first < MERGED_ENTRIES_MAX;
    if (group && segment.first <= end + 1 && (fits || segment.last <= end)) {
      group.push(segment);
      bytes += segment.bytes;
      end = Math.max(end, segment.last);
    } else {
      groups.push([segment]);
      bytes = segment.bytes;
      end = segment.last;
    }
  }
  return groups;
}
