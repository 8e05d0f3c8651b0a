import type { ScrubAnswer } from '#api/retention/scrub';
import type { StationClient } from '#cli/client';
import type { DoctorCheck } from '#cli/context';
import { because, type Reason, together } from '#domain/reason';

type Place = ScrubAnswer['places'][number];

/** Whether everything that is kept is read again in time, and what was found bad. */
export async function scrubCheck(client: StationClient): Promise<DoctorCheck> {
  const { json } = await client.request('GET', '/api/v1/scrub');
  const { on, places } = json as ScrubAnswer;
  const name = 'reading again';
  const remedy = because('mend-scrub', {});
  const told = together(places.map(standing));
  const bad = places.flatMap(badOf);
  if (bad.length > 0) return { name, ok: false, reason: because('but', { why: told, second: together(bad) }), remedy };
  const slow = [...(on ? [] : [because('scrub-off', {})]), ...places.flatMap(slowOf)];
  if (slow.length > 0) return { name, ok: true, warn: true, reason: because('but', { why: told, second: together(slow) }), remedy };
  return { name, ok: true, reason: told, remedy: null };
}

function standing({ place, items, periodDays: days }: Place): Reason {
  return items === 0 ? because('scrub-none', { place }) : because('scrub-place', { place, count: items, days });
}

function badOf({ place, faults, haltedAt }: Place): readonly Reason[] {
  return [
    ...(faults > 0 ? [because('scrub-faults', { place, count: faults })] : []),
    ...(haltedAt === null ? [] : [because('scrub-halted', { place, at: haltedAt })]),
  ];
}

function slowOf({ place, overdue, periodDays: days, keepsPeriod, roundDays: round, paused }: Place): readonly Reason[] {
  return [
    ...(paused ? [because('scrub-paused', { place })] : []),
    ...(overdue > 0 ? [because('scrub-overdue', { place, count: overdue, days })] : []),
    ...(keepsPeriod ? [] : [because('scrub-too-slow', { place, round })]),
  ];
}
