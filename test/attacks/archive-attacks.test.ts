/*
 * Goal: someone with the station's own S3 key cannot delete or hide an original unnoticed. What the storage must refuse is refused; what it lets happen is found, is on
 * record, and the original is read and verified all the same. A changed bucket is noticed.
 * Method: a real Ceph RGW with object lock, whose bucket another user owns; each attack is made with the key of the station, past the station.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  CreateMultipartUploadCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { S3Archive } from '#adapters/s3-archive/s3-archive';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { countTerms } from '#desk/retention/count-terms';
import { dryRun } from '#desk/retention/dry-run';
import { adoptSchedule, bringIntoForce, proposeSchedule } from '#desk/retention/versions';
import { STATION } from '#domain/custody/actor';
import { RecordingTagged } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { manifestBeside } from '#domain/lock/compare-group';
import { lockNeedOf } from '#domain/lock/need';
import type { Copy } from '#domain/recording';
import { putOf } from '#test/contract/archive';
import { type Rgw, startRgw } from '#test/support/archive/rgw';
import { archiveOn, clientOf, type S3Server } from '#test/support/archive/s3-server';
import { type ArchivedStation, archivedStation } from '#test/support/archived-station';
import { STATION_ID } from '#test/support/builders';
import { temporaryDirectory } from '#test/support/evidock';
import { AnsweringProxy, s3Error } from '#test/support/http/answering-proxy';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { lockedBucket, makeStationUser } from '#test/support/locked-bucket';
import { LI, WU } from '#test/support/retention/living';
import { scheduleText, someRetention } from '#test/support/retention/parts';

const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;

let rgw: Rgw;
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
/** Keeps the journal of uploads of archives that belong to no station. */
let journal: SqliteLedger;

beforeAll(async () => {
  home = await temporaryDirectory();
  rgw = await startRgw();
  await makeStationUser(rgw);
  journal = await openLedger({ file: join(home.path, 'ledger.sqlite'), stationId: 'test' });
}, 120_000);

afterAll(async () => {
  await journal?.close();
  await rgw?.stop();
  await home?.remove();
});

describe('what a bucket promises', () => {
  const probed = async (server: S3Server, more: Parameters<typeof archiveOn>[2]) => {
    const archive = archiveOn(server, journal.uploads, { unlocked: 'refused', ...more });
    const found = await archive.locks.probe();
    await archive.close();
    return found;
  };
  const codes = (reasons: readonly { readonly code: string }[]) => reasons.map(({ code }) => code);

  it('is shown by an object under lock: exact dates up to ten years, no deletion, no shortening, holds', async () => {
    const { server, owner } = await lockedBucket(rgw, 'strict');
    const found = await probed(server, { lockMode: 'COMPLIANCE' });
    expect(found).toMatchObject({
      ...{ versioning: 'enabled', locks: true, mode: 'COMPLIANCE', lockDaysMax: 3649, hold: true, multipart: true },
      ...{ lifecycle: 'none', ownsBucket: false, mayBypass: false, mayChangePolicy: false, refusal: null, cannot: [] },
    });
    expect(Math.abs(found.clockOffsetMs ?? Number.NaN)).toBeLessThanOrEqual(2000);
    expect(codes(found.promises)).toEqual(['promises-versions', 'promises-compliance', 'promises-hold']);
    // The next probe uses the same object.
    expect(await probed(server, { lockMode: 'COMPLIANCE' })).toMatchObject({ lockDaysMax: 3649, locks: true });
    owner.destroy();
  });

  it('tells whoever may bypass a lock of GOVERNANCE, as Ceph lets everybody who may delete', async () => {
    const { server, owner } = await lockedBucket(rgw, 'lax', { denies: false });
    const lax = await probed(server, { lockMode: 'GOVERNANCE' });
    expect(lax).toMatchObject({ locks: true, mayBypass: true, ownsBucket: false });
    expect(codes(lax.cannot)).toEqual(['cannot-own-key-bypasses']);
    const denied = await lockedBucket(rgw, 'denied');
    expect(await probed(denied.server, { lockMode: 'GOVERNANCE' })).toMatchObject({ mayBypass: false, cannot: [] });
    // The owner can give itself what it does not have.
    const own = await probed({ ...rgw, bucket: 'denied' }, { lockMode: 'GOVERNANCE', prefix: 'own' });
    expect(own).toMatchObject({ ownsBucket: true, mayChangePolicy: true });
    expect(codes(own.cannot).filter((code) => code.startsWith('cannot-own-key'))).toHaveLength(1);
    owner.destroy();
    denied.owner.destroy();
  });

  it('is refused in words where it keeps no versions, locks nothing, contradicts itself or deletes by itself', async () => {
    const { server, owner } = await lockedBucket(rgw, 'ruled', { defaultMode: 'GOVERNANCE' });
    expect(await probed(rgw, {})).toMatchObject({ refusal: { code: 'without-versions' } });
    expect(await probed(rgw, { unlocked: 'accepted-without-lock' })).toMatchObject({ refusal: { code: 'without-versions' } });
    expect(await probed(rgw, { unlocked: 'accepted-without-versions' })).toMatchObject({ refusal: null, mode: null, locks: false });
    expect(await probed(server, { lockMode: 'COMPLIANCE' })).toMatchObject({ refusal: { code: 'default-mode-differs' } });
    expect(await probed(server, {})).toMatchObject({ refusal: null, mode: 'GOVERNANCE', defaultDays: 1 });
    const bare = await lockedBucket(rgw, 'unruled');
    expect(await probed(bare.server, {})).toMatchObject({ refusal: { code: 'lock-mode-unset' } });
    const Rules = [
      { ID: 'x', Status: 'Enabled' as const, Filter: { Prefix: 'test/' }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
    ];
    await owner.send(new PutBucketLifecycleConfigurationCommand({ Bucket: 'ruled', LifecycleConfiguration: { Rules } }));
    expect(await probed(server, { unlocked: 'accepted-without-versions' })).toMatchObject({ refusal: { code: 'lifecycle-expires' } });
    // A rule for others is harmless.
    expect(await probed(server, { prefix: 'elsewhere' })).toMatchObject({ refusal: null, lifecycle: 'harmless' });
    const suspended = clientOf(rgw);
    await suspended.send(new PutBucketVersioningCommand({ Bucket: 'evidence', VersioningConfiguration: { Status: 'Suspended' } }));
    expect(await probed(rgw, {})).toMatchObject({ refusal: { code: 'versions-suspended' }, versioning: 'suspended' });
    for (const each of [owner, bare.owner, suspended]) each.destroy();
  });
});

describe('with the key of the station', () => {
  let count = 0;
  let bucket: string;
  let archive: S3Archive;
  let station: ArchivedStation;
  /** The station's own key, and that of the bucket's owner. */
  let thief: S3Client;
  let owner: S3Client;

  beforeEach(async () => {
    count += 1;
    bucket = `station-${count}`;
    // A careless policy: what is found must not rest on a good one.
    const made = await lockedBucket(rgw, bucket, { deletes: 'everything' });
    owner = made.owner;
    thief = clientOf(made.server);
    archive = archiveOn(made.server, journal.uploads, { unlocked: 'refused', lockMode: 'COMPLIANCE' });
    station = await archivedStation(archive);
  });

  afterEach(async () => {
    expect(contradictionsIn(join(station.directory, 'ledger.sqlite'))).toEqual([]);
    await station.close();
    await archive.close();
    thief.destroy();
    owner.destroy();
  });

  const originalOf = async (id: string): Promise<Copy> => {
    const copies = await station.ledger.recordings.copies(id);
    return copies.find(({ where, itemId }) => where === 's3' && itemId.startsWith('org-')) ?? expect.fail('no copy');
  };
  const at = (key: string) => ({ Bucket: bucket, Key: `test/${key}` });
  const refused = { name: 'AccessDenied' };
  const found = async (laterMs = 0) =>
    (await station.compare({ laterMs })).flatMap((line) => (line.type === 'finding' ? [`${line.kind} ${line.key}`] : []));
  /** Reads the original back by what the ledger says of it. */
  const reads = async (id: string) => {
    const copy = await originalOf(id);
    const sha256 = (await station.ledger.originals.get(copy.itemId))?.digests?.sha256 ?? '';
    return archive.verify({ key: copy.key, bytes: copy.bytes, sha256, versionId: copy.versionId }, { policy: 'readback' });
  };

  it('an original and its manifest are locked before they count as archived; a derivative and the facts are not', async () => {
    const id = await station.archived(6 * MIB);
    const copy = await originalOf(id);
    expect(copy).toMatchObject({ lockMode: 'COMPLIANCE', legalHold: false });
    const untilMs = copy.lockedUntilMs ?? 0;
    expect(untilMs % (30 * DAY_MS)).toBe(0);
    expect(untilMs).toBeGreaterThan(Date.now() + 399 * DAY_MS);
    for (const object of [copy, { key: manifestBeside(copy.key), versionId: copy.manifestVersionId }])
      expect(await archive.locks.state(object)).toEqual({ mode: 'COMPLIANCE', untilMs, hold: false });
    const others = (await station.ledger.recordings.copies(id)).filter(({ itemId, where }) => where === 's3' && itemId !== copy.itemId);
    expect(others).toHaveLength(2);
    for (const other of others) expect(await archive.locks.state(other)).toMatchObject({ untilMs: null });
    expect(await found()).toEqual([]);
  });

  it('no version of an original is deleted, and no lock shortened', async () => {
    const { key, versionId } = await originalOf(await station.archived());
    const VersionId = versionId ?? '';
    await expect(thief.send(new DeleteObjectCommand({ ...at(key), VersionId }))).rejects.toMatchObject(refused);
    await expect(thief.send(new DeleteObjectCommand({ ...at(key), VersionId, BypassGovernanceRetention: true }))).rejects.toMatchObject(
      refused,
    );
    const Retention = { Mode: 'COMPLIANCE' as const, RetainUntilDate: new Date(Date.now() + 60_000) };
    await expect(thief.send(new PutObjectRetentionCommand({ ...at(key), VersionId, Retention }))).rejects.toMatchObject(refused);
  });

  it('a delete marker, an overwriting and a foreign object are found, told once, and settled when they are gone', async () => {
    const [hidden, overwritten] = [await station.archived(), await station.archived()];
    const [marked, other] = [await originalOf(hidden), await originalOf(overwritten)];
    const marker = await thief.send(new DeleteObjectCommand(at(marked.key)));
    const over = await thief.send(new PutObjectCommand({ ...at(other.key), Body: randomBytes(50) }));
    const stranger = `${marked.key.slice(0, marked.key.lastIndexOf('/'))}/original-0002.mp4`;
    const put = await thief.send(new PutObjectCommand({ ...at(stranger), Body: 'x' }));
    await thief.send(new PutObjectCommand({ ...at('zzz'), Body: 'x' }));
    const expected = [`hidden ${marked.key}`, `overwritten ${other.key}`, `foreign ${stranger}`, 'foreign zzz'].sort();
    expect((await found()).sort()).toEqual(expected);
    expect((await found()).sort()).toEqual(expected);
    expect(await reads(hidden)).toBe('readback');
    expect(await reads(overwritten)).toBe('readback');
    const open = await station.ledger.archive.findings('s3', { open: true, limit: 10 });
    expect(open.map(({ kind, recordingId }) => [kind, recordingId])).toEqual([
      ['foreign', hidden],
      ['foreign', null],
      ['hidden', hidden],
      ['overwritten', overwritten],
    ]);
    const told = await station.ledger.custody.of({ kind: 'recording', id: hidden });
    expect(told.filter(({ type }) => type === 'archive.found')).toHaveLength(1);
    for (const [key, VersionId] of [
      [marked.key, marker.VersionId],
      [other.key, over.VersionId],
      [stranger, put.VersionId],
    ])
      await thief.send(new DeleteObjectCommand({ ...at(key ?? ''), VersionId }));
    await thief.send(new DeleteObjectCommand(at('zzz')));
    expect(await found()).toEqual([]);
    expect(await station.ledger.archive.findings('s3', { open: true, limit: 10 })).toEqual([]);
  });

  it('what is not locked and was deleted for good is found, withdrawn and archived again', async () => {
    const id = await station.archived();
    const derivative = (await station.ledger.recordings.copies(id)).find(
      ({ itemId, where }) => where === 's3' && itemId.startsWith('drv-'),
    );
    await thief.send(new DeleteObjectCommand({ ...at(derivative?.key ?? ''), VersionId: derivative?.versionId ?? '' }));
    expect(await found()).toEqual([`missing ${derivative?.key}`]);
    expect((await station.ledger.recordings.get(id))?.state).not.toBe('archived');
    await station.archive(id);
    expect(await found()).toEqual([]);
    expect(await station.ledger.archive.openFindings('s3')).toEqual({});
  });

  it('an upload in parts that this station did not begin is found once it is older than ours can be', async () => {
    await station.archived();
    await thief.send(new CreateMultipartUploadCommand(at('2026/06/20/strange/original-0001.mp4')));
    await thief.send(new CreateMultipartUploadCommand(at('strange')));
    expect(await found()).toEqual([]);
    expect(await found(11 * 60_000)).toEqual(['foreign-upload 2026/06/20/strange/original-0001.mp4', 'foreign-upload strange']);
  });

  it('lifecycle, policy and versioning of the bucket cannot be changed; where the owner changes them, it is found', async () => {
    await station.archived();
    expect(await found()).toEqual([]);
    const Rules = [{ ID: 'x', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } }];
    const rule = new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules } });
    const suspend = () => new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Suspended' } });
    const open = { Effect: 'Allow', Principal: '*', Action: ['s3:*'], Resource: [`arn:aws:s3:::${bucket}/*`, `arn:aws:s3:::${bucket}`] };
    const policy = () =>
      new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: [open] }) });
    for (const attempt of [rule, suspend(), policy()]) await expect(thief.send(attempt as typeof rule)).rejects.toMatchObject(refused);
    // Not even the owner suspends versions of a bucket with object lock.
    await expect(owner.send(suspend())).rejects.toThrow();
    await owner.send(rule);
    await owner.send(policy());
    expect((await found()).sort()).toEqual(['bucket lifecycle', 'bucket policy', 'bucket refusal']);
    // Nothing more is archived there.
    await expect(station.archived()).rejects.toMatchObject({ code: 'archive.unfit' });
    await owner.send(new DeleteBucketLifecycleCommand({ Bucket: bucket }));
    expect(await found()).toEqual(['bucket policy']);
    expect((await station.compare({ acceptBucket: true })).filter(({ type }) => type === 'finding')).toEqual([]);
    expect(await station.ledger.archive.openFindings('s3')).toEqual({});
  });

  it('the keeper prolongs what has to be longer, skips what is long enough, and finds what was left unlocked', async () => {
    station.need = { until: Date.now() + 100 * DAY_MS, notAfterMs: Date.now() + 101 * DAY_MS, hold: false, horizonDays: null };
    const id = await station.archived();
    const first = await originalOf(id);
    expect(first.lockedUntilMs).toBeLessThan(Date.now() + 102 * DAY_MS);
    const look = async () => {
      await station.ledger.transaction((writer) => writer.archive.dueLocks(id, 0));
      return station.keeper.turn(new AbortController().signal);
    };
    expect(await look()).toEqual({ looked: 1, changed: 0, failed: 0 });
    station.need = { until: 'open', notAfterMs: null, hold: true, horizonDays: null };
    expect(await look()).toEqual({ looked: 1, changed: 1, failed: 0 });
    const held = await originalOf(id);
    expect(held).toMatchObject({ legalHold: true });
    expect(held.lockedUntilMs).toBeGreaterThan(Date.now() + 399 * DAY_MS);
    // A shorter term takes nothing back.
    station.need = { until: Date.now() + DAY_MS, notAfterMs: null, hold: false, horizonDays: null };
    expect(await look()).toEqual({ looked: 1, changed: 0, failed: 0 });
    expect(await originalOf(id)).toMatchObject({ lockedUntilMs: held.lockedUntilMs, legalHold: true });
  });

  it('a longer term is locked at the next turn, and not when the lock of the shorter one is looked at; a shorter one asks for nothing', async () => {
    const { ledger } = station;
    const { shelf, read, tally } = someRetention();
    const text = scheduleText({ ordinary: { minimum: 'P1M' }, marked: { minimum: 'P5Y', match: '{ important: true }' } }).replaceAll(
      'mode: none',
      'mode: compliance',
    );
    const clock = { nowMs: () => Date.now() };
    const { version } = await proposeSchedule({ ledger, clock, read }, { text, by: LI });
    let digest = '';
    const given = { version, actor: STATION, signal: new AbortController().signal };
    for await (const line of dryRun({ ledger, clock, shelf, tally, waitingDays: 0 }, given))
      if (line.type === 'result') ({ digest } = line);
    await adoptSchedule({ ledger, clock, waitingDays: 0 }, { version, digest, by: WU });
    await bringIntoForce({ ledger }, Date.now() + 1);
    const marked = async (id: string, important: boolean) => {
      await ledger.transaction(async (writer) => {
        await writer.recordings.update(id, { important });
        const data = { important: { old: !important, new: important } };
        await writer.custody.append(RecordingTagged.make({ atMs: Date.now(), actor: STATION, subject: subject('recording', id), data }));
      });
      await ledger.transaction((writer) => countTerms(writer, [id], { shelf, clock, stationId: STATION_ID }));
      station.need = lockNeedOf(await ledger.retention.termOf(id));
      return station.keeper.turn(new AbortController().signal);
    };
    station.need = { until: Date.now() + 31 * DAY_MS, notAfterMs: null, hold: false, horizonDays: null };
    const id = await station.archived();
    expect(await marked(id, false)).toMatchObject({ changed: 0, failed: 0 });
    const before = await originalOf(id);
    expect(before.lockedUntilMs).toBeLessThan(Date.now() + 100 * DAY_MS);
    expect(await marked(id, true)).toEqual({ looked: 1, changed: 1, failed: 0 });
    const after = await originalOf(id);
    expect(after.lockedUntilMs).toBeGreaterThanOrEqual((await ledger.retention.termOf(id))?.earnedUntilMs ?? Number.POSITIVE_INFINITY);
    expect(after.lockedUntilMs).toBeGreaterThan(Date.now() + 4 * 365 * DAY_MS);
    for (const key of [after.key, manifestBeside(after.key)]) {
      const versionId = key === after.key ? after.versionId : after.manifestVersionId;
      const state = await archive.locks.state({ key, versionId });
      expect(state.untilMs, key).toBe(after.lockedUntilMs);
    }
    expect(await marked(id, false)).toEqual({ looked: 0, changed: 0, failed: 0 });
    expect((await originalOf(id)).lockedUntilMs).toBe(after.lockedUntilMs);
  });

  it('a copy of an older station gets its version, which is searched by its bytes, also below what was put over it', async () => {
    const id = await station.archived();
    const copy = await originalOf(id);
    await thief.send(new PutObjectCommand({ ...at(copy.key), Body: randomBytes(copy.bytes) }));
    await station.ledger.transaction(async (writer) => {
      const { itemId, recordingId, where, key, bytes, verifiedAtMs, verifiedBy } = copy;
      await writer.recordings.withdrawCopy(copy);
      await writer.recordings.upsertCopy({ itemId, recordingId, where, key, bytes, verifiedAtMs, verifiedBy });
    });
    expect(await originalOf(id)).toMatchObject({ versionId: null, lockedUntilMs: null });
    expect(await station.keeper.turn(new AbortController().signal)).toMatchObject({ changed: 1, failed: 0 });
    expect(await originalOf(id)).toEqual({ ...copy, lockCheckedAtMs: expect.any(Number) });
    expect(await found()).toEqual([`overwritten ${copy.key}`]);
  });

  it('a lock is only ever asked for within ten years, by version, and in the mode of the bucket', async () => {
    await archive.locks.probe();
    const request = putOf('2026/06/20/rec-x/original-0001.mp4', randomBytes(100));
    const stored = { ...request, ...(await archive.put(request)) };
    const soonMs = Math.floor(Date.now() / 1000) * 1000 + 60_000;
    for (const untilMs of [Date.UTC(2200, 0), Date.UTC(2106, 1, 8), soonMs + 3651 * DAY_MS, Date.now() - 1000, soonMs + 1, Number.NaN])
      await expect(archive.locks.lock(stored, untilMs)).rejects.toMatchObject({ code: 'archive.lock-refused' });
    await expect(archive.locks.lock({ key: request.key }, soonMs)).rejects.toMatchObject({ code: 'archive.lock-refused' });
    await expect(archive.locks.hold({ key: request.key }, true)).rejects.toMatchObject({ code: 'archive.lock-refused' });
    expect(await archive.locks.state(stored)).toEqual({ mode: null, untilMs: null, hold: false });
    expect(await archive.locks.lock(stored, soonMs)).toEqual({ mode: 'COMPLIANCE', untilMs: soonMs, hold: false });
    expect(await archive.locks.lock(stored, soonMs - 30_000)).toMatchObject({ untilMs: soonMs });
  });

  it('a lock that is denied right after the upload is tried again, and one that the storage does not tell back does not count', async () => {
    const proxy = new AnsweringProxy({ target: new URL(rgw.endpoint) });
    await proxy.start();
    const made = { ...rgw, bucket, accessKeyId: 'station', secretAccessKey: 'stationsecret' };
    const behind = archiveOn(made, journal.uploads, { unlocked: 'refused', lockMode: 'COMPLIANCE', endpoint: proxy.endpoint });
    const isLock = ({ url, method }: { url?: string | undefined; method?: string | undefined }) =>
      method === 'PUT' && /[?&]retention/.test(url ?? '');
    try {
      await behind.locks.probe();
      const request = putOf('2026/06/20/rec-y/original-0001.mp4', randomBytes(100));
      const stored = { ...request, ...(await behind.put(request)) };
      const untilMs = Math.floor(Date.now() / 1000) * 1000 + 60_000;
      let denied = 0;
      proxy.answering = (asked) => {
        if (!isLock(asked) || denied === 2) return null;
        denied += 1;
        return s3Error(403, 'AccessDenied');
      };
      expect(await behind.locks.lock(stored, untilMs)).toMatchObject({ untilMs });
      expect(denied).toBe(2);
      proxy.answering = (asked) => (isLock(asked) ? { status: 200 } : null);
      await expect(behind.locks.lock(stored, untilMs + 60_000)).rejects.toMatchObject({ code: 'archive.lock-differs' });
      // What cannot be locked is not archived.
      proxy.answering = () => null;
      await expect(station.archived()).resolves.toMatch(/^rec-/);
      const unlocked = await archivedStation(behind);
      proxy.answering = (asked) => (isLock(asked) ? { status: 200 } : null);
      await expect(unlocked.archived()).rejects.toMatchObject({ code: 'archive.lock-differs' });
      expect((await unlocked.ledger.counts()).notArchived).toBe(1);
      // One that cannot be prolonged any more is found by the keeper, and settled once it can.
      proxy.answering = () => null;
      unlocked.need = { until: Date.now() + 50 * DAY_MS, notAfterMs: Date.now() + 50 * DAY_MS, hold: false, horizonDays: null };
      const id = await unlocked.archived();
      unlocked.need = { until: 'open', notAfterMs: null, hold: false, horizonDays: null };
      const look = async () => {
        await unlocked.ledger.transaction((writer) => writer.archive.dueLocks(id, 0));
        return unlocked.keeper.turn(new AbortController().signal);
      };
      proxy.answering = (asked) => (isLock(asked) ? { status: 200 } : null);
      expect(await look()).toEqual({ looked: 1, changed: 0, failed: 1 });
      expect(await unlocked.ledger.archive.openFindings('s3')).toEqual({ unlocked: 1 });
      proxy.answering = () => null;
      expect(await look()).toEqual({ looked: 1, changed: 1, failed: 0 });
      expect(await unlocked.ledger.archive.openFindings('s3')).toEqual({});
      expect(contradictionsIn(join(unlocked.directory, 'ledger.sqlite'))).toEqual([]);
      await unlocked.close();
    } finally {
      await behind.close();
      await proxy.stop();
    }
  });
});
