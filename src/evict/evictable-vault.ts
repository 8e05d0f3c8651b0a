import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import type { Copy, Derivative, Original } from '#domain/recording';
import { recordingIdOfKey } from '#domain/vault/vault-key';
import type { Archive } from '#ports/archive';
import type { ArchivedCopies } from '#ports/archived-copies';
import type { FetchBack } from '#ports/fetch-back';
import type { LedgerReader } from '#ports/ledger';
import type { ResumedDraft, Vault, VaultDraft, VaultFile } from '#ports/vault';
import type { VaultRoom } from '#ports/vault-room';
import { archivedFile } from './archived-file.ts';
import type { KeysInUse } from './keys-in-use.ts';
import { withRoom } from './with-room.ts';

interface Options {
  readonly vault: Vault;
  readonly ledger: Pick<LedgerReader, 'originals' | 'recordings'>;
  /** null: nothing is ever evicted. */
  readonly archive: Archive | null;
  readonly archived: ArchivedCopies;
  readonly inUse: KeysInUse;
  readonly room: VaultRoom;
  readonly fetchBack: FetchBack;
}

/**
 * The vault as everybody but eviction itself sees it. Who reads a file keeps it from being evicted as long as the read lasts. What was evicted is read from the
 * archive; an original is fetched back where a program needs it as a file. A draft that does not fit has room made for it before that is told. `stat`, `list` and
 * `reread` tell of the vault itself.
 */
export class EvictableVault implements Vault {
  readonly #options: Options;
  readonly #vault: Vault;
  readonly #inUse: KeysInUse;

  constructor(options: Options) {
    this.#options = options;
    this.#vault = options.vault;
    this.#inUse = options.inUse;
  }

  stat: Vault['stat'] = (key) => this.#vault.stat(key);
  readSmall: Vault['readSmall'] = (key) => this.#vault.readSmall(key);
  list: Vault['list'] = (prefix) => this.#vault.list(prefix);
  probe: Vault['probe'] = () => this.#vault.probe();
  ledgerHead: Vault['ledgerHead'] = () => this.#vault.ledgerHead();
  keepLedgerHead: Vault['keepLedgerHead'] = (bytes) => this.#vault.keepLedgerHead(bytes);
  freeBytes: Vault['freeBytes'] = () => this.#vault.freeBytes();
  space: Vault['space'] = () => this.#vault.space();
  putSmall: Vault['putSmall'] = (key, bytes) => this.#vault.putSmall(key, bytes);
  makeReadOnly: Vault['makeReadOnly'] = (key) => this.#vault.makeReadOnly(key);
  makeImmutable: Vault['makeImmutable'] = (keys) => this.#vault.makeImmutable(keys);
  quarantine: Vault['quarantine'] = (key) => this.#vault.quarantine(key);
  isSameFile: Vault['isSameFile'] = (key, otherKey) => this.#vault.isSameFile(key, otherKey);
  sweep: Vault['sweep'] = () => this.#vault.sweep();
  adoptDerivative: Vault['adoptDerivative'] = (path, key, onProgress) => this.#vault.adoptDerivative(path, key, onProgress);
  removeDerivative: Vault['removeDerivative'] = (key) => this.#vault.removeDerivative(key);
  putLog: Vault['putLog'] = (key, bytes) => this.#vault.putLog(key, bytes);
  removeLog: Vault['removeLog'] = (key) => this.#vault.removeLog(key);

  draft(key: string, bytes: number): Promise<VaultDraft> {
    return withRoom(this.#options.room, bytes, () => this.#vault.draft(key, bytes));
  }

  resumeDraft(key: string, bytes: number): Promise<ResumedDraft> {
    return withRoom(this.#options.room, bytes, () => this.#vault.resumeDraft(key, bytes));
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const release = await this.#inUse.use(key);
    try {
      const stream = await this.#vaultOrArchive(key, {
        inVault: () => this.#vault.read(key, range),
        inArchive: (archived, copy) => archived.read(copy, range ?? { start: 0, end: copy.bytes }),
      });
      stream.once('close', release);
      return stream;
    } catch (error) {
      release();
      throw error;
    }
  }

  async openFile(key: string): Promise<VaultFile> {
    const release = await this.#inUse.use(key);
    try {
      const file = await this.#vaultOrArchive(key, {
        inVault: () => this.#vault.openFile(key),
        inArchive: async (archived, copy) => archivedFile(archived, copy),
      });
      return {
        bytes: file.bytes,
        read: (target, position) => file.read(target, position),
        close: async () => {
          release();
          await file.close();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #vaultOrArchive<T>(
    key: string,
    { inVault, inArchive }: { inVault: () => Promise<T>; inArchive: (archived: ArchivedCopies, copy: Copy) => Promise<T> },
  ): Promise<T> {
    try {
      return await inVault();
    } catch (error) {
      const { archive, ledger } = this.#options;
      const item = isFailure(error, 'vault.missing') ? ((await this.#evicted(key)) ?? (await this.#evictedDerivative(key))) : null;
      if (!item || !archive) throw error;
      const copies = await ledger.recordings.copies(item.recordingId);
      const copy = copies.find(({ itemId, where }) => itemId === item.id && where === archive.name);
      if (!copy) throw new EvidockError('archive.missing', because('not-archived', { id: item.id }));
      return inArchive(this.#options.archived, copy);
    }
  }

  async #evicted(key: string): Promise<Original | null> {
    const recordingId = recordingIdOfKey(key);
    if (recordingId === null) return null;
    const originals = await this.#options.ledger.originals.ofRecording(recordingId);
    return originals.find(({ vaultKey, evictedAtMs }) => vaultKey === key && evictedAtMs !== null) ?? null;
  }

  async #evictedDerivative(key: string): Promise<Derivative | null> {
    const recordingId = recordingIdOfKey(key);
    if (recordingId === null) return null;
    const derivatives = await this.#options.ledger.recordings.derivatives(recordingId);
    return derivatives.find(({ vaultKey, evictedAtMs }) => vaultKey === key && evictedAtMs !== null) ?? null;
  }

  async reread(key: string, options: Parameters<Vault['reread']>[1]): ReturnType<Vault['reread']> {
    const release = await this.#inUse.use(key);
    try {
      return await this.#vault.reread(key, options);
    } finally {
      release();
    }
  }

  async localFiles(keys: readonly string[], options: Parameters<Vault['localFiles']>[1]): ReturnType<Vault['localFiles']> {
    const releases: (() => void)[] = [];
    const release = () => {
      for (const each of releases) each();
    };
    try {
      for (const key of keys) releases.push(await this.#useInVault(key, options.onProgress));
      const local = await this.#vault.localFiles(keys, options);
      return {
        paths: local.paths,
        release: async () => {
          release();
          await local.release();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Uses a file that must be in the vault. An evicted one is fetched back; it may be evicted once more before it is used. */
  async #useInVault(key: string, onProgress?: () => void): Promise<() => void> {
    for (;;) {
      const release = await this.#inUse.use(key);
      const evicted = await this.#evicted(key).catch((error: unknown) => {
        release();
        throw error;
      });
      if (!evicted) return release;
      release();
      await this.#options.fetchBack.fetch(evicted.id, onProgress ? { onBytes: onProgress } : {});
    }
  }

  async link(existingKey: string, newKey: string): Promise<'created' | 'exists'> {
    const release = await this.#inUse.use(existingKey);
    try {
      return await this.#vault.link(existingKey, newKey);
    } finally {
      release();
    }
  }
}
