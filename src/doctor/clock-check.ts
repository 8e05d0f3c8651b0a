import type { ClockAnswer } from '#api/clock';
import type { StationClient } from '#cli/client';
import type { DoctorCheck } from '#cli/context';
import { because } from '#domain/reason';

/** Whether the clock of the station went back or jumped, and nobody confirmed it since. */
export async function clockCheck(client: StationClient): Promise<DoctorCheck> {
  const { json } = await client.request('GET', '/api/v1/clock');
  const { state, byMs, seenAt } = json as ClockAnswer;
  const name = 'clock steady';
  if (state === 'steady') return { name, ok: true, reason: because('clock-steady', {}), remedy: null };
  const found = { seconds: Math.round((byMs ?? 0) / 1000), at: seenAt ?? '' };
  const reason = state === 'jumped' ? because('clock-jumped', found) : because('clock-went-back', found);
  return { name, ok: false, reason, remedy: because('mend-clock-steady', {}) };
}
