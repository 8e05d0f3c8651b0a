import type { RecorderDriver } from '#ports/recorder-driver';

/** Takes anything: every file is a recording, of the kind that its extension suggests, else `unrecognised`. */
export const generic: RecorderDriver = {
  id: 'generic',
  title: 'Anything else',
  patterns: [],
  contiguousMs: 0,
  neverJoins: 'nothing is known of what its names mean',
  match() {
    return { score: 1, why: ['takes every file as it is'] };
  },
};
