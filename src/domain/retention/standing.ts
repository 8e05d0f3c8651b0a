import type { RetentionTerm } from './retention-term.ts';
import { isOver } from './until.ts';

/** `kept`: its minimum is not over; `conflict`: nor is it, although its maximum is; `may-go`: nothing keeps it; `must-go`: and its maximum is over. */
export type Standing = 'kept' | 'conflict' | 'may-go' | 'must-go';

/** Where a recording stands at a moment. A hold is another matter: it beats all of this. */
export function standingOf({ minimum, maximum }: Pick<RetentionTerm, 'minimum' | 'maximum'>, nowMs: number): Standing {
  const mustGo = maximum !== null && isOver(maximum, nowMs);
  if (isOver(minimum, nowMs)) return mustGo ? 'must-go' : 'may-go';
  return mustGo ? 'conflict' : 'kept';
}
