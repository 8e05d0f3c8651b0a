import type { CustodyEntry } from '#domain/custody/entry';
import type { RecordingDetail } from '#ports/ledger/recordings';

/**
 * Finds where ledger and custody disagree that a recording is closed as replaced, and says it in words. Whoever marks a row as replaced hides that a file never
 * came. `custody`: the entries of the recording, oldest first.
 */
export function replacedFaults({ recording, originals }: RecordingDetail, custody: readonly CustodyEntry[]): string[] {
  const { id, state } = recording;
  const last = custody.findLast(
    ({ type, subject }) => subject.id === id && (type === 'recording.replaced' || type === 'recording.taken-up-again'),
  );
  const told = last?.type === 'recording.replaced';
  if ((state === 'replaced') !== told)
    return [
      told
        ? 'was closed as replaced, as the custody log tells, and is open'
        : 'is closed as replaced, and the custody log has no entry of it',
    ];
  return originals
    .filter((original) => (original.replacedBy !== null) !== told || (told && original.state !== 'listed'))
    .map(({ cardPath, state: its }) => `${cardPath} is ${its} and ${told ? 'not ' : ''}marked as replaced in a recording that is ${state}`);
}
