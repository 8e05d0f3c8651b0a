import { asEvidockError } from '#domain/errors';
import { sealedKeys } from '#domain/vault/sealed-keys';
import { recordingIdOfKey } from '#domain/vault/vault-key';
import { type Log, stageFailed } from '#events';
import { ATTRIBUTE_KEYS_MAX } from '#ports/immutable-files';
import type { LedgerReader } from '#ports/ledger';
import type { Vault } from '#ports/vault';

const EVERY_MS = 86_400_000;

interface Options {
  readonly ledger: Pick<LedgerReader, 'originals'>;
  readonly vault: Pick<Vault, 'list' | 'makeImmutable'>;
  readonly log: Log;
}

/**
 * Sets the immutable attribute on every sealed file of the vault that lacks it: at the start and once a day. So what a crash left without it, what was sealed
 * before the station had a mount helper, and what came back by a restore has it again.
 */
export class ImmutableKeeper {
  readonly #options: Options;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#begin(), EVERY_MS);
    this.#timer.unref();
    this.#begin();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#timer);
    await this.#turn;
  }

  #begin(): void {
    this.#turn ??= this.mend()
      .catch((error: unknown) => stageFailed(this.#options.log, 'seal', {}, asEvidockError(error)))
      .finally(() => {
        this.#turn = undefined;
      });
  }

  /** Walks the vault once; ends at once where the attribute cannot be set. Throws what keeps vault or ledger from being read. */
  async mend(): Promise<void> {
    const { ledger, vault } = this.#options;
    let last: string | null = null;
    let keys: string[] = [];
    for await (const { key } of vault.list('')) {
      const recordingId = recordingIdOfKey(key);
      if (recordingId === null || recordingId === last) continue;
      last = recordingId;
      if (this.#stop.signal.aborted) return;
      for (const original of await ledger.originals.ofRecording(recordingId))
        if (original.state === 'sealed') keys.push(...sealedKeys(original));
      if (keys.length < ATTRIBUTE_KEYS_MAX) continue;
      if ((await vault.makeImmutable(keys)).power !== 'yes') return;
      keys = [];
    }
    await vault.makeImmutable(keys);
  }
}
