import { mustBeSecond } from '#desk/people/second-person';
import { DisposalApproved, DisposalCancelled, DisposalExcluded } from '#domain/custody/disposal-entries';
import { subject } from '#domain/custody/subject';
import { type Disposal, OPEN_DISPOSALS } from '#domain/destruction/disposal';
import { listDigest } from '#domain/destruction/list';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerWriter } from '#ports/ledger';
import { settleDestruction } from '#steps/destroy-copy';
import { keepRecording } from './keep.ts';
import { allItems, mustHaveDisposal } from './lists.ts';
import type { By, DisposalDeps } from './parts.ts';
import { officersOf, tellAbout } from './tell.ts';

/**
 * Takes a recording from a list that nobody has begun to carry out. The list has another digest then, so an approval before counts no more (rule 15). Throws
 * request.not-found, request.conflict.
 */
export async function excludeRecording(
  { ledger, clock }: DisposalDeps,
  { id, recording, words }: { readonly id: string; readonly recording: string; readonly words: string },
  { actor }: By,
): Promise<Disposal> {
  return ledger.transaction(async (writer) => {
    const disposal = await mustBeIn(writer, id, ['proposed', 'approved']);
    const item = await writer.disposals.item(id, recording);
    if (item?.state !== 'listed') throw new EvidockError('request.conflict', because('disposal-not-listed', { id, recording }));
    const why = because('words', { text: words });
    await writer.disposals.updateItem(id, recording, { state: 'excluded', why });
    const digest = listDigest(disposal, await allItems(writer, id));
    await writer.disposals.update(id, { state: 'proposed', digest, approved: null, waitsUntilMs: null });
    const about = { atMs: clock.nowMs(), actor, subject: subject('recording', recording) };
    await writer.custody.append(DisposalExcluded.make({ ...about, data: { disposal: id, digest }, personal: { reason: why } }));
    return mustHaveDisposal(writer, id);
  });
}

/**
 * Approves the list with this digest, for a person who is another one than the proposer and has none of the proposer's roles. From now on the waiting period runs,
 * and everybody whom a recording of the list shows is told. Throws request.not-found, request.forbidden, request.conflict.
 */
export async function approveDisposal(
  deps: DisposalDeps,
  { id, digest }: { readonly id: string; readonly digest: string },
  by: By,
): Promise<Disposal> {
  const { ledger, clock, disposals } = deps;
  if (!disposals.isSteady()) throw new EvidockError('request.conflict', because('disposal-clock', {}));
  const approved = await ledger.transaction(async (writer) => {
    const disposal = await mustBeIn(writer, id, ['proposed']);
    await mustBeAnother(writer, disposal, by, clock.nowMs());
    const items = await allItems(writer, id);
    if (listDigest(disposal, items) !== digest || disposal.digest !== digest)
      throw new EvidockError('request.conflict', because('disposal-list-changed', { id }));
    const listed = items.filter(({ state }) => state === 'listed').map(({ recordingId }) => recordingId);
    if (listed.length === 0) throw new EvidockError('request.conflict', because('disposal-nothing-due', {}));
    const atMs = clock.nowMs();
    const { actor, person, roles } = by;
    const waitsUntilMs = atMs + disposals.waitMs;
    await writer.disposals.update(id, { state: 'approved', approved: { person, roles, atMs, digest }, waitsUntilMs });
    const data = { digest, person, roles: [...roles], until: waitsUntilMs };
    await writer.custody.append(DisposalApproved.make({ atMs, actor, subject: subject('disposal', id), data }));
    const users = [disposal.proposed.person, ...(await officersOf(writer, listed))];
    await tellAbout(deps, writer, { kind: 'disposal-approved', disposal: id, users, atMs });
    return mustHaveDisposal(writer, id);
  });
  return approved;
}

/** Throws request.forbidden unless this is a person with an account, a second one beside the proposer by the rule of the station, and of another role. */
async function mustBeAnother(writer: LedgerWriter, { id, proposed }: Disposal, { person, roles }: By, nowMs: number): Promise<void> {
  await mustBeSecond(writer, { first: proposed.person, second: person, duty: 'disposal', nowMs, own: because('disposal-own', { id }) });
  // Whoever acts on the machine itself has no role, so nobody could say that it is another one.
  if (!person.startsWith('usr-') || roles.length === 0 || roles.some((role) => proposed.roles.includes(role)))
    throw new EvidockError('request.forbidden', because('disposal-same-role', { id, roles: [...proposed.roles] }));
}

/**
 * Ends a list. What was not destroyed yet is kept. What a crash interrupted is looked at: what its place lists no more is put on record as destroyed, and
 * everything else is spared. What was destroyed of a recording that is kept is made again as far as it can be. Throws request.not-found, request.conflict for a
 * list that is being run or has ended.
 */
export async function cancelDisposal(
  deps: DisposalDeps,
  { id, words }: { readonly id: string; readonly words: string },
  { actor }: By,
): Promise<Disposal> {
  const { ledger, clock, disposals, pokeWork } = deps;
  await mustBeIn(ledger, id, OPEN_DISPOSALS);
  if (disposals.running.has(id)) throw new EvidockError('request.conflict', because('disposal-running', { id }));
  const why = because('words', { text: words });
  await settleAll(deps, id, why, actor);
  const cancelled = await ledger.transaction(async (writer) => {
    await mustBeIn(writer, id, OPEN_DISPOSALS);
    const listed = (await allItems(writer, id)).filter(({ state }) => state === 'listed');
    const atMs = clock.nowMs();
    for (const { recordingId } of listed) await keepRecording(writer, { disposalId: id, recordingId, why, actor, atMs });
    await writer.disposals.update(id, { state: 'cancelled', endedAtMs: atMs, why });
    const about = { atMs, actor, subject: subject('disposal', id) };
    await writer.custody.append(DisposalCancelled.make({ ...about, data: { kept: listed.length }, personal: { reason: why } }));
    return mustHaveDisposal(writer, id);
  });
  pokeWork();
  return cancelled;
}

const OPEN_MAX = 1000;

async function settleAll(deps: DisposalDeps, id: string, why: ReturnType<typeof because>, actor: By['actor']): Promise<void> {
  const { ledger, clock } = deps;
  const open = (await ledger.disposals.destructions({ limit: OPEN_MAX })).filter(({ disposalId }) => disposalId === id);
  if (open.length === 0) return;
  const { places, close } = await deps.disposals.open(null);
  try {
    for (const destruction of open) {
      const place = places.find(({ where }) => where === destruction.doomed.where);
      if (!place) throw new EvidockError('request.conflict', because('no-eraser', { place: destruction.doomed.where }));
      await settleDestruction({ ledger, clock, actor }, place, destruction, why);
    }
  } finally {
    await close();
  }
}

async function mustBeIn(
  reader: Pick<LedgerWriter, 'disposals'> | DisposalDeps['ledger'],
  id: string,
  states: readonly Disposal['state'][],
): Promise<Disposal> {
  const disposal = await mustHaveDisposal(reader, id);
  if (!states.includes(disposal.state))
    throw new EvidockError('request.conflict', because('disposal-not-in-state', { id, state: disposal.state }));
  return disposal;
}
