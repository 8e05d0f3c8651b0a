import { setTimeout as rest } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { EvidockError, isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { PutRequest } from '#ports/archive';
import { archiveError, s3ErrorName } from './errors.ts';
import { Lanes } from './lanes.ts';
import type { TransferOptions } from './moving-http.ts';
import { Pace } from './pace.ts';
import { wireOptions } from './wire-options.ts';

/** So many tries of one body; then the work is put off. It goes on later with this part and not with the first. */
const TRIES_MAX = 4;
const REST_MS = 150;
const MIB = 1024 * 1024;
const CHANGED_ON_THE_WAY = new Set(['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch']);

interface Options {
  /** A client that does not retry by itself, because the cost of each try must be known here. */
  readonly client: S3Client;
  readonly partBytes: number;
  readonly partsAtOnce: number;
  readonly timeoutMs: number;
}

interface Body {
  readonly bytes: number;
  /** Reads the bytes into the buffer. Returns their MD5 in base64. */
  readonly fill: (buffer: Buffer) => Promise<string>;
  /** How many bytes of the whole object are left, with this body. */
  readonly leftBytes: number;
}

/** A server's answer to an upload. On most servers the ETag is the MD5 of the bytes; it is not where the server encrypts them. */
interface Accepted {
  readonly ETag?: string | undefined;
}

type Send<T> = (client: S3Client, body: Buffer, md5: string, options: TransferOptions) => Promise<T>;

/** Sends bodies in as many lanes as the pace allows, and tries again where the link or the server has cut one. */
export class PartSender {
  readonly partsAtOnceMax: number;
  readonly #options: Options;
  readonly #pace: Pace;
  readonly #lanes: Lanes;
  /** Each holds one part. There are never more than lanes at full pace. */
  readonly #buffers: Buffer[] = [];
  #tagsAreMd5 = false;

  constructor(options: Options) {
    this.#options = options;
    this.#pace = new Pace(options);
    this.#lanes = new Lanes(this.#pace);
    this.partsAtOnceMax = options.partsAtOnce;
  }

  /** Size of the parts of a new upload. */
  get partBytes(): number {
    return this.#pace.partBytes;
  }

  /** How slow the link is, if the pace is lower than the configuration allows; else null. */
  slowness(): Reason | null {
    if (!this.#pace.lowered) return null;
    const { partsAtOnce, partBytes, bytesPerSecond } = this.#pace;
    return because('slow-link', { rate: rateText(bytesPerSecond), parts: partsAtOnce, partSize: partBytes });
  }

  /** Sends one body. Errors: archive.slow, those of `archiveError`, vault.read-failed. S3 errors that no try mends are thrown as they are. */
  async send<T extends Accepted>(request: PutRequest, body: Body, send: Send<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      await this.#lanes.enter(request.signal, () => request.onMoved?.());
      const outcome = await this.#once(request, body, send).finally(() => this.#lanes.leave());
      if ('result' in outcome) return outcome.result;
      // A server that ends requests after some minutes would cut a part of this size again. So the next upload has smaller parts.
      const smallerHelps = isFailure(outcome.failure, 'archive.slow') && this.#pace.partBytes < body.bytes;
      if (tries >= TRIES_MAX || smallerHelps) throw outcome.failure;
      await rest(REST_MS * 2 ** tries, undefined, wireOptions(request).rest);
    }
  }

  async #once<T extends Accepted>(request: PutRequest, body: Body, send: Send<T>): Promise<{ result: T } | { failure: EvidockError }> {
    const { partBytes, client } = this.#options;
    const buffer =
      body.bytes <= partBytes ? (this.#buffers.pop() ?? Buffer.allocUnsafeSlow(partBytes)) : Buffer.allocUnsafeSlow(body.bytes);
    let movedBytes = 0;
    const options = wireOptions(request, (up) => {
      movedBytes += up;
      this.#pace.moved(up);
      this.#lanes.moved();
    });
    try {
      const md5 = await body.fill(buffer);
      this.#pace.begun();
      const begun = performance.now();
      try {
        const result = await send(client, buffer.subarray(0, body.bytes), md5, options.send);
        this.#compare(request, result, md5);
        this.#pace.wentWell(performance.now() - begun);
        return { result };
      } finally {
        this.#pace.ended();
      }
    } catch (thrown) {
      return { failure: this.#mendable(request, body, thrown, movedBytes) };
    } finally {
      if (buffer.length === partBytes) this.#buffers.push(buffer);
    }
  }

  /** Compares ETag and MD5. Once a server has given the MD5 as ETag, another ETag shows that other bytes came there, long before the read-back would. */
  #compare(request: PutRequest, { ETag }: Accepted, md5: string): void {
    const same = ETag?.replaceAll('"', '') === Buffer.from(md5, 'base64').toString('hex');
    if (same) this.#tagsAreMd5 = true;
    else if (this.#tagsAreMd5) throw new EvidockError('archive.not-accepted', because('etag-differs', { key: request.key }));
  }

  /** The error if another try may mend it. Any other one is thrown as it is. */
  #mendable(request: PutRequest, body: Body, thrown: unknown, movedBytes: number): EvidockError {
    const failure = archiveError(request.key, thrown, request.signal);
    const changed = thrown instanceof EvidockError || CHANGED_ON_THE_WAY.has(s3ErrorName(thrown) ?? '');
    if (isFailure(failure, 'archive.not-accepted') && changed) return failure;
    if (!isFailure(failure, 'archive.unreachable')) throw thrown;
    if (movedBytes === 0) return failure;
    const rate = this.#pace.bytesPerSecond;
    // If nothing at all moves any more, the other side stands still. If only this part starved beside others, or was cut while it moved, the link is slow.
    const stoodStill = thrown instanceof EvidockError && !this.#pace.movedWithin(this.#options.timeoutMs);
    const tooSlow = !stoodStill && (1000 * body.bytes) / rate > this.#options.timeoutMs;
    this.#pace.timedOut({ tooSlow });
    return tooSlow ? new EvidockError('archive.slow', this.#slow(body, rate, failure.reason), thrown) : failure;
  }

  #slow(body: Body, rate: number, why: Reason): Reason {
    const { partsAtOnce, partBytes } = this.#pace;
    const figures = {
      size: body.bytes,
      rate: rateText(rate),
      left: durationText(body.leftBytes / rate),
      parts: partsAtOnce,
      partSize: partBytes,
    };
    return because('link-slow', { ...figures, why });
  }
}

function bytesText(bytes: number): string {
  return bytes >= MIB ? `${(bytes / MIB).toFixed(1)} MiB` : `${(bytes / 1024).toFixed(1)} KiB`;
}

function rateText(bytesPerSecond: number): string {
  return `${bytesText(bytesPerSecond)}/s`;
}

function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '—';
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.ceil(minutes / 60)} h` : `${Math.ceil(minutes / 1440)} d`;
}
