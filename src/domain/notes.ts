import type { Reason } from './reason.ts';

/*
 * What a person should know of a recording that is no damage: facts that the station worked out from the card. Codes with parameters stand in the
 * ledger and in the API; words in two languages are made of them at the edge.
 */

export const NOTE_CODES = [
  /** A number in the row of segments is not on the card: `number` is the missing chapter, letter or sequence number, or the first and last of several. */
  'segment-missing',
  /** Somebody deleted it on the card: it lay in a bin. */
  'found-in-bin',
  /** Before it was deleted it was `path`, as the bin's own record tells. */
  'deleted-as',
  /** It lay where a repaired file system puts what it finds without a name. */
  'found-after-repair',
  /** Another recorder, `number` by its own names, made it: it lay on the card of `card`. */
  'other-recorder',
  /**
   * Claims of its start disagree by more than a minute. `claim`: the strongest one that is not used, as wall clock of the station's zone;
   * `from`: its source; `differenceS`: how much later than the start it is.
   */
  'time-uncertain',
  /** None of its claims can be true: what the recorder says is `claim`. */
  'time-unknown',
  /** Its wall clock showed a time that summer time leaves out in the station's zone. */
  'time-skipped',
  /** Its wall clock showed a time that comes twice when summer time ends, `differenceS` apart. */
  'time-doubled',
  /** The names say that it goes on in, or goes on from, `file`; no time proves or disproves it, so they are two recordings. */
  'join-unproven',
  /** Its real lengths say that a segment does not begin when the one before it ends: before segment `segment`, `seconds` are missing (or doubled, if negative). */
  'gap-between-segments',
  /** No derivative can be made: nothing here knows the file, though its bytes are whole as far as can be told. `why`: what the program said. */
  'unsupported',
  /** The playable is there, and something is not in it or beside it: `what`, and `why`. */
  'not-made',
] as const;
/** Those that are told anew each time derivatives are made. */
const OF_DERIVING: readonly NoteCode[] = ['unsupported', 'not-made'];
type NoteCode = (typeof NOTE_CODES)[number];

export interface RecordingNote {
  readonly code: NoteCode;
  readonly parameters: Readonly<Record<string, string | number | Reason>>;
}

/** Longest list of notes that one recording keeps: a hostile card must not fill the ledger with them. */
export const NOTES_MAX = 16;

/** The notes of a recording once derivatives were made, or could not be. */
export function notesAfterDeriving(before: readonly RecordingNote[], fresh: readonly RecordingNote[]): readonly RecordingNote[] {
  return [...before.filter(({ code }) => !OF_DERIVING.includes(code)), ...fresh].slice(0, NOTES_MAX);
}

/** How two recordings belong together without being one. */
export const LINK_RELATIONS = ['continues-in', 'continues-from', 'other-view'] as const;
export type LinkRelation = (typeof LINK_RELATIONS)[number];

export interface RecordingLink {
  readonly relation: LinkRelation;
  /** Id of the other recording. */
  readonly recordingId: string;
}

/** The same link as the other recording has it. */
export function inverseOf(relation: LinkRelation): LinkRelation {
  if (relation === 'continues-in') return 'continues-from';
  return relation === 'continues-from' ? 'continues-in' : relation;
}
