import { because } from '#domain/reason';
import type { RecorderDriver } from '#ports/recorder-driver';

/** Takes anything: every file is a recording, of the kind that its extension suggests, else `unrecognised`. */
export const generic: RecorderDriver = {
  id: 'generic',
  title: 'Anything else',
  patterns: [],
  // For names that a site adds in its configuration: this driver itself knows none.
  contiguousMs: 2000,
  neverJoins: 'nothing is known of what its names mean',
  match() {
    return { score: 1, why: [because('taken-as-is', {})] };
  },
};
