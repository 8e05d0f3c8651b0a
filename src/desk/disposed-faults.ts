import type { CustodyEntry } from '#domain/custody/entry';
import { because, type Reason } from '#domain/reason';
import type { RecordingDetail } from '#ports/ledger/recordings';

/**
 * What is wrong with a recording that is, or looks, disposed of: whoever marks a row so hides that its files are gone, and whoever takes the mark away hides that
 * they went. `custody` is of the recording.
 */
export function disposedFaults({ recording: { id, state }, copies }: RecordingDetail, custody: readonly CustodyEntry[]): Reason[] {
  const told = custody.some(({ type, subject }) => subject.id === id && type === 'recording.disposed');
  if ((state === 'disposed') !== told) return [because(told ? 'open-logged-disposed' : 'disposed-unlogged', {})];
  return told && copies.length > 0 ? [because('disposed-with-copies', { count: copies.length })] : [];
}
