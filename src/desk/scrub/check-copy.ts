import { STATION } from '#domain/custody/actor';
import { ScrubHalted } from '#domain/custody/scrub-entries';
import { subject } from '#domain/custody/subject';
import { stopsHealing } from '#domain/fixity/plan';
import type { Copy, Original } from '#domain/recording';
import { noteBadCopy, putFault } from '#steps/note-bad-copy';
import { noteHealed } from '#steps/note-healed';
import type { CopyReader, Reading } from './copy-reader.ts';
import type { ScrubDeps } from './deps.ts';
import { heal } from './heal.ts';
import { type BadCopy, checked, DAY_MS, type Outcome } from './records.ts';

/** A fault that is being healed has its turn again so soon, should this process be killed. */
const AGAIN_MS = 600_000;
/** Names of one file that are noted with one reading of it. */
const NAMES_MAX = 1000;

/**
 * Reads one copy again and does what the result asks for. Throws only when the signal is aborted, or in the words of the ledger or the place that heals.
 */
export async function checkCopy(deps: ScrubDeps, reader: CopyReader, copy: Copy, signal: AbortSignal): Promise<Outcome> {
  const original = await deps.ledger.originals.get(copy.itemId);
  if (!original?.digests) return 'left';
  const sealed = { bytes: original.bytes, sha256: original.digests.sha256 };
  const first = await reader.read(copy, sealed, signal);
  if (first.same === 'away') return 'away';
  if (first.same === true) return noteSame(deps, copy, original, first);
  // A single reading may be a fault of the way: of a cable, a cache, a proxy.
  const second = await reader.read(copy, sealed, signal);
  if (second.same === 'away') return 'away';
  if (!(await isStillThere(deps, copy))) return 'left';
  if (second.same === true) return noteSame(deps, copy, original, second);
  if (first.same !== false || second.same !== false) return noteUnread(deps, copy);
  const bad: BadCopy = { copy, original, sealed, readings: [first, second] };
  if (await noteBad(deps, bad)) return 'halted';
  return heal(deps, reader, bad, signal);
}

async function isStillThere({ ledger }: ScrubDeps, { itemId, recordingId, where }: Copy): Promise<boolean> {
  const copies = await ledger.recordings.copies(recordingId);
  return copies.some((copy) => copy.itemId === itemId && copy.where === where);
}

async function noteSame(deps: ScrubDeps, copy: Copy, original: Original, reading: Reading & { same: true }): Promise<Outcome> {
  const { ledger, clock, vault } = deps;
  const names =
    copy.where === 'vault' && original.digests
      ? await ledger.eviction.names({ sha256: original.digests.sha256, bytes: original.bytes }, NAMES_MAX)
      : [];
  const twins: Original[] = [];
  for (const name of names) if (name.id !== original.id && (await vault.isSameFile(copy.key, name.vaultKey))) twins.push(name);
  const healed: Copy[] = [];
  await ledger.transaction(async (writer) => {
    for (const { id, recordingId } of [original, ...twins]) {
      const row = (await writer.recordings.copies(recordingId)).find(({ itemId, where }) => itemId === id && where === copy.where);
      if (!row) continue;
      // How an archive verified its copy is told by the entry of that; this check has an entry of its own.
      const verifiedBy = row.where === 'vault' ? reading.verifiedBy : row.verifiedBy;
      await writer.recordings.upsertCopy({ ...row, verifiedAtMs: clock.nowMs(), verifiedBy });
      await writer.custody.append(checked(deps, row, true));
      if (await noteHealed(writer, row, { from: null, atMs: clock.nowMs() })) healed.push(row);
    }
  });
  for (const { where: place, recordingId, key } of healed) deps.notice({ what: 'healed', place, recordingId, key });
  return 'same';
}

async function noteUnread(deps: ScrubDeps, copy: Copy): Promise<Outcome> {
  const atMs = deps.clock.nowMs();
  await deps.ledger.transaction(async (writer) => {
    await putFault(writer, copy, { kind: 'unread', atMs, dueAtMs: atMs + DAY_MS });
    await writer.custody.append(checked(deps, copy, null));
  });
  deps.notice({ what: 'unread', place: copy.where, recordingId: copy.recordingId, key: copy.key });
  return 'unread';
}

/** Puts a bad copy on record. Returns whether nothing is to be healed in its place now. */
async function noteBad(deps: ScrubDeps, { copy, readings, sealed }: BadCopy): Promise<boolean> {
  const { ledger, clock, limits, stationId } = deps;
  const atMs = clock.nowMs();
  const place = copy.where;
  const state = await ledger.transaction(async (writer) => {
    await writer.custody.append(checked(deps, copy, false));
    const isNew = await noteBadCopy(writer, copy, { sha256: sealed.sha256, found: readings[1].why, atMs, dueAtMs: atMs + AGAIN_MS });
    const orders = await writer.scrubs.orders(place);
    const faults = await writer.scrubs.faultsSince(place, Math.max(atMs - DAY_MS, (orders.confirmedAtMs ?? -1) + 1));
    const halts = orders.haltedAtMs === null && stopsHealing(faults, limits.faultsMax);
    if (halts) {
      await writer.scrubs.putOrders(place, { ...orders, haltedAtMs: atMs });
      const halted = { atMs, actor: STATION, subject: subject('station', stationId) };
      await writer.custody.append(ScrubHalted.make({ ...halted, data: { place, faults, limit: limits.faultsMax } }));
    }
    return { isNew, halts, isHalted: halts || orders.haltedAtMs !== null };
  });
  if (state.isNew) deps.notice({ what: 'bad', place, recordingId: copy.recordingId, key: copy.key });
  if (state.halts) deps.notice({ what: 'halted', place, recordingId: null, key: null });
  return state.isHalted;
}
