import type { Kind } from '#domain/kind';
import type { RecordingLink, RecordingNote } from '#domain/notes';
import type { Reason } from '#domain/reason';
import type { RecordingState } from '#domain/recording';
import { placeAfter, placeOf, rowOf, stepsBetween, type TakeFacts } from '#domain/take/segment-names';

/*
 * What is missing of the footage under a hold. In Greater Manchester 2 of 48 hours were missing from what had been preserved, and it was found after 15 months. So a hold
 * says at once, and again whenever something comes, what is not there.
 */

export const FINDING_CODES = [
  /** Nothing is under the hold yet. */
  'nothing-held',
  /** Numbers on the recorder's card between two files are on no record: `first` to `last`, `count` of them. */
  'numbers-missing',
  /** A segment of a take is not on the card: `number`. */
  'segment-missing',
  'damaged',
  /** So many of its files never came from the recorder: `count`. */
  'files-missing',
  /** Its files are not sealed yet. */
  'not-whole',
  /** None of its files ever came; a newer version of them is another recording. */
  'replaced',
  'not-archived',
  /** It goes on in, or goes on from, a recording that this hold has not reached: `other`. */
  'goes-on-elsewhere',
  /** Its bytes are those of a recording that this hold has not reached: `other`. */
  'duplicate-elsewhere',
  /** Entries of the card with which it came were refused: `count`. */
  'card-refused',
  /** Nobody knows when it was recorded, so a span cannot tell whether it is meant. */
  'time-unknown',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

export interface HoldFinding {
  readonly code: FindingCode;
  /** Id of the recording; null: it is about no single one. */
  readonly recording: string | null;
  readonly parameters: Readonly<Record<string, string | number | Reason>>;
}

/** Findings that pass by themselves: they are looked at once more. */
const PASSING: readonly FindingCode[] = ['nothing-held', 'not-whole', 'not-archived'];

/** Longest list of findings of one kind in a report. A finding beyond it is counted only. */
const FINDINGS_MAX = 100;

/** What is asked of one recording under a hold. */
export interface HeldFacts {
  readonly recordingId: string;
  readonly dockingId: string;
  readonly recorder: string;
  readonly state: RecordingState;
  readonly damageReason: Reason | null;
  readonly damaged: boolean;
  readonly missingCount: number;
  readonly notes: readonly RecordingNote[];
  readonly startMs: number | null;
  /** Links to recordings that the hold has not reached. */
  readonly linksOut: readonly RecordingLink[];
  /** The recording with the same bytes, if the hold has not reached that. */
  readonly duplicateOut: string | null;
}

/** A file of a recorder, in the order of its times. */
export interface NumberedFile {
  readonly recordingId: string;
  readonly kind: Kind;
  readonly take: TakeFacts;
  /** When its recording came, ms since 1970. */
  readonly dockedMs: number;
  /** Whether gaps beside it are asked for: a hold has reached its recording. */
  readonly held: boolean;
}

/** Gathers findings, recording by recording, within bounds. */
export class Completeness {
  readonly #findings: HoldFinding[] = [];
  readonly #counts = new Map<FindingCode, number>();
  readonly #archives: boolean;
  #recordings = 0;

  /** `archives`: the station has an archive, so what is not there is told. */
  constructor(archives: boolean) {
    this.#archives = archives;
  }

  recording(facts: HeldFacts): void {
    const { recordingId, state, damaged, damageReason, missingCount, notes, startMs, linksOut, duplicateOut } = facts;
    this.#recordings += 1;
    const find = (code: FindingCode, parameters: HoldFinding['parameters'] = {}) => this.#add({ code, recording: recordingId, parameters });
    if (state === 'copying') find('not-whole');
    if (state === 'replaced') find('replaced');
    if (this.#archives && (state === 'sealed' || state === 'derived')) find('not-archived');
    if (damaged) find('damaged', damageReason === null ? {} : { why: damageReason });
    if (missingCount > 0) find('files-missing', { count: missingCount });
    if (startMs === null) find('time-unknown');
    for (const { code, parameters } of notes) if (code === 'segment-missing') find('segment-missing', parameters);
    for (const { relation, recordingId: other } of linksOut) if (relation !== 'other-view') find('goes-on-elsewhere', { other });
    if (duplicateOut !== null) find('duplicate-elsewhere', { other: duplicateOut });
  }

  /** Of one card: entries that were refused when a recording under the hold came. */
  refused(docking: string, count: number): void {
    if (count > 0) this.#add({ code: 'card-refused', recording: null, parameters: { docking, count } });
  }

  numbers(recorder: string, gaps: readonly NumberGap[]): void {
    for (const { after, first, last, count } of gaps)
      this.#add({ code: 'numbers-missing', recording: after, parameters: { recorder, first, last, count } });
  }

  /** The report: how many recordings, and the findings; each kind names FINDINGS_MAX at most. */
  done(): { readonly recordings: number; readonly findings: readonly HoldFinding[]; readonly counts: Readonly<Record<string, number>> } {
    if (this.#recordings === 0) this.#add({ code: 'nothing-held', recording: null, parameters: {} });
    return { recordings: this.#recordings, findings: this.#findings, counts: Object.fromEntries(this.#counts) };
  }

  #add(finding: HoldFinding): void {
    const count = (this.#counts.get(finding.code) ?? 0) + 1;
    this.#counts.set(finding.code, count);
    if (count <= FINDINGS_MAX) this.#findings.push(finding);
  }
}

/** Whether a report may be another one later without that anybody does anything. */
export function isPassing(findings: readonly HoldFinding[]): boolean {
  return findings.some(({ code }) => PASSING.includes(code));
}

export interface NumberGap {
  /** The recording before the gap. */
  readonly after: string;
  readonly first: string;
  readonly last: string;
  readonly count: number;
  /** Since when both files beside the gap are on record, ms since 1970. */
  readonly knownMs: number;
}

/**
 * Finds numbers that are on no record between two files of one counter of a recorder, where gaps beside at least one of the two are asked for. Files come in the order of
 * their times. A counter that began again, as with each day's folder, tells nothing.
 */
export class CardNumbers {
  readonly #last = new Map<string, NumberedFile>();
  readonly #gaps: NumberGap[] = [];
  readonly #gapsMax: number;

  constructor(gapsMax = FINDINGS_MAX) {
    this.#gapsMax = gapsMax;
  }

  next(file: NumberedFile): void {
    const row = rowOf(file.kind, file.take);
    const before = this.#last.get(row);
    if (this.#last.size >= ROWS_MAX && before === undefined) this.#last.clear();
    this.#last.set(row, file);
    if (!before || !(before.held || file.held)) return;
    const steps = stepsBetween(before.take, file.take);
    const beganAgain = placeOf(file.take) <= placeOf(before.take);
    if (steps <= 1 || steps > (beganAgain ? BEGAN_AGAIN_MAX : MISSING_MAX)) return;
    const [first, last] = [placeAfter(before.take, 1), placeAfter(before.take, steps - 1)];
    const knownMs = Math.max(before.dockedMs, file.dockedMs);
    if (this.#gaps.length < this.#gapsMax) this.#gaps.push({ after: before.recordingId, first, last, count: steps - 1, knownMs });
  }

  get gaps(): readonly NumberGap[] {
    return this.#gaps;
  }
}

/** Counters of one recorder that are followed at once. */
const ROWS_MAX = 1000;
/** A larger step is another counter. */
const MISSING_MAX = 10_000;
/** A number that falls is a counter that ran out (9998, then 0001) if so little lies between; else it was set back, or the number came twice. */
const BEGAN_AGAIN_MAX = 100;
