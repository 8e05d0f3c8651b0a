import type { Caller } from '#desk/call-up/caller';
import type { Actor } from '#domain/custody/actor';
import type { Principal } from '#serve/principal';

/** Who asks, as call-up knows people. */
export function callerOf({ kind, asker, address, tasks }: Principal, actor: Actor): Caller {
  return {
    ...{ asker, actor, address, breakGlass: kind === 'cli' },
    decides: tasks.has('decide-call-up'),
    audits: tasks.has('read-audit'),
  };
}
