import type { Action } from '#domain/access/policy';
import { rankOf } from '#domain/access/policy';
import type { Role } from '#domain/access/roles';
import { type CaseStep, caseStateOf } from '#domain/case-course';
import type { Confidentiality } from '#domain/protection';
import type { CallUpAction, PersonThen, Target } from './request.ts';

/**
 * Why a grant ended. `time`: its end came. `revoked`: a reviewer ended it. `withdrawn`: the asker gave it back. `rejected`: a reviewer did not confirm urgent access.
 * `person-changed`: roles, unit or state of the person are not what they were. `case-closed`: the case was closed after the grant began.
 */
export const GRANT_ENDS = ['time', 'revoked', 'withdrawn', 'rejected', 'person-changed', 'case-closed'] as const;
export type GrantEnd = (typeof GRANT_ENDS)[number];

/** What a request gave: who may do what with which recordings, until when. */
export interface Grant {
  readonly id: string;
  readonly request: string;
  /** Who may look, as they were when it began. */
  readonly user: PersonThen;
  readonly actions: readonly CallUpAction[];
  readonly target: Target;
  /** Whatever belongs to the target counts, whenever it arrived. Otherwise only recordings that were there when it began, listed beside it. */
  readonly later: boolean;
  /** How many times the case had been closed when it began; 0 where it is for no case. */
  readonly closings: number;
  /**
   * The highest level of what was there when it began, `internal` at least: whoever approved it judged that. What is marked above it since is not covered, and has
   * to be asked for anew.
   */
  readonly level: Confidentiality;
  /** Units whose head approved, or is to confirm: whatever comes later is covered if it belongs to one of these, or to none. null: nobody had to approve. */
  readonly units: readonly string[] | null;
  readonly fromMs: number;
  readonly untilMs: number;
  /** null: it holds. */
  readonly endedAtMs: number | null;
  readonly whyEnded: GrantEnd | null;
  /** Who ended it; null: the station by a rule, or it holds. */
  readonly endedBy: string | null;
  /** Rule and version of the policy, and the reviewer who approved; null where there was none. */
  readonly rule: string | null;
  readonly policy: number;
  readonly approver: string | null;
}

/** A person as they are now. null in `GrantNow`: there is no such account any more. */
export interface PersonNow {
  readonly state: 'active' | 'suspended' | 'left';
  readonly unit: string | null;
  readonly roles: readonly Role[];
}

/** What counts for whether a grant goes on. */
export interface GrantNow {
  readonly atMs: number;
  /** `no-account`: the person never had one, as with commands on the machine. */
  readonly person: PersonNow | 'no-account' | null;
  /** Course of its case; null where it is for no case. */
  readonly course: readonly CaseStep[] | null;
}

/** Why a grant ends now; null if it goes on, or has ended before. Whatever ends a grant ends it for good. */
export function endOf(grant: Grant, { atMs, person, course }: GrantNow): GrantEnd | null {
  if (grant.endedAtMs !== null) return null;
  if (grant.untilMs <= atMs) return 'time';
  if (person === null || (person !== 'no-account' && !isAsBefore(grant.user, person))) return 'person-changed';
  return course !== null && closingsOf(course) > grant.closings ? 'case-closed' : null;
}

function isAsBefore({ unit, roles }: PersonThen, now: PersonNow): boolean {
  return now.state === 'active' && now.unit === unit && [...now.roles].sort().join() === [...roles].sort().join();
}

/** How many times a case was closed. Reopening it takes nothing back: a grant that a closing ended stays ended. */
export function closingsOf(steps: readonly CaseStep[]): number {
  return steps.filter((_, place) => caseStateOf({ steps: steps.slice(0, place + 1) }) === 'closed').length;
}

/** What counts of a recording. */
export interface CalledUp {
  readonly id: string;
  readonly officerId: string | null;
  /** When it began, else when it was taken in: ms since 1970. */
  readonly sortMs: number;
  readonly caseNumbers: readonly string[];
  /** The effective one; null: nobody has marked it. */
  readonly level: Confidentiality | null;
  /** Of its officer; null: it belongs to none. */
  readonly unit: string | null;
}

/**
 * Whether a grant covers a recording. A grant for a case covers what belongs to the case now; without `later` only what was listed when it began. `see` (facts and
 * pictures of lists) comes with every grant. The ledger asks the same in its own statement.
 */
export function coversNow(
  { target, later, actions, endedAtMs, untilMs, level, units }: Grant,
  listed: readonly string[],
  recording: CalledUp,
  action: Action,
  atMs: number,
): boolean {
  if (endedAtMs !== null || untilMs <= atMs || !gives(actions, action)) return false;
  if (rankOf(recording.level ?? 'internal') > rankOf(level)) return false;
  if (later && units !== null && recording.unit !== null && !units.includes(recording.unit)) return false;
  if (target.by === 'recordings') return listed.includes(recording.id);
  return isOf(target, recording) && (later || listed.includes(recording.id));
}

/** Whether a grant for these actions gives this one. */
export function gives(actions: readonly CallUpAction[], action: Action): boolean {
  return action === 'see' || (actions as readonly Action[]).includes(action);
}

function isOf(target: Exclude<Target, { by: 'recordings' }>, { officerId, sortMs, caseNumbers }: CalledUp): boolean {
  if (target.by === 'case') return caseNumbers.includes(target.number);
  return officerId === target.officer && sortMs >= target.fromMs && sortMs < target.toMs;
}
