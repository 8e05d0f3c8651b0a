import { forecast } from '#domain/fixity/plan';
import type { Archive } from '#ports/archive';
import type { ScrubDeps } from './deps.ts';

/** How one place stands. */
export interface ScrubStanding {
  readonly place: string;
  readonly items: number;
  readonly bytes: number;
  readonly periodMs: number;
  readonly oldestCheckMs: number | null;
  readonly overdue: number;
  readonly bytesPerHour: number;
  readonly roundMs: number;
  readonly keepsPeriod: boolean;
  readonly paused: boolean;
  readonly haltedAtMs: number | null;
  readonly faults: number;
}

const FAULTS_TOLD = 1000;

/** How each place stands, and whether the bandwidth is enough for its period. */
export async function scrubStanding(
  deps: Pick<ScrubDeps, 'ledger' | 'clock' | 'limits'> & { readonly archive: Pick<Archive, 'name'> | null },
): Promise<readonly ScrubStanding[]> {
  const { ledger, clock, limits, archive } = deps;
  const nowMs = clock.nowMs();
  const standings: ScrubStanding[] = [];
  for (const place of ['vault', ...(archive ? [archive.name] : [])]) {
    const periodMs = place === 'vault' ? limits.vaultMs : limits.archiveMs;
    const holding = await ledger.scrubs.holding(place);
    const { oldestMs } = await ledger.scrubs.checkedBefore(place, nowMs + 1);
    const { items: overdue } = await ledger.scrubs.checkedBefore(place, nowMs - periodMs);
    const { paused, haltedAtMs } = await ledger.scrubs.orders(place);
    const faults = (await ledger.scrubs.openFaults(place, FAULTS_TOLD)).length;
    const counted = { ...holding, oldestCheckMs: oldestMs, overdue };
    standings.push({ place, ...counted, ...forecast(holding, periodMs, limits.bytesPerSecond), periodMs, paused, haltedAtMs, faults });
  }
  return standings;
}
