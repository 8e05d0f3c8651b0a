import type { Actor } from '#domain/custody/actor';
import { ScrubOrdered } from '#domain/custody/scrub-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { ScrubLimits } from './deps.ts';

export type ScrubOrder = 'pause' | 'resume' | 'run' | 'confirm';

/** What the desk knows of the scrub of this station. */
export interface ScrubParts {
  readonly limits: ScrubLimits;
  /** False: the station reads nothing again on a schedule. */
  readonly on: boolean;
  /** The scrub looks at once what was ordered. */
  readonly wake: () => void;
}

interface Deps {
  readonly ledger: Ledger;
  readonly archive: { readonly name: string } | null;
  readonly clock: Clock;
  readonly scrub: ScrubParts;
  readonly facts: { readonly stationId: string };
}

const FAULTS_MAX = 10_000;

/**
 * Puts on record what a person orders for a place, and has it done. `confirm`: the faults so far were looked at, healing goes on, and what waits for it is taken up
 * at once. Throws request.invalid for a place that there is not.
 */
export async function orderScrub(deps: Deps, { place, order, actor }: { place: string; order: ScrubOrder; actor: Actor }): Promise<void> {
  const { ledger, archive, clock, scrub, facts } = deps;
  if (place !== 'vault' && place !== archive?.name) throw new EvidockError('request.invalid', because('no-scrub-place', { place }));
  const atMs = clock.nowMs();
  await ledger.transaction(async (writer) => {
    const orders = await writer.scrubs.orders(place);
    const changes = {
      pause: { paused: true },
      resume: { paused: false },
      run: { runSinceMs: atMs },
      confirm: { haltedAtMs: null, confirmedAtMs: atMs },
    }[order];
    await writer.scrubs.putOrders(place, { ...orders, ...changes });
    if (order === 'confirm')
      for (const fault of await writer.scrubs.openFaults(place, FAULTS_MAX)) await writer.scrubs.putFault({ ...fault, dueAtMs: atMs });
    await writer.custody.append(ScrubOrdered.make({ atMs, actor, subject: subject('station', facts.stationId), data: { place, order } }));
  });
  scrub.wake();
}
