import type { NameFacts, StoredFile } from '#domain/eviction/choose';
import type { Original } from '#domain/recording';
import type { LedgerReader } from '#ports/ledger';
import type { Needed } from '#ports/ledger/eviction';
import { isBusy } from '#steps/destroy-copy';
import type { KeysInUse } from './keys-in-use.ts';

/** More names of the same bytes than this are left alone: to look at all of them would take longer than the room is worth. */
const NAMES_MAX = 100;

type Reads = Pick<LedgerReader, 'recordings' | 'originals' | 'eviction' | 'work'>;

/** Gathers what the ledger knows of the bytes that the vault holds. Each file is gathered once, by whichever of its names comes first. */
export class StoredFiles {
  readonly #ledger: Reads;
  readonly #inUse: KeysInUse;
  readonly #seen = new Set<string>();

  constructor(ledger: Reads, inUse: KeysInUse) {
    this.#ledger = ledger;
    this.#inUse = inUse;
  }

  /** The files of which an original of this recording is a name. */
  async ofRecording({ recordingId }: Needed): Promise<readonly StoredFile[]> {
    const files: StoredFile[] = [];
    for (const original of await this.#ledger.originals.ofRecording(recordingId)) {
      const { digests, bytes, evictedAtMs, state } = original;
      if (state !== 'sealed' || digests === null || evictedAtMs !== null) continue;
      const id = `${digests.sha256} ${bytes}`;
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      const names = await this.#ledger.eviction.names({ sha256: digests.sha256, bytes }, NAMES_MAX + 1);
      if (names.length > NAMES_MAX) continue;
      files.push({ bytes, names: await Promise.all(names.map((name) => this.nameFacts(name))) });
    }
    return files;
  }

  async nameFacts(original: Original): Promise<NameFacts> {
    const { recordings, eviction } = this.#ledger;
    const { recordingId, vaultKey, id } = original;
    const copies = (await recordings.copies(recordingId)).filter(({ itemId }) => itemId === id);
    const neededAtMs = (await eviction.neededAt(recordingId)) ?? 0;
    return { original, copies, neededAtMs, busy: await isBusy(this.#ledger, recordingId), inUse: this.#inUse.isInUse(vaultKey) };
  }
}
