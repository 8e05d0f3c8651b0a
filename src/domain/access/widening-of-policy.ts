import type { Decision } from './decide.ts';
import type { Action, Policy, Relation, Urgent } from './policy.ts';
import type { Role } from './roles.ts';
import { TASKS, type Task } from './tasks.ts';
import { type Widening, wideningsOf } from './widening.ts';

/** Somebody may more than before. */
export type PolicyWidening =
  | {
      readonly kind: 'action';
      /** All roles of this person. */
      readonly roles: readonly Role[];
      readonly action: Action;
      readonly relations: readonly Relation[];
      readonly before: Decision;
      readonly after: Decision;
    }
  /** These roles have the task now. */
  | { readonly kind: 'task'; readonly roles: readonly Role[]; readonly task: Task }
  /** Urgent access: these roles, these actions, or a longer time. */
  | {
      readonly kind: 'urgent';
      readonly roles: readonly Role[];
      readonly actions: readonly Action[];
      readonly hours: number;
      readonly confirmHours: number;
    }
  /** A reason for which less is asked: neither words nor approval where there were, or a new one without approval. */
  | { readonly kind: 'purpose'; readonly code: string };

/** All ways in which the new policy lets somebody do more; null if its rules have too many cases to compare. */
export function policyWidenings(old: Policy, fresh: Policy): readonly PolicyWidening[] | null {
  const ruled = wideningsOf(old, fresh);
  if (ruled === null) return null;
  return [
    ...withoutRepeats(ruled).map((each): PolicyWidening => ({ kind: 'action', ...each })),
    ...tasksWidened(old, fresh),
    ...urgentWidened(old.urgent, fresh.urgent),
    ...purposesWidened(old, fresh),
  ];
}

/** Without what is told of fewer roles already: whoever has more roles has it too. */
function withoutRepeats(found: readonly Widening[]): readonly Widening[] {
  const isTold = (one: Widening, other: Widening) =>
    other.roles.length < one.roles.length &&
    other.roles.every((role) => one.roles.includes(role)) &&
    other.action === one.action &&
    other.relations.join() === one.relations.join() &&
    other.before.effect === one.before.effect &&
    other.after.effect === one.after.effect;
  return found.filter((one) => !found.some((other) => isTold(one, other)));
}

function tasksWidened(old: Policy, fresh: Policy): readonly PolicyWidening[] {
  return TASKS.map((task) => ({
    kind: 'task' as const,
    task,
    roles: fresh.tasks[task].filter((role) => !old.tasks[task].includes(role)),
  })).filter(({ roles }) => roles.length > 0);
}

/** One of: a role more, an action more, a longer grant, a later confirmation. What is not wider is told as it is. */
function urgentWidened(old: Urgent, fresh: Urgent): readonly PolicyWidening[] {
  if (fresh.roles.length === 0) return [];
  const more =
    fresh.roles.some((role) => !old.roles.includes(role)) ||
    fresh.actions.some((action) => !old.actions.includes(action)) ||
    fresh.hoursMax > old.hoursMax ||
    fresh.confirmHours > old.confirmHours;
  if (!more) return [];
  return [{ kind: 'urgent', roles: fresh.roles, actions: fresh.actions, hours: fresh.hoursMax, confirmHours: fresh.confirmHours }];
}

function purposesWidened(old: Policy, fresh: Policy): readonly PolicyWidening[] {
  return fresh.purposes
    .filter((purpose) => {
      const before = old.purposes.find(({ code }) => code === purpose.code);
      if (!before) return !purpose.approval;
      return (before.words && !purpose.words) || (before.approval && !purpose.approval);
    })
    .map(({ code }) => ({ kind: 'purpose', code }));
}
