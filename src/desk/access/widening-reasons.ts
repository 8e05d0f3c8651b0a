import type { Decision } from '#domain/access/decide';
import type { PolicyWidening } from '#domain/access/widening-of-policy';
import { because, type Reason } from '#domain/reason';

/** What a person is told of a widening, before they adopt it. */
export function wideningReason(widening: PolicyWidening): Reason {
  const { kind } = widening;
  if (kind === 'task') return because('widens-task', { roles: widening.roles, task: widening.task });
  if (kind === 'purpose') return because('widens-purpose', { purpose: widening.code });
  if (kind === 'urgent') {
    const { roles, actions, hours, confirmHours } = widening;
    return because('widens-urgent', { roles, actions, hours, confirmHours });
  }
  const { roles, action, relations, before, after } = widening;
  return because('widens-action', {
    ...{ roles, action, relations: relations.length === 0 ? ['any'] : relations },
    ...{ effect: after.effect, rule: deciderOf(after), formerEffect: before.effect, formerRule: deciderOf(before) },
  });
}

/** Id of the rule, the invariant, or `no-rule`. */
export function deciderOf({ by }: Pick<Decision, 'by'>): string {
  if (by === 'no-rule') return by;
  return 'rule' in by ? by.rule : by.invariant;
}
