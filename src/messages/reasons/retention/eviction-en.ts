/** Reasons of eviction and fetch-back. */
export const evictionEn = {
  'evict-interrupted': 'its eviction was interrupted before a byte was removed',
  'not-archived': 'the archive has no verified copy of {id}',
  'fetched-differs': '{key} came from the archive with SHA-256 {found}, not with {sha256} as it was sealed',
  'fetch-cut': 'the answer ended before the recording was fetched',
  'fetch-stopped': 'the station stops; the rest comes at its next start',
  'above-high-water': 'lies above eviction.highWater',
  'fetch-cancelled': 'fetching {id} back was cancelled',
} as const;
