import { forecast } from '#domain/fixity/plan';
import type { Archive } from '#ports/archive';
import type { ScrubTally } from '#ports/ledger/scrubs';
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

type TallyOf = (place: string, beforeMs: number) => Promise<ScrubTally>;

/** The sums of places, counted again after so many ms: whoever asks every few seconds (metrics) does not have all rows added up each time. */
export function keptTallies({ ledger }: Pick<ScrubDeps, 'ledger'>, keptMs: number): TallyOf {
  const kept = new Map<string, { readonly untilMs: number; readonly tally: Promise<ScrubTally> }>();
  return (place, beforeMs) => {
    const nowMs = performance.now();
    const found = kept.get(place);
    if (found && nowMs < found.untilMs) return found.tally;
    const tally = ledger.scrubs.tally(place, beforeMs).catch((error: unknown) => {
      kept.delete(place);
      throw error;
    });
    kept.set(place, { untilMs: nowMs + keptMs, tally });
    return tally;
  };
}

/** How each place stands, and whether the bandwidth is enough for its period. */
export async function scrubStanding(
  deps: Pick<ScrubDeps, 'ledger' | 'clock' | 'limits'> & { readonly archive: Pick<Archive, 'name'> | null },
  tally: TallyOf = (place, beforeMs) => deps.ledger.scrubs.tally(place, beforeMs),
): Promise<readonly ScrubStanding[]> {
  const { ledger, clock, limits, archive } = deps;
  const nowMs = clock.nowMs();
  const standings: ScrubStanding[] = [];
  for (const place of ['vault', ...(archive ? [archive.name] : [])]) {
    const periodMs = place === 'vault' ? limits.vaultMs : limits.archiveMs;
    const { oldestMs, overdue, ...holding } = await tally(place, nowMs - periodMs);
    const { paused, haltedAtMs } = await ledger.scrubs.orders(place);
    const faults = (await ledger.scrubs.openFaults(place, FAULTS_TOLD)).length;
    const counted = { ...holding, oldestCheckMs: oldestMs, overdue };
    standings.push({ place, ...counted, ...forecast(holding, periodMs, limits.bytesPerSecond), periodMs, paused, haltedAtMs, faults });
  }
  return standings;
}
