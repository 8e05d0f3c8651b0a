import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Erasers, OriginalEraser } from '#ports/original-eraser';
import { archiveError, s3ErrorName } from './errors.ts';
import type { S3Credentials, S3Settings } from './s3-archive.ts';

type Settings = Pick<S3Settings, 'endpoint' | 'region' | 'bucket' | 'prefix' | 'pathStyle' | 'checksums' | 'timeoutMs'>;

interface Found {
  readonly key: string;
  /** `version` with its id, `marker` with its id, or `upload` with its id. */
  readonly what: 'version' | 'marker' | 'upload';
  readonly id: string;
}

/**
 * Destroys objects in a bucket under the key of one run: each version and delete marker by its id, each unfinished upload. It asks for no bypass of a lock, so what
 * the bucket still has locked stays, and the run stops. `close` forgets the key.
 */
export function s3Eraser(settings: Settings, key: () => Promise<S3Credentials>): OriginalEraser & Pick<Erasers, 'close'> {
  const bucket = new DoomedObjects(settings, key);
  return {
    where: 's3',
    erase: async ({ key: name, version }, signal) => {
      const found = (await bucket.of(name, signal)).filter(({ id, what }) => version === null || (id === version && what !== 'upload'));
      for (const each of found) await bucket.remove(each, signal);
      return { removed: found.length };
    },
    left: async ({ key: name, version }, signal) =>
      (await bucket.of(name, signal)).filter(({ id }) => version === null || id === version).map(({ what, id }) => `${what} ${id}`),
    keysUnder: async (prefix, signal) => [...new Set((await bucket.under(`${prefix}/`, signal)).map((each) => each.key))].sort(),
    close: async () => bucket.close(),
  };
}

class DoomedObjects {
  readonly #settings: Settings;
  readonly #client: S3Client;
  #key: (() => Promise<S3Credentials>) | null;

  constructor(settings: Settings, key: () => Promise<S3Credentials>) {
    this.#settings = settings;
    this.#key = key;
    const { endpoint, region, pathStyle, checksums } = settings;
    this.#client = new S3Client({
      ...{ endpoint, region, forcePathStyle: pathStyle, maxAttempts: 2 },
      ...{ requestChecksumCalculation: checksums, responseChecksumValidation: checksums },
      // The SDK keeps credentials that have no end. These end at once, so it keeps none.
      credentials: async () => {
        if (!this.#key) throw new Error('the run has ended');
        return { ...(await this.#key()), expiration: new Date() };
      },
    });
  }

  close(): void {
    this.#key = null;
    this.#client.destroy();
  }

  async of(key: string, signal?: AbortSignal): Promise<readonly Found[]> {
    return (await this.under(key, signal)).filter((each) => each.key === key);
  }

  async under(prefix: string, signal?: AbortSignal): Promise<readonly Found[]> {
    return [...(await this.#versions(prefix, signal)), ...(await this.#uploads(prefix, signal))];
  }

  async remove({ key, what, id }: Found, signal?: AbortSignal): Promise<void> {
    const at = { Bucket: this.#settings.bucket, Key: this.#own(key) };
    await this.#send(key, signal, (options) =>
      what === 'upload'
        ? this.#client.send(new AbortMultipartUploadCommand({ ...at, UploadId: id }), options)
        : this.#client.send(new DeleteObjectCommand({ ...at, VersionId: id }), options),
    );
  }

  async #versions(prefix: string, signal?: AbortSignal): Promise<readonly Found[]> {
    const found: Found[] = [];
    let after: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (after) {
      const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
        Bucket: this.#settings.bucket,
        Prefix: this.#own(prefix),
        ...after,
      });
      const page = await this.#send(prefix, signal, (options) => this.#client.send(command, options));
      for (const { Key, VersionId } of page.Versions ?? []) found.push({ key: this.#name(Key), what: 'version', id: VersionId ?? 'null' });
      for (const { Key, VersionId } of page.DeleteMarkers ?? [])
        found.push({ key: this.#name(Key), what: 'marker', id: VersionId ?? 'null' });
      const { NextKeyMarker, NextVersionIdMarker } = page;
      after =
        page.IsTruncated && NextKeyMarker !== undefined
          ? { KeyMarker: NextKeyMarker, ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }) }
          : undefined;
    }
    return found;
  }

  async #uploads(prefix: string, signal?: AbortSignal): Promise<readonly Found[]> {
    const found: Found[] = [];
    let after: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (after) {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
        Bucket: this.#settings.bucket,
        Prefix: this.#own(prefix),
        ...after,
      });
      const page = await this.#send(prefix, signal, (options) => this.#client.send(command, options).catch(nullIfNotListed));
      if (!page) return found;
      for (const { Key, UploadId } of page.Uploads ?? []) found.push({ key: this.#name(Key), what: 'upload', id: UploadId ?? '' });
      const { NextKeyMarker, NextUploadIdMarker } = page;
      after =
        page.IsTruncated && NextKeyMarker !== undefined
          ? { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }) }
          : undefined;
    }
    return found;
  }

  #own(key: string): string {
    return this.#settings.prefix === '' ? key : `${this.#settings.prefix}/${key}`;
  }

  #name(key: string | undefined): string {
    return (key ?? '').slice(this.#own('').length);
  }

  async #send<T>(what: string, signal: AbortSignal | undefined, call: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    const late = AbortSignal.timeout(this.#settings.timeoutMs);
    try {
      return await call({ abortSignal: signal ? AbortSignal.any([signal, late]) : late });
    } catch (error) {
      signal?.throwIfAborted();
      throw archiveError(what, error);
    }
  }
}

/** null for a server that cannot list uploads: it forgets them by itself. */
function nullIfNotListed(thrown: unknown): null {
  if (s3ErrorName(thrown) === 'NotImplemented') return null;
  throw thrown;
}
