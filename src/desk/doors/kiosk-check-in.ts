import { type AskingDeps, decideFor } from '#desk/access/decide-for';
import type { DeskDeps } from '#desk/deps';
import { decideWithin, mustHaveRecording, tagWithin } from '#desk/tagging';
import type { Asker } from '#domain/access/decide';
import type { Action } from '#domain/access/policy';
import type { Actor } from '#domain/custody/actor';
import { DockingClaimed, DockingPutFirst } from '#domain/custody/door-entries';
import { RecordingRemarked } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { showsSlot } from '#domain/doors/kiosk';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Recording } from '#domain/recording';
import type { Category, Suggestion } from '#domain/registry';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { SlotView } from '#ports/slot-board';

/** What an officer brought within so long can be tagged at a kiosk, ms. */
const BROUGHT_MS = 24 * 3_600_000;
/** At most so many dockings and recordings of one officer are shown at a kiosk. */
const DOCKINGS_MAX = 20;
const OWN_RECORDINGS_MAX = 500;
const PAGE = 500;
const SUGGESTIONS_MAX = 10;
const TAGGED_KINDS: readonly Recording['kind'][] = ['video', 'audio', 'photo'];

/** An officer who stands before a kiosk. */
export interface Visitor {
  /** Id of the user. */
  readonly user: string;
  /** Number of the officer. */
  readonly officer: string;
  readonly kiosk: string;
  /** Slots that the kiosk shows; empty: all. */
  readonly slots: readonly number[];
  readonly actor: Actor;
}

/** The docking as its slot shows it, while its recorder is there and the kiosk shows the slot. Throws request.not-found. */
function dockedHere({ board }: Pick<DeskDeps, 'board'>, id: string, { slots }: Pick<Visitor, 'slots'>): SlotView {
  const view = board.docking(id);
  if (!view || view.phase === 'removed' || !showsSlot(slots, view.slot))
    throw new EvidockError('request.not-found', because('docking-not-here', { id }));
  return view;
}

/**
 * Has a docking taken in before all others: an officer their own or one whose officer is not known, a custodian any. It is on record before it is done. Throws
 * request.not-found, request.forbidden for that of another officer, request.conflict where nothing of it waits.
 */
export async function putDockingFirst(
  deps: DeskDeps,
  id: string,
  visitor: Visitor,
): Promise<{ readonly slot: number; readonly isNew: boolean }> {
  const { slot, officerId, phase, first } = dockedHere(deps, id, visitor);
  const person = await deps.ledger.people.user(visitor.user);
  const isTheirs = officerId === null || officerId === visitor.officer || (person?.roles.includes('custodian') ?? false);
  if (!isTheirs) throw new EvidockError('request.forbidden', because('docking-of-another', { id }));
  if (first) return { slot, isNew: false };
  if (!['arrived', 'listing', 'copying'].includes(phase))
    throw new EvidockError('request.conflict', because('docking-not-copying', { id }));
  const { user, kiosk, actor } = visitor;
  await deps.ledger.transaction((writer) =>
    writer.custody.append(
      DockingPutFirst.make({ atMs: deps.clock.nowMs(), actor, subject: subject('docking', id), data: { slot, user, kiosk } }),
    ),
  );
  // If its last file was copied meanwhile, nothing is left to put first.
  deps.putFirst(id);
  return { slot, isNew: true };
}

/**
 * The docking is this officer's: its recordings without an officer get them, each with its own entry. Throws request.not-found, request.forbidden where it is
 * another officer's, request.conflict while its card is being listed, because recordings would come after it.
 */
export async function claimDocking(
  deps: DeskDeps,
  id: string,
  { user, officer, kiosk, slots, actor }: Visitor,
): Promise<{ readonly slot: number; readonly officer: string; readonly recordings: number; readonly isNew: boolean }> {
  const { slot, officerId } = dockedHere(deps, id, { slots });
  if (officerId !== null && officerId !== officer) throw new EvidockError('request.forbidden', because('docking-of-another', { id }));
  const recordings = await deps.ledger.transaction(async (writer) => {
    const docking = await writer.dockings.get(id);
    if (!docking || docking.listedAtMs === null) throw new EvidockError('request.conflict', because('docking-not-listed', { id }));
    const by = { atMs: deps.clock.nowMs(), actor };
    const own = (await allOf(writer, id)).filter(({ recorderSerial }) => recorderSerial === docking.recorderSerial);
    if (own.some(({ officerId: of }) => of !== null && of !== officer))
      throw new EvidockError('request.forbidden', because('docking-of-another', { id }));
    const free = own.filter(({ officerId: of }) => of === null);
    for (const recording of free) await tagWithin(writer, recording.id, { officer }, by);
    if (officerId === officer && free.length === 0) return null;
    const data = { slot, officer, recordings: free.length, user, kiosk };
    await writer.custody.append(DockingClaimed.make({ ...by, subject: subject('docking', id), data }));
    return free.length;
  });
  deps.board.updateDocking(id, { officerId: officer });
  return { slot, officer, recordings: recordings ?? 0, isNew: recordings !== null };
}

/** The recordings of a docking that are not over. */
async function allOf(ledger: LedgerReader, dockingId: string): Promise<Recording[]> {
  const all: Recording[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await ledger.recordings.list({ dockingId, limit: PAGE, ...(after === undefined ? {} : { after }) });
    all.push(...page.map(({ recording }) => recording).filter(({ state }) => state !== 'replaced' && state !== 'disposed'));
    after = page.at(-1)?.recording.id;
    if (page.length < PAGE) return all;
  }
}

export interface OwnRecording {
  readonly recording: Recording;
  readonly caseNumbers: readonly string[];
  /** Open suggestions, with the title of the case. */
  readonly suggestions: readonly (Suggestion & { readonly title: string | null })[];
}

/** What the officer brought within the last day, newest first. `seen`: within their own footage. A case that is suggested is none that they see yet. */
export async function ownRecordings(
  { ledger, clock }: { readonly ledger: LedgerReader; readonly clock: { nowMs(): number } },
  { seen, officer }: { readonly seen: LedgerReader; readonly officer: string },
): Promise<readonly OwnRecording[]> {
  const sinceMs = clock.nowMs() - BROUGHT_MS;
  const dockings = (await seen.dockings.list({ limit: DOCKINGS_MAX })).filter(({ arrivedAtMs }) => arrivedAtMs >= sinceMs);
  const found = new Map<string, { readonly recording: Recording; readonly caseNumbers: readonly string[] }>();
  for (const { id: dockingId } of dockings)
    for (const detail of await seen.recordings.list({ dockingId, officerId: officer, limit: PAGE }))
      if (isTagged(detail.recording)) found.set(detail.recording.id, detail);
  const newest = [...found.values()].sort((a, b) => sortMs(b.recording) - sortMs(a.recording)).slice(0, OWN_RECORDINGS_MAX);
  return Promise.all(
    newest.map(async ({ recording, caseNumbers }) => ({
      recording,
      caseNumbers,
      suggestions: await openSuggestions(ledger, recording.id),
    })),
  );
}

const isTagged = ({ kind, state }: Recording) => TAGGED_KINDS.includes(kind) && state !== 'replaced' && state !== 'disposed';
const sortMs = ({ startMs, createdAtMs }: Recording) => startMs ?? createdAtMs;

async function openSuggestions(ledger: LedgerReader, recordingId: string): Promise<OwnRecording['suggestions']> {
  const open = await ledger.cases.suggestions({ state: 'open', recordingId, limit: SUGGESTIONS_MAX });
  const cases = await ledger.cases.numbered(open.map(({ caseNumber }) => caseNumber));
  const titles = new Map(cases.map(({ number, title }) => [number, title]));
  return open.map((suggestion) => ({ ...suggestion, title: titles.get(suggestion.caseNumber) ?? null }));
}

/** What is left out stays as it is. */
export interface KioskTags {
  readonly recordings: readonly string[];
  /** One that is suggested for some of these recordings. */
  readonly case?: string;
  readonly category?: Category;
  readonly important?: boolean;
  readonly remark?: string;
}

interface Tagging extends Visitor {
  /** Within their own footage. */
  readonly seen: LedgerReader;
  /** Address of the kiosk, for rules that go by it. */
  readonly address: string | null;
}

/**
 * Tags recordings that the officer brought within the last day, all or none, as far as the policy lets officers do so when they are signed in. Suggestions of the
 * named case become accepted. Returns how many changed. Throws request.not-found for one that is not theirs, request.forbidden, request.invalid.
 */
export async function tagOwn(
  deps: DeskDeps & AskingDeps,
  tags: KioskTags,
  { user, officer, actor, seen, address }: Tagging,
): Promise<number> {
  const person = await deps.ledger.people.user(user);
  const asker: Asker = { id: user, roles: person?.roles ?? [], officer, unit: person?.unit ?? null };
  const own = new Map((await ownRecordings(deps, { seen, officer })).map((each) => [each.recording.id, each]));
  const chosen = [...new Set(tags.recordings)].map((recording) => {
    const each = own.get(recording);
    if (!each) throw new EvidockError('request.not-found', because('not-of-today', { recording }));
    return each;
  });
  const { case: number } = tags;
  if (number !== undefined && !chosen.some(({ suggestions }) => suggestions.some(({ caseNumber }) => caseNumber === number)))
    throw new EvidockError('request.invalid', because('case-not-suggested', { number }));
  const actions: readonly Action[] = tags.important === undefined ? ['tag'] : ['tag', 'mark'];
  for (const { recording } of chosen) for (const action of actions) await mustBeLet(deps, asker, action, recording.id, address);
  const by = { atMs: deps.clock.nowMs(), actor };
  return deps.ledger.transaction(async (writer) => {
    let changed = 0;
    for (const each of chosen) if (await tagOne(writer, each, tags, by)) changed += 1;
    return changed;
  });
}

async function mustBeLet(deps: AskingDeps, asker: Asker, action: Action, recording: string, address: string | null): Promise<void> {
  const { effect, by } = await decideFor(deps, asker, action, recording, { address });
  if (effect === 'allow') return;
  const rule = by === 'no-rule' ? by : 'rule' in by ? by.rule : by.invariant;
  throw new EvidockError('request.forbidden', because('rule-refuses', { rule }));
}

async function tagOne(
  writer: LedgerWriter,
  { recording: { id }, suggestions }: OwnRecording,
  { case: number, category, important, remark }: KioskTags,
  by: { readonly atMs: number; readonly actor: Actor },
): Promise<boolean> {
  const suggested = suggestions.find(({ caseNumber }) => caseNumber === number);
  const decided = suggested !== undefined && (await decideWithin(writer, suggested.id, 'accepted', by));
  const fields = {
    ...(number === undefined || decided ? {} : { cases: [number] }),
    ...(category === undefined ? {} : { category }),
    ...(important === undefined ? {} : { important }),
  };
  const tagged = Object.keys(fields).length > 0 && (await tagWithin(writer, id, fields, by));
  if (remark !== undefined) {
    await mustHaveRecording(writer, id);
    await writer.custody.append(RecordingRemarked.make({ ...by, subject: subject('recording', id), personal: { text: remark } }));
  }
  return decided || tagged || remark !== undefined;
}
