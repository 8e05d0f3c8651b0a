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
  /** Its term asks the storage for a lock. */
  readonly lockWished: boolean;
  /** Copies in the archive that were looked at and have no lock. */
  readonly unlocked: number;
  /** When it was archived whole; null: it is not. */
  readonly archivedMs: number | null;
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
  /** Urgent access that nobody has judged although its time has passed. */
  readonly unconfirmed: readonly { readonly id: string; readonly dueAtMs: number }[];
  /** Findings of the comparison that are open; null: no archive is configured. */
  readonly bucket: { readonly name: string; readonly findings: number } | null;
  /** Ids of rules of the schedule in force whose source is missing. */
  readonly sourcesMissing: readonly string[];
  /** Years whose days off should be known by now. */
  readonly holidaysMissing: readonly number[];
  readonly clock: ClockState;
}
