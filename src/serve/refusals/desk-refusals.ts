import type { Gatekeeper } from '#desk/access/gatekeeper';
import { EvidockError } from '#domain/errors';
import type { Reason, ReasonCode } from '#messages/reason';
import { taskOf } from '#serve/leave';
import { type Principal, viewerOf } from '#serve/principal';
import type { Route } from '#serve/route';

/**
 * Why the desk turns somebody away because of people, cases or requests of others, where the answer is not `request.forbidden`: a foreign one may be answered as one
 * that never was, so both are on record alike.
 */
const OF_OTHERS: readonly ReasonCode[] = ['case-of-others', 'case-unknown', 'no-call-up', 'no-grant', 'nothing-to-call-up'];

/**
 * Runs a handler. Where the desk refuses what whoever asks may not do to people, cases and footage of others, that is on record before they are told. What the route
 * itself refuses has its entry already. Throws what the handler throws, or ledger.failed.
 */
export async function withRefusals<T>(
  { gatekeeper, principal, row }: { readonly gatekeeper: Gatekeeper; readonly principal: Principal; readonly row: Route },
  body: () => Promise<T>,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof EvidockError && isOfOthers(error)) {
      const { reason: why } = error;
      const wanted = { task: taskOf(row) ?? 'own-account', tried: namedIn(why) } as const;
      await gatekeeper.refused({ viewer: viewerOf(principal), route: `${row.method} ${row.url}`, wanted, by: why.code, why });
    }
    throw error;
  }
}

/** A task that is lacking is on record where it is asked for. */
function isOfOthers({ code, reason }: EvidockError): boolean {
  return reason.code !== 'needs-task' && (code === 'request.forbidden' || OF_OTHERS.includes(reason.code));
}

/** `officer 041234`: what the refusal names. */
function namedIn({ params }: Reason): string {
  return Object.entries(params)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}
