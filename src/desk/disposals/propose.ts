import { DisposalListed, DisposalProposed } from '#domain/custody/disposal-entries';
import { subject } from '#domain/custody/subject';
import type { Disposal, DisposalItem } from '#domain/destruction/disposal';
import { contentsOf, LIST_MAX, listDigest } from '#domain/destruction/list';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { because } from '#domain/reason';
import { isTakenIn } from '#domain/recording';
import type { KeptTerm } from '#domain/retention/kept-term';
import type { LedgerWriter } from '#ports/ledger';
import { dueOf, isKeptByHold, lockOf } from './lists.ts';
import type { By, DisposalDeps } from './parts.ts';
import { tellAbout } from './tell.ts';

const PAGE = 200;
/** So many recordings are looked at for one list at most: most of those that are passed over are held or on another list. */
const LOOKED_AT_MAX = 20_000;

/**
 * Proposes a list of what the schedule in force does not ask to keep any more, the longest due first. What is held, on another open list, not in the vault's care,
 * to be transferred, or locked in the archive for longer than the waiting period is left out. Nobody can put a recording on a list by hand. Throws request.conflict where nothing is due.
 */
export async function proposeDisposal(
  deps: DisposalDeps,
  {
    dueBeforeMs,
    limit,
    reviewers,
  }: { readonly dueBeforeMs: number; readonly limit: number; readonly reviewers: (writer: LedgerWriter) => Promise<readonly string[]> },
  by: By,
): Promise<Disposal> {
  const { ledger, clock, facts } = deps;
  const atMs = clock.nowMs();
  if (!deps.disposals.isSteady()) throw new EvidockError('request.conflict', because('disposal-clock', {}));
  if (dueBeforeMs > atMs) throw new EvidockError('request.invalid', because('disposal-future', {}));
  return ledger.transaction(async (writer) => {
    const schedule = await writer.retention.inForce();
    if (!schedule) throw new EvidockError('request.conflict', because('disposal-no-schedule', {}));
    const id = newId('dsp', atMs, facts.stationId);
    const wanted = { id, dueBeforeMs, limit: Math.min(limit, LIST_MAX), nowMs: atMs, unlockedByMs: atMs + deps.disposals.waitMs };
    const items = await dueItems(writer, wanted);
    if (items.length === 0) throw new EvidockError('request.conflict', because('disposal-nothing-due', {}));
    const rule = `schedule-${schedule.version}`;
    const digest = listDigest({ id, rule, dueBeforeMs }, items);
    const { actor, person, roles } = by;
    const proposed = { person, roles, atMs };
    const disposal: Disposal = {
      ...{ id, state: 'proposed', rule, dueBeforeMs, digest, proposed, approved: null },
      ...{ waitsUntilMs: null, beganAtMs: null, endedAtMs: null, why: null },
    };
    await writer.disposals.insert(disposal);
    const sum = (of: (item: DisposalItem) => number) => items.reduce((total, item) => total + of(item), 0);
    const data = {
      ...{ rule, dueBefore: dueBeforeMs, digest, person, roles: [...roles], recordings: items.length },
      ...{ bytes: sum(({ bytes }) => bytes), durationMs: sum(({ durationMs }) => durationMs) },
    };
    await writer.custody.append(DisposalProposed.make({ atMs, actor, subject: subject('disposal', id), data }));
    for (const item of items) await list(writer, item, by, atMs);
    await tellAbout(deps, writer, { kind: 'disposal-waits', disposal: id, users: await reviewers(writer), atMs });
    return disposal;
  });
}

async function list(writer: LedgerWriter, item: DisposalItem, { actor }: By, atMs: number): Promise<void> {
  await writer.disposals.insertItem(item);
  const { disposalId, rule, dueMs, files, bytes, durationMs, contents } = item;
  const data = { disposal: disposalId, rule, due: dueMs, files, bytes, durationMs, contents };
  await writer.custody.append(DisposalListed.make({ atMs, actor, subject: subject('recording', item.recordingId), data }));
}

interface Wanted {
  readonly id: string;
  readonly dueBeforeMs: number;
  readonly limit: number;
  readonly nowMs: number;
  /** What the archive has locked for longer could not go when the waiting period is over. */
  readonly unlockedByMs: number;
}

async function dueItems(writer: LedgerWriter, wanted: Wanted): Promise<readonly DisposalItem[]> {
  const items: DisposalItem[] = [];
  let after: Pick<KeptTerm, 'recordingId' | 'earnedUntilMs'> | undefined;
  for (let seen = 0; seen < LOOKED_AT_MAX && items.length < wanted.limit; ) {
    const page = await writer.retention.due(wanted.dueBeforeMs, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const term of page) {
      const item = items.length < wanted.limit ? await itemOf(writer, term, wanted) : null;
      if (item) items.push(item);
    }
    seen += page.length;
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
  return items;
}

/** null: the recording is not for this list. */
async function itemOf(
  writer: LedgerWriter,
  { recordingId, action, winner }: KeptTerm,
  { id, nowMs, unlockedByMs }: Wanted,
): Promise<DisposalItem | null> {
  if (action === 'transfer') return null;
  const recording = await writer.recordings.get(recordingId);
  if (!recording || !isTakenIn(recording.state)) return null;
  const dueMs = await dueOf(writer, recordingId);
  if (dueMs === null || dueMs > nowMs) return null;
  const locked = await lockOf(writer, recordingId);
  if (locked === 'hold' || (locked !== null && locked > unlockedByMs)) return null;
  if ((await isKeptByHold(writer, recordingId)) || (await writer.disposals.openOf(recordingId))) return null;
  const originals = await writer.originals.ofRecording(recordingId);
  if (originals.some(({ state }) => state !== 'sealed')) return null;
  const bytes = originals.reduce((sum, original) => sum + original.bytes, 0);
  return {
    ...{ disposalId: id, recordingId, state: 'listed', rule: winner, dueMs, files: originals.length, bytes },
    ...{ durationMs: recording.durationMs ?? 0, contents: contentsOf(originals), why: null },
  };
}
