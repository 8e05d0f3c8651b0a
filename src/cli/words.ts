import type { RecordingAnswer } from '#api/recordings';
import type { SlotAnswer } from '#api/slots';
import { ERRORS } from '#domain/errors';
import { hasText, type Language, type Say } from './language.ts';
import { durationText, timeText } from './table.ts';
import { errorWords } from './texts/errors-zh-CN.ts';

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
  | 'level'
  | 'privacy'
  | 'suggestion'
  | 'source'
  | 'derivative'
  | 'field'
  | 'place'
  | 'from'
  | 'claim'
  | 'reading'
  | 'verdict'
  | 'why';

/** The word for a code of the API; the code itself where there is none. */
export function word(say: Say, family: Family, code: string): string {
  const key = `${family}.${code}`;
  return hasText(key) ? say(key) : code;
}

/** What is to be known of a recording, in words; the code itself where there are none. */
export function noteWords(say: Say, { code, parameters }: RecordingAnswer['notes'][number]): string {
  const key = `note.${code}`;
  return hasText(key) ? say(key, timeParameters(say, parameters)) : code;
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

/** What an error code of the table means; the code itself if it is not in the table. */
export function failureWords(language: Language, code: string): string {
  const chinese = language === 'zh-CN' ? errorWords(code)?.what : undefined;
  return chinese ?? ERRORS[code as keyof typeof ERRORS]?.what ?? code;
}

/** Whether nothing is left of its known files that can be compared whole. */
export function isRechecked({ recheck }: Pick<SlotAnswer, 'recheck'>): boolean {
  return recheck === null || recheck.done + recheck.unread >= recheck.files;
}

/** How far the known files of a slot are compared whole; nothing where there are none. */
export function recheckWords(say: Say, slot: Pick<SlotAnswer, 'recheck' | 'phase'>): readonly string[] {
  if (slot.recheck === null) return [];
  const { done, files } = slot.recheck;
  if (isRechecked(slot)) return [say('recheck.ended', { done, files })];
  return [say(slot.phase === 'safe' ? 'recheck.anytime' : 'recheck.running', { done, files })];
}

const REASON_PARTS: Readonly<Record<string, 'reason.inside' | 'reason.partly' | 'reason.no-officer'>> = {
  'recorded during the event': 'reason.inside',
  'recorded partly during the event': 'reason.partly',
  'officer not known': 'reason.no-officer',
};

/** The reason of a suggestion in the person's language; the ledger keeps it in the words of src/domain/suggest.ts. */
export function reasonWords(say: Say, reason: string): string {
  // Time and officer come first; what follows is the place, in somebody's own words.
  const [time = '', officer = '', ...place] = reason.split('; ');
  return [reasonPart(say, time), reasonPart(say, officer), place.join('; ')].filter((part) => part !== '').join(say('reason.and'));
}

function reasonPart(say: Say, part: string): string {
  const known = REASON_PARTS[part];
  if (known) return say(known);
  const [, minutes] = /^recorded (\d+) min from the event$/.exec(part) ?? [];
  if (minutes !== undefined) return say('reason.near', { minutes });
  const [, officer] = /^officer (.+) took part$/.exec(part) ?? [];
  return officer === undefined ? part : say('reason.officer', { officer });
}
