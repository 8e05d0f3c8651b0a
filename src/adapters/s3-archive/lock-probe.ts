import { randomBytes } from 'node:crypto';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isFailure } from '#domain/errors';
import { LOCK_DAYS_TRIED } from '#domain/lock/judge';
import type { LockMode } from '#domain/lock/lock';
import type { Clock } from '#ports/clock';
import { archiveError } from './errors.ts';
import { stateOf, type Target } from './object-locks.ts';
import { putInParts } from './probe.ts';
import { sending } from './sending.ts';
import type { ObjectVersions } from './versions.ts';

const DAY_MS = 86_400_000;
/** Distances at which a date is set and read back, days. */
const DISTANCES = [1, 40, 400, LOCK_DAYS_TRIED];
/** The date of the probe object is only moved on if it has fallen behind the greatest distance by so much, days. */
const STALE_DAYS = 30;
const PROBE_BYTES = 64;

interface Options {
  readonly client: S3Client;
  readonly clock: Clock;
  readonly versions: ObjectVersions;
  /** Key of the probe object, as the archive names it. */
  readonly key: string;
  readonly at: (object: { readonly key: string; readonly versionId: string }) => Target;
}

interface Locked {
  readonly locks: boolean;
  readonly lockDaysMax: number;
  readonly hold: boolean;
  readonly multipart: boolean;
  readonly mayBypass: boolean | null;
}

export const NOTHING_LOCKS: Locked = { locks: false, lockDaysMax: 0, hold: false, multipart: false, mayBypass: null };

/**
 * Shows with one small object what locks are worth in a bucket: dates that come back exactly, a version that cannot be deleted and whose lock cannot be shortened. The
 * object is sent in parts, as large footage is, and locked when it is complete. It stays in the bucket, under lock, and serves every later probe.
 */
export class LockProbe {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async run(mode: LockMode, signal?: AbortSignal): Promise<Locked> {
    const target = await this.#object(signal);
    const lockDaysMax = await this.#dates(target, mode, signal);
    if (lockDaysMax === 0) return { ...NOTHING_LOCKS, mayBypass: null };
    const hold = await this.#hold(target, signal);
    const shortened = await this.#allowed(() => this.#setDate(target, mode, this.#dayAhead(1) - 3_600_000, signal), signal);
    const deleted = await this.#allowed(() => this.#delete(target, {}, signal), signal);
    if (deleted || shortened) return { ...NOTHING_LOCKS, hold, multipart: true };
    const mayBypass =
      mode === 'GOVERNANCE' && (await this.#allowed(() => this.#delete(target, { BypassGovernanceRetention: true }, signal), signal));
    return { locks: true, lockDaysMax, hold, multipart: true, mayBypass };
  }

  /** The probe object of an earlier probe, else a new one. */
  async #object(signal: AbortSignal | undefined): Promise<Target> {
    const { client, versions, key, at } = this.#options;
    const [known] = (await versions.of(key, signal)).filter(({ isMarker }) => !isMarker);
    if (known) return at({ key, versionId: known.versionId });
    const { Bucket, Key } = at({ key, versionId: '' });
    const versionId = await this.#send(() => putInParts(client, { Bucket, Key }, randomBytes(PROBE_BYTES), sending(signal)), signal);
    return at({ key, versionId: versionId ?? '' });
  }

  /** How many days ahead a date came back exactly; 0 if none did. */
  async #dates(target: Target, mode: LockMode, signal: AbortSignal | undefined): Promise<number> {
    let known = await this.#state(target, signal);
    if (known.mode !== null && known.mode !== mode) return 0;
    let days = 0;
    for (const distance of DISTANCES) {
      const dateMs = this.#dayAhead(distance);
      const longEnough = known.untilMs !== null && known.untilMs >= dateMs - (distance > STALE_DAYS ? STALE_DAYS : 0) * DAY_MS;
      if (!longEnough) {
        const set = await this.#allowed(() => this.#setDate(target, mode, dateMs, signal), signal);
        known = await this.#state(target, signal);
        if (!set || known.untilMs !== dateMs || known.mode !== mode) return days;
      }
      days = distance;
    }
    return days;
  }

  async #hold(target: Target, signal: AbortSignal | undefined): Promise<boolean> {
    const { client } = this.#options;
    const put = (Status: 'ON' | 'OFF') =>
      this.#allowed(() => client.send(new PutObjectLegalHoldCommand({ ...target, LegalHold: { Status } }), sending(signal)), signal);
    const held = (await put('ON')) && (await this.#state(target, signal)).hold;
    const freed = (await put('OFF')) && !(await this.#state(target, signal)).hold;
    return held && freed;
  }

  #dayAhead(days: number): number {
    return Math.floor(this.#options.clock.nowMs() / 1000) * 1000 + days * DAY_MS;
  }

  #setDate(target: Target, Mode: LockMode, untilMs: number, signal: AbortSignal | undefined) {
    const Retention = { Mode, RetainUntilDate: new Date(untilMs) };
    return this.#options.client.send(new PutObjectRetentionCommand({ ...target, Retention }), sending(signal));
  }

  #delete(target: Target, more: { readonly BypassGovernanceRetention?: true }, signal: AbortSignal | undefined) {
    return this.#options.client.send(new DeleteObjectCommand({ ...target, ...more }), sending(signal));
  }

  async #state(target: Target, signal: AbortSignal | undefined) {
    return stateOf(await this.#send(() => this.#options.client.send(new HeadObjectCommand(target), sending(signal)), signal));
  }

  /** Whether the server does it. Throws where it cannot be reached. */
  async #allowed(call: () => Promise<unknown>, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      const failure = archiveError('lock probe', error, signal);
      if (!isFailure(failure, 'archive.refused')) throw failure;
      return false;
    }
  }

  async #send<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw archiveError('lock probe', error, signal);
    }
  }
}
