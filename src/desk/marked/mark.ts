import type { Viewer } from '#domain/look/look';
import { msToClaimed, msToZoned } from '#domain/time/station-time';
import type { LedgerReader } from '#ports/ledger';

/** More of a session's or token's id would only make the mark longer. The log has all of it. */
const PROOF_CHARACTERS = 6;
/** Letters of a name or an account that are drawn. */
const LETTERS_MAX = 100;
// Controls, and marks that turn the direction of what follows: a name must not hide what stands beside it.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

interface Deps {
  readonly ledger: Pick<LedgerReader, 'people'>;
  readonly timezone: string;
  readonly nowMs: number;
}

/** What a copy tells of who took it: name, account, time in the station's zone, and the end of the id of session or token. The player shows the same. */
export async function markOf({ ledger, timezone, nowMs }: Deps, { actor, user, name }: Viewer): Promise<string> {
  // The name of a token is what somebody called it; a mark names the person.
  const person = user === null ? null : await ledger.people.user(user);
  const time = msToClaimed(nowMs, timezone)?.replace('T', ' ') ?? msToZoned(nowMs, timezone);
  const proof = (actor.kind === 'token' ? actor.id : actor.session)?.slice(-PROOF_CHARACTERS);
  return [person?.name ?? name, person?.account ?? user, time, proof].flatMap((part) => printed(part ?? '')).join(' · ');
}

function printed(part: string): readonly string[] {
  const shown = [...part.toWellFormed().replaceAll(UNPRINTABLE, ' ').trim()].slice(0, LETTERS_MAX).join('');
  return shown === '' ? [] : [shown];
}
