import type { FastifyRequest } from 'fastify';
import type { Gatekeeper } from '#desk/access/gatekeeper';
import { NO_RIGHT } from '#domain/look/look';
import type { Leave } from './leave.ts';
import type { ShowingRight } from './playback.ts';
import type { PrincipalOf } from './principal.ts';

interface Asked {
  readonly gatekeeper: Gatekeeper;
  readonly principalOf: PrincipalOf;
  readonly request: FastifyRequest;
  /** By what the request was let through. */
  readonly leave: Leave | null;
}

/** The right by which a request shows footage. It is asked for again while bytes go out: who asks must still be known, and still be let do the same. */
export function showingRight({ gatekeeper, principalOf, request, leave }: Asked): ShowingRight {
  if (leave === null) return { ...NO_RIGHT, holds: async () => false, onDoubt: () => () => undefined };
  const { policy, rules, grants, reason, recording, actions } = leave;
  return {
    ...{ policy, rule: rules.at(-1) ?? null, caseNumber: null, caseTitle: null, grant: grants[0] ?? null },
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
