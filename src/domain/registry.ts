import type { CaseStep } from './case-course.ts';
import type { Protection } from './protection.ts';
import type { Reason } from './reason.ts';

/** Enforcement stages (执法环节), in order. */
export const CASE_STAGES = ['filing', 'investigation', 'evidence', 'review', 'decision', 'service', 'execution'] as const;
export type CaseStage = (typeof CASE_STAGES)[number];

/** Categories of enforcement (执法类别): permit 许可, penalty 处罚, coercion 强制, levy 征收, fee 收费, inspection 检查, other. */
export const CATEGORIES = ['permit', 'penalty', 'coercion', 'levy', 'fee', 'inspection', 'other'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Bounds of what one entry of the custody log names whole. */
export const OFFICERS_OF_CASE_MAX = 100;
export const CASES_OF_RECORDING_MAX = 100;

/** Officer 执法人员; `id` is the number that recorders and certificates carry. */
export interface Officer {
  readonly id: string;
  readonly name: string;
  readonly unit: string | null;
}

/** Recorder 执法记录仪 in the registry; a recorder seen at the dock is added by itself. */
export interface Recorder {
  readonly serial: string;
  readonly model: string | null;
  readonly driverId: string | null;
  readonly assignedOfficerId: string | null;
  readonly firstSeenAtMs: number | null;
  readonly lastSeenAtMs: number | null;
}

/** One officer has one pool recorder: from its take-out (领用) to its return (归还). */
export interface Holding {
  readonly id: string;
  readonly serial: string;
  readonly officerId: string;
  /** ms since 1970 UTC; the first moment. */
  readonly fromMs: number;
  /** The first moment after it; null while the officer has it. */
  readonly toMs: number | null;
}

export interface Case extends Protection {
  readonly number: string;
  readonly title: string;
  readonly stage: CaseStage;
  readonly category: Category | null;
  readonly officerIds: readonly string[];
  /** Date of filing (立案) in the station's zone, `2026-06-20`; null if nobody told. */
  readonly openedOn: string | null;
  /** What happened to it since, in order. */
  readonly steps: readonly CaseStep[];
  readonly createdAtMs: number;
}

/** Something that happened in a case: the window that automatic suggestions compare recordings with. */
export interface CaseEvent {
  readonly id: string;
  readonly caseNumber: string;
  readonly stage: CaseStage;
  readonly officerIds: readonly string[];
  readonly startMs: number;
  readonly endMs: number;
  readonly place: string | null;
}

/** "This recording may belong to that case", with the reason; a person or a rule accepts or declines it. */
export interface Suggestion {
  readonly id: string;
  readonly recordingId: string;
  readonly caseNumber: string;
  readonly eventId: string;
  readonly reason: Reason;
  readonly overlapMs: number;
  readonly state: 'open' | 'accepted' | 'declined';
  readonly decidedBy: string | null;
  readonly createdAtMs: number;
}
