import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type MultipartUpload,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError, isFailure } from '#domain/errors';
import { isVaultKey } from '#domain/vault-key';
import type { Archive, ArchivedObject, PutRequest, UploadJournal } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { RateLimiter } from '#ports/rate-limiter';
import { archiveError } from './errors.ts';
import { Uploader } from './uploader.ts';

const PROBE_BYTES = 64;
const READ_TRIES = 4;
/** An upload that this old and the journal does not know was begun by a process that was killed before it could write it down. */
const UNKNOWN_UPLOAD_MS = 10 * 60_000;

export interface S3Settings {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly pathStyle: boolean;
  readonly checksums: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
  readonly partBytes: number;
  readonly partsAtOnce: number;
  readonly timeoutMs: number;
}

interface Options {
  readonly settings: S3Settings;
  readonly journal: UploadJournal;
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly faults: FaultPoints;
  readonly stationId: string;
}

/** The second copy on an S3-compatible server. What the server accepts proves nothing: `verify` reads back. */
export class S3Archive implements Archive {
  readonly name = 's3';
  readonly #settings: S3Settings;
  readonly #journal: UploadJournal;
  readonly #client: S3Client;
  readonly #uploader: Uploader;
  readonly #startedAtMs: number;
  readonly #stationId: string;
  /** Keys whose object was found wrong: they are uploaded again though the server says that it has them. */
  readonly #distrusted = new Set<string>();

  constructor(options: Options) {
    const { settings } = options;
    this.#settings = settings;
    this.#journal = options.journal;
    this.#stationId = options.stationId;
    this.#startedAtMs = options.clock.nowMs();
    this.#client = new S3Client({
      endpoint: settings.endpoint,
      region: settings.region,
      credentials: { accessKeyId: settings.accessKeyId, secretAccessKey: settings.secretAccessKey },
      forcePathStyle: settings.pathStyle,
      requestChecksumCalculation: settings.checksums,
      responseChecksumValidation: settings.checksums,
      maxAttempts: 3,
      requestHandler: {
        connectionTimeout: Math.min(settings.timeoutMs, 10_000),
        requestTimeout: settings.timeoutMs,
        throwOnRequestTimeout: true,
        httpAgent: { keepAlive: true, maxSockets: settings.partsAtOnce + 4 },
        httpsAgent: { keepAlive: true, maxSockets: settings.partsAtOnce + 4 },
      },
    });
    this.#uploader = new Uploader({
      client: this.#client,
      settings,
      journal: options.journal,
      clock: options.clock,
      limiter: options.limiter,
      faults: options.faults,
    });
  }

  #key(key: string): string {
    if (!isVaultKey(key)) throw new EvidockError('vault.key-invalid', JSON.stringify(key));
    return this.#settings.prefix === '' ? key : `${this.#settings.prefix}/${key}`;
  }

  #at(key: string) {
    return { Bucket: this.#settings.bucket, Key: this.#key(key) };
  }

  async put(request: PutRequest): Promise<void> {
    const target = this.#at(request.key);
    try {
      if (await this.#seemsThere(request)) {
        request.onBytes?.(request.bytes);
        return;
      }
      await this.#uploader.upload(request, target);
      this.#distrusted.delete(request.key);
    } catch (error) {
      throw archiveError(request.key, error, request.signal);
    }
  }

  /** An earlier attempt may have got as far as this object. Only a reason not to send it again: verification still reads it. */
  async #seemsThere(request: PutRequest): Promise<boolean> {
    if (this.#distrusted.has(request.key)) return false;
    const found = await this.#head(request.key);
    return found !== null && found.bytes === request.bytes && found.written === request.sha256;
  }

  async #head(key: string): Promise<(ArchivedObject & { written: string | null }) | null> {
    try {
      const found = await this.#client.send(new HeadObjectCommand({ ...this.#at(key), ChecksumMode: 'ENABLED' }));
      // A checksum of checksums (multipart, with a part count behind a dash) is not the object's.
      const whole = found.ChecksumSHA256 !== undefined && !found.ChecksumSHA256.includes('-') && found.ChecksumType !== 'COMPOSITE';
      const sha256 = whole && found.ChecksumSHA256 ? Buffer.from(found.ChecksumSHA256, 'base64').toString('hex') : null;
      return { key, bytes: found.ContentLength ?? 0, sha256, written: found.Metadata?.['sha256'] ?? null };
    } catch (error) {
      const failure = archiveError(key, error);
      if (isFailure(failure, 'archive.missing')) return null;
      throw failure;
    }
  }

  async head(key: string): Promise<ArchivedObject | null> {
    const found = await this.#head(key);
    return found ? { key, bytes: found.bytes, sha256: found.sha256 } : null;
  }

  async verify(
    expected: { key: string; bytes: number; sha256: string },
    options: { policy: 'readback' | 'head'; signal?: AbortSignal; onBytes?: (bytes: number) => void },
  ): Promise<'readback' | 'head'> {
    const { key, bytes, sha256 } = expected;
    const found = await this.#head(key);
    if (!found) throw new EvidockError('archive.missing', key);
    const differs = (what: string) => {
      this.#distrusted.add(key);
      return new EvidockError('archive.mismatch', `${key}: ${what}`);
    };
    if (found.bytes !== bytes) throw differs(`${found.bytes} bytes instead of ${bytes}`);
    if (found.sha256 !== null && found.sha256 !== sha256) throw differs(`server's SHA-256 ${found.sha256} instead of ${sha256}`);
    if (options.policy === 'head') return 'head';
    const read = await this.#digest(key, bytes, options);
    if (read !== sha256) throw differs(`SHA-256 ${read} instead of ${sha256}`);
    return 'readback';
  }

  /** Reads the whole object; where the connection breaks it goes on at the byte it was at. */
  async #digest(key: string, bytes: number, options: { signal?: AbortSignal; onBytes?: (bytes: number) => void }): Promise<string> {
    const hash = createHash('sha256');
    let position = 0;
    for (let tries = 1; position < bytes; tries += 1) {
      try {
        const body = await this.read(key, { start: position, end: bytes }, options.signal);
        for await (const chunk of body as AsyncIterable<Buffer>) {
          hash.update(chunk);
          position += chunk.length;
          options.onBytes?.(chunk.length);
        }
        if (position < bytes && tries >= READ_TRIES)
          throw new EvidockError('archive.unreachable', `${key}: the answer ended at byte ${position} of ${bytes}`);
      } catch (error) {
        if (options.signal?.aborted || tries >= READ_TRIES || (error instanceof EvidockError && error.code !== 'archive.unreachable'))
          throw archiveError(key, error, options.signal);
      }
    }
    return hash.digest('hex');
  }

  async read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    try {
      const Range = range ? { Range: `bytes=${range.start}-${range.end - 1}` } : {};
      const answer = await this.#client.send(new GetObjectCommand({ ...this.#at(key), ...Range }), signal ? { abortSignal: signal } : {});
      if (!(answer.Body instanceof Readable)) throw new EvidockError('archive.unreachable', `${key}: an answer without a body`);
      return answer.Body;
    } catch (error) {
      throw archiveError(key, error, signal);
    }
  }

  async *list(prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    const own = this.#settings.prefix === '' ? '' : `${this.#settings.prefix}/`;
    let ContinuationToken: string | undefined;
    do {
      const more = ContinuationToken ? { ContinuationToken } : {};
      const page = await this.#send(prefix, () =>
        this.#client.send(new ListObjectsV2Command({ Bucket: this.#settings.bucket, Prefix: own + prefix, ...more })),
      );
      for (const found of page.Contents ?? []) yield { key: (found.Key ?? '').slice(own.length), bytes: found.Size ?? 0 };
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  }

  async #send<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw archiveError(what, error);
    }
  }

  /** Only uploads of this station's own recordings: stations may share a bucket, and the others' are theirs to go on with. */
  async abortAbandoned(nowMs: number, olderThanMs: number): Promise<number> {
    const known = new Set((await this.#journal.all()).map((upload) => upload.uploadId));
    let aborted = 0;
    for await (const upload of this.#openUploads()) {
      if (!upload.Key?.includes(`-${this.#stationId}-`)) continue;
      const begunMs = upload.Initiated?.getTime() ?? 0;
      const lost = !known.has(upload.UploadId ?? '') && (begunMs < this.#startedAtMs || begunMs < nowMs - UNKNOWN_UPLOAD_MS);
      if (!lost && begunMs >= nowMs - olderThanMs) continue;
      await this.#send(upload.Key, () =>
        this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#settings.bucket, Key: upload.Key, UploadId: upload.UploadId })),
      );
      aborted += 1;
    }
    return aborted;
  }

  async *#openUploads(): AsyncIterable<MultipartUpload> {
    const { bucket, prefix } = this.#settings;
    const own = prefix === '' ? {} : { Prefix: `${prefix}/` };
    let after: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (after) {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({ Bucket: bucket, ...own, ...after });
      const page: ListMultipartUploadsCommandOutput = await this.#send('uploads', () => this.#client.send(command));
      yield* page.Uploads ?? [];
      const { NextKeyMarker, NextUploadIdMarker } = page;
      const more = page.IsTruncated && NextKeyMarker !== undefined;
      after = more
        ? { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }) }
        : undefined;
    }
  }

  async check(): Promise<string> {
    const bytes = randomBytes(PROBE_BYTES);
    const probe = this.#at(`evidock-probe/${randomBytes(6).toString('hex')}`);
    await this.#send('probe', () =>
      this.#client.send(new PutObjectCommand({ ...probe, Body: bytes, ContentMD5: createHash('md5').update(bytes).digest('base64') })),
    );
    try {
      const answer = await this.#send('probe', () => this.#client.send(new GetObjectCommand(probe)));
      const back = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
      if (!back.equals(bytes)) throw new EvidockError('archive.mismatch', 'a probe object came back with other bytes');
    } finally {
      await this.#send('probe', () => this.#client.send(new DeleteObjectCommand(probe)));
    }
    return `bucket ${this.#settings.bucket} at ${new URL(this.#settings.endpoint).host}`;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }
}
