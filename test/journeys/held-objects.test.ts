/*
 * Goal: what the ledger holds, the storage refuses to delete, version by version, also where somebody put other bytes over it; it lets go with the last hold; and a process that is
 * killed between storage and ledger leaves nothing that the next one does not mend. Method: a real Ceph RGW with a locked bucket; the mirror in a process of its own, killed with SIGKILL.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, GetObjectLegalHoldCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import type { HoldDeps } from '#desk/holds/deps';
import { releaseHold, setHold } from '#desk/holds/set-hold';
import { EMPTY_SCOPE } from '#domain/hold/hold';
import { manifestKey } from '#domain/vault/vault-key';
import { type Rgw, startRgw } from '#test/support/archive/rgw';
import { clientOf } from '#test/support/archive/s3-server';
import { STATION_ID } from '#test/support/builders';
import { anyDraft, cli } from '#test/support/custody';
import { filmed, sealed } from '#test/support/retention/held-footage';

const CHILD = new URL('../support/retention/mirror-child.ts', import.meta.url).pathname;
const BUCKET = 'held';
const clock = { nowMs: () => Date.now() };
const AUTHOR = { actor: cli('author'), person: 'usr-author' };
const OTHER = { actor: cli('other'), person: 'usr-other' };

let rgw: Rgw;
let client: S3Client;
let directory: string;
let file: string;
let ledger: SqliteLedger;
let deps: HoldDeps;

const open = async () => {
  ledger = await openLedger({ file, stationId: STATION_ID, clock, demandsCustody: true });
  deps = { ledger, clock, archive: null, facts: { stationId: STATION_ID } };
};

beforeAll(async () => {
  rgw = await startRgw();
  client = clientOf(rgw);
  await client.send(new CreateBucketCommand({ Bucket: BUCKET, ObjectLockEnabledForBucket: true }));
  directory = await mkdtemp(join(tmpdir(), 'evidock-held-'));
  file = join(directory, 'ledger.sqlite');
  await open();
}, 120_000);
afterAll(async () => {
  await ledger?.close();
  await rgw?.stop();
  if (directory) await rm(directory, { recursive: true });
});

/** Runs the mirror in a process of its own, which needs the ledger. */
async function mirror(faultPoint?: string): Promise<string> {
  await ledger.close();
  const env = { ...process.env, ...(faultPoint === undefined ? {} : { EVIDOCK_FAULT_POINT: faultPoint }) };
  const args = [CHILD, file, rgw.endpoint, BUCKET, rgw.accessKeyId, rgw.secretAccessKey];
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { env, timeout: 90_000 }, (error, out, err) => resolve(error ? (error.signal ?? err) : out.trim()));
  });
  await open();
  return said;
}

interface Object {
  readonly key: string;
  readonly versionId: string;
}

const put = async (key: string, body: string): Promise<Object> => {
  const { VersionId = '' } = await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: `test/${key}`, Body: body }));
  return { key, versionId: VersionId };
};
const isHeld = async ({ key, versionId }: Object) =>
  client
    .send(new GetObjectLegalHoldCommand({ Bucket: BUCKET, Key: `test/${key}`, VersionId: versionId }))
    .then(({ LegalHold }) => LegalHold?.Status === 'ON')
    .catch(() => false);
const remove = ({ key, versionId }: Object) =>
  client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `test/${key}`, VersionId: versionId })).then(
    () => 'deleted',
    (error: Error) => error.name,
  );

/** An archived recording, of which original and manifest lie in the bucket. */
async function archived(number: number): Promise<{ readonly id: string; readonly objects: readonly Object[] }> {
  const [id = ''] = await filmed({ ledger, clock }, [number]);
  await sealed({ ledger, clock }, id, true);
  const [original] = (await ledger.recordings.detail(id))?.originals ?? [];
  if (!original) throw new Error('no original');
  const objects = [await put(original.vaultKey, 'footage'), await put(manifestKey(id, original.index), 'manifest')];
  const [versionId = null, manifestVersionId = null] = objects.map((each) => each.versionId);
  await ledger.transaction(async (writer) => {
    const [copy] = (await writer.recordings.copies(id)).filter(({ where }) => where === 'disk');
    if (!copy) throw new Error('no copy');
    await writer.recordings.withdrawCopy(copy);
    await writer.recordings.upsertCopy({ ...copy, where: 's3', key: original.vaultKey, versionId, manifestVersionId });
    await writer.custody.append(anyDraft(id));
  });
  return { id, objects };
}

it('is refused by the storage while anything holds it, survives kills, and is let go with the last hold', {
  timeout: 240_000,
}, async () => {
  const [one, two] = [await archived(1), await archived(2)];
  const objects = [...one.objects, ...two.objects];
  const request = { reason: 'order 77', reviewAtMs: Date.now() + 86_400_000 };
  const both = await setHold(deps, { ...request, scope: { ...EMPTY_SCOPE, recordings: [one.id, two.id] } }, AUTHOR);
  const first = await setHold(deps, { ...request, scope: { ...EMPTY_SCOPE, recordings: [one.id] } }, AUTHOR);
  // Killed after the storage, before the ledger: the storage holds, and the ledger does not know.
  expect(await mirror('w41-holds-placed')).toBe('SIGKILL');
  expect(await Promise.all(objects.map(isHeld))).toEqual([true, true, true, true]);
  expect([await ledger.holds.unmirrored(one.id), await ledger.holds.unmirrored(two.id)]).toEqual([true, true]);
  expect(await mirror()).toBe('2');
  expect(await ledger.holds.get(both.id)).toMatchObject({ mirrored: { done: 2, of: 2 } });
  expect((await ledger.recordings.copies(one.id)).find(({ where }) => where === 's3')).toMatchObject({ legalHold: true });
  // Somebody with the key puts other bytes over it: the version that counts is held, whatever is current.
  await put(one.objects[0]?.key ?? '', 'forged');
  for (const each of objects) expect([each.key, await remove(each)]).toEqual([each.key, 'AccessDenied']);
  await releaseHold(deps, both.id, 'judged', OTHER);
  expect(await mirror('w42-holds-noted')).toBe('SIGKILL');
  expect([await ledger.holds.unmirrored(two.id), await ledger.holds.unmirrored(one.id)]).toEqual([false, false]);
  expect(await Promise.all(objects.map(isHeld))).toEqual([true, true, false, false]);
  await releaseHold(deps, first.id, 'judged', OTHER);
  expect(await ledger.holds.unmirrored(one.id)).toBe(true);
  expect(await mirror('w41-holds-placed')).toBe('SIGKILL');
  expect(await ledger.holds.unmirrored(one.id)).toBe(true);
  expect(await mirror()).toBe('1');
  expect(await ledger.holds.unmirrored(one.id)).toBe(false);
  for (const each of objects) expect([each.key, await remove(each)]).toEqual([each.key, 'deleted']);
});
