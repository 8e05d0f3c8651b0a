import type { NoticeKind } from '#domain/call-up/notice';
import type { CallUpRequest } from '#domain/call-up/request';
import { newId } from '#domain/ids';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { CallUpDeps } from './deps.ts';

/** So many reviewers are told of a request at most: more than any agency has above one unit. */
const TOLD_MAX = 200;
const PAGE = 1000;

/** Writes a notice to each of these people, in the transaction of what they are told of. */
export async function tell(
  deps: CallUpDeps,
  writer: LedgerWriter,
  {
    kind,
    request,
    users,
    atMs,
  }: { readonly kind: NoticeKind; readonly request: string; readonly users: readonly string[]; readonly atMs: number },
): Promise<void> {
  for (const user of users) {
    const notice = { id: newId('ntc', atMs, deps.facts.stationId), user, kind, request, atMs, readAtMs: null };
    await writer.callUps.insertNotice(notice, deps.callUps.ways);
  }
}

/** The account of the asker; none for somebody at the machine itself, who has none. */
export function askerOf({ asker }: CallUpRequest): readonly string[] {
  return asker.id.startsWith('usr-') ? [asker.id] : [];
}

/** Ids of the people who may decide a request, by today's units and roles. */
export async function reviewersOf(ledger: LedgerReader, { asker, approvers, units }: CallUpRequest): Promise<readonly string[]> {
  const above = await Promise.all(units.map((unit) => ledger.people.unitsAbove(unit)));
  const all = above.length === 0 ? null : above.reduce((common, each) => common.filter((unit) => each.includes(unit)));
  const found = new Set<string>();
  for (const role of approvers) {
    let after: string | undefined;
    do {
      const page = await ledger.people.users({ role, state: 'active', limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const { id, unit } of page) if (id !== asker.id && (all === null || (unit !== null && all.includes(unit)))) found.add(id);
      after = page.length < PAGE ? undefined : page.at(-1)?.account;
    } while (after !== undefined && found.size < TOLD_MAX);
  }
  return [...found].slice(0, TOLD_MAX);
}
