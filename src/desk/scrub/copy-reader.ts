import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { asEvidockError, failureReason, isFailure } from '#domain/errors';
import { type Content, judge } from '#domain/fixity/judge';
import type { Reason } from '#domain/reason';
import type { Copy } from '#domain/recording';
import type { ReadPace } from '#ports/vault';
import type { ScrubDeps } from './deps.ts';

/** While the station is busy, reading again has this part of its bandwidth. */
const BUSY_PART = 10;
const LOOK_MS = 500;

/**
 * What a reading gave. `same`: null where it could not be read, so nobody knows what the copy holds; `away` where the whole archive does not answer. `content` is
 * null where the copy is gone.
 */
export type Reading =
  | { readonly same: true; readonly content: Content; readonly verifiedBy: Copy['verifiedBy'] }
  | { readonly same: false; readonly content: Content | null; readonly why: Reason }
  | { readonly same: null | 'away'; readonly why: Reason };

type Deps = Pick<ScrubDeps, 'vault' | 'archive' | 'isBusy' | 'limits'>;

/** Reads copies whole, no faster than the bandwidth allows, and judges them by the sealed digest. */
export class CopyReader {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** An archive is read by the version on record. Throws only when the signal is aborted. */
  async read(copy: Pick<Copy, 'where' | 'key' | 'versionId'>, sealed: Content, signal: AbortSignal): Promise<Reading> {
    try {
      const { content, verifiedBy } =
        copy.where === 'vault' ? await this.#fromDisk(copy.key, signal) : await this.#fromArchive(copy, signal);
      const why = judge(content, sealed);
      return why === null ? { same: true, content, verifiedBy } : { same: false, content, why };
    } catch (error) {
      signal.throwIfAborted();
      const why = failureReason(asEvidockError(error));
      const isGone = isFailure(error, 'vault.missing', 'archive.missing');
      if (isGone) return { same: false, content: null, why };
      return { same: isFailure(error, 'archive.unreachable', 'archive.slow', 'archive.refused') ? 'away' : null, why };
    }
  }

  #perSecond(): number {
    const { bytesPerSecond } = this.#deps.limits;
    return this.#deps.isBusy() ? Math.max(1, Math.floor(bytesPerSecond / BUSY_PART)) : bytesPerSecond;
  }

  async #fromDisk(key: string, signal: AbortSignal): Promise<{ content: Content; verifiedBy: Copy['verifiedBy'] }> {
    const pace: ReadPace = new Int32Array(new SharedArrayBuffer(4));
    pace[0] = this.#perSecond();
    const timer = setInterval(() => Atomics.store(pace, 0, this.#perSecond()), LOOK_MS);
    timer.unref();
    try {
      const { bytes, digests, method } = await this.#deps.vault.reread(key, { sm3: false, signal, pace });
      return { content: { bytes, sha256: digests.sha256 }, verifiedBy: method };
    } finally {
      clearInterval(timer);
    }
  }

  async #fromArchive(copy: Pick<Copy, 'key' | 'versionId'>, signal: AbortSignal): Promise<{ content: Content; verifiedBy: 'readback' }> {
    const sha256 = createHash('sha256');
    let bytes = 0;
    for await (const chunk of this.stream(copy, signal)) {
      sha256.update(chunk);
      bytes += chunk.length;
    }
    return { content: { bytes, sha256: sha256.digest('hex') }, verifiedBy: 'readback' };
  }

  /** The bytes of an archived copy at the pace of the scrub. */
  async *stream({ key, versionId }: Pick<Copy, 'key' | 'versionId'>, signal: AbortSignal): AsyncGenerator<Buffer> {
    const { archive } = this.#deps;
    if (!archive) return;
    let freeAtMs = performance.now();
    for await (const chunk of await archive.read({ key, versionId }, undefined, signal)) {
      const part = chunk as Buffer;
      yield part;
      freeAtMs = Math.max(freeAtMs, performance.now()) + (1000 * part.length) / this.#perSecond();
      const aheadMs = freeAtMs - performance.now();
      if (aheadMs > 10) await delay(aheadMs, undefined, { signal });
    }
  }
}
