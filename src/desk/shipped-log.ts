import { parseSegment, parseSegmentKey, type SegmentName, segmentBytes, segmentsPrefix } from '#domain/custody/segment';
import { asEvidockError, failureReason, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import type { LogShelfReader, ShippingLedger } from '#ports/log-shipping';
import { archiveShelf, vaultShelfReader } from '#steps/log-shelves';
import type { DeskDeps } from './deps.ts';
import { archiveHeadFault, vaultHeadFault } from './ledger-heads.ts';

const PAGE = { entriesMax: 100_000, bytesMax: 64 * 1024 * 1024 };

interface Given {
  readonly shipping: ShippingLedger;
  readonly ledger: Pick<LedgerReader, 'custody'>;
  readonly stationId: string;
  readonly signal: AbortSignal;
}

interface SegmentFault {
  readonly key: string | null;
  readonly reason: Reason;
}

/** Compares every segment in one place with the ledger's log. Yields each segment that was changed, is missing, or belongs to another log. */
async function* segmentFaults(shelf: LogShelfReader, given: Given): AsyncGenerator<SegmentFault> {
  const { shipping, stationId, signal } = given;
  const { next } = await shipping.lag(shelf.place);
  const spans: SegmentName[] = [];
  for await (const { key } of shelf.list(segmentsPrefix(stationId))) {
    signal.throwIfAborted();
    const name = parseSegmentKey(key);
    if (!name) yield { key, reason: because('in-place', { place: shelf.place, why: because('not-a-piece', {}) }) };
    else if (name.part === 'segment') {
      spans.push(name);
      const why = await segmentFault(shelf, key, name, given);
      if (why !== null) yield { key, reason: because('in-place', { place: shelf.place, why }) };
    }
  }
  yield* gapsIn(spans, next, shelf, shipping);
}

async function segmentFault(shelf: LogShelfReader, key: string, name: SegmentName, given: Given): Promise<Reason | null> {
  const { shipping, ledger, stationId, signal } = given;
  const bytes = await shelf.read(key, signal);
  let told: ReturnType<typeof parseSegment>;
  try {
    told = parseSegment(bytes);
  } catch (error) {
    return because('piece-unreadable', { why: said(error) });
  }
  if (told.station !== stationId) return because('piece-of-station', { station: told.station });
  const end = told.entries.at(-1);
  if (told.kind !== name.kind || told.entries[0]?.seq !== name.first || end?.seq !== name.last || !end.hash.startsWith(name.hash))
    return because('piece-other-entries', {});
  const newest = (await ledger.custody.head())?.seq ?? -1;
  if (name.last > newest) return because('piece-beyond', { last: name.last, seq: newest });
  const found = await shipping.entries({ ...name, ...PAGE });
  // The ledger has erased a value of these entries since. The next daily pass removes this segment.
  if (name.kind === 'former' && !found) return null;
  const own = new Map(found?.entries.map((entry) => [entry.seq, entry.hash]));
  const first = told.entries.find(({ seq, hash }) => own.get(seq) !== hash);
  if (first) return because('piece-entry-differs', { seq: first.seq });
  return found && Buffer.compare(segmentBytes(stationId, name.kind, found.entries), bytes) === 0 ? null : because('piece-differs', {});
}

/** Finds entries that were shipped and that no segment holds. */
async function* gapsIn(
  spans: readonly SegmentName[],
  next: number,
  shelf: LogShelfReader,
  shipping: ShippingLedger,
): AsyncGenerator<SegmentFault> {
  let at = 0;
  const sorted = [...spans].sort((a, b) => a.first - b.first);
  for (const { first, last } of [...sorted, { first: next, last: next }]) {
    const missing =
      at < Math.min(first, next)
        ? await shipping.entries({ first: at, last: Math.min(first, next) - 1, entriesMax: 1, bytesMax: 1 })
        : null;
    const from = missing?.entries[0]?.seq;
    if (from !== undefined)
      yield {
        key: null,
        reason: because('in-place', { place: shelf.place, why: because('pieces-gone', { first: from, last: Math.min(first, next) - 1 }) }),
      };
    at = Math.max(at, last + 1);
  }
}

/**
 * Compares what the vault and, if asked for, the archive keep of the log with the ledger: the notes of the newest entry, and the segments. Whoever cuts entries
 * off the ledger's log has not cut them there. A place that cannot be read is one fault, and the others are still compared.
 */
export async function* shippedLogFaults(deps: DeskDeps, asked: { archive: boolean; signal: AbortSignal }): AsyncGenerator<SegmentFault> {
  const { ledger, vault, facts } = deps;
  const { stationId } = facts;
  const archive = asked.archive ? deps.archive : null;
  const given = { shipping: ledger.shipping, ledger, stationId, signal: asked.signal };
  const looks: (() => AsyncIterable<SegmentFault>)[] = [
    () => noteFault(vaultHeadFault(ledger, vault)),
    () => segmentFaults(vaultShelfReader(vault), given),
    ...(archive ? [() => noteFault(archiveHeadFault(ledger, archive, given)), () => segmentFaults(archiveShelf(archive), given)] : []),
  ];
  for (const look of looks)
    try {
      yield* look();
    } catch (error) {
      asked.signal.throwIfAborted();
      yield { key: null, reason: failureReason(asEvidockError(error)) };
    }
}

async function* noteFault(found: Promise<Reason | null>): AsyncGenerator<SegmentFault> {
  const why = await found;
  if (why !== null) yield { key: null, reason: why };
}
