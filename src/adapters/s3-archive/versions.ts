import { DeleteObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { isFailure } from '#domain/errors';
import { archiveError } from './errors.ts';

/** So many versions of one key are looked at. */
const VERSIONS_MAX = 1000;

interface Options {
  readonly client: S3Client;
  readonly at: (key: string) => { readonly Bucket: string; readonly Key: string };
}

export interface ObjectVersion {
  readonly versionId: string;
  readonly bytes: number;
  readonly isMarker: boolean;
}

/** The versions of one key, where a bucket keeps them. */
export class ObjectVersions {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Newest first, the delete markers after the others. At most VERSIONS_MAX. */
  async of(key: string, signal?: AbortSignal): Promise<readonly ObjectVersion[]> {
    const { Bucket, Key } = this.#options.at(key);
    const command = new ListObjectVersionsCommand({ Bucket, Prefix: Key, MaxKeys: VERSIONS_MAX });
    const page = await this.#send(key, () => this.#options.client.send(command, signal ? { abortSignal: signal } : {}));
    const own = <T extends { Key?: string | undefined }>(found: readonly T[] | undefined) =>
      (found ?? []).filter((each) => each.Key === Key);
    return [
      ...own(page.Versions).map(({ VersionId, Size }) => ({ versionId: VersionId ?? 'null', bytes: Size ?? 0, isMarker: false })),
      ...own(page.DeleteMarkers).map(({ VersionId }) => ({ versionId: VersionId ?? 'null', bytes: 0, isMarker: true })),
    ];
  }

  /** Deletes every version and delete marker of a key, as far as no lock holds it; what is held is hidden at least, by a marker. */
  async removeAll(key: string, { except, signal }: { except?: string; signal?: AbortSignal } = {}): Promise<void> {
    for (const { versionId } of await this.of(key, signal)) {
      if (versionId === except) continue;
      const command = new DeleteObjectCommand({ ...this.#options.at(key), VersionId: versionId });
      try {
        await this.#send(key, () => this.#options.client.send(command, signal ? { abortSignal: signal } : {}));
      } catch (error) {
        if (!isFailure(error, 'archive.refused')) throw error;
      }
    }
  }

  async #send<T>(key: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw archiveError(key, error);
    }
  }
}
