import type { Original, Recording } from '#domain/recording';
import type { ClaimSource } from './claim.ts';
import type { Sighting } from './readings.ts';

/** What was known of a file when it was put on record, from its claims. The row is left empty: only the card tells it. */
export function sightingOfRecord(
  { startClaims, claimedStart, claimedFrom }: Pick<Recording, 'startClaims' | 'claimedStart' | 'claimedFrom'>,
  { kind, mtimeMs }: Pick<Original, 'kind' | 'mtimeMs'>,
): Sighting {
  const of = (source: ClaimSource) => startClaims.find((claim) => claim.source === source);
  const [container, gps] = [of('container'), of('gps')];
  const name = of('file-name')?.written ?? (claimedFrom === 'file-name' ? claimedStart : null);
  return {
    kind,
    name,
    mtimeMs,
    row: '',
    writtenMs: container ? writtenMs(container.written) : null,
    durationMs: startClaims.find(({ durationMs }) => durationMs !== null)?.durationMs ?? null,
    gps: gps ? { firstMs: writtenMs(gps.written), lastMs: writtenMs(gps.until ?? gps.written) } : null,
  };
}

/** A written time with its digits read as UTC, ms since 1970. */
function writtenMs(written: string): number {
  return Date.parse(written.endsWith('Z') ? written : `${written}Z`);
}
