import {
  type BucketLifecycleConfiguration,
  GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { canonicalBytes, type Json, sha256Hex } from '#domain/canonical-json';
import { isFailure } from '#domain/errors';
import type { BucketCapabilities } from '#domain/lock/capabilities';
import { judgeBucket, type Unlocked } from '#domain/lock/judge';
import { LOCK_MODES, type LockMode } from '#domain/lock/lock';
import type { Clock } from '#ports/clock';
import { archiveError, s3ErrorName } from './errors.ts';
import { type LockProbe, NOTHING_LOCKS } from './lock-probe.ts';
import { sending } from './sending.ts';

/** A policy that no server takes: who may change the policy is told that it is malformed, who may not is denied. */
const NO_POLICY = '{';

interface Options {
  readonly client: S3Client;
  readonly clock: Clock;
  readonly bucket: string;
  /** Keys of this station begin so; empty, or with a `/` in the end. */
  readonly prefix: string;
  readonly unlocked: Unlocked;
  readonly lockMode: LockMode | null;
  readonly locks: LockProbe;
}

type Rules = BucketLifecycleConfiguration['Rules'];

/** Asks a bucket what it is, with requests that change nothing but a probe object of this station. */
export class BucketProbe {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Throws archive.unreachable, and archive.refused where the bucket itself cannot be used. */
  async run(signal?: AbortSignal): Promise<BucketCapabilities> {
    const { clock, unlocked, lockMode, prefix, locks } = this.#options;
    const { versioning, clockOffsetMs } = await this.#versioning(signal);
    const rule = await this.#lockRule(signal);
    const rules = await this.#lifecycle(signal);
    const owner = await this.#owner(signal);
    const policy = await this.#policy(signal);
    const mayChangePolicy = await this.#mayChangePolicy(signal);
    const mode = lockMode ?? rule.mode;
    const fits = rule.enabled && versioning === 'enabled' && mode !== null && (rule.mode === null || rule.mode === mode);
    const lifecycle = rules === null ? null : lifecycleOf(rules, prefix);
    const locked = fits && lifecycle !== 'expires' ? await locks.run(mode, signal) : NOTHING_LOCKS;
    const { mode: defaultMode, days: defaultDays, enabled: lockEnabled } = rule;
    const asked = { versioning, lockEnabled, defaultMode, defaultDays, lifecycle, clockOffsetMs, mayChangePolicy };
    const digest = (value: unknown) => sha256Hex(canonicalBytes(JSON.parse(JSON.stringify(value)) as Json)).slice(0, 16);
    const fingerprint = {
      versioning,
      lock: digest({ lockEnabled, defaultMode, defaultDays }),
      lifecycle: digest(rules ?? 'unknown'),
      policy: digest(policy),
      owner: owner.id ?? '',
    };
    const found = { ...asked, ...locked, ownsBucket: owner.own, probedAtMs: clock.nowMs(), fingerprint };
    return judgeBucket(found, { unlocked, lockMode });
  }

  async #versioning(signal: AbortSignal | undefined) {
    const { client, clock, bucket } = this.#options;
    const command = new GetBucketVersioningCommand({ Bucket: bucket });
    let date: string | undefined;
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        date = (result.response as { headers?: Record<string, string> }).headers?.['date'];
        return result;
      },
      { step: 'deserialize', name: 'evidockDate', override: true },
    );
    const begunMs = clock.nowMs();
    const answer = await this.#ask(() => client.send(command, sending(signal)));
    const middleMs = (begunMs + clock.nowMs()) / 2;
    const theirsMs = date === undefined ? Number.NaN : Date.parse(date);
    const status = answer?.Status;
    const versioning: BucketCapabilities['versioning'] = status === 'Enabled' ? 'enabled' : status === 'Suspended' ? 'suspended' : 'off';
    // The header has whole seconds.
    return { versioning, clockOffsetMs: Number.isNaN(theirsMs) ? null : Math.round((theirsMs + 500 - middleMs) / 1000) * 1000 };
  }

  async #lockRule(signal: AbortSignal | undefined) {
    const { client, bucket: Bucket } = this.#options;
    const answer = await this.#ask(() => client.send(new GetObjectLockConfigurationCommand({ Bucket }), sending(signal)));
    const found = answer?.ObjectLockConfiguration;
    const rule = found?.Rule?.DefaultRetention;
    const mode = LOCK_MODES.find((each) => each === rule?.Mode) ?? null;
    const days = rule?.Days ?? (rule?.Years === undefined ? null : rule.Years * 365);
    return { enabled: found?.ObjectLockEnabled === 'Enabled', mode, days: mode === null ? null : days };
  }

  /** null: our key may not read them. */
  async #lifecycle(signal: AbortSignal | undefined): Promise<Rules | null> {
    const { client, bucket: Bucket } = this.#options;
    const command = new GetBucketLifecycleConfigurationCommand({ Bucket });
    const answer = await this.#ask(() => client.send(command, sending(signal)), { without: 'NoSuchLifecycleConfiguration' });
    return answer === 'without' ? [] : answer === null ? null : (answer.Rules ?? []);
  }

  async #owner(signal: AbortSignal | undefined): Promise<{ id: string | null; own: boolean | null }> {
    const { client, bucket: Bucket } = this.#options;
    const acl = await this.#ask(() => client.send(new GetBucketAclCommand({ Bucket }), sending(signal)));
    const own = await this.#ask(() => client.send(new ListBucketsCommand({}), sending(signal)));
    const [id, mine] = [acl?.Owner?.ID ?? null, own?.Owner?.ID ?? null];
    // A key that may not read who owns the bucket does not own it: the owner may read that.
    if (id === null) return { id, own: acl === null && mine !== null ? false : null };
    return { id, own: mine === null ? null : id === mine };
  }

  async #policy(signal: AbortSignal | undefined): Promise<string | null> {
    const { client, bucket: Bucket } = this.#options;
    const command = new GetBucketPolicyCommand({ Bucket });
    const answer = await this.#ask(() => client.send(command, sending(signal)), { without: 'NoSuchBucketPolicy' });
    return answer === 'without' ? '' : (answer?.Policy ?? null);
  }

  async #mayChangePolicy(signal: AbortSignal | undefined): Promise<boolean | null> {
    const { client, bucket: Bucket } = this.#options;
    try {
      await client.send(new PutBucketPolicyCommand({ Bucket, Policy: NO_POLICY }), sending(signal));
      return true;
    } catch (error) {
      const name = s3ErrorName(error) ?? '';
      if (name === 'AccessDenied') return false;
      if (name.startsWith('Malformed') || name === 'InvalidArgument' || name === 'InvalidRequest') return true;
      const failure = archiveError('bucket policy', error, signal);
      if (isFailure(failure, 'archive.unreachable')) throw failure;
      return null;
    }
  }

  /** null: the server cannot tell, or not to our key. `without`: the name of the error that says that there is none. */
  async #ask<T, W extends string = never>(
    call: () => Promise<T>,
    more?: { readonly without: W },
  ): Promise<T | null | (W extends never ? never : 'without')>;
  async #ask<T>(call: () => Promise<T>, more?: { readonly without: string }): Promise<T | null | 'without'> {
    try {
      return await call();
    } catch (error) {
      const name = s3ErrorName(error) ?? '';
      if (name === more?.without) return 'without';
      const failure = archiveError('bucket', error);
      if (isFailure(failure, 'archive.unreachable') && !isAnswer(error)) throw failure;
      if (['NoSuchBucket', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'RequestTimeTooSkewed'].includes(name))
        throw failure;
      return null;
    }
  }
}

/** Whether the server has answered, if only with an error of its own: some do so where they know no such question. */
function isAnswer(thrown: unknown): boolean {
  const status = (thrown as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  return status === 501 || (status >= 400 && status < 500);
}

/** What the rules do to objects of this station. Rules that abort uploads, and those of other prefixes, are harmless. */
export function lifecycleOf(rules: Rules, prefix: string): 'none' | 'harmless' | 'expires' {
  if (!rules || rules.length === 0) return 'none';
  const bites = rules.some((rule) => {
    if (rule.Status !== 'Enabled') return false;
    const deletes = rule.Expiration?.Days ?? rule.Expiration?.Date ?? rule.NoncurrentVersionExpiration?.NoncurrentDays;
    if (deletes === undefined && rule.NoncurrentVersionExpiration?.NewerNoncurrentVersions === undefined) return false;
    const theirs = rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? '';
    return theirs.startsWith(prefix) || prefix.startsWith(theirs);
  });
  return bites ? 'expires' : 'harmless';
}
