import Type from 'typebox';
import type { Json } from '#domain/canonical-json';
import type { RecordingNote } from '#domain/notes';
import type { Protection } from '#domain/protection';
import type { Original, Recording } from '#domain/recording';
import type { StartClaim } from '#domain/start/claim';
import { nullable } from './define-entry.ts';
import { bytes, closed, code, count, flag, id, key, ms, wallClock, why, words } from './fields.ts';

/*
 * The form in which entries describe a recording and its originals, at their beginning and when they change. It is enough to build their rows from. Every
 * writer of entries uses it.
 */

/** One claim of a start: what it says, and what became of it. */
export const startClaim = () =>
  closed({
    ...{ source: code(), reading: code(), written: words(), until: nullable(words()), durationMs: nullable(ms()), startMs: nullable(ms()) },
    ...{ verdict: code(), why: nullable(code()) },
  });

/** A note. It is personal, because it may hold a path. */
export const note = () => closed({ code: code(), parameters: Type.Unsafe<RecordingNote['parameters']>(Type.Object({})) });

/** All damage of the recording as it is now. */
export const damageNow = () => nullable(why('All that is wrong with the recording from then on; null: nothing.'));

export const describedRecording = () => ({
  ...{ id: id(), recorder: id(), kind: code(), officer: nullable(id()), officerSource: nullable(code()), category: nullable(code()) },
  ...{ important: flag(), claimedStart: wallClock(), claimedFrom: nullable(code()), startMs: nullable(ms()) },
  ...{ clockOffsetMs: nullable(ms()), createdAtMs: ms(), claims: Type.Array(startClaim()) },
  ...{ confidentiality: nullable(code()), privacy: Type.Array(code()) },
});

export const listedOriginal = () =>
  closed({ ...{ id: id(), role: code(), index: count(), kind: code(), bytes: bytes(), mtimeMs: ms(), key: key() } });

type NewRecording = Omit<
  Recording,
  'state' | 'damaged' | 'damageReason' | 'durationMs' | 'duplicateOf' | 'missingCount' | keyof Protection
> &
  Partial<Protection>;

export function describeRecording(recording: NewRecording) {
  const { id: own, recorderSerial: recorder, kind, officerId: officer, officerSource, category, important } = recording;
  const { claimedStart, claimedFrom, startMs, clockOffsetMs, createdAtMs, startClaims, confidentiality = null, privacy = [] } = recording;
  return {
    ...{ id: own, recorder, kind, officer, officerSource, category, important },
    ...{ claimedStart, claimedFrom, startMs, clockOffsetMs, createdAtMs, claims: describeClaims(startClaims) },
    ...{ confidentiality, privacy: [...privacy] },
  };
}

export function describeClaims(claims: readonly StartClaim[]) {
  return claims.map(({ source, reading, written, until, durationMs, startMs, verdict, why }) => ({
    ...{ source, reading, written, until, durationMs, startMs, verdict, why },
  }));
}

export function describeNotes(notes: readonly RecordingNote[]) {
  return notes.map(({ code: what, parameters }) => ({ code: what, parameters: { ...parameters } }));
}

export function describeOriginal({ id: own, role, index, kind, bytes: size, mtimeMs, vaultKey }: Original) {
  return { id: own, role, index, kind, bytes: size, mtimeMs, key: vaultKey };
}

/** What the name of a file tells of its place in a take, as plain JSON. */
export function describeTake(take: NonNullable<Original['take']>): { readonly [name: string]: Json } {
  return { ...take } as unknown as { readonly [name: string]: Json };
}
