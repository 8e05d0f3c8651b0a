import { SHIPPING_PLACES, type ShippingPlace } from '#ports/log-shipping';
import type { DeskDeps } from './deps.ts';

export interface LogLag {
  readonly place: ShippingPlace;
  /** How many entries are not there. */
  readonly entries: number;
  /** Age of the oldest that is not there, s; 0 if all are. */
  readonly ageSeconds: number;
  /** Erased personal values that still stand there. */
  readonly erased: number;
}

/** How far each place is behind the custody log; none where the log is not shipped. */
export async function logLags({
  ledger,
  archive,
  clock,
  facts,
}: Pick<DeskDeps, 'ledger' | 'archive' | 'clock' | 'facts'>): Promise<readonly LogLag[]> {
  if (!facts.shipsLog) return [];
  const places = SHIPPING_PLACES.filter((place) => place === 'vault' || archive !== null);
  return Promise.all(
    places.map(async (place) => {
      const { entries, oldestAtMs, erased } = await ledger.shipping.lag(place);
      const ageSeconds = entries === 0 || oldestAtMs === null ? 0 : Math.max(0, Math.round((clock.nowMs() - oldestAtMs) / 1000));
      return { place, entries, ageSeconds, erased };
    }),
  );
}
