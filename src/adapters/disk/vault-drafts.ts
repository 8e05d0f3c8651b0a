import pLimit from 'p-limit';
import type { ResumedDraft, VaultDraft } from '#ports/vault';
import type { DurableFile } from '../durable-file.ts';
import { readError } from './vault-errors.ts';

/** Waiting for the disk blocks a thread of libuv's pool: with more at once, reads of recorders would have to queue behind them. */
const FLUSHES_AT_ONCE = 4;

/** The open drafts of a vault. */
export class VaultDrafts {
  readonly #flushes = pLimit(FLUSHES_AT_ONCE);
  #promised = 0;

  /** Bytes that open drafts were promised and have not written yet: two recorders must not be promised the same space. */
  get promisedBytes(): number {
    return this.#promised;
  }

  open(key: string, file: DurableFile, bytes: number): VaultDraft {
    let promised = bytes;
    this.#promised += bytes;
    const keepPromise = (written: number) => {
      const kept = Math.min(promised, written);
      promised -= kept;
      this.#promised -= kept;
    };
    return {
      key,
      write: async (chunk, length, position) => {
        await file.write(chunk, length, position);
        keepPromise(length);
      },
      descriptor: file.descriptor,
      wrote: keepPromise,
      finish: (length) => this.#flushes(() => file.finish(length)),
      commit: () => file.commit(),
      discard: async () => {
        keepPromise(promised);
        await file.discard();
      },
    };
  }

  resume(key: string, file: DurableFile, { bytes, keptBytes }: { bytes: number; keptBytes: number }): ResumedDraft {
    const draft = this.open(key, file, bytes - keptBytes);
    return {
      ...draft,
      keptBytes,
      read: async (target, position) => {
        try {
          return await file.read(target, position);
        } catch (error) {
          throw readError(key, error);
        }
      },
      restart: () => file.truncate(0),
      leave: async () => {
        draft.wrote(bytes);
        await file.leave();
      },
    };
  }
}
