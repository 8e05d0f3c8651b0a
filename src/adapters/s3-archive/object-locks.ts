import { createHash } from 'node:crypto';
import { setTimeout as rest } from 'node:timers/promises';
import { HeadObjectCommand, PutObjectLegalHoldCommand, PutObjectRetentionCommand, type S3Client } from '@aws-sdk/client-s3';
import { EvidockError, isFailure } from '#domain/errors';
import type { BucketCapabilities } from '#domain/lock/capabilities';
import { isLockDate } from '#domain/lock/dates';
import { LOCK_MODES, type LockMode, type LockState } from '#domain/lock/lock';
import { because } from '#domain/reason';
import type { ExpectedObject, ObjectName, TransferOptions } from '#ports/archive';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Clock } from '#ports/clock';
import { archiveError } from './errors.ts';
import { ObjectReader } from './object-reader.ts';
import { sending } from './sending.ts';
import type { ObjectVersions } from './versions.ts';

/** Some servers deny a lock within a second of the upload (kopia issue 5590), so a denial is believed only after these pauses, ms. */
const DENIED_RESTS_MS = [250, 500, 1000, 2000];
/** So many versions of one key are read to find the one whose digest is known. */
const READ_MAX = 20;

export interface Target {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

interface Options {
  readonly client: S3Client;
  readonly clock: Clock;
  readonly versions: ObjectVersions;
  readonly at: (object: ObjectName) => Target;
  readonly probe: (signal?: AbortSignal) => Promise<BucketCapabilities>;
}

/** Object Lock of S3. Every request names a version. */
export class ObjectLocks implements ArchiveLocks {
  readonly #options: Options;
  #capabilities: BucketCapabilities | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  capabilities(): BucketCapabilities | null {
    return this.#capabilities;
  }

  async probe(signal?: AbortSignal): Promise<BucketCapabilities> {
    this.#capabilities = await this.#options.probe(signal);
    return this.#capabilities;
  }

  async lock(object: ObjectName, untilMs: number, signal?: AbortSignal): Promise<LockState> {
    const { clock } = this.#options;
    if (!isLockDate(untilMs, clock.nowMs()))
      throw new EvidockError('archive.lock-refused', because('lock-date', { at: timeText(untilMs), key: object.key }));
    const mode = this.#mode(object);
    const before = await this.state(object, signal);
    if (before.mode !== null && before.mode !== mode)
      throw new EvidockError('archive.lock-differs', because('lock-mode-differs', { found: before.mode, mode, key: object.key }));
    if (before.untilMs !== null && before.untilMs >= untilMs) return before;
    await this.#put(object, mode, untilMs, signal);
    const after = await this.state(object, signal);
    if (after.untilMs !== untilMs || after.mode !== mode) {
      const found = after.untilMs === null ? '—' : timeText(after.untilMs);
      throw new EvidockError('archive.lock-differs', because('lock-date-differs', { found, at: timeText(untilMs), key: object.key }));
    }
    return after;
  }

  async #put(object: ObjectName, Mode: LockMode, untilMs: number, signal: AbortSignal | undefined): Promise<void> {
    const Retention = { Mode, RetainUntilDate: new Date(untilMs) };
    await this.#patiently(object, signal, () =>
      this.#options.client.send(new PutObjectRetentionCommand({ ...this.#version(object), Retention }), sending(signal)),
    );
  }

  async hold(object: ObjectName, on: boolean, signal?: AbortSignal): Promise<LockState> {
    this.#mode(object);
    const LegalHold = { Status: on ? ('ON' as const) : ('OFF' as const) };
    await this.#patiently(object, signal, () =>
      this.#options.client.send(new PutObjectLegalHoldCommand({ ...this.#version(object), LegalHold }), sending(signal)),
    );
    const after = await this.state(object, signal);
    if (after.hold !== on) throw new EvidockError('archive.lock-differs', because('hold-differs', { key: object.key }));
    return after;
  }

  async state(object: ObjectName, signal?: AbortSignal): Promise<LockState> {
    try {
      return stateOf(await this.#options.client.send(new HeadObjectCommand(this.#options.at(object)), sending(signal)));
    } catch (error) {
      throw archiveError(object.key, error, signal);
    }
  }

  async findVersion({ key, bytes, sha256 }: ExpectedObject, options: TransferOptions): Promise<string | null> {
    const { versions, client, at } = this.#options;
    const candidates = (await versions.of(key, options.signal)).filter((each) => !each.isMarker && each.bytes === bytes);
    const reader = new ObjectReader(client);
    for (const { versionId } of candidates.slice(0, READ_MAX)) {
      if (versionId === 'null') continue;
      const hash = createHash('sha256');
      const range = { start: 0, end: bytes };
      if (bytes > 0)
        for await (const chunk of await reader.read({ key, target: at({ key, versionId }), range, options })) hash.update(chunk as Buffer);
      if (hash.digest('hex') === sha256) return versionId;
    }
    return null;
  }

  /** The mode in which this bucket locks. Throws archive.unfit if it was found that nothing can be locked there. */
  #mode({ key }: ObjectName): LockMode {
    const mode = this.#capabilities?.mode ?? null;
    if (mode === null) throw new EvidockError('archive.unfit', because('nothing-locked', { key }));
    return mode;
  }

  /** Names a version, always: a lock of whatever is newest could be one of somebody else's object. */
  #version(object: ObjectName): Target {
    if (!object.versionId) throw new EvidockError('archive.lock-refused', because('lock-without-version', { key: object.key }));
    return this.#options.at(object);
  }

  async #patiently(object: ObjectName, signal: AbortSignal | undefined, call: () => Promise<unknown>): Promise<void> {
    for (const restMs of [...DENIED_RESTS_MS, null]) {
      try {
        await call();
        return;
      } catch (error) {
        const failure = archiveError(object.key, error, signal);
        if (restMs === null || !isFailure(failure, 'archive.refused')) throw failure;
        await rest(restMs, undefined, signal ? { signal } : {});
      }
    }
  }
}

/** The lock in an answer of the server. */
export function stateOf(answer: {
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}): LockState {
  const mode = LOCK_MODES.find((each) => each === answer.ObjectLockMode) ?? null;
  const untilMs = mode === null ? null : (answer.ObjectLockRetainUntilDate?.getTime() ?? null);
  return { mode: untilMs === null ? null : mode, untilMs, hold: answer.ObjectLockLegalHoldStatus === 'ON' };
}

function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
