import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { s3Eraser } from '#adapters/s3-archive/s3-eraser';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Ledger } from '#ports/ledger';
import { archiveOn, clientOf, type S3Server } from '#test/support/archive/s3-server';
import type { Killer } from './killer.ts';
import type { SimulatedStorage } from './storage.ts';

/** RGW keeps real time and takes no date of the past: a day of the simulation is a moment of it. */
export interface Days {
  /** When the simulation began, in its own time and in real time, ms since 1970. */
  readonly beganMs: number;
  readonly realBeganMs: number;
  /** Real time of one simulated day, ms. */
  readonly dayMs: number;
}

const DAY_MS = 86_400_000;
const PREFIX = 'test';

export const simulatedMs = ({ beganMs, realBeganMs, dayMs }: Days, realMs: number) => beganMs + ((realMs - realBeganMs) * DAY_MS) / dayMs;
/** Storages keep whole seconds: a lock ends a moment late rather than early. */
const realMs = ({ beganMs, realBeganMs, dayMs }: Days, ms: number) =>
  Math.ceil((realBeganMs + ((ms - beganMs) * dayMs) / DAY_MS) / 1000) * 1000;

/** The real archive on a bucket of a real RGW. Its locks are real, and told in the time of the simulation. */
export function rgwDays(
  {
    server,
    owner,
    days,
  }: { readonly server: S3Server; readonly owner: { readonly accessKeyId: string; readonly secretAccessKey: string }; readonly days: Days },
  { ledger, killer }: { readonly ledger: Ledger; readonly killer: Killer },
): SimulatedStorage {
  const archive = archiveOn(server, ledger.uploads, { unlocked: 'refused', lockMode: 'COMPLIANCE', faults: killer });
  const told = (state: Awaited<ReturnType<ArchiveLocks['state']>>) => ({
    ...state,
    untilMs: state.untilMs === null ? null : Math.round(simulatedMs(days, state.untilMs)),
  });
  const { locks } = archive;
  const settings = { endpoint: server.endpoint, region: 'us-east-1', bucket: server.bucket, prefix: PREFIX, pathStyle: true };
  return {
    archive,
    inventory: archive.inventory,
    locks: {
      capabilities: () => locks.capabilities(),
      probe: (signal) => locks.probe(signal),
      findVersion: (expected, options) => locks.findVersion(expected, options),
      lock: async (object, untilMs, signal) => told(await locks.lock(object, realMs(days, untilMs), signal)),
      hold: async (object, on, signal) => told(await locks.hold(object, on, signal)),
      state: async (object, signal) => told(await locks.state(object, signal)),
    },
    eraser: s3Eraser({ ...settings, checksums: 'WHEN_REQUIRED', timeoutMs: 10_000 }, async () => owner),
    close: () => archive.close(),
  };
}

interface Version {
  readonly key: string;
  readonly versionId: string;
  readonly isMarker: boolean;
}

/** The bucket as its owner sees it, past the station. */
export class BucketView {
  /** With the key of the bucket's owner, who may list and delete. Whoever put an object reads it. */
  readonly #client: S3Client;
  readonly #reader: S3Client;
  readonly #bucket: string;
  readonly #days: Days;
  /** By version: SHA-256 of its bytes, which never change. */
  readonly #digests = new Map<string, string>();

  constructor({ owner, station, days }: { readonly owner: S3Server; readonly station: S3Server; readonly days: Days }) {
    this.#client = clientOf(owner);
    this.#reader = clientOf(station);
    this.#bucket = owner.bucket;
    this.#days = days;
  }

  close(): void {
    this.#client.destroy();
    this.#reader.destroy();
  }

  async versions(prefix: string): Promise<readonly Version[]> {
    const found: Version[] = [];
    let marker: { KeyMarker?: string; VersionIdMarker?: string } | null = {};
    while (marker) {
      const page: Awaited<ReturnType<typeof this.list>> = await this.list(prefix, marker);
      for (const [isMarker, list] of [
        [false, page.Versions ?? []],
        [true, page.DeleteMarkers ?? []],
      ] as const)
        for (const { Key = '', VersionId = '' } of list) found.push({ key: Key.slice(PREFIX.length + 1), versionId: VersionId, isMarker });
      marker = page.IsTruncated
        ? {
            ...(page.NextKeyMarker === undefined ? {} : { KeyMarker: page.NextKeyMarker }),
            ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
          }
        : null;
    }
    return found;
  }

  list(prefix: string, marker: { KeyMarker?: string; VersionIdMarker?: string }) {
    return this.#client.send(new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: `${PREFIX}/${prefix}`, ...marker }));
  }

  async digestOf({ key, versionId }: Version): Promise<string> {
    const known = this.#digests.get(versionId);
    if (known !== undefined) return known;
    const { Body } = await this.#reader.send(new GetObjectCommand({ Bucket: this.#bucket, Key: `${PREFIX}/${key}`, VersionId: versionId }));
    const digest = createHash('sha256')
      .update((await Body?.transformToByteArray()) ?? new Uint8Array())
      .digest('hex');
    this.#digests.set(versionId, digest);
    return digest;
  }

  /** In the time of the simulation. */
  async refusesUntil({ key, versionId }: Version): Promise<number> {
    const at = { Bucket: this.#bucket, Key: `${PREFIX}/${key}`, VersionId: versionId };
    const none = (error: { name?: string }) => {
      if (error.name === 'NoSuchObjectLockConfiguration' || error.name === 'ObjectLockConfigurationNotFoundError') return null;
      throw error;
    };
    const held = await this.#reader.send(new GetObjectLegalHoldCommand(at)).catch(none);
    if (held?.LegalHold?.Status === 'ON') return Number.POSITIVE_INFINITY;
    const until = (await this.#reader.send(new GetObjectRetentionCommand(at)).catch(none))?.Retention?.RetainUntilDate;
    return until === undefined ? 0 : simulatedMs(this.#days, until.getTime());
  }

  /** Tries to destroy a version under the key of the bucket's owner; true: the bucket refused. */
  async refuses({ key, versionId }: Version): Promise<boolean> {
    return this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: `${PREFIX}/${key}`, VersionId: versionId })).then(
      () => false,
      (error: { name?: string }) => {
        if (error.name === 'AccessDenied') return true;
        throw error;
      },
    );
  }

  /** Other bytes over an object under the station's key, or a marker that hides it under the owner's: the station's may delete nothing. */
  async disturb(key: string, how: 'overwrite' | 'hide'): Promise<void> {
    const at = { Bucket: this.#bucket, Key: `${PREFIX}/${key}` };
    if (how === 'hide') await this.#client.send(new DeleteObjectCommand(at));
    else await this.#reader.send(new PutObjectCommand({ ...at, Body: 'forged' }));
  }
}
