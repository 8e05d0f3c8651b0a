import type { Caller } from '#desk/call-up/caller';
import type { Actor } from '#domain/custody/actor';
import type { Principal } from './principal.ts';

/** Who asks, as call-up knows people. */
export function callerOf({ id, kind }: Principal, actor: Actor): Caller {
  const asker = { id: `cli:${id ?? 'unknown'}`, roles: [], officer: null, unit: null };
  return { asker, actor, address: null, breakGlass: kind === 'cli', decides: false, audits: false };
}
