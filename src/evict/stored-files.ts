import type { NameFacts, StoredFile } from '#domain/eviction/choose';
import { type Evictable, evictableOriginal, evictablePlayable } from '#domain/eviction/evictable';
import type { LedgerReader } from '#ports/ledger';
import type { Needed } from '#ports/ledger/eviction';
import { isBusy } from '#steps/destroy-copy';
import type { KeysInUse } from './keys-in-use.ts';

/** More names of the same bytes than this are left alone: to look at all of them would take longer than the room is worth. */
const NAMES_MAX = 100;
const FETCHES_MAX = 1000;

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
  async ofRecording({ recordingId }: Pick<Needed, 'recordingId'>): Promise<readonly StoredFile[]> {
    const files: StoredFile[] = [];
    for (const original of await this.#ledger.originals.ofRecording(recordingId)) {
      const { digests, bytes, evictedAtMs, state } = original;
      if (state !== 'sealed' || digests === null || evictedAtMs !== null) continue;
      const id = `${digests.sha256} ${bytes}`;
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      const names = await this.#ledger.eviction.names({ sha256: digests.sha256, bytes }, NAMES_MAX + 1);
      if (names.length > NAMES_MAX) continue;
      files.push({ bytes, names: await Promise.all(names.map((name) => this.nameFacts(evictableOriginal(name)))) });
    }
    return files;
  }

  /** The playable copy of this recording, where the vault holds it. No other recording shares its file. */
  async playableOf({ recordingId }: Pick<Needed, 'recordingId'>): Promise<readonly StoredFile[]> {
    const item = evictablePlayable(await this.#ledger.recordings.derivatives(recordingId));
    if (!item || item.evictedAtMs !== null) return [];
    return [{ bytes: item.bytes, names: [await this.nameFacts(item)] }];
  }

  async nameFacts(item: Evictable): Promise<NameFacts> {
    const { recordings, eviction } = this.#ledger;
    const { recordingId, vaultKey, id, what } = item;
    const copies = (await recordings.copies(recordingId)).filter(({ itemId }) => itemId === id);
    const busy = await isBusy(this.#ledger, recordingId);
    if (what === 'original')
      return { item, copies, busy, neededAtMs: (await eviction.neededAt(recordingId)) ?? 0, inUse: this.#inUse.isInUse(vaultKey) };
    const neededAtMs = (await eviction.playableNeededAt(recordingId)) ?? 0;
    return { item, copies, busy, neededAtMs, inUse: await this.#isAnyInUse(recordingId) };
  }

  /** Whether anything of a recording is read, or an original of it fetched back: then somebody is likely to play it next. */
  async #isAnyInUse(recordingId: string): Promise<boolean> {
    const { recordings, originals, eviction } = this.#ledger;
    const ofRecording = await originals.ofRecording(recordingId);
    const files = [...ofRecording, ...(await recordings.derivatives(recordingId))];
    if (files.some(({ vaultKey }) => this.#inUse.isInUse(vaultKey))) return true;
    const fetched = await eviction.fetches(FETCHES_MAX);
    return ofRecording.some(({ id }) => fetched.includes(id));
  }
}
