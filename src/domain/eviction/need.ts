import type { CustodyEntry } from '#domain/custody/entry';
import { OriginalEvicted, OriginalFetched, OriginalSealed } from '#domain/custody/original-entries';
import { RecordingDerived, RecordingViewed } from '#domain/custody/recording-entries';

/** What an entry says of the need for a recording's originals. */
export interface Need {
  readonly recordingId: string;
  /** `brought`: the vault holds an original of it from now on; `used`: one was used; `evicted`: one is not there any more. */
  readonly how: 'brought' | 'used' | 'evicted';
}

/** null for an entry that tells nothing of it. */
export function needIn(entry: CustodyEntry): Need | null {
  const brought = OriginalSealed.parse(entry) ?? OriginalFetched.parse(entry);
  if (brought) return { recordingId: brought.data.recording, how: 'brought' };
  const evicted = OriginalEvicted.parse(entry);
  if (evicted) return { recordingId: evicted.data.recording, how: 'evicted' };
  const used = RecordingViewed.parse(entry) ?? RecordingDerived.parse(entry);
  return used ? { recordingId: used.subject.id, how: 'used' } : null;
}
