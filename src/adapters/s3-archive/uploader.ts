import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError } from '#domain/errors';
import { type PutRequest, sourceChunks, type UploadJournal, type UploadState } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { RateLimiter } from '#ports/rate-limiter';
import { s3ErrorName } from './errors.ts';

/** S3 allows at most this many parts in one upload. */
const PARTS_MAX = 10_000;

interface Options {
  readonly client: S3Client;
  readonly settings: { readonly partBytes: number; readonly partsAtOnce: number };
  readonly journal: UploadJournal;
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly faults: FaultPoints;
}

interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

interface Part {
  readonly number: number;
  readonly range: ByteRange;
}

/** Sends objects: small ones in one request, larger ones in parts whose progress survives a restart. Every body goes with its MD5. */
export class Uploader {
  readonly #o: Options;
  /** Buffers of one part each; never more than `partsAtOnce` over all uploads together. */
  readonly #buffers: Buffer[] = [];
  readonly #waiting: ((buffer: Buffer) => void)[] = [];
  #made = 0;

  constructor(options: Options) {
    this.#o = options;
  }

  async upload(request: PutRequest, target: Target): Promise<void> {
    if (request.bytes <= this.#o.settings.partBytes) await this.#putWhole(request, target);
    else await this.#putParts(request, target);
    this.#o.faults.reached('w13-object-complete');
  }

  async #putWhole(request: PutRequest, target: Target): Promise<void> {
    const { client } = this.#o;
    await this.#withBody(request, { start: 0, end: request.bytes }, async (Body, ContentMD5) => {
      const command = new PutObjectCommand({
        ...target,
        Body,
        ContentMD5,
        ContentType: request.mediaType,
        Metadata: { sha256: request.sha256 },
      });
      await client.send(command, signalOf(request.signal));
    });
    request.onBytes?.(request.bytes);
  }

  async #putParts(request: PutRequest, target: Target): Promise<void> {
    const { client, journal } = this.#o;
    const upload = (await this.#resume(request, target)) ?? (await this.#begin(request, target));
    const done = new Map(upload.parts.map((part) => [part.number, part.etag]));
    for (const part of upload.parts) request.onBytes?.(part.bytes);
    const missing = partsOf(request.bytes, upload.partBytes).filter((part) => !done.has(part.number));
    await this.#sendParts(request, target, upload, missing, done);
    const Parts = [...done.entries()].sort(([a], [b]) => a - b).map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
    try {
      await client.send(
        new CompleteMultipartUploadCommand({ ...target, UploadId: upload.uploadId, MultipartUpload: { Parts } }),
        signalOf(request.signal),
      );
    } catch (error) {
      // Parts that the server does not accept any more: the next try begins anew.
      if (['NoSuchUpload', 'InvalidPart', 'InvalidPartOrder'].includes(s3ErrorName(error) ?? '')) await journal.forget(request.key);
      throw error;
    }
    await journal.forget(request.key);
  }

  async #begin(request: PutRequest, target: Target): Promise<UploadState> {
    const { client, journal, clock, settings, faults } = this.#o;
    const command = new CreateMultipartUploadCommand({ ...target, ContentType: request.mediaType, Metadata: { sha256: request.sha256 } });
    const { UploadId } = await client.send(command, signalOf(request.signal));
    if (UploadId === undefined) throw new EvidockError('archive.unreachable', `${request.key}: the server gave no upload id`);
    const partBytes = Math.max(settings.partBytes, Math.ceil(request.bytes / PARTS_MAX));
    const state = { key: request.key, uploadId: UploadId, partBytes, startedAtMs: clock.nowMs() };
    await journal.begin(state);
    faults.reached('w11-upload-begun');
    return { ...state, parts: [] };
  }

  /** The upload that the journal knows, with those of its parts that the server has too; null if there is none to go on with. */
  async #resume(request: PutRequest, target: Target): Promise<UploadState | null> {
    const { client, journal } = this.#o;
    const known = await journal.load(request.key);
    if (!known) return null;
    try {
      const there = new Map<number, { etag: string; bytes: number }>();
      let PartNumberMarker: string | undefined;
      do {
        const more = PartNumberMarker ? { PartNumberMarker } : {};
        const page = await client.send(new ListPartsCommand({ ...target, UploadId: known.uploadId, ...more }), signalOf(request.signal));
        for (const part of page.Parts ?? []) there.set(part.PartNumber ?? 0, { etag: part.ETag ?? '', bytes: part.Size ?? 0 });
        PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
      } while (PartNumberMarker);
      const parts = known.parts.filter(
        (part) => there.get(part.number)?.etag === part.etag && there.get(part.number)?.bytes === part.bytes,
      );
      return { ...known, parts };
    } catch (error) {
      if (s3ErrorName(error) !== 'NoSuchUpload') throw error;
      await journal.forget(request.key);
      return null;
    }
  }

  async #sendParts(
    request: PutRequest,
    target: Target,
    upload: UploadState,
    parts: readonly Part[],
    done: Map<number, string>,
  ): Promise<void> {
    const { settings } = this.#o;
    const failed = new AbortController();
    const signal = request.signal ? AbortSignal.any([request.signal, failed.signal]) : failed.signal;
    const queue = [...parts];
    const lane = async () => {
      for (let part = queue.shift(); part; part = queue.shift()) {
        signal.throwIfAborted();
        done.set(part.number, await this.#sendPart({ ...request, signal }, target, upload, part));
      }
    };
    const lanes = Array.from({ length: Math.min(settings.partsAtOnce, parts.length) }, async () => {
      try {
        await lane();
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    });
    const first = (await Promise.allSettled(lanes)).find((outcome) => outcome.status === 'rejected');
    if (!first) return;
    if (s3ErrorName(first.reason) === 'NoSuchUpload') await this.#o.journal.forget(request.key);
    throw failed.signal.reason ?? first.reason;
  }

  async #sendPart(request: PutRequest, target: Target, upload: UploadState, part: Part): Promise<string> {
    const { client, journal, faults } = this.#o;
    const bytes = part.range.end - part.range.start;
    const etag = await this.#withBody(request, part.range, async (Body, ContentMD5) => {
      const command = new UploadPartCommand({ ...target, UploadId: upload.uploadId, PartNumber: part.number, Body, ContentMD5 });
      return (await client.send(command, signalOf(request.signal))).ETag;
    });
    if (etag === undefined)
      throw new EvidockError('archive.unreachable', `${request.key}: part ${part.number} was answered without an ETag`);
    await journal.part(request.key, { number: part.number, etag, bytes });
    faults.reached('w12-part-recorded');
    request.onBytes?.(bytes);
    return etag;
  }

  /** Reads a range into a pooled buffer, with its MD5 computed chunk by chunk so that nothing blocks for long. */
  async #withBody<T>(request: PutRequest, range: ByteRange, send: (body: Buffer, md5: string) => Promise<T>): Promise<T> {
    const bytes = range.end - range.start;
    await this.#o.limiter.take(bytes, request.signal);
    const buffer = bytes <= this.#o.settings.partBytes ? await this.#take() : Buffer.allocUnsafeSlow(bytes);
    try {
      const md5 = createHash('md5');
      let position = 0;
      const chunks = bytes > 0 ? sourceChunks(request, range) : [];
      for await (const chunk of chunks) {
        if (position + chunk.length > bytes) break;
        chunk.copy(buffer, position);
        md5.update(chunk);
        position += chunk.length;
      }
      if (position !== bytes) throw new EvidockError('vault.read-failed', `${request.key}: ${position} of ${bytes} bytes came`);
      return await send(buffer.subarray(0, bytes), md5.digest('base64'));
    } finally {
      if (buffer.length === this.#o.settings.partBytes) this.#give(buffer);
    }
  }

  async #take(): Promise<Buffer> {
    const free = this.#buffers.pop();
    if (free) return free;
    if (this.#made < this.#o.settings.partsAtOnce) {
      this.#made += 1;
      return Buffer.allocUnsafeSlow(this.#o.settings.partBytes);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give(buffer: Buffer): void {
    const next = this.#waiting.shift();
    if (next) next(buffer);
    else this.#buffers.push(buffer);
  }
}

function partsOf(bytes: number, partBytes: number): Part[] {
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_, place) => {
    return { number: place + 1, range: { start: place * partBytes, end: Math.min(bytes, (place + 1) * partBytes) } };
  });
}

function signalOf(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
