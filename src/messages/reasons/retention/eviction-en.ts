/** Reasons of eviction and fetch-back. */
export const evictionEn = {
  'evict-interrupted': 'its eviction was interrupted before a byte was removed',
  'not-archived': 'the archive has no verified copy of {id}',
  'fetched-differs': '{key} came from the archive with SHA-256 {found}, not with {sha256} as it was sealed',
  'block-differs': 'bytes {start} to {end} of {key} have SHA-256 {found} in the archive, sealed was {sha256}',
  'fetch-cut': 'the answer ended before the recording was fetched',
  'fetch-no-room':
    '{path} ({size}) does not come back from the archive, where it stays safe and can be played: there is no room, and nothing more may leave the vault now ({why})',
  'fetch-stopped': 'the station stops; the rest comes at its next start',
  'above-high-water': 'lies above eviction.highWater',
  'evicted-told': '{files} {files:original|originals} ({size}) held by the archive alone',
  'evicted-playable-told': '{files} playable {files:copy|copies} ({size}) held by the archive alone',
  'eviction-off': 'eviction.on is off, so the vault gives up nothing',
  'above-low-water': 'the vault is {size} above its low-water mark',
  'below-low-water': 'the vault is below its low-water mark',
  'stays-not-sealed': '{files} {files:file|files} not sealed',
  'stays-busy': '{files} {files:file|files} of which work waits or runs',
  'stays-in-use': '{files} {files:file|files} in use',
  'stays-too-few-copies': '{files} {files:file|files} without enough copies in the archive',
  'stays-unverified': '{files} {files:file|files} whose copies have to be read back first',
  'fetch-cancelled': 'fetching {id} back was cancelled',
} as const;
