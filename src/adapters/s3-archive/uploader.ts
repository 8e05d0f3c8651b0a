import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { PutRequest, UploadJournal, UploadState } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import { sourceChunks } from '../archive-transfers.ts';
import { s3ErrorName } from './errors.ts';
import type { PartSender } from './part-sender.ts';
import { wireOptions } from './wire-options.ts';

/** S3 allows at most this many parts in one upload. */
const PARTS_MAX = 10_000;

interface Options {
  readonly client: S3Client;
  readonly sender: PartSender;
  readonly settings: { readonly partBytes: number };
  readonly journal: UploadJournal;
  readonly clock: Clock;
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

/** Sends objects: small ones in one request, larger ones in parts whose progress survives a restart. Every body is sent with its MD5. */
export class Uploader {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Returns the version that the server has made of it; null where the bucket keeps no versions. */
  async upload(request: PutRequest, target: Target): Promise<string | null> {
    const whole = request.bytes <= this.#options.sender.partBytes;
    const version = await (whole ? this.#putWhole(request, target) : this.#putParts(request, target));
    this.#options.faults.reached('w13-object-complete');
    return version ?? null;
  }

  async #putWhole(request: PutRequest, target: Target): Promise<string | undefined> {
    const { sender } = this.#options;
    const body = bodyOf(request, { start: 0, end: request.bytes });
    const facts = { ContentType: request.mediaType, Metadata: { sha256: request.sha256 } };
    const { VersionId } = await sender.send(request, { ...body, leftBytes: request.bytes }, (client, Body, ContentMD5, options) =>
      client.send(new PutObjectCommand({ ...target, ...facts, Body, ContentMD5 }), options),
    );
    request.onBytes?.(request.bytes);
    return VersionId;
  }

  async #putParts(request: PutRequest, target: Target): Promise<string | undefined> {
    const { client, journal } = this.#options;
    const upload = (await this.#resume(request, target)) ?? (await this.#begin(request, target));
    const done = new Map(upload.parts.map((part) => [part.number, part.etag]));
    for (const part of upload.parts) request.onBytes?.(part.bytes);
    const missing = partsOf(request.bytes, upload.partBytes).filter((part) => !done.has(part.number));
    await this.#sendParts(request, target, upload, missing, done);
    const Parts = [...done.entries()].sort(([a], [b]) => a - b).map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
    let version: string | undefined;
    try {
      const complete = new CompleteMultipartUploadCommand({ ...target, UploadId: upload.uploadId, MultipartUpload: { Parts } });
      version = (await client.send(complete, wireOptions(request).send)).VersionId;
    } catch (error) {
      // The server does not accept these parts any more, so the next try begins a new upload.
      if (['NoSuchUpload', 'InvalidPart', 'InvalidPartOrder', 'EntityTooSmall'].includes(s3ErrorName(error) ?? ''))
        await journal.forget(upload);
      throw error;
    }
    await journal.forget(upload);
    return version;
  }

  async #begin(request: PutRequest, target: Target): Promise<UploadState> {
    const { client, journal, clock, sender, faults } = this.#options;
    const command = new CreateMultipartUploadCommand({ ...target, ContentType: request.mediaType, Metadata: { sha256: request.sha256 } });
    const { UploadId } = await client.send(command, wireOptions(request).send);
    if (UploadId === undefined) throw new EvidockError('archive.unreachable', because('no-upload-id', { key: request.key }));
    const partBytes = Math.max(sender.partBytes, Math.ceil(request.bytes / PARTS_MAX));
    const state = { key: request.key, uploadId: UploadId, partBytes, startedAtMs: clock.nowMs() };
    await journal.begin(state);
    faults.reached('w11-upload-begun');
    return { ...state, parts: [] };
  }

  /** The upload that the journal knows, with those parts that the server has too; null if no upload can go on. */
  async #resume(request: PutRequest, target: Target): Promise<UploadState | null> {
    const { journal } = this.#options;
    const known = await journal.load(request.key);
    if (!known) return null;
    try {
      const there = await this.#partsThere(request, target, known.uploadId);
      const parts = known.parts.filter(
        (part) => !there || (there.get(part.number)?.etag === part.etag && there.get(part.number)?.bytes === part.bytes),
      );
      if (!this.#wantsSmallerParts(request, known, parts)) return { ...known, parts };
      const abort = new AbortMultipartUploadCommand({ ...target, UploadId: known.uploadId });
      await this.#options.client.send(abort, wireOptions(request).send).catch(nullIfNotAllowed);
    } catch (error) {
      if (s3ErrorName(error) !== 'NoSuchUpload') throw error;
    }
    await journal.forget(known);
    return null;
  }

  /**
   * Whether to begin anew in smaller parts. All parts of an upload have one size. If such parts do not get through any more, an upload that is not half done is
   * begun anew.
   */
  #wantsSmallerParts(request: PutRequest, known: UploadState, parts: UploadState['parts']): boolean {
    const doneBytes = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    return this.#options.sender.partBytes < known.partBytes && doneBytes * 2 < request.bytes;
  }

  /**
   * The parts that the server has; null if it cannot or may not tell them. Then the journal is believed, and the completion of the upload shows whether it was
   * right.
   */
  async #partsThere(request: PutRequest, target: Target, UploadId: string) {
    const there = new Map<number, { etag: string; bytes: number }>();
    let PartNumberMarker: string | undefined;
    do {
      const more = PartNumberMarker ? { PartNumberMarker } : {};
      const command = new ListPartsCommand({ ...target, UploadId, ...more });
      const page = await this.#options.client.send(command, wireOptions(request).send).catch(nullIfNotAllowed);
      if (!page) return null;
      for (const part of page.Parts ?? []) there.set(part.PartNumber ?? 0, { etag: part.ETag ?? '', bytes: part.Size ?? 0 });
      PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (PartNumberMarker);
    return there;
  }

  async #sendParts(
    request: PutRequest,
    target: Target,
    upload: UploadState,
    parts: readonly Part[],
    done: Map<number, string>,
  ): Promise<void> {
    const { sender, journal } = this.#options;
    const failed = new AbortController();
    const signal = request.signal ? AbortSignal.any([request.signal, failed.signal]) : failed.signal;
    const queue = [...parts];
    let leftBytes = parts.reduce((sum, { range }) => sum + range.end - range.start, 0);
    const lane = async () => {
      for (let part = queue.shift(); part; part = queue.shift()) {
        signal.throwIfAborted();
        done.set(part.number, await this.#sendPart({ ...request, signal }, target, upload, part, leftBytes));
        leftBytes -= part.range.end - part.range.start;
      }
    };
    const lanes = Array.from({ length: Math.min(sender.partsAtOnceMax, parts.length) }, async () => {
      try {
        await lane();
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    });
    const first = (await Promise.allSettled(lanes)).find((outcome) => outcome.status === 'rejected');
    if (!first) return;
    if (s3ErrorName(first.reason) === 'NoSuchUpload') await journal.forget(upload);
    throw failed.signal.reason ?? first.reason;
  }

  async #sendPart(request: PutRequest, target: Target, upload: UploadState, part: Part, leftBytes: number): Promise<string> {
    const { sender, journal, faults } = this.#options;
    const place = { ...target, UploadId: upload.uploadId, PartNumber: part.number };
    const { ETag } = await sender.send(request, { ...bodyOf(request, part.range), leftBytes }, (client, Body, ContentMD5, options) =>
      client.send(new UploadPartCommand({ ...place, Body, ContentMD5 }), options),
    );
    if (ETag === undefined) throw new EvidockError('archive.unreachable', because('no-etag', { part: part.number, key: request.key }));
    const bytes = part.range.end - part.range.start;
    await journal.part(upload, { number: part.number, etag: ETag, bytes });
    faults.reached('w12-part-recorded');
    request.onBytes?.(bytes);
    return ETag;
  }
}

/** A range of the source, with the function that reads it into a buffer. The MD5 is computed chunk by chunk, so that nothing blocks for long. */
function bodyOf(request: PutRequest, range: ByteRange) {
  const bytes = range.end - range.start;
  const fill = async (buffer: Buffer): Promise<string> => {
    const md5 = createHash('md5');
    let position = 0;
    const chunks = bytes > 0 ? sourceChunks(request, range) : [];
    for await (const chunk of chunks) {
      if (position + chunk.length > bytes) break;
      chunk.copy(buffer, position);
      md5.update(chunk);
      position += chunk.length;
    }
    if (position !== bytes)
      throw new EvidockError('vault.read-failed', because('bytes-came', { thing: request.key, found: position, bytes }));
    return md5.digest('base64');
  };
  return { bytes, fill };
}

function nullIfNotAllowed(thrown: unknown): null {
  if (['NotImplemented', 'AccessDenied', 'MethodNotAllowed'].includes(s3ErrorName(thrown) ?? '')) return null;
  throw thrown;
}

function partsOf(bytes: number, partBytes: number): Part[] {
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_, place) => {
    return { number: place + 1, range: { start: place * partBytes, end: Math.min(bytes, (place + 1) * partBytes) } };
  });
}
