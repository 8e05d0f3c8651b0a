import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type MultipartUpload,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError, isFailure } from '#domain/errors';
import type { Unlocked } from '#domain/lock/judge';
import type { LockMode } from '#domain/lock/lock';
import { because, type Reason, together } from '#domain/reason';
import { isVaultKey } from '#domain/vault/vault-key';
import type {
  Archive,
  ArchivedObject,
  ExpectedObject,
  ObjectName,
  PutRequest,
  StoredObject,
  TransferOptions,
  UploadJournal,
} from '#ports/archive';
import type { ArchiveInventory } from '#ports/archive-inventory';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { RateLimiter } from '#ports/rate-limiter';
import { isLogKey, lookTwice, mustBeLogKey } from '../archive-transfers.ts';
import { BucketProbe } from './bucket-probe.ts';
import { archiveError, s3ErrorName } from './errors.ts';
import { S3Inventory } from './inventory.ts';
import { LockProbe } from './lock-probe.ts';
import { MovingHttp } from './moving-http.ts';
import { ObjectLocks } from './object-locks.ts';
import { ObjectReader } from './object-reader.ts';
import { PartSender } from './part-sender.ts';
import { probeBucket } from './probe.ts';
import { Uploader } from './uploader.ts';
import { ObjectVersions } from './versions.ts';
import { wireOptions } from './wire-options.ts';

const PROBE_PREFIX = 'evidock-probe';
/** Where probes cannot be removed, one is written in this time, ms. In between the server is only asked. */
const KEPT_PROBES_MS = 3600_000;
/** An upload of this age, ms, that the journal does not know was begun by a process that was killed before it could note it. */
const UNKNOWN_UPLOAD_MS = 10 * 60_000;

export interface S3Settings {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly pathStyle: boolean;
  readonly checksums: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
  readonly partBytes: number;
  readonly partsAtOnce: number;
  /** How long no byte may move, ms. */
  readonly timeoutMs: number;
  readonly unlocked: Unlocked;
  /** null: that of the bucket's own rule. */
  readonly lockMode: LockMode | null;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Options {
  readonly settings: S3Settings;
  /** Called before every request, because keys may change at any time. */
  readonly credentials: () => Promise<S3Credentials>;
  readonly journal: UploadJournal;
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly faults: FaultPoints;
  readonly stationId: string;
}

/** The second copy on an S3-compatible server. That the server accepts an object proves nothing: `verify` reads it back. */
export class S3Archive implements Archive {
  readonly name = 's3';
  readonly locks: ArchiveLocks;
  readonly inventory: ArchiveInventory;
  readonly #settings: S3Settings;
  readonly #journal: UploadJournal;
  readonly #client: S3Client;
  readonly #reader: ObjectReader;
  readonly #sender: PartSender;
  readonly #uploader: Uploader;
  readonly #versions: ObjectVersions;
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #stationId: string;
  /** Since when probes cannot be removed from this bucket, and why; null if they can. */
  #kept: { readonly atMs: number; readonly why: Reason } | null = null;
  /** Keys of objects that were found wrong. They are uploaded again although the server says that it has them. */
  readonly #distrusted = new Set<string>();

  constructor(options: Options) {
    const { settings } = options;
    this.#settings = settings;
    this.#journal = options.journal;
    this.#stationId = options.stationId;
    this.#clock = options.clock;
    this.#startedAtMs = options.clock.nowMs();
    const handler = new MovingHttp({ stallMs: settings.timeoutMs, limiter: options.limiter }).handler();
    const client = (maxAttempts: number) => clientOf(settings, options.credentials, { maxAttempts, requestHandler: handler });
    this.#client = client(3);
    this.#reader = new ObjectReader(this.#client);
    this.#versions = new ObjectVersions({ client: this.#client, at: (key) => this.#at({ key }) });
    this.locks = this.#locks();
    const prefix = settings.prefix === '' ? '' : `${settings.prefix}/`;
    const versioned = () => (this.locks.capabilities()?.versioning ?? 'off') !== 'off';
    this.inventory = new S3Inventory({ client: this.#client, bucket: settings.bucket, prefix, versioned });
    this.#sender = new PartSender({ client: client(1), ...settings });
    this.#uploader = new Uploader({
      client: this.#client,
      sender: this.#sender,
      settings,
      journal: options.journal,
      clock: options.clock,
      faults: options.faults,
    });
  }

  #locks(): ArchiveLocks {
    const { bucket, prefix, unlocked, lockMode } = this.#settings;
    const parts = { client: this.#client, clock: this.#clock, versions: this.#versions, at: (object: ObjectName) => this.#at(object) };
    const locks = new LockProbe({ ...parts, key: `${PROBE_PREFIX}/${this.#stationId}.lock` });
    const under = prefix === '' ? '' : `${prefix}/`;
    const probe = new BucketProbe({ ...parts, bucket, prefix: under, unlocked, lockMode, locks });
    return new ObjectLocks({ ...parts, probe: (signal) => probe.run(signal) });
  }

  #key(key: string): string {
    if (!isVaultKey(key)) throw new EvidockError('vault.key-invalid', because('key', { key }));
    return this.#settings.prefix === '' ? key : `${this.#settings.prefix}/${key}`;
  }

  #at({ key, versionId }: ObjectName) {
    return { Bucket: this.#settings.bucket, Key: this.#key(key), ...(versionId ? { VersionId: versionId } : {}) };
  }

  async put(request: PutRequest): Promise<StoredObject> {
    const target = this.#at({ key: request.key });
    try {
      const there = await this.#seemsThere(request);
      if (there) {
        request.onBytes?.(request.bytes);
        return { versionId: there.versionId };
      }
      const versionId = await this.#uploader.upload(request, target);
      this.#distrusted.delete(request.key);
      if (versionId !== null && isLogKey(request.key)) await this.#versions.removeAll(request.key, { except: versionId });
      return { versionId };
    } catch (error) {
      throw archiveError(request.key, error, request.signal);
    }
  }

  /** The object, if an earlier attempt has uploaded it already. Then it is not sent again, but verification still reads it. */
  async #seemsThere(request: PutRequest): Promise<ArchivedObject | null> {
    if (this.#distrusted.has(request.key)) return null;
    const found = await this.#head({ key: request.key }, request);
    return found !== null && found.bytes === request.bytes && found.written === request.sha256 ? found : null;
  }

  async #head(object: ObjectName, options: TransferOptions): Promise<(ArchivedObject & { written: string | null }) | null> {
    const { key } = object;
    try {
      const found = await this.#client.send(
        new HeadObjectCommand({ ...this.#at(object), ChecksumMode: 'ENABLED' }),
        wireOptions(options).send,
      );
      // A checksum of checksums (multipart, with a part count behind a dash) is not that of the object.
      const whole = found.ChecksumSHA256 !== undefined && !found.ChecksumSHA256.includes('-') && found.ChecksumType !== 'COMPOSITE';
      const sha256 = whole && found.ChecksumSHA256 ? Buffer.from(found.ChecksumSHA256, 'base64').toString('hex') : null;
      const versionId = found.VersionId ?? null;
      return { key, bytes: found.ContentLength ?? 0, sha256, versionId, written: found.Metadata?.['sha256'] ?? null };
    } catch (error) {
      const failure = archiveError(key, error, options.signal);
      if (isFailure(failure, 'archive.missing')) return null;
      throw failure;
    }
  }

  async head(object: ObjectName, options: TransferOptions = {}): Promise<ArchivedObject | null> {
    const found = await this.#head(object, options);
    if (found) return { key: object.key, bytes: found.bytes, sha256: found.sha256, versionId: found.versionId };
    await this.#mustBeMissing(object, options);
    return null;
  }

  /**
   * Throws unless really the object is missing. An answer to HEAD has no body, so a missing bucket looks like a missing object; the answer to GET tells which.
   */
  async #mustBeMissing(object: ObjectName, options: TransferOptions): Promise<void> {
    const { key } = object;
    try {
      await this.#client.send(new GetObjectCommand({ ...this.#at(object), Range: 'bytes=0-0' }), wireOptions(options).send);
    } catch (error) {
      const failure = archiveError(key, error, options.signal);
      if (!isFailure(failure, 'archive.missing')) throw failure;
      return;
    }
    throw new EvidockError('archive.unreachable', because('has-and-has-not', { key }));
  }

  async verify(expected: ExpectedObject, options: TransferOptions & { policy: 'readback' | 'head' }): Promise<'readback' | 'head'> {
    try {
      const how = await lookTwice(() => this.#look(expected, options));
      if (how === 'readback') this.#distrusted.delete(expected.key);
      return how;
    } catch (error) {
      if (isFailure(error, 'archive.mismatch')) this.#distrusted.add(expected.key);
      throw error;
    }
  }

  async #look(expected: ExpectedObject, options: TransferOptions & { policy: 'readback' | 'head' }) {
    const { key, bytes, sha256 } = expected;
    const found = await this.head(expected, options);
    if (!found) throw new EvidockError('archive.missing', because('key', { key }));
    const differs = (why: Reason) => new EvidockError('archive.mismatch', why);
    if (found.bytes !== bytes) throw differs(because('size-instead', { found: found.bytes, bytes, key }));
    if (found.sha256 !== null && found.sha256 !== sha256)
      throw differs(because('server-digest-instead', { found: found.sha256, sha256, key }));
    if (options.policy === 'head') return 'head' as const;
    const read = await this.#digest(expected, options);
    if (read !== sha256) throw differs(because('digest-instead', { found: read, sha256, key }));
    return 'readback' as const;
  }

  async #digest(object: ExpectedObject, options: TransferOptions): Promise<string> {
    const { key, bytes } = object;
    const hash = createHash('sha256');
    const reading = { key, target: this.#at(object), range: { start: 0, end: bytes }, options };
    // An empty object has no range that could be asked for.
    if (bytes === 0) return hash.digest('hex');
    for await (const chunk of (await this.#reader.read(reading)) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      options.onBytes?.(chunk.length);
    }
    return hash.digest('hex');
  }

  read(object: ObjectName, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    return this.#reader.read({ key: object.key, target: this.#at(object), range, options: signal ? { signal } : {} });
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

  async removeLog(key: string, signal?: AbortSignal): Promise<void> {
    mustBeLogKey(key);
    const options = signal ? { abortSignal: signal } : {};
    const { VersionId } = await this.#send(key, () => this.#client.send(new DeleteObjectCommand(this.#at({ key })), options));
    // Where the bucket keeps versions, this was only a marker that hides them.
    if (VersionId !== undefined) await this.#versions.removeAll(key, signal ? { signal } : {});
  }

  async #send<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw archiveError(what, error);
    }
  }

  /** Aborts only uploads of this station's own recordings. Stations may share a bucket, and the others go on with theirs. */
  async abortAbandoned(nowMs: number, olderThanMs: number): Promise<number> {
    const known = new Set((await this.#journal.all()).map((upload) => upload.uploadId));
    let aborted = 0;
    for await (const upload of this.#openUploads()) {
      if (upload.Key === undefined || !this.#isOwn(upload.Key)) continue;
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

  #isOwn(key: string): boolean {
    return key.includes(`-${this.#stationId}-`) || key.endsWith(`${PROBE_PREFIX}/${this.#stationId}`);
  }

  async *#openUploads(): AsyncIterable<MultipartUpload> {
    const { bucket, prefix } = this.#settings;
    const own = prefix === '' ? {} : { Prefix: `${prefix}/` };
    let after: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (after) {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({ Bucket: bucket, ...own, ...after });
      const page: ListMultipartUploadsCommandOutput | null = await this.#send('uploads', () =>
        this.#client.send(command).catch(nullIfNotListed),
      );
      if (!page) return;
      yield* page.Uploads ?? [];
      const { NextKeyMarker, NextUploadIdMarker } = page;
      const more = page.IsTruncated && NextKeyMarker !== undefined;
      after = more
        ? { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }) }
        : undefined;
    }
  }

  async check(signal?: AbortSignal): Promise<Reason> {
    const { bucket, endpoint } = this.#settings;
    // All probes of a station have one key. Where they cannot be removed they are versions of one object.
    const key = `${PROBE_PREFIX}/${this.#stationId}`;
    const nowMs = this.#clock.nowMs();
    if (this.#kept && nowMs - this.#kept.atMs < KEPT_PROBES_MS) await this.head({ key }, signal ? { signal } : {});
    else {
      const kept = await probeBucket(this.#client, this.#at({ key }), signal);
      this.#kept = kept === null ? null : { atMs: nowMs, why: kept };
    }
    const told = [because('bucket-at', { bucket, host: new URL(endpoint).host }), this.#kept?.why ?? null, this.#sender.slowness()];
    return together(told.filter((part) => part !== null));
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }
}

function clientOf(
  settings: S3Settings,
  credentials: Options['credentials'],
  more: { maxAttempts: number; requestHandler: ReturnType<MovingHttp['handler']> },
): S3Client {
  return new S3Client({
    endpoint: settings.endpoint,
    region: settings.region,
    // The SDK keeps credentials without an end, and asks again for those that end within minutes. So these are said to end now.
    credentials: async () => ({ ...(await credentials()), expiration: new Date() }),
    forcePathStyle: settings.pathStyle,
    requestChecksumCalculation: settings.checksums,
    responseChecksumValidation: settings.checksums,
    ...more,
  });
}

/** null for a server that cannot list uploads: it forgets them by itself, and nothing is to be aborted. */
function nullIfNotListed(thrown: unknown): null {
  if (s3ErrorName(thrown) === 'NotImplemented') return null;
  throw thrown;
}
