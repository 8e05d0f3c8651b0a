import type { FastifyRequest } from 'fastify';
import type { Gatekeeper } from '#desk/access/gatekeeper';
import { NO_RIGHT } from '#domain/look/look';
import type { LedgerReader } from '#ports/ledger';
import type { Leave } from './leave.ts';
import type { ShowingRight } from './playback.ts';
import type { PrincipalOf } from './principal.ts';

interface Asked {
  readonly gatekeeper: Gatekeeper;
  readonly principalOf: PrincipalOf;
  readonly request: FastifyRequest;
  /** By what the request was let through. */
  readonly leave: Leave | null;
  readonly ledger: Pick<LedgerReader, 'callUps' | 'looks'>;
}

/** The right by which a request shows footage. It is asked for again while bytes go out: who asks must still be known, and still be let do the same. */
export async function showingRight({ gatekeeper, principalOf, request, leave, ledger }: Asked): Promise<ShowingRight> {
  if (leave === null) return { ...NO_RIGHT, holds: async () => false, onDoubt: () => () => undefined };
  const { policy, rules, grants, reason, recording, actions } = leave;
  return {
    ...{ policy, rule: rules.at(-1) ?? null, grant: grants[0] ?? null, ...(await caseOf(ledger, grants[0])) },
    ...{ reason: reason?.code ?? null, words: reason?.words ?? null },
    holds: async () => {
      const now = await principalOf(request);
      if (now.kind === 'cli') return true;
      if (now.kind === 'nobody') return false;
      for (const action of actions) {
        const { effect } = await gatekeeper.decideFor(now.asker, action, recording, { address: now.address });
        if (effect !== 'allow' && effect !== 'allow-with-reason') return false;
      }
      return true;
    },
    onDoubt: () => () => undefined,
  };
}

/** The case for which a grant was given, and its title now. */
async function caseOf(
  { callUps, looks }: Asked['ledger'],
  grant: string | undefined,
): Promise<{ readonly caseNumber: string | null; readonly caseTitle: string | null }> {
  const target = grant === undefined ? undefined : (await callUps.grant(grant))?.target;
  if (target?.by !== 'case') return { caseNumber: null, caseTitle: null };
  return { caseNumber: target.number, caseTitle: (await looks.titlesNow([target.number])).get(target.number) ?? null };
}
