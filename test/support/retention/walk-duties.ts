import { STATION } from '#domain/custody/actor';
import { DutyOpened } from '#domain/custody/duty-entries';
import { subject } from '#domain/custody/subject';
import type { FoundDuty } from '#domain/duties/duty';
import type { LedgerWriter } from '#ports/ledger';
import { anId, START_MS } from '#test/support/builders';

const v1 = (row: string) => row.replace(' /', ' /api/v1/');
const params = { id: 'duty' };

/** Requests to the routes of duties, for the walk of serve/walk.test.ts. */
export const DUTY_STEPS = [
  { row: v1('GET /duties'), leaves: [] },
  { row: v1('GET /duties/counts'), leaves: [] },
  { row: v1('GET /duties/:id'), params, leaves: [] },
  { row: v1('GET /duties/:id/custody'), params, leaves: [] },
  { row: v1('PUT /duties/:id/acknowledgement'), params, body: { reason: 'was on leave' }, leaves: ['duty.acknowledged'] },
] as const;

export function foundDuty(over: Partial<FoundDuty> = {}): FoundDuty {
  return {
    ...{ kind: 'late-docked', subject: { kind: 'recording', id: 'rec-none' }, owner: { role: 'custodian', unit: null } },
    ...{ sinceMs: START_MS, dueMs: START_MS + 1000, ...over },
  };
}

/** Opens a duty with its entry, as the station does. Returns its id. */
export async function openDuty(writer: LedgerWriter, over: Partial<FoundDuty> = {}, atMs = START_MS): Promise<string> {
  const id = anId('dty', atMs);
  const found = foundDuty(over);
  await writer.duties.open(id, found, atMs);
  const { kind, subject: about, owner, sinceMs, dueMs } = found;
  const times = { since: new Date(sinceMs).toISOString(), due: new Date(dueMs).toISOString() };
  const data = { kind, about: about.kind, named: about.id, ...owner, ...times };
  await writer.custody.append(DutyOpened.make({ atMs, actor: STATION, subject: subject('duty', id), data }));
  return id;
}
