import { type Actor, actorText } from '#domain/custody/actor';
import { RecordingTagged, SuggestionDecided } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { CASES_OF_RECORDING_MAX, type Category, type Recorder } from '#domain/registry';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { RecordingDetail } from '#ports/ledger/recordings';
import type { DeskDeps } from './deps.ts';

export interface TagRequest {
  readonly cases?: readonly string[];
  readonly removeCases?: readonly string[];
  /** null takes the officer away. */
  readonly officer?: string | null;
  /** null takes the category away. */
  readonly category?: Category | null;
  readonly important?: boolean;
}

type Tags = { -readonly [N in keyof TagData]: TagData[N] };
type TagData = Parameters<typeof RecordingTagged.make>[0]['data'];

/** Throws request.not-found, whose reason says what to do. */
export async function mustHaveCase(reader: LedgerReader, number: string): Promise<void> {
  if (!(await reader.cases.get(number))) throw caseNotFound(number);
}

export function caseNotFound(number: string): EvidockError {
  return new EvidockError('request.not-found', because('case-unknown', { number }));
}

export async function mustHaveOfficer(reader: LedgerReader, id: string): Promise<void> {
  if (!(await reader.registry.officer(id))) throw new EvidockError('request.not-found', because('officer-unknown', { officer: id }));
}

export async function mustHaveRecorder(reader: LedgerReader, serial: string): Promise<Recorder> {
  const recorder = await reader.registry.recorder(serial);
  if (!recorder) throw new EvidockError('request.not-found', because('recorder-unknown', { serial }));
  return recorder;
}

/** Throws request.not-found, and request.gone for one that was disposed of: its reason names list and tombstone. */
export async function mustHaveRecording(reader: LedgerReader, id: string): Promise<RecordingDetail> {
  const detail = await mustKnowRecording(reader, id);
  if (detail.recording.state !== 'disposed') return detail;
  const stone = await reader.disposals.tombstone(id);
  const named = { recording: id, id: stone?.disposalId ?? '—', tombstone: stone?.id ?? '—' };
  throw new EvidockError('request.gone', because('disposed-of', named));
}

/** The same, also of a recording of which nothing but rows and entries is left. Throws request.not-found. */
export async function mustKnowRecording(reader: LedgerReader, id: string): Promise<RecordingDetail> {
  const detail = await reader.recordings.detail(id);
  if (!detail) throw new EvidockError('request.not-found', because('no-recording', { recording: id }));
  return detail;
}

/**
 * Changes officer, category, cases or other tags of a recording. A custody entry in the same transaction holds the old and the new values. Returns false where
 * all were so already.
 */
export async function tagRecording({ ledger, clock }: DeskDeps, recordingId: string, request: TagRequest, actor: Actor): Promise<boolean> {
  if (Object.values(request).every((value) => value === undefined || (Array.isArray(value) && value.length === 0))) {
    throw new EvidockError('request.invalid', because('nothing-to-change', {}));
  }
  return ledger.transaction((writer) => tagWithin(writer, recordingId, request, { atMs: clock.nowMs(), actor }));
}

interface By {
  readonly atMs: number;
  readonly actor: Actor;
}

/** The same inside a transaction that changes more. */
export async function tagWithin(writer: LedgerWriter, recordingId: string, request: TagRequest, { atMs, actor }: By): Promise<boolean> {
  const before = await mustHaveRecording(writer, recordingId);
  const data: Tags = {};
  await tagCases(writer, before, request, data);
  await tagFields(writer, before, request, data);
  const changed = Object.keys(data).length > 0;
  if (changed) await writer.custody.append(RecordingTagged.make({ atMs, actor, subject: subject('recording', recordingId), data }));
  return changed;
}

/** Throws request.invalid if there are more cases than one custody entry can name. */
function mustFit(cases: number): void {
  if (cases > CASES_OF_RECORDING_MAX) throw new EvidockError('request.invalid', because('many-cases', { limit: CASES_OF_RECORDING_MAX }));
}

async function tagCases(writer: LedgerWriter, before: RecordingDetail, request: TagRequest, data: Tags): Promise<void> {
  const { caseNumbers, recording } = before;
  const wanted = new Set(caseNumbers);
  for (const number of request.removeCases ?? []) {
    if (!wanted.delete(number)) throw new EvidockError('request.conflict', because('not-in-case', { recording: recording.id, number }));
  }
  for (const number of request.cases ?? []) {
    await mustHaveCase(writer, number);
    wanted.add(number);
  }
  mustFit(wanted.size);
  for (const number of caseNumbers) if (!wanted.has(number)) await writer.recordings.removeCase(recording.id, number);
  for (const number of wanted) if (!caseNumbers.includes(number)) await writer.recordings.addCase(recording.id, number);
  const now = [...wanted].sort();
  if (JSON.stringify(now) !== JSON.stringify([...caseNumbers].sort())) data.cases = { old: [...caseNumbers], new: now };
}

async function tagFields(writer: LedgerWriter, { recording }: RecordingDetail, request: TagRequest, data: Tags): Promise<void> {
  const { officer, category, important } = request;
  if (officer !== undefined && (officer !== recording.officerId || recording.officerSource !== 'person')) {
    if (officer !== null) await mustHaveOfficer(writer, officer);
    await writer.recordings.update(recording.id, { officerId: officer, officerSource: 'person' });
    data.officer = { old: recording.officerId, new: officer, oldSource: recording.officerSource };
  }
  if (category !== undefined && category !== recording.category) {
    await writer.recordings.update(recording.id, { category });
    data.category = { old: recording.category, new: category };
  }
  if (important !== undefined && important !== recording.important) {
    await writer.recordings.update(recording.id, { important });
    data.important = { old: recording.important, new: important };
  }
}

/** Records whether a person confirms or rejects a suggestion. The same decision once more changes nothing, and returns false. */
export async function decideSuggestion(
  { ledger, clock }: DeskDeps,
  id: string,
  decision: 'accepted' | 'declined',
  actor: Actor,
): Promise<boolean> {
  return ledger.transaction((writer) => decideWithin(writer, id, decision, { atMs: clock.nowMs(), actor }));
}

/** The same inside a transaction that changes more. */
export async function decideWithin(writer: LedgerWriter, id: string, decision: 'accepted' | 'declined', by: By): Promise<boolean> {
  const suggestion = await writer.cases.suggestion(id);
  if (!suggestion) throw new EvidockError('request.not-found', because('no-suggestion', { id }));
  if (suggestion.state === decision) return false;
  if (suggestion.state !== 'open')
    throw new EvidockError(
      'request.conflict',
      because('decided-already', { id, state: suggestion.state, actor: suggestion.decidedBy ?? '' }),
    );
  const { recordingId, caseNumber, reason } = suggestion;
  await writer.cases.decideSuggestion(id, decision, actorText(by.actor));
  const about = { ...by, subject: subject('recording', recordingId) };
  const decided = { suggestion: id, case: caseNumber, decision };
  await writer.custody.append(SuggestionDecided.make({ ...about, data: decided, personal: { reason } }));
  if (decision === 'declined') return true;
  const { caseNumbers } = await mustHaveRecording(writer, recordingId);
  if (caseNumbers.includes(caseNumber)) return true;
  mustFit(caseNumbers.length + 1);
  await writer.recordings.addCase(recordingId, caseNumber);
  const data = { cases: { old: [...caseNumbers], new: [...caseNumbers, caseNumber].sort() } };
  await writer.custody.append(RecordingTagged.make({ ...about, data }));
  return true;
}
