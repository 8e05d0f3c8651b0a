import type { ClockState } from '#domain/clock/clock-state';
import type { Kind } from '#domain/kind';
import type { RecordingState } from '#domain/recording';

/** Limits of the site, from which a thing is a duty (`duties` of the configuration). */
export interface DutyLimits {
  readonly lateMs: number;
  readonly untaggedMs: number;
  readonly archiveMs: number;
  readonly absentMs: number;
  /** A recorder's clock that is off by more. */
  readonly clockMs: number;
  /** How long an owner has from when a thing became a duty. */
  readonly answerMs: number;
}

/** Numbers of a recorder's card that are on no record. */
export interface MissingNumbers {
  readonly count: number;
  /** When both files beside the first gap were on record, ms since 1970. */
  readonly sinceMs: number;
}

/** The locks of a recording in the archive. */
export interface LockDutyFacts {
  /** Until when its term asks for a lock, ms since 1970; `open`: without an end yet; null: not at all. */
  readonly neededUntil: number | 'open' | null;
  /** Copies that were looked at and have no lock. */
  readonly unlocked: number;
  /** The earliest end of its locks, ms since 1970; null: it has none. */
  readonly endsMs: number | null;
  /** Since when the storage has refused a lock, ms since 1970; null: it has not. */
  readonly refusedSinceMs: number | null;
}

/** What duties about a recording follow from. Times are ms since 1970. */
export interface RecordingDutyFacts {
  readonly id: string;
  readonly kind: Kind;
  readonly state: RecordingState;
  /** Id of the unit of its officer. */
  readonly unit: string | null;
  /** null: nobody knows when it was recorded. */
  readonly startMs: number | null;
  readonly durationMs: number | null;
  readonly dockedMs: number;
  readonly category: string | null;
  readonly cases: number;
  readonly damaged: boolean;
  readonly conflict: boolean;
  /** When it has to be gone by its term; null: there is no such date. */
  readonly maximumMs: number | null;
  readonly locks: LockDutyFacts;
  /** Numbers after it that are on no record; null: none are missing. */
  readonly numbersMissing: MissingNumbers | null;
  /** When it was archived whole; null: it is not. */
  readonly archivedMs: number | null;
  /** Whether its officer was on duty then, within the margin; null: nobody knows, because no shifts of that day were imported or it has no officer or no start. */
  readonly onShift: boolean | null;
}

export interface ShiftDutyFacts {
  readonly id: string;
  /** Id of the unit of its officer. */
  readonly unit: string | null;
  readonly endMs: number;
  /** When it was imported or changed. */
  readonly setAtMs: number;
  /** There is footage of its officer that overlaps it. */
  readonly filmed: boolean;
}

export interface RecorderDutyFacts {
  readonly serial: string;
  /** Id of the unit of the officer to whom it is assigned. */
  readonly unit: string | null;
  /** null: it never docked here. */
  readonly lastSeenMs: number | null;
  readonly docked: boolean;
  /** By how much its clock was off at its last docking; null: nobody knows. */
  readonly clockOffsetMs: number | null;
}

/** What duties about the station as a whole follow from. */
export interface StationDutyFacts {
  readonly holds: readonly { readonly id: string; readonly reviewAtMs: number }[];
  /** Holds in force that the storage does not know of for a recording, after it was asked. `sinceMs`: when the hold reached that recording. */
  readonly unmirrored: readonly { readonly id: string; readonly sinceMs: number }[];
  /** Urgent access that nobody has judged although its time has passed. */
  readonly unconfirmed: readonly { readonly id: string; readonly dueAtMs: number }[];
  /** Findings of the comparison that are open; null: no archive is configured. */
  readonly bucket: { readonly name: string; readonly findings: number } | null;
  /** Ids of rules of the schedule in force whose source is missing. */
  readonly sourcesMissing: readonly string[];
  /** Years whose days off should be known by now. */
  readonly holidaysMissing: readonly number[];
  readonly clock: ClockState;
  /** How the reading again of what is kept stands, by place; none where it is switched off. */
  readonly scrubs: readonly ScrubDutyFacts[];
}

export interface ScrubDutyFacts {
  readonly place: string;
  /** The last check of the copy that was checked longest ago; null: none is overdue. */
  readonly oldestCheckMs: number | null;
  readonly periodMs: number;
  /** When the oldest copy that is bad or cannot be read was found so; null: none is. */
  readonly faultSinceMs: number | null;
  /** When healing was stopped for too many faults; null: it goes on. */
  readonly haltedAtMs: number | null;
}
