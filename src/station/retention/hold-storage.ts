import type { HoldStorage } from '#desk/holds/mirror';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Copy } from '#domain/recording';
import { manifestKey } from '#domain/vault/vault-key';
import type { Ledger } from '#ports/ledger';
import type { HeldObject } from '#ports/ledger/holds';
import type { LockLine } from './lock-line.ts';

interface Given {
  readonly ledger: Ledger;
  readonly lockLine: Pick<LockLine, 'locks' | 'plan' | 'heldByTerm'>;
  /** Name of the archive in copies. */
  readonly place: string;
}

/** The holds of single objects in this archive, by its locks: of an original its manifest is held too. */
export function holdStorage({ ledger, lockLine: { locks, plan, heldByTerm }, place }: Given): HoldStorage {
  return {
    name: place,
    canHold: async () => (await plan.bucket()).hold,
    objectsOf: (copy) => objectsOf(ledger, copy),
    hold: async (object, { recordingId, on }, signal) => {
      const held = on || (await heldByTerm(recordingId));
      const told = await locks.hold(object, held, signal);
      if (told.hold !== held) throw new EvidockError('archive.lock-differs', because('hold-differs', { key: object.key }));
      return held;
    },
  };
}

/** A version that nobody has noted yet is not guessed: whatever somebody has put over it would be held in its place. */
async function objectsOf(ledger: Ledger, { recordingId, itemId, key, versionId, manifestVersionId }: Copy): Promise<readonly HeldObject[]> {
  const original = (await ledger.recordings.detail(recordingId))?.originals.find(({ id }) => id === itemId);
  if (!original) return [];
  if (versionId === null) throw new EvidockError('archive.refused', because('hold-version-unknown', { key }));
  const manifest = manifestKey(recordingId, original.index);
  if (manifestVersionId === null) throw new EvidockError('archive.refused', because('hold-version-unknown', { key: manifest }));
  return [
    { key, versionId },
    { key: manifest, versionId: manifestVersionId },
  ];
}
