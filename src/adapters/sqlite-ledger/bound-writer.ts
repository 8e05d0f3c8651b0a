import { EvidockError } from '#domain/errors';
import type { LedgerWriter } from '#ports/ledger';
import type { SqlWriter } from './writer.ts';

/**
 * What the custody log must tell of, in the same transaction. Not here: what is counted or probed anew (progress of a listing, states that add up from other
 * rows, when a copy was last seen), and work, which tells what is to be done and not what was done.
 */
const TOLD = [
  ...(['insertDocking', 'insertRefusal', 'assignSlot', 'releaseSlot', 'insertRecording', 'insertOriginal', 'moveToRecording'] as const),
  ...(['moveOriginal', 'markReplaced', 'relistOriginal', 'markCopied', 'unmarkCopied', 'markSealed', 'withdrawCopy'] as const),
  ...(['upsertDerivative', 'linkRecordings', 'addRecordingCase', 'removeRecordingCase', 'upsertOfficer', 'upsertRecorder'] as const),
  ...(['assignRecorder', 'upsertCase', 'upsertCaseEvent', 'insertSuggestion', 'decideSuggestion', 'upsertWorker'] as const),
] satisfies readonly (keyof LedgerWriter)[];
const MUST_TELL: ReadonlySet<PropertyKey> = new Set(TOLD);

export interface BoundWriter {
  readonly writer: LedgerWriter;
  /** Throws station.internal if something was changed that no custody entry tells of. */
  mustHaveTold(): void;
  /** The writer writes no more: one that outlives its transaction would write into somebody else's. */
  revoke(): void;
}

/** The writer of one transaction, which notes what it is used for. */
export function boundWriter(target: SqlWriter): BoundWriter {
  let changed: PropertyKey | null = null;
  let told = false;
  const { proxy, revoke } = Proxy.revocable(target, {
    get: (writer, property) => {
      if (MUST_TELL.has(property)) changed ??= property;
      if (property === 'appendCustody') told = true;
      const value: unknown = Reflect.get(writer, property, writer);
      return typeof value === 'function' ? value.bind(writer) : value;
    },
  });
  return {
    writer: proxy,
    mustHaveTold: () => {
      if (changed === null || told) return;
      throw new EvidockError('station.internal', `${String(changed)} without a custody entry: nothing of it was kept`);
    },
    revoke,
  };
}
