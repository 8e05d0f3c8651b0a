import { SHIPPING_PLACES, type ShippingPlace } from '#ports/log-shipping';
import type { DeskDeps } from './deps.ts';

export interface LogLag {
  readonly place: ShippingPlace;
  /** How many entries the place does not have yet. */
  readonly entries: number;
  /** Age of the oldest entry that the place does not have yet, s; 0 if it has all. */
  readonly ageSeconds: number;
  /** Entries of which the place still holds a personal value that is erased in the ledger. */
  readonly erased: number;
}

/** How far vault and archive are behind the custody log. Empty where the log is not shipped. */
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
