import type { FastifyRequest } from 'fastify';
import type { Gatekeeper } from '#desk/access/gatekeeper';
import type { DeskDeps } from '#desk/deps';
import { TASK_OF } from '#domain/access/task-of';
import { type LookRight, NO_RIGHT } from '#domain/look/look';
import type { LedgerReader } from '#ports/ledger';
import type { ShowingRight } from './playback.ts';
import type { Principal, PrincipalOf } from './principal.ts';
import type { Leave } from './route.ts';

interface Asked {
  readonly deps: Pick<DeskDeps, 'people' | 'ledger' | 'access'>;
  readonly gatekeeper: Gatekeeper;
  readonly principalOf: PrincipalOf;
  readonly request: FastifyRequest;
  /** Who was let through. */
  readonly principal: Principal;
  /** By what the request was let through. */
  readonly leave: Leave | null;
}

/**
 * The right by which footage is shown. It is asked for again while bytes go out: whoever asked must still be known, have the task, and be let do the same by policy
 * and grants as they are then. It is in doubt as soon as somebody's account or a unit is changed, or a grant ends.
 */
export async function showingRight({ deps, gatekeeper, principalOf, request, principal, leave }: Asked): Promise<ShowingRight> {
  if (leave === null) return { ...NO_RIGHT, holds: async () => false, onDoubt: () => () => undefined };
  const { grants, recording, actions } = leave;
  return {
    ...(await lookRightOf(deps.ledger, leave)),
    holds: async () => {
      const now = await principalOf(request, false);
      if (now.kind !== principal.kind || now.id !== principal.id) return false;
      if (!actions.every((action) => now.tasks.has(TASK_OF[action]))) return false;
      if (now.kind === 'cli') return true;
      // What may be seen no more is not there for whoever asks, whatever a rule says of looking at it.
      for (const action of new Set(['see' as const, ...actions])) {
        const { effect } = await gatekeeper.decideFor(now.asker, action, recording, { address: now.address });
        if (effect !== 'allow' && effect !== 'allow-with-reason') return false;
      }
      return true;
    },
    onDoubt: (listener) => {
      const stops = [
        deps.people.onChanged(listener),
        deps.access.onRevoked(({ grant }) => {
          if (grants.includes(grant)) listener();
        }),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** By what somebody may look, as the entry of the look tells it. */
export async function lookRightOf(ledger: Pick<LedgerReader, 'callUps' | 'looks'>, leave: Leave | null): Promise<LookRight> {
  if (leave === null) return NO_RIGHT;
  const { policy, rules, grants, reason, forCase } = leave;
  const of = forCase === null ? await caseOf(ledger, grants[0]) : { caseNumber: forCase.number, caseTitle: forCase.title };
  return {
    ...{ policy, rule: rules.at(-1) ?? null, grant: grants[0] ?? null, ...of },
    ...{ reason: reason?.code ?? null, words: reason?.words ?? null },
  };
}

/** The case for which a grant was given, and its title now. */
async function caseOf(
  { callUps, looks }: Pick<LedgerReader, 'callUps' | 'looks'>,
  grant: string | undefined,
): Promise<{ readonly caseNumber: string | null; readonly caseTitle: string | null }> {
  const target = grant === undefined ? undefined : (await callUps.grant(grant))?.target;
  if (target?.by !== 'case') return { caseNumber: null, caseTitle: null };
  return { caseNumber: target.number, caseTitle: (await looks.titlesNow([target.number])).get(target.number) ?? null };
}
