/*
 * Shows that eviction and fetch-back do over S3 what they do over a directory: the version on record counts, whatever somebody puts over it; other bytes reach no
 * vault and are told; a gateway that is killed in the midst costs no byte that had come; what comes is played meanwhile. Method: a real Ceph RGW with a locked
 * bucket, reached through a proxy that slows and changes; bytes rot below the gateway; its process is killed and started again.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { DiskVault } from '#adapters/disk/disk-vault';
import type { S3Archive } from '#adapters/s3-archive/s3-archive';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import type { Copy, Original } from '#domain/recording';
import { reasonText } from '#messages/reason';
import { type Rgw, startRgw } from '#test/support/archive/rgw';
import { archiveOn } from '#test/support/archive/s3-server';
import { type ArchivedStation, archivedStation } from '#test/support/archived-station';
import { evictionParts } from '#test/support/eviction/eviction-parts';
import { temporaryDirectory } from '#test/support/evidock';
import { FaultyProxy } from '#test/support/http/faulty-proxy';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { lockedBucket, makeStationUser } from '#test/support/locked-bucket';

const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;
const BUCKET = 'evicted';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let rgw: Rgw;
let proxy: FaultyProxy;
let journal: SqliteLedger;
let archive: S3Archive;
/** With the key of the bucket's owner. */
let owner: S3Client;
let station: ArchivedStation;
let disk: DiskVault;
let parts: ReturnType<typeof evictionParts>;

beforeAll(async () => {
  home = await temporaryDirectory();
  rgw = await startRgw();
  await makeStationUser(rgw);
  const made = await lockedBucket(rgw, BUCKET);
  owner = made.owner;
  proxy = new FaultyProxy({ target: new URL(rgw.endpoint) });
  await proxy.start();
  journal = await openLedger({ file: join(home.path, 'ledger.sqlite'), stationId: 'test' });
  archive = archiveOn(made.server, journal.uploads, { endpoint: proxy.endpoint, unlocked: 'refused', lockMode: 'GOVERNANCE' });
}, 120_000);

afterAll(async () => {
  await archive?.close();
  owner?.destroy();
  await journal?.close();
  await proxy?.stop();
  await rgw?.stop();
  await home?.remove();
});

beforeEach(async () => {
  station = await archivedStation(archive);
  const root = join(station.directory, 'vault');
  disk = new DiskVault({ directory: root, reserveBytes: 0, rereadThreads: 1 });
  await disk.open();
  const { ledger } = station;
  // Every check is too old by then, so each eviction reads the version in the bucket back before.
  const clock = { nowMs: () => Date.now() + 31 * DAY_MS };
  parts = evictionParts({ ledger, clock, disk, root, archive, faults: { reached: () => undefined }, needs: {} });
});

afterEach(async () => {
  proxy.suffer({});
  await parts.evictor.stop();
  await parts.fetchBack.stop();
  await disk.close();
  expect(contradictionsIn(join(station.directory, 'ledger.sqlite'))).toEqual([]);
  await station.close();
});

const pathOf = ({ vaultKey }: Original) => join(station.directory, 'vault', vaultKey);
const now = async ({ id }: Pick<Original, 'id'>) => (await station.ledger.originals.get(id)) ?? expect.fail(`no ${id}`);
const copyOf = async ({ id, recordingId }: Original): Promise<Copy | undefined> =>
  (await station.ledger.recordings.copies(recordingId)).find(({ itemId, where }) => itemId === id && where === 's3');
/** Files of the original in the vault: none, itself, or a draft of it. */
const files = ({ vaultKey }: Original) =>
  readdirSync(dirname(join(station.directory, 'vault', vaultKey))).filter((name) => /^original-.*(mp4|partial)$/.test(name));
/** What its recording's history tells, with what it tells of the original. */
const told = async ({ recordingId }: Original) =>
  (await station.ledger.custody.of(subject('recording', recordingId))).map(({ type }) => type);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it went well'),
    (error: unknown) => (error instanceof EvidockError ? error : expect.fail(String(error))),
  );

async function archived(
  bytes: number,
): Promise<{ readonly original: Original; readonly content: Buffer; readonly at: { Bucket: string; Key: string } }> {
  const id = await station.archived(bytes);
  const [original = expect.fail('no original')] = await station.ledger.originals.ofRecording(id);
  return { original, content: readFileSync(pathOf(original)), at: { Bucket: BUCKET, Key: `test/${original.vaultKey}` } };
}

async function evicted(bytes: number) {
  const made = await archived(bytes);
  expect(await parts.evictor.makeRoom(bytes)).toBe(bytes);
  expect(files(made.original)).toEqual([]);
  return made;
}

async function expectWhole(original: Original, content: Buffer) {
  expect(readFileSync(pathOf(original)).equals(content)).toBe(true);
  expect((await now(original)).evictedAtMs).toBeNull();
  expect(files(original)).toHaveLength(1);
  expect(await station.ledger.eviction.fetches(5)).toEqual([]);
}

it('counts the version on record: another object or a marker over the key changes nothing, and without the version none comes', async () => {
  const [over, hidden, lost] = [await archived(6 * MIB), await archived(30_000), await archived(40_000)];
  for (const { at } of [over, lost]) await owner.send(new PutObjectCommand({ ...at, Body: randomBytes(50_000) }));
  await owner.send(new DeleteObjectCommand(hidden.at));
  const bytes = 6 * MIB + 70_000;
  expect(await parts.evictor.makeRoom(bytes)).toBe(bytes);
  for (const { original, content } of [over, hidden]) {
    expect((await told(original)).filter((type) => type === 'copy.checked')).toHaveLength(1);
    const range = { start: 10_000, end: 20_000 };
    expect((await buffer(await parts.vault.read(original.vaultKey, range))).equals(content.subarray(10_000, 20_000))).toBe(true);
    await parts.fetchBack.fetch(original.id);
    await expectWhole(original, content);
  }
  const VersionId = (await copyOf(lost.original))?.versionId ?? '';
  await owner.send(new DeleteObjectCommand({ ...lost.at, VersionId, BypassGovernanceRetention: true }));
  const error = await failure(parts.fetchBack.fetch(lost.original.id));
  expect([error.code, reasonText('en', error.reason)]).toEqual([
    'archive.missing',
    expect.stringMatching(/^there is no such (object|version)/),
  ]);
  expect([files(lost.original), await station.ledger.eviction.fetches(5)]).toEqual([[], []]);
  await expect(parts.vault.read(lost.original.vaultKey)).rejects.toMatchObject({ code: 'archive.missing' });
});

it('plays an evicted playable copy from the version on record, also where a marker hides it', async () => {
  const { original } = await archived(20_000);
  const [playable = expect.fail('no playable copy')] = await station.ledger.recordings.derivatives(original.recordingId);
  const path = join(station.directory, 'vault', playable.vaultKey);
  const film = readFileSync(path);
  expect(await parts.evictor.makeRoom(20_000 + film.length)).toBe(20_000 + film.length);
  expect(existsSync(path)).toBe(false);
  expect((await told(original)).slice(-3)).toEqual(['copy.destroying', 'copy.destroyed', 'playable.evicted']);
  await owner.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `test/${playable.vaultKey}` }));
  const range = { start: 5000, end: 15_000 };
  expect((await buffer(await parts.vault.read(playable.vaultKey, range))).equals(film.subarray(5000, 15_000))).toBe(true);
});

it('does not let the vault go where the version in the bucket rots: its copy is withdrawn', async () => {
  const { original, content } = await archived(50_000);
  await rgw.rot({ key: `test/${original.vaultKey}`, version: (await copyOf(original))?.versionId ?? '' }, 9);
  expect(await parts.evictor.makeRoom(content.length)).toBe(0);
  await expectWhole(original, content);
  expect(await copyOf(original)).toBeUndefined();
  expect(await told(original)).toContain('copy.withdrawn');
  expect(parts.poked).not.toEqual([]);
});

it('keeps rotten bytes from the vault, says so in words and on record, and brings the sealed ones when the storage has them again', async () => {
  const { original, content } = await evicted(50_000);
  const copy = await copyOf(original);
  const rotten = { key: `test/${original.vaultKey}`, version: copy?.versionId ?? '' };
  await rgw.rot(rotten, 9);
  const error = await failure(parts.fetchBack.fetch(original.id));
  expect(error.code).toBe('archive.mismatch');
  expect(reasonText('en', error.reason)).toContain('came from the archive with SHA-256');
  expect(reasonText('zh-CN', error.reason)).toContain(original.digests?.sha256 ?? '-');
  expect([files(original), await station.ledger.eviction.fetches(5)]).toEqual([[], []]);
  expect((await told(original)).filter((type) => type === 'copy.failed-verification')).toHaveLength(1);
  // It may be the only one.
  expect(await copyOf(original)).toEqual(copy);
  await rgw.rot(rotten, 9);
  await parts.fetchBack.fetch(original.id);
  await expectWhole(original, content);
});

it('lets all of it come once more where a byte changed on the way, and does not call the archive wrong', async () => {
  const { original, content } = await evicted(3 * MIB);
  proxy.flipDownAt(2 * MIB);
  await parts.fetchBack.fetch(original.id);
  await expectWhole(original, content);
  expect(proxy.downBytes).toBeGreaterThan(6 * MIB);
  expect(await told(original)).not.toContain('copy.failed-verification');
});

it('is played from the bucket while it comes, and a player that began there goes on when it is back', async () => {
  const { original, content } = await evicted(8 * MIB);
  const read = (start: number, end: number) => parts.vault.read(original.vaultKey, { start, end });
  proxy.suffer({ bytesPerSecond: 5 * MIB });
  const began = Promise.withResolvers<void>();
  const fetching = parts.fetchBack.fetch(original.id, { onBytes: () => began.resolve() });
  await began.promise;
  const [player, late, across] = await Promise.all([
    read(0, content.length),
    read(7 * MIB, 7 * MIB + 1000).then(buffer),
    read(5 * MIB - 500, 5 * MIB + 500).then(buffer),
  ]);
  expect(existsSync(pathOf(original))).toBe(false);
  expect(late.equals(content.subarray(7 * MIB, 7 * MIB + 1000))).toBe(true);
  expect(across.equals(content.subarray(5 * MIB - 500, 5 * MIB + 500))).toBe(true);
  await fetching;
  await expectWhole(original, content);
  expect((await buffer(player)).equals(content)).toBe(true);
  const { downBytes } = proxy;
  expect((await buffer(await read(0, content.length))).equals(content)).toBe(true);
  expect(proxy.downBytes).toBe(downBytes);
});

it('a gateway that is killed in the midst is told in words; what came stays, and the rest comes when it is back', async () => {
  const { original, content } = await evicted(16 * MIB);
  // More is missing then than the sockets hold.
  proxy.suffer({ bytesPerSecond: 16 * MIB });
  const some = Promise.withResolvers<void>();
  const fetching = failure(parts.fetchBack.fetch(original.id, { onBytes: (bytes) => bytes > 3 * MIB && some.resolve() }));
  await some.promise;
  await rgw.killGateway();
  const error = await fetching;
  expect([error.code, reasonText('en', error.reason)]).toEqual(['archive.unreachable', expect.stringMatching(/^the connection was cut/)]);
  expect(files(original)).toEqual([expect.stringMatching(/\.partial$/)]);
  expect((await now(original)).evictedAtMs).not.toBeNull();
  expect(await station.ledger.eviction.fetches(5)).toEqual([original.id]);
  await expect(parts.vault.read(original.vaultKey)).rejects.toMatchObject({ code: 'archive.unreachable' });
  await rgw.startGateway();
  proxy.suffer({});
  // As the next start does.
  await parts.fetchBack.resume();
  await expect.poll(async () => (await now(original)).evictedAtMs, { timeout: 20_000 }).toBeNull();
  await expectWhole(original, content);
  expect(proxy.downBytes).toBeLessThan(14 * MIB);
  expect((await told(original)).filter((type) => type === 'original.fetched')).toHaveLength(1);
});
