import type { Disposal, DisposalItem } from '#domain/destruction/disposal';
import { contentsOf, LIST_MAX } from '#domain/destruction/list';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';

type Reader = Pick<LedgerReader, 'disposals'>;

/** Throws request.not-found. */
export async function mustHaveDisposal({ disposals }: Reader, id: string): Promise<Disposal> {
  const found = await disposals.get(id);
  if (!found) throw new EvidockError('request.not-found', because('no-disposal', { id }));
  return found;
}

/** Every item of a list: there are never more than LIST_MAX. */
export function allItems({ disposals }: Reader, id: string): Promise<readonly DisposalItem[]> {
  return disposals.items(id, { limit: LIST_MAX + 1 });
}

/** What the recording holds now, as it stands on a list. */
export async function contentsNow({ originals }: Pick<LedgerReader, 'originals'>, recordingId: string): Promise<string> {
  return contentsOf(await originals.ofRecording(recordingId));
}

/** When the term in force ends, ms; null: it has no end yet, it is stale or in conflict, or nobody has counted it. */
export async function dueOf({ retention }: Pick<LedgerReader, 'retention'>, recordingId: string): Promise<number | null> {
  const term = await retention.termOf(recordingId);
  if (!term || term.stale || term.conflict || term.earnedKind !== 'instant') return null;
  return (await retention.inForce()) === null ? null : term.earnedUntilMs;
}

/** Whether a hold covers it, or the storage may still have to be told of one or of its end. */
export async function isKeptByHold({ holds }: Pick<LedgerReader, 'holds'>, recordingId: string): Promise<boolean> {
  return (await holds.isHeld(recordingId)) || (await holds.unmirrored(recordingId));
}

/** The first of these places of which so many copies were bad that nothing is healed there until a person confirms; null: none. */
export async function failingOf(
  { scrubs }: Pick<LedgerReader, 'scrubs'>,
  places: readonly { readonly where: string }[],
): Promise<string | null> {
  for (const { where } of places) if ((await scrubs.orders(where)).haltedAtMs !== null) return where;
  return null;
}

/** Until when the archive has a copy locked, as it told last; `hold`: it has a hold of its own. */
export async function lockOf({ recordings }: Pick<LedgerReader, 'recordings'>, recordingId: string): Promise<number | 'hold' | null> {
  const copies = await recordings.copies(recordingId);
  if (copies.some(({ legalHold }) => legalHold)) return 'hold';
  const dates = copies.flatMap(({ lockedUntilMs }) => lockedUntilMs ?? []);
  return dates.length === 0 ? null : Math.max(...dates);
}
