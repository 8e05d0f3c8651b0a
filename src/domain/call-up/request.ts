import { FOOTAGE } from '#domain/access/policy';
import type { Role } from '#domain/access/roles';

/** What a call-up may be asked for: actions of the policy that show footage. */
export type CallUpAction = 'look' | 'hear' | 'download' | 'export';
export const CALL_UP_ACTIONS = FOOTAGE as readonly CallUpAction[];

/**
 * Where a request stands. `by-rule`: the policy decided at once. `urgent`: footage was shown at once, and a reviewer confirms it afterwards. `ended`: its grant
 * has ended, or nobody decided before the time for which it was asked.
 */
export const REQUEST_STATES = ['asked', 'by-rule', 'urgent', 'approved', 'narrowed', 'refused', 'withdrawn', 'ended'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** States in which a grant may hold. */
export const GRANTED_STATES: readonly RequestState[] = ['by-rule', 'urgent', 'approved', 'narrowed'];

/** Which footage is asked for. Times are ms since 1970: the first moment, and the first moment after it. */
export type Target =
  | { readonly by: 'case'; readonly number: string }
  | { readonly by: 'recordings'; readonly ids: readonly string[] }
  | { readonly by: 'officer'; readonly officer: string; readonly fromMs: number; readonly toMs: number };

/** A person as they were when something was asked or decided. */
export interface PersonThen {
  readonly id: string;
  readonly unit: string | null;
  readonly roles: readonly Role[];
}

/** How a request was decided. */
export interface RequestDecision {
  /** The reviewer; null: the policy decided. */
  readonly by: PersonThen | null;
  /** Id of the rule, where one decided. */
  readonly rule: string | null;
  readonly words: string | null;
  readonly atMs: number;
}

/** Urgent access is to be confirmed by a reviewer afterwards. */
export interface Confirmation {
  readonly dueAtMs: number;
  /** null: nobody has confirmed or rejected it yet. */
  readonly by: PersonThen | null;
  readonly confirmed: boolean | null;
  readonly words: string | null;
  readonly atMs: number | null;
}

/** A request for call-up (调阅申请). */
export interface CallUpRequest {
  readonly id: string;
  readonly asker: PersonThen;
  readonly target: Target;
  /** Recordings that arrive later are asked for too. Never for single recordings. */
  readonly later: boolean;
  readonly actions: readonly CallUpAction[];
  /** Code of the policy's list of purposes. */
  readonly purpose: string;
  readonly words: string | null;
  readonly urgent: boolean;
  readonly askedAtMs: number;
  /** Until when access is asked for. */
  readonly untilMs: number;
  /** Version of the policy by which it was judged. */
  readonly policy: number;
  /** Who may decide: anyone with one of these roles. */
  readonly approvers: readonly Role[];
  /** Units to which the footage belongs, or, where there is none yet, the asker: a reviewer has all of them in the own unit and below. */
  readonly units: readonly string[];
  readonly state: RequestState;
  readonly decision: RequestDecision | null;
  /** null: it is not urgent. */
  readonly confirmation: Confirmation | null;
  /** Id of its grant; null: there is none. */
  readonly grant: string | null;
}

/** What happens to a request after it was asked. */
export type RequestEvent = 'approve' | 'narrow' | 'refuse' | 'withdraw' | 'end';

const NEXT: Readonly<Record<RequestEvent, { readonly from: readonly RequestState[]; readonly to: RequestState }>> = {
  approve: { from: ['asked'], to: 'approved' },
  narrow: { from: ['asked'], to: 'narrowed' },
  refuse: { from: ['asked'], to: 'refused' },
  withdraw: { from: ['asked', ...GRANTED_STATES], to: 'withdrawn' },
  end: { from: ['asked', ...GRANTED_STATES], to: 'ended' },
};

/** The state after an event; null if the event cannot happen in this state. */
export function requestAfter(state: RequestState, event: RequestEvent): RequestState | null {
  const { from, to } = NEXT[event];
  return from.includes(state) ? to : null;
}

/** Urgent access that nobody has judged in time. */
export function isUnconfirmed({ confirmation }: Pick<CallUpRequest, 'confirmation'>, atMs: number): boolean {
  return confirmation !== null && confirmation.confirmed === null && confirmation.dueAtMs <= atMs;
}
