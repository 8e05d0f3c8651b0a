import { mustBeInOrder } from '#domain/case-course';
import type { Actor } from '#domain/custody/actor';
import { RecorderChanged } from '#domain/custody/recorder-entries';
import { CaseChanged, CaseEventChanged } from '#domain/custody/registry-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import type { Confidentiality, Privacy } from '#domain/protection';
import { because, type Reason } from '#domain/reason';
import { isTakenIn } from '#domain/recording';
import type { Case, CaseEvent, CaseStage, Category, Recorder } from '#domain/registry';
import { calendarDateOf, dateIn } from '#domain/time/calendar-date';
import { writtenToMs } from '#domain/time/station-time';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { CaseFacts } from '#ports/ledger/cases';
import { recordSuggestions } from '#steps/record-suggestions';
import { takeStepOf } from './case-course.ts';
import type { DeskDeps } from './deps.ts';
import { changeOrTry } from './dry-run.ts';
import { type Keeping, mustBeOwnOfficer } from './people/own-people.ts';
import { protectCaseOf } from './protection.ts';
import { caseNotFound, mustHaveOfficer, mustHaveRecorder } from './tagging.ts';

/** The outcome of a change. `changed` is false where everything was so already, or where the change was a dry run. */
type Changed<T> = T & { readonly changed: boolean };

const PAGE = 1000;
/** The longest recording: no recorder's battery lasts longer. A recording that touches an event's window began at most this long before it. */
const RECORDING_MS_MAX = 24 * 3_600_000;

export interface EventDraft {
  /** ISO 8601. A time without an offset is in the station's zone. */
  readonly start: string;
  readonly end: string;
  readonly stage?: CaseStage;
  readonly officers?: readonly string[];
  readonly place?: string | null;
}

export interface CaseDraft {
  readonly number: string;
  /** Left out: the title stays as it is. A new case then has its number as its title. */
  readonly title?: string;
  readonly stage?: CaseStage;
  readonly category?: Category | null;
  readonly officers?: readonly string[];
  /** Calendar dates as people write them. */
  readonly openedOn?: string;
  readonly decidedOn?: string;
  readonly closedOn?: string;
  readonly confidentiality?: Confidentiality;
  /** Marks that are added to those of the case. */
  readonly privacy?: readonly Privacy[];
  readonly events?: readonly EventDraft[];
}

/** Reads a time as a person writes it. Returns ms since 1970 UTC. Throws request.invalid. */
export function momentOf(text: string, zone: string, field: string): number {
  const ms = writtenToMs(text, zone);
  if (!Number.isFinite(ms)) throw new EvidockError('request.invalid', because('not-a-time', { field, value: text }));
  return ms;
}

/**
 * Adds cases, all of them or none. `update`: cases on record may be changed too. `known`: all cases must be on record. `seen`: what whoever adds them sees. Returns
 * how many are new or changed, and how many suggestions of what is seen their events gave.
 */
export async function addCases(
  deps: DeskDeps,
  drafts: readonly CaseDraft[],
  options: {
    update: boolean;
    known?: boolean;
    dryRun?: boolean;
    actor: Actor;
    seen: LedgerReader;
    label?: (index: number) => string;
  },
): Promise<Changed<{ added: number; updated: number; events: number; suggestions: number }>> {
  return changeOrTry(deps.ledger, options.dryRun ?? false, async (writer) => {
    const sum = { added: 0, updated: 0, events: 0, suggestions: 0 };
    let changed = false;
    for (const [index, draft] of drafts.entries()) {
      const label = options.label?.(index) ?? '';
      const outcome = await addCase(deps, writer, draft, { ...options, label });
      sum[outcome === 'same' ? 'updated' : outcome] += 1;
      const went = await labelled(label, () => addCourse(deps, writer, draft, options.actor));
      changed ||= outcome !== 'same' || went;
      for (const event of draft.events ?? []) {
        const added = await addEvent(deps, writer, draft, event, { label, actor: options.actor });
        if (!added) continue;
        changed = true;
        sum.events += 1;
        sum.suggestions += await suggestForEvent(deps, writer, added, options.seen);
      }
    }
    return { ...sum, changed };
  });
}

async function addCase(
  deps: DeskDeps,
  writer: LedgerWriter,
  draft: CaseDraft,
  options: { update: boolean; known?: boolean; actor: Actor; label: string },
): Promise<'added' | 'updated' | 'same'> {
  const old = await writer.cases.get(draft.number);
  if (!old && options.known) throw caseNotFound(draft.number);
  const atMs = deps.clock.nowMs();
  if (old && !options.update)
    throw new EvidockError('request.conflict', inRow(options.label, because('case-exists', { number: draft.number, title: old.title })));
  const openedOn = await labelled(options.label, async () => openedOnOf(draft, old, dateIn(deps.clock.nowMs(), deps.facts.timezone)));
  const fresh: CaseFacts = {
    openedOn,
    number: draft.number,
    title: draft.title ?? old?.title ?? draft.number,
    stage: draft.stage ?? old?.stage ?? 'filing',
    category: draft.category === undefined ? (old?.category ?? null) : draft.category,
    officerIds: draft.officers ?? old?.officerIds ?? [],
    createdAtMs: old?.createdAtMs ?? atMs,
  };
  if (old?.title === fresh.title && JSON.stringify(factsOf(old)) === JSON.stringify(factsOf(fresh))) return 'same';
  await writer.cases.upsert(fresh);
  const about = { atMs, actor: options.actor, subject: subject('case', draft.number) };
  const data = { old: old ? factsOf(old) : null, new: factsOf(fresh) };
  const title = { old: old?.title ?? null, new: fresh.title };
  await writer.custody.append(CaseChanged.make({ ...about, data, personal: old?.title === fresh.title ? {} : { title } }));
  return old ? 'updated' : 'added';
}

function factsOf({ stage, category, officerIds, openedOn }: CaseFacts) {
  return { stage, category, officers: [...officerIds], openedOn };
}

/** The day on which the case was opened. Throws request.* where the text is no date, or the day is later than a step of the case. */
function openedOnOf({ number, openedOn: written }: CaseDraft, old: Case | null, today: string): string | null {
  if (written === undefined) return old?.openedOn ?? null;
  const openedOn = calendarDateOf(written);
  if (openedOn === null) throw new EvidockError('request.invalid', because('not-a-date', { value: written }));
  mustBeInOrder({ number, openedOn, steps: old?.steps ?? [] }, today);
  return openedOn;
}

/**
 * Adds the steps and marks of a draft. A step with the same date on record is left out, because an import may be repeated, also after the case was opened
 * again.
 */
async function addCourse(deps: DeskDeps, writer: LedgerWriter, draft: CaseDraft, actor: Actor): Promise<boolean> {
  let changed = false;
  const now = async () => {
    const found = await writer.cases.get(draft.number);
    if (!found) throw caseNotFound(draft.number);
    return found;
  };
  for (const [step, on] of [['decided', draft.decidedOn] as const, ['closed', draft.closedOn] as const]) {
    const found = await now();
    if (on === undefined || found.steps.some((each) => each.step === step && each.on === calendarDateOf(on))) continue;
    changed = (await takeStepOf(deps, writer, found, { step, on }, actor)) || changed;
  }
  const { confidentiality, privacy } = draft;
  const marks = {
    ...(confidentiality === undefined ? {} : { confidentiality }),
    ...(privacy === undefined ? {} : { addPrivacy: privacy }),
  };
  return (await protectCaseOf(deps, writer, await now(), marks, actor)) || changed;
}

/** Puts the row of the import in front of what is wrong with it. */
function inRow(label: string, why: Reason): Reason {
  return label === '' ? why : because('labelled', { label, why });
}

/** Runs `body`; an error that it throws then names the row of the import. */
async function labelled<T>(label: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof EvidockError) || label === '') throw error;
    throw new EvidockError(error.code, inRow(label, error.reason), error);
  }
}

/** Adds or changes an event of a case. Returns null if the same window is on record with the same facts, because an import may be repeated. */
async function addEvent(
  deps: DeskDeps,
  writer: LedgerWriter,
  draft: CaseDraft,
  event: EventDraft,
  { label, actor }: { label: string; actor: Actor },
): Promise<CaseEvent | null> {
  const { timezone, stationId } = deps.facts;
  const startMs = momentOf(event.start, timezone, `${label}event.start`);
  const endMs = momentOf(event.end, timezone, `${label}event.end`);
  if (endMs < startMs) throw new EvidockError('request.invalid', inRow(label, because('event-end-early', {})));
  const same = (await writer.cases.events(draft.number)).find((known) => known.startMs === startMs && known.endMs === endMs);
  const fresh: CaseEvent = {
    id: same?.id ?? newId('evt', deps.clock.nowMs(), stationId),
    caseNumber: draft.number,
    stage: event.stage ?? draft.stage ?? 'evidence',
    officerIds: event.officers ?? draft.officers ?? [],
    startMs,
    endMs,
    place: event.place ?? null,
  };
  if (same && JSON.stringify(same) === JSON.stringify(fresh)) return null;
  await writer.cases.upsertEvent(fresh);
  const about = { atMs: deps.clock.nowMs(), actor, subject: subject('case', draft.number) };
  const { id, stage, officerIds, place } = fresh;
  const data = { event: id, stage, officers: [...officerIds], start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() };
  await writer.custody.append(CaseEventChanged.make({ ...about, data, personal: { place } }));
  return fresh;
}

/**
 * Suggests recordings for an event among those that are sealed. Recordings that are still being copied are compared with events when they are sealed. Of recordings
 * that whoever adds the event does not see (`seen`) nothing is counted, and none is tagged by rule.
 */
async function suggestForEvent(deps: DeskDeps, writer: LedgerWriter, event: CaseEvent, seen: LedgerReader): Promise<number> {
  const { suggest } = deps.facts;
  const window = { sinceMs: event.startMs - suggest.marginMs - RECORDING_MS_MAX, untilMs: event.endMs + suggest.marginMs + 1, limit: PAGE };
  let made = 0;
  let after: string | undefined;
  for (;;) {
    const page = await writer.recordings.list(after === undefined ? window : { ...window, after });
    for (const { recording } of page) {
      if (!isTakenIn(recording.state)) continue;
      const isSeen = (await seen.recordings.get(recording.id)) !== null;
      const fresh = await recordSuggestions(writer, recording, suggest, deps.clock.nowMs(), { among: [event], mayAccept: isSeen });
      if (isSeen) made += fresh;
    }
    if (page.length < PAGE) return made;
    after = page.at(-1)?.recording.id;
  }
}

/** Changes the fields of a recorder that the request names. Returns false where all were so already. Throws request.not-found. */
export async function changeRecorder(
  deps: DeskDeps,
  serial: string,
  change: { readonly model?: string | null; readonly officer?: string | null },
  by: Keeping,
): Promise<boolean> {
  return deps.ledger.transaction(async (writer) => {
    const old = await mustHaveRecorder(writer, serial);
    const { model = old.model, officer = old.assignedOfficerId } = change;
    const other = model !== old.model;
    if (other) await saveModel(deps, writer, { old, serial, model }, by.actor);
    return (await assign(deps, writer, { serial, officer }, by)) || other;
  });
}

/** Puts a recorder into the registry before it is docked for the first time. */
export async function addRecorder(
  deps: DeskDeps,
  draft: { serial: string; model: string | null; officer: string | null },
  by: Keeping,
): Promise<void> {
  await deps.ledger.transaction(async (writer) => {
    const old = await writer.registry.recorder(draft.serial);
    if (old && (draft.model === null || draft.model === old.model))
      throw new EvidockError('request.conflict', because('recorder-exists', { serial: draft.serial }));
    await saveModel(deps, writer, { old, serial: draft.serial, model: draft.model }, by.actor);
    if (draft.officer !== null) await assign(deps, writer, { serial: draft.serial, officer: draft.officer }, by);
  });
}

async function saveModel(
  { clock }: DeskDeps,
  writer: LedgerWriter,
  { old, serial, model }: { old: Recorder | null; serial: string; model: string | null },
  actor: Actor,
): Promise<void> {
  const blank = { driverId: null, assignedOfficerId: null, firstSeenAtMs: null, lastSeenAtMs: null };
  await writer.registry.upsertRecorder({ ...blank, ...old, serial, model });
  const data = { newRecorder: old === null, model: { old: old?.model ?? null, new: model } };
  await writer.custody.append(RecorderChanged.make({ atMs: clock.nowMs(), actor, subject: subject('recorder', serial), data }));
}

/**
 * Assigns a recorder to an officer: what it records from now on is that officer's, unless a file name, a person or a holder tells another. null takes the
 * assignment away. Returns false where it was so already.
 */
async function assign(
  deps: DeskDeps,
  writer: LedgerWriter,
  { serial, officer: officerId }: { readonly serial: string; readonly officer: string | null },
  { actor, within }: Keeping,
): Promise<boolean> {
  const recorder = await mustHaveRecorder(writer, serial);
  if (officerId !== null) await mustHaveOfficer(writer, officerId);
  if (recorder.assignedOfficerId === officerId) return false;
  await mustBeOwnOfficer(writer, recorder.assignedOfficerId, within);
  const atMs = deps.clock.nowMs();
  await writer.registry.assignRecorder(serial, officerId, atMs);
  const data = { officer: { old: recorder.assignedOfficerId, new: officerId } };
  await writer.custody.append(RecorderChanged.make({ atMs, actor, subject: subject('recorder', serial), data }));
  return true;
}
