import { shownOf } from '#desk/access/decide-for';
import { isFrom } from '#domain/access/address-range';
import { decide } from '#domain/access/decide';
import type { Policy } from '#domain/access/policy';
import { timeIn } from '#domain/time/calendar-date';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { CallUpRules, Judgement } from './rules.ts';

interface Options {
  readonly ledger: Pick<Ledger, 'policies'>;
  /** The policy in force. */
  readonly policy: () => Policy;
  readonly clock: Clock;
  readonly timezone: string;
}

/** Asks the policy in force. No grant counts: a request says what somebody may be given, not what they have. */
export function policyRules({ ledger, policy, clock, timezone }: Options): CallUpRules {
  return {
    policy,
    judge: async (asker, actions, recordings, from) => {
      const rules = policy();
      const atMs = clock.nowMs();
      const judged: Judgement[] = [];
      for (const recording of recordings) {
        const found = await ledger.policies.judged(recording);
        if (found === null) continue;
        const shown = shownOf(recording, found, atMs);
        const moment = { time: timeIn(atMs, timezone), isFrom: isFrom(from.address), granted: false, requestedBy: from.requestedBy };
        const decisions = new Map(actions.map((action) => [action, decide(rules, asker, action, shown, moment)]));
        judged.push({ recording, units: shown.units, level: shown.confidentiality, decisions });
      }
      return judged;
    },
  };
}
