import type { Role } from '#domain/access/roles';

/** What somebody of the agency has to see to. Each kind has one rule (rules.ts). */
export const DUTY_KINDS = [
  /** Docked later than the limit after its end. */
  'late-docked',
  /** Neither category nor case, days after it was docked. */
  'untagged',
  'damaged',
  /** Not in the archive, hours after it was docked. */
  'not-archived',
  /** A rule asks to keep it longer than another one allows. */
  'retention-conflict',
  /** Its maximum is over, nothing asks to keep it, and it is still there; a hold may be why. */
  'retention-overdue',
  /** Its term asks for a lock, and a copy in the archive has none, one that ends too early, or one that the storage refuses. */
  'lock-missing',
  /** Numbers of the card between it and the next file are on no record. */
  'numbers-missing',
  /** An officer was on duty, and there is no footage of it once the time for docking is over. */
  'shift-without-footage',
  /** Recorded while its officer was not on duty, on a day whose shifts are known. */
  'footage-without-shift',
  /** Not docked for days. */
  'recorder-absent',
  /** Its clock was off at its last docking. */
  'recorder-clock',
  /** A legal hold whose day of review has come. */
  'hold-review',
  /** The storage has refused to hold what a legal hold has reached, or did not answer. */
  'hold-unmirrored',
  /** Urgent access that nobody has judged in time. */
  'look-unconfirmed',
  /** The comparison of the archive found what nobody has settled. */
  'archive-findings',
  /** A rule of the schedule in force whose source nobody has filled in. */
  'source-missing',
  /** Days off of a year are not known. */
  'holidays-missing',
  /** The station's own clock is in doubt. */
  'station-clock',
  /** A disk that says, or shows, that it is failing. */
  'disk-failing',
  /** A disk whose writing life is nearly used. */
  'disk-worn',
  /** An array that lacks a disk, or does not run. */
  'array-degraded',
  /** The disk of the vault will be full soon, at the growth that was measured. */
  'disk-filling',
  /** Nobody can say how a disk, an array or the free space is. */
  'machine-unread',
  /** Nobody outside has taken a heartbeat for hours. */
  'heartbeat-failing',
  /** What a place keeps was not read again within its period. */
  'scrub-overdue',
  /** Copies of a place are bad or cannot be read, or healing is stopped. */
  'scrub-faults',
] as const;
export type DutyKind = (typeof DUTY_KINDS)[number];

export const DUTY_SUBJECTS = [
  'recording',
  'recorder',
  'hold',
  'request',
  'bucket',
  'rule',
  'year',
  'clock',
  'disk',
  'array',
  'volume',
  'heartbeat',
  /** `vault`, or the name of an archive. */
  'place',
  'shift',
] as const;
export type DutySubject = (typeof DUTY_SUBJECTS)[number];

export const DUTY_STATES = ['open', 'acknowledged', 'done'] as const;
export type DutyState = (typeof DUTY_STATES)[number];

/** Who is to see to it. `unit`: id of the unit of the officer whom it is about; null: of all units. */
export interface DutyOwner {
  readonly role: Role;
  readonly unit: string | null;
}

/** A duty that there is by the facts. */
export interface FoundDuty {
  readonly kind: DutyKind;
  readonly subject: { readonly kind: DutySubject; readonly id: string };
  readonly owner: DutyOwner;
  /** Since when there is cause for it, ms since 1970. */
  readonly sinceMs: number;
  /** From then on it is overdue. */
  readonly dueMs: number;
}

export interface Acknowledgement {
  /** Id of the account; `machine` for whoever acts on the machine. */
  readonly by: string;
  readonly atMs: number;
  /** The duty comes back then if its cause is still there; null: it was answered for good. */
  readonly untilMs: number | null;
  readonly reason: string;
}

export interface Duty extends FoundDuty {
  readonly id: string;
  readonly state: DutyState;
  readonly openedAtMs: number;
  readonly acknowledgement: Acknowledgement | null;
  /** When its cause was found gone; null: it is there. */
  readonly doneAtMs: number | null;
}

/** What has happened cannot be undone: a duty about it may be answered for good. Every other answer has an end. */
const OF_THE_PAST: readonly DutyKind[] = ['late-docked', 'damaged', 'numbers-missing', 'shift-without-footage', 'footage-without-shift'];

/** Longest time for which an answer may put a duty off, days. */
export const PUT_OFF_DAYS_MAX = 90;
const DAY_MS = 86_400_000;

export type AcknowledgementFault = 'needs-end' | 'end-outside' | 'is-done';

/** Why a duty may not be answered so; null: it may. */
export function acknowledgementFault(
  { kind, state }: Pick<Duty, 'kind' | 'state'>,
  untilMs: number | null,
  nowMs: number,
): AcknowledgementFault | null {
  if (state === 'done') return 'is-done';
  if (untilMs === null) return OF_THE_PAST.includes(kind) ? null : 'needs-end';
  return untilMs <= nowMs || untilMs > nowMs + PUT_OFF_DAYS_MAX * DAY_MS ? 'end-outside' : null;
}

/** Open or answered, and its time is over. An answer puts off what is overdue. */
export function isOverdue({ state, dueMs }: Pick<Duty, 'state' | 'dueMs'>, nowMs: number): boolean {
  return state === 'open' && dueMs <= nowMs;
}
