import { type Decision, relationsOf } from '#domain/access/decide';
import type { Action, Policy, Relation, Rule } from '#domain/access/policy';
import { TASK_OF } from '#domain/access/task-of';
import { tasksOf } from '#domain/access/tasks';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { type AskingDeps, decideFor, type Judged } from './decide-for.ts';

export interface Explained {
  readonly atMs: number;
  readonly judged: Judged;
  /** How the person stands to the recording. */
  readonly relations: readonly Relation[];
  /** Every rule that matches, in the order of the policy. */
  readonly matched: readonly Rule[];
  /** They have the task without which nobody may ask for this action. */
  readonly hasTask: boolean;
}

interface Question {
  /** Account of the person. */
  readonly account: string;
  readonly recording: string;
  readonly action: Action;
  readonly address: string | null;
  /** ms since 1970; null: now. */
  readonly atMs: number | null;
}

/**
 * Why a person may or may not do something with a recording. At another moment than now: by the policy, the people and the recording of today. Throws
 * request.not-found for what is no account or no recording.
 */
export async function explain(deps: AskingDeps, { account, recording, action, address, atMs }: Question): Promise<Explained> {
  const user = await deps.ledger.people.userByAccount(account);
  if (user === null) throw new EvidockError('request.not-found', because('no-user', { user: account }));
  const at = atMs ?? deps.clock.nowMs();
  const policy = deps.access.policy();
  const asker = { id: user.id, roles: user.state === 'active' ? user.roles : [], officer: user.officer, unit: user.unit };
  const judged = await decideFor(deps, asker, action, recording, { address, atMs: at });
  if (judged.shown === null) throw new EvidockError('request.not-found', because('no-recording', { recording }));
  return {
    ...{ atMs: at, judged },
    relations: relationsOf(asker, judged.shown, { granted: judged.grants.length > 0 }),
    matched: policy.rules.filter(({ id }) => judged.matched.includes(id)),
    hasTask: tasksOf(asker.roles, policy.tasks).has(TASK_OF[action]),
  };
}

/** What decided, in one sentence; `title`: of the rule in the reader's language. */
export function decidedReason({ effect, by }: Decision, { rules }: Policy, language: 'zh-CN' | 'en'): Reason {
  if (by === 'no-rule') return because('decided-by-none', { effect });
  if ('invariant' in by) return because('decided-by-invariant', { effect, invariant: by.invariant });
  const title = rules.find(({ id }) => id === by.rule)?.title[language] ?? by.rule;
  return because('decided-by-rule', { effect, rule: by.rule, title });
}
