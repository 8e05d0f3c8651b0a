import type { NoticeKind } from '#domain/call-up/notice';
import { newId } from '#domain/ids';
import type { LedgerWriter } from '#ports/ledger';
import type { DisposalDeps } from './parts.ts';

/** So many people are told of one list at most. */
const TOLD_MAX = 1000;

/** Writes a notice to each of these people, in the transaction of what they are told of. */
export async function tellAbout(
  deps: DisposalDeps,
  writer: LedgerWriter,
  {
    kind,
    disposal,
    users,
    atMs,
  }: { readonly kind: NoticeKind; readonly disposal: string; readonly users: readonly string[]; readonly atMs: number },
): Promise<void> {
  const people = new Set(users.filter((user) => user.startsWith('usr-')).slice(0, TOLD_MAX));
  for (const user of people) {
    const notice = { id: newId('ntc', atMs, deps.facts.stationId), user, kind, request: disposal, atMs, readAtMs: null };
    await writer.callUps.insertNotice(notice, deps.callUps.ways);
  }
}

/** Accounts of the officers whom recordings of a list show. */
export async function officersOf(writer: LedgerWriter, recordingIds: readonly string[]): Promise<readonly string[]> {
  const officers = new Set<string>();
  for (const id of recordingIds) {
    const officer = (await writer.recordings.get(id))?.officerId;
    if (officer) officers.add(officer);
  }
  const users: string[] = [];
  for (const officer of officers) {
    const user = await writer.people.userByOfficer(officer);
    if (user) users.push(user.id);
  }
  return users;
}
