import type { CustodyEntry } from '#domain/custody/entry';
import { because, type Reason } from '#domain/reason';
import type { RecordingDetail } from '#ports/ledger/recordings';

/**
 * What is wrong with a recording that is, or looks, closed as replaced: whoever marks a row so hides that a file never came. `custody` is of the recording,
 * oldest first.
 */
export function replacedFaults({ recording, originals }: RecordingDetail, custody: readonly CustodyEntry[]): Reason[] {
  const { id, state } = recording;
  const last = custody.findLast(
    ({ type, subject }) => subject.id === id && (type === 'recording.replaced' || type === 'recording.taken-up-again'),
  );
  const told = last?.type === 'recording.replaced';
  if ((state === 'replaced') !== told) return [told ? because('open-logged-replaced', {}) : because('replaced-unlogged', {})];
  return originals
    .filter((original) => (original.replacedBy !== null) !== told || (told && original.state !== 'listed'))
    .map(({ cardPath, state: its }) =>
      because(told ? 'not-marked-replaced' : 'marked-replaced', { path: cardPath, state: its, recordingState: state }),
    );
}
