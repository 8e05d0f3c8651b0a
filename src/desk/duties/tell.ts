import type { CallUpParts } from '#desk/call-up/deps';
import { waysOf } from '#domain/call-up/notice';
import { DIGEST_MAX, digestText } from '#domain/duties/digest';
import { isOverdue } from '#domain/duties/duty';
import { newId } from '#domain/ids';
import { dateIn, timeIn } from '#domain/time/calendar-date';
import { everyOwner, type OwnerDeps, Owners, overdueOf } from './owners.ts';

export interface TellDeps extends OwnerDeps {
  readonly callUps: Pick<CallUpParts, 'ways' | 'wake' | 'time'>;
  readonly facts: { readonly timezone: string; readonly stationId: string };
  /** From this hour of the day on, in the station's zone, a digest is sent. */
  readonly digestHour: number;
}

/** Duties that are told of at once, and in one turn. */
const PAGE = 100;
const PAGES = 10;
/** Single duties that one person is told of in a day. The digest lists those beyond. */
const SINGLES_MAX = 100;
const DAY_MS = 86_400_000;

/** Tells the owners of each duty that has become overdue, once, and each owner once a day of all of theirs. */
export async function tellOwners(deps: TellDeps): Promise<void> {
  const told = (await tellOverdue(deps)) + (await tellDigests(deps));
  if (told > 0) deps.callUps.wake();
}

async function tellOverdue(deps: TellDeps): Promise<number> {
  const { ledger, clock } = deps;
  const owners = new Owners(deps);
  let told = 0;
  for (let page = 0; page < PAGES; page += 1) {
    const due = await ledger.duties.untold(clock.nowMs(), PAGE);
    for (const duty of due) {
      const users = (await owners.of(duty)).map(({ id }) => id);
      told += await tellOne(deps, duty.id, users);
    }
    if (due.length < PAGE) break;
  }
  return told;
}

/** Returns how many were told. The duty is read again: somebody may have answered meanwhile. */
function tellOne({ ledger, clock, callUps, facts }: TellDeps, request: string, users: readonly string[]): Promise<number> {
  const kind = 'duty-overdue';
  return ledger.transaction(async (writer) => {
    const atMs = clock.nowMs();
    const duty = await writer.duties.get(request);
    if (duty === null || !isOverdue(duty, atMs)) return 0;
    let told = 0;
    for (const user of users) {
      if ((await writer.callUps.countNotices({ user, kind, sinceMs: atMs - DAY_MS })) >= SINGLES_MAX) continue;
      const id = newId('ntc', atMs, facts.stationId);
      await writer.callUps.insertNotice({ id, user, kind, request, atMs, readAtMs: null }, waysOf(kind, callUps.ways));
      told += 1;
    }
    await writer.duties.noteTold(request, atMs);
    return told;
  });
}

async function tellDigests(deps: TellDeps): Promise<number> {
  const { ledger, clock, callUps, facts, digestHour } = deps;
  const kind = 'duties-digest';
  const nowMs = clock.nowMs();
  if (Number(timeIn(nowMs, facts.timezone).slice(0, 2)) < digestHour) return 0;
  const request = dateIn(nowMs, facts.timezone);
  let told = 0;
  for await (const { id: user, ...rest } of everyOwner(deps)) {
    const known = { user, kind, sinceMs: nowMs - 2 * DAY_MS, request } as const;
    if ((await ledger.callUps.countNotices(known)) > 0) continue;
    if ((await overdueOf(deps, { id: user, ...rest }, 1)).length === 0) continue;
    const id = newId('ntc', nowMs, facts.stationId);
    told += await ledger.transaction(async (writer) => {
      if ((await writer.callUps.countNotices(known)) > 0) return 0;
      await writer.callUps.insertNotice({ id, user, kind, request, atMs: nowMs, readAtMs: null }, waysOf(kind, callUps.ways));
      return 1;
    });
  }
  return told;
}

/** Writes the digest of a person when it is sent: what is overdue then. null: nothing is any more. */
export async function digestFor(
  deps: OwnerDeps,
  userId: string,
  { language, link }: { readonly language: Parameters<typeof digestText>[0]; readonly link: string | null },
): Promise<{ readonly subject: string; readonly text: string } | null> {
  const user = await deps.ledger.people.user(userId);
  if (user === null) return null;
  const duties = await overdueOf(deps, user, DIGEST_MAX + 1);
  return duties.length === 0 ? null : digestText(language, { duties, link, zone: deps.facts.timezone });
}
