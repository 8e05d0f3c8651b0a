import { type EffectiveProtection, effectiveProtection } from '#domain/protection';
import type { Work } from '#domain/work';
import type { LedgerReader } from '#ports/ledger';
import type { WaitingFetch } from '#ports/ledger/eviction';
import type { RecordingDetail } from '#ports/ledger/recordings';

/** What lists tell of recordings beside their own rows. */
export interface Standing {
  /** Failed work of any of the recordings. */
  readonly troubled: readonly Work[];
  /** By the id of a recording whose files will not come: the recording in which their new versions were sealed. */
  readonly replacedBy: ReadonlyMap<string, string>;
  /** Evicted originals of any of the recordings that wait to be fetched back. */
  readonly fetches: readonly WaitingFetch[];
  /** By the id of a recording: the level and marks that count for it, out of its own and those of its cases. */
  readonly protection: ReadonlyMap<string, EffectiveProtection>;
}

/** The standing of at most a page of recordings. */
export async function standingOf(ledger: LedgerReader, details: readonly RecordingDetail[]): Promise<Standing> {
  const missing = details
    .filter(({ recording }) => recording.state === 'copying')
    .flatMap(({ originals }) => originals.filter(({ state }) => state === 'listed'));
  const ids = details.map(({ recording }) => recording.id);
  const [troubled, fetches, protection, newer] = await Promise.all([
    ledger.work.troubled(ids),
    ledger.eviction.waitingFetches(ids),
    protectionOf(ledger, details),
    missing.length === 0 ? new Map<string, string>() : ledger.originals.newerVersions(missing.map(({ id }) => id)),
  ]);
  const replacedBy = new Map<string, string>();
  for (const { recording, originals } of details) {
    const by = originals.at(-1)?.replacedBy;
    if (recording.state === 'replaced' && by) replacedBy.set(recording.id, by);
  }
  for (const [id, originals] of Map.groupBy(missing, ({ recordingId }) => recordingId)) {
    const versions = originals.map((original) => newer.get(original.id));
    // A file without a newer version may still come: then the recording is not shown as replaced.
    if (versions.every((version) => version !== undefined)) replacedBy.set(id, versions.at(-1) ?? '');
  }
  return { troubled, fetches, replacedBy, protection };
}

async function protectionOf(ledger: LedgerReader, details: readonly RecordingDetail[]): Promise<ReadonlyMap<string, EffectiveProtection>> {
  const numbers = [...new Set(details.flatMap(({ caseNumbers }) => caseNumbers))];
  const cases = numbers.length === 0 ? [] : await ledger.cases.numbered(numbers);
  return new Map(
    details.map(({ recording, caseNumbers }) => {
      const own = cases.filter(({ number }) => caseNumbers.includes(number));
      return [recording.id, effectiveProtection(recording.id, recording, own)];
    }),
  );
}
