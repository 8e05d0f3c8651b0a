import { isFrom } from '#domain/access/address-range';
import { type Asker, type Decision, decide, type Shown } from '#domain/access/decide';
import type { Action, Policy } from '#domain/access/policy';
import { scopeOf } from '#domain/access/scope-of';
import { effectiveProtection } from '#domain/protection';
import type { Scope } from '#domain/scope';
import { timeIn } from '#domain/time/calendar-date';
import type { Clock } from '#ports/clock';
import type { GrantBell } from '#ports/grant-bell';
import type { Ledger } from '#ports/ledger';
import type { JudgedRecording } from '#ports/ledger/policies';
import type { PolicyKeeper } from './policy-keeper.ts';

const DAY_MS = 86_400_000;

/** Given by the composition root. */
export interface AccessDeps {
  /** From memory. */
  readonly policy: () => Policy;
  readonly keeper: PolicyKeeper;
  /** Rung when a grant has ended: what is shown by it ends too. */
  readonly onRevoked: GrantBell['onRevoked'];
}

/** What decisions are made of. */
export interface AskingDeps {
  readonly ledger: Pick<Ledger, 'policies' | 'people' | 'callUps'>;
  readonly access: Pick<AccessDeps, 'policy'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly facts: { readonly timezone: string };
}

/** How and when somebody asks. */
export interface Asking {
  /** IP address that they come from; null: over the control socket, which is within no range. */
  readonly address: string | null;
  /** For `approve`: id of the person who asked for what is to be approved. */
  readonly requestedBy?: string | null;
  /** ms since 1970; now if left out. */
  readonly atMs?: number;
}

export interface Judged extends Decision {
  /** Version of the policy that decided. */
  readonly policy: number;
  /** Grants of the asker that cover this; empty if none does. */
  readonly grants: readonly string[];
  /** null: there is no such recording, which is refused. */
  readonly shown: Shown | null;
}

/** Whether the asker may do this with the recording now, and why. What is unknown is refused, as what no rule allows. */
export async function decideFor(deps: AskingDeps, asker: Asker, action: Action, recordingId: string, asking: Asking): Promise<Judged> {
  const { ledger, access, clock, facts } = deps;
  const atMs = asking.atMs ?? clock.nowMs();
  const policy = access.policy();
  const [judged, grants] = await Promise.all([
    ledger.policies.judged(recordingId),
    ledger.callUps.grantsCovering(asker.id, recordingId, action, atMs),
  ]);
  if (judged === null)
    return { effect: 'refuse', by: 'no-rule', matched: [], approval: null, policy: policy.version, grants: [], shown: null };
  const shown = shownOf(recordingId, judged, atMs);
  const decision = decide(policy, asker, action, shown, {
    time: timeIn(atMs, facts.timezone),
    isFrom: isFrom(asking.address),
    granted: grants.length > 0,
    requestedBy: asking.requestedBy ?? null,
  });
  return { ...decision, policy: policy.version, grants: grants.map(({ id }) => id), shown };
}

/** What the asker may see now: exactly the recordings for which `see` is not refused. */
export async function scopeFor(deps: AskingDeps, asker: Asker, asking: Pick<Asking, 'address' | 'atMs'>): Promise<Scope> {
  const { ledger, access, clock, facts } = deps;
  const atMs = asking.atMs ?? clock.nowMs();
  const [units, granted] = await Promise.all([
    asker.unit === null ? [] : ledger.people.unitsBelow(asker.unit),
    ledger.callUps.grantedTo(asker.id, 'see', atMs),
  ]);
  const time = timeIn(atMs, facts.timezone);
  const unitsBelow = units.filter((unit) => unit !== asker.unit);
  return scopeOf(access.policy(), asker, { time, isFrom: isFrom(asking.address), atMs, unitsBelow, granted });
}

export function shownOf(recordingId: string, judged: JudgedRecording, atMs: number): Shown {
  const { officerId, units, kind, category, important, createdAtMs, cases } = judged;
  const { confidentiality, privacy } = effectiveProtection(recordingId, judged, cases);
  return {
    ...{ officer: officerId, units, kind, category, important },
    confidentiality: confidentiality?.level ?? null,
    private: privacy.length > 0,
    caseStates: [...new Set(cases.map(({ state }) => state))],
    named: [...new Set(cases.flatMap(({ officerIds }) => officerIds))],
    days: Math.max(0, Math.floor((atMs - createdAtMs) / DAY_MS)),
  };
}
