import type { PolicyAnswer } from '#api/policy';
import type { StationClient } from '#cli/client';
import type { DoctorCheck } from '#cli/context';
import { because } from '#domain/reason';

/** Which policy is in force, whether its file can be used, and whether proposals wait for a second person. */
export async function policyCheck(client: StationClient): Promise<DoctorCheck> {
  const { json } = await client.request('GET', '/api/v1/policy');
  const { version, trouble, waiting } = json as PolicyAnswer;
  const reason = because('policy-in-force', { version });
  const remedy = because('mend-policy', {});
  if (trouble !== null) return { name: 'policy', ok: false, reason: because('but', { why: reason, second: trouble }), remedy };
  if (waiting === 0) return { name: 'policy', ok: true, reason, remedy: null };
  return {
    name: 'policy',
    ok: true,
    warn: true,
    reason: because('but', { why: reason, second: because('policy-waits', { count: waiting }) }),
    remedy,
  };
}
