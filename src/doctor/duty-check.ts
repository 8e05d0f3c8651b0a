import type { DutyCountsAnswer } from '#api/retention/duties';
import type { StationClient } from '#cli/client';
import type { DoctorCheck } from '#cli/context';
import { because } from '#domain/reason';

/** How much has to be seen to, and whether some of it is overdue. A duty stops nothing: the station goes on. */
export async function dutyCheck(client: StationClient): Promise<DoctorCheck> {
  const { json } = await client.request('GET', '/api/v1/duties/counts');
  const { kinds } = json as DutyCountsAnswer;
  const sum = (figure: 'open' | 'overdue') => kinds.reduce((all, each) => all + each[figure], 0);
  const reason = because('duties-open', { count: sum('open') });
  if (sum('overdue') === 0) return { name: 'duties', ok: true, reason, remedy: null };
  const second = because('duties-overdue', { count: sum('overdue') });
  const remedy = because('mend-duties', {});
  return { name: 'duties', ok: true, warn: true, reason: because('but', { why: reason, second }), remedy };
}
