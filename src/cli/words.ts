import type { RecordingAnswer } from '#api/recordings';
import type { SlotAnswer } from '#api/slots';
import { errorWords } from '#messages/error-words';
import { hasText, type Language, type Say } from '#messages/language';
import { type Reason, reasonText } from '#messages/reason';
import { durationText, timeText } from './table.ts';

const DAY_MS = 86_400_000;

type Family =
  | 'kind'
  | 'state'
  | 'phase'
  | 'original'
  | 'work'
  | 'work-stage'
  | 'stage'
  | 'category'
  | 'case-state'
  | 'how'
  | 'level'
  | 'privacy'
  | 'outcome'
  | 'finding'
  | 'role'
  | 'user-state'
  | 'policy-state'
  | 'disposal-state'
  | 'disposal-item'
  | 'policy-source'
  | 'retention-start'
  | 'schedule-state'
  | 'correction-state'
  | 'until'
  | 'retention-end'
  | 'retention-source'
  | 'retention-sector'
  | 'action'
  | 'effect'
  | 'relation'
  | 'suggestion'
  | 'report-how'
  | 'sample.verdict'
  | 'source'
  | 'derivative'
  | 'field'
  | 'place'
  | 'from'
  | 'claim'
  | 'reading'
  | 'request-state'
  | 'call-up-action'
  | 'grant-end'
  | 'notice-kind'
  | 'verdict'
  | 'why'
  | 'hold-mirror'
  | 'duty-kind'
  | 'duty-state';

/** The word for a code of the API; the code itself if there is none. */
export function word(say: Say, family: Family, code: string): string {
  const key = `${family}.${code}`;
  return hasText(key) ? say(key) : code;
}

/** The language, and the catalogue of its texts. */
export interface Voice {
  readonly say: Say;
  readonly language: Language;
}

/** A note of a recording in words; its code if there are none. */
export function noteWords({ say, language }: Voice, { code, parameters }: RecordingAnswer['notes'][number]): string {
  const key = `note.${code}`;
  if (!hasText(key)) return code;
  const told = Object.entries(parameters).map(
    ([name, value]) => [name, typeof value === 'object' ? reasonText(language, value) : value] as const,
  );
  return say(key, timeParameters(say, Object.fromEntries(told)));
}

/** What is not complete under a hold, in words; its code if there are none. */
export function findingWords(
  { say, language }: Voice,
  { code, parameters }: { readonly code: string; readonly parameters: object },
): string {
  const key = `finding.${code}`;
  if (!hasText(key)) return code;
  const { why, ...told } = parameters as Readonly<Record<string, string | number>> & { readonly why?: Reason };
  return [say(key, told), ...(why === undefined ? [] : [reasonText(language, why)])].join(': ');
}

/** Parameters of a note about a time, in words where they are codes or numbers. */
function timeParameters(say: Say, parameters: Readonly<Record<string, string | number>>): Readonly<Record<string, string | number>> {
  const { from, claim, differenceS } = parameters;
  return {
    ...parameters,
    ...(from === undefined ? {} : { from: word(say, 'claim', String(from)) }),
    ...(claim === undefined ? {} : { claim: timeText(String(claim)) }),
    ...(differenceS === undefined ? {} : differenceWords(say, Number(differenceS) * 1000)),
  };
}

function differenceWords(say: Say, differenceMs: number): { length: string; difference: string } {
  const ms = Math.abs(differenceMs);
  const days = Math.floor(ms / DAY_MS);
  const rest = durationText(ms - days * DAY_MS);
  const length = days > 0 ? say('time.days', { days, length: rest }) : rest;
  return { length, difference: say(differenceMs < 0 ? 'time.earlier' : 'time.later', { length }) };
}

export function linkWords(say: Say, { relation, recordingId }: RecordingAnswer['links'][number]): string {
  const key = `link.${relation}`;
  return hasText(key) ? say(key, { id: recordingId }) : `${relation} ${recordingId}`;
}

/** What an error code means; the code itself if this version does not know it. */
export function failureWords(language: Language, code: string): string {
  return errorWords(language, code).what;
}

/** Whether no known file of a slot is left that can be compared whole. */
export function isRechecked({ recheck }: Pick<SlotAnswer, 'recheck'>): boolean {
  return recheck === null || recheck.done + recheck.unread >= recheck.files;
}

/** How far the re-check of a slot is, in words; nothing where it has no known files. */
export function recheckWords(say: Say, slot: Pick<SlotAnswer, 'recheck' | 'phase'>): readonly string[] {
  if (slot.recheck === null) return [];
  const { done, files } = slot.recheck;
  if (isRechecked(slot)) return [say('recheck.ended', { done, files })];
  return [say(slot.phase === 'safe' ? 'recheck.anytime' : 'recheck.running', { done, files })];
}
