import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { ArchiveInventory, InventoryEntry, OpenUpload } from '#ports/archive-inventory';
import { archiveError, s3ErrorName } from './errors.ts';
import { sending } from './sending.ts';

interface Options {
  readonly client: S3Client;
  readonly bucket: string;
  /** Keys begin so; empty, or with a `/` in the end. */
  readonly prefix: string;
  /** Whether the bucket keeps versions. Servers without versions know no list of them. */
  readonly versioned: () => boolean;
  /** Versions a request, at most; 1000 where nobody says otherwise. */
  readonly pageMax?: number;
}

/** Lists a bucket below the prefix, 1000 versions a request. */
export class S3Inventory implements ArchiveInventory {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  entries(after: string, signal?: AbortSignal): AsyncIterable<InventoryEntry> {
    return inOrder(this.#options.versioned() ? this.#versions(after, signal) : this.#objects(after, signal));
  }

  async *#versions(after: string, signal: AbortSignal | undefined): AsyncGenerator<InventoryEntry> {
    const { client, bucket, prefix, pageMax = 1000 } = this.#options;
    let before = new Set<string>();
    let from: { KeyMarker?: string; VersionIdMarker?: string } = after === '' ? {} : { KeyMarker: prefix + after };
    for (let more = true; more; ) {
      const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, MaxKeys: pageMax, ...from });
      const page: ListObjectVersionsCommandOutput = await this.#send(() => client.send(command, sending(signal)));
      const found = [
        ...(page.Versions ?? []).map((each) => ({ ...each, isMarker: false })),
        ...(page.DeleteMarkers ?? []).map((each) => ({ ...each, Size: 0, isMarker: true })),
      ].map(({ Key, VersionId, Size, IsLatest, isMarker }) => ({
        ...{ key: (Key ?? '').slice(prefix.length), versionId: VersionId ?? '', bytes: Size ?? 0, isNewest: IsLatest ?? false, isMarker },
      }));
      // Versions and markers come as two lists, each in order.
      const sorted = found.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
      // Ceph lists the key of the marker once more.
      for (const each of sorted) if (isAbove(each.key, after) && !before.has(`${each.key} ${each.versionId}`)) yield each;
      before = new Set(sorted.map(({ key, versionId }) => `${key} ${versionId}`));
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
      more = page.IsTruncated === true && KeyMarker !== undefined;
      if (more && KeyMarker !== undefined) from = { KeyMarker, ...(VersionIdMarker === undefined ? {} : { VersionIdMarker }) };
    }
  }

  async *#objects(after: string, signal: AbortSignal | undefined): AsyncGenerator<InventoryEntry> {
    const { client, bucket, prefix } = this.#options;
    let from: { ContinuationToken?: string; StartAfter?: string } = after === '' ? {} : { StartAfter: prefix + after };
    for (let more = true; more; ) {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...from });
      const page: ListObjectsV2CommandOutput = await this.#send(() => client.send(command, sending(signal)));
      for (const { Key, Size } of page.Contents ?? [])
        yield { key: (Key ?? '').slice(prefix.length), versionId: '', bytes: Size ?? 0, isNewest: true, isMarker: false };
      more = page.NextContinuationToken !== undefined;
      if (page.NextContinuationToken !== undefined) from = { ContinuationToken: page.NextContinuationToken };
    }
  }

  async *uploads(signal?: AbortSignal): AsyncGenerator<OpenUpload> {
    const { client, bucket, prefix } = this.#options;
    let from: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (let more = true; more; ) {
      const command = new ListMultipartUploadsCommand({ Bucket: bucket, ...(prefix === '' ? {} : { Prefix: prefix }), ...from });
      const page: ListMultipartUploadsCommandOutput | null = await this.#send(() =>
        client.send(command, sending(signal)).catch(nullIfNotListed),
      );
      for (const { Key, UploadId, Initiated } of page?.Uploads ?? [])
        yield { key: (Key ?? '').slice(prefix.length), uploadId: UploadId ?? '', begunAtMs: Initiated?.getTime() ?? 0 };
      const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page ?? {};
      more = page?.IsTruncated === true && KeyMarker !== undefined;
      if (more && KeyMarker !== undefined) from = { KeyMarker, ...(UploadIdMarker === undefined ? {} : { UploadIdMarker }) };
    }
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw archiveError('list', error);
    }
  }
}

/** Whoever compares goes through two lists side by side. A storage with another order would make it tell that everything is missing. Throws archive.unfit. */
async function* inOrder(entries: AsyncIterable<InventoryEntry>): AsyncGenerator<InventoryEntry> {
  let before = '';
  for await (const entry of entries) {
    if (entry.key !== before && !isAbove(entry.key, before))
      throw new EvidockError('archive.unfit', because('list-disordered', { key: entry.key, before }));
    before = entry.key;
    yield entry;
  }
}

function isAbove(key: string, after: string): boolean {
  return after === '' || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

/** null for a server that cannot list uploads. */
function nullIfNotListed(thrown: unknown): null {
  if (s3ErrorName(thrown) === 'NotImplemented') return null;
  throw thrown;
}
