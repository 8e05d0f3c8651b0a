import type { Kind } from '#domain/kind';

/** What a satellite receiver wrote: when it was where. As it stands in the file, so it may be nonsense. */
export interface Fix {
  /** True time, ms since 1970 UTC. */
  readonly atMs: number;
  /** Degrees of WGS-84, north and east positive; NaN where the file has something else there. */
  readonly latitude: number;
  readonly longitude: number;
  /** Speed over ground; null: not told. */
  readonly kmh: number | null;
}

/** What came out of a piece of a file. */
export interface Fixes {
  readonly fixes: readonly Fix[];
  /** Entries that cannot be read: a wrong sum, no time, a date that no calendar has. */
  readonly unreadable: number;
}

// Some makers write sentences into a text or a log beside the clip.
const NAME = /\.(?:gps|nmea|gpx|txt|log)$/i;

/** Whether a file of a card may hold a track that can be read: one by its kind and name, or a text that travels with a clip. */
export function mayHoldTrack({
  kind,
  role,
  cardPath,
}: {
  readonly kind: Kind;
  readonly role: 'segment' | 'sidecar';
  readonly cardPath: string;
}): boolean {
  return (kind === 'track' || role === 'sidecar') && NAME.test(cardPath);
}
