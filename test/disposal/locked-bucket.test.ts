/*
 * Goal: a whole disposal by the real program over a real locked bucket: what the bucket has locked stays, whoever asks; the station's own key cannot delete footage even when no lock holds it;
 * under the key of the run everything goes, every version, delete marker and part; the bucket's own log shows that nobody else deleted.
 * Method: a real RGW whose clock is moved with that of the station (libfaketime); a docked card, two persons with accounts, days that pass between the starts of the program.
 */
import { globSync, readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DisposalAnswer } from '#api/disposals';
import { type Rgw, startRgw } from '#test/support/archive/rgw';
import { clientOf } from '#test/support/archive/s3-server';
import { makeQuickCard } from '#test/support/card/quick-card';
import { type RecordingJson, runProgram, temporaryDirectory } from '#test/support/evidock';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { lockedBucket, makeStationUser } from '#test/support/locked-bucket';
import { asked, inForce } from '#test/support/retention/adopted';
import { ShiftedStation } from '#test/support/station/shifted-station';

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
const DAY_S = 86_400;
const BUCKET = 'evidence-locked';
/** Days, counted from the first one. Terms end after ten days; without a schedule in force the docked footage was locked for 90 days, and a generation of 30 at most. */
const DUE = 12;
const UNLOCKED = 122;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let rgw: Rgw;
let owner: S3Client;
let thief: S3Client;
let station: ShiftedStation;
let recordings: readonly RecordingJson[] = [];

/** Sets station and bucket to a day. The station is started anew. */
async function onDay(day: number): Promise<void> {
  await station.stop();
  await writeFile(join(home.path, 'clock'), `+${day * DAY_S}`);
  await station.on(day).start();
}

beforeAll(async () => {
  if (!library) return;
  home = await temporaryDirectory();
  await writeFile(join(home.path, 'clock'), '+0');
  rgw = await startRgw({ clock: join(home.path, 'clock') });
  for (const name of ['station', 'disposal'] as const) await makeStationUser(rgw, name);
  const made = await lockedBucket(rgw, BUCKET, { prefix: 'east', disposal: true });
  owner = made.owner;
  thief = clientOf(made.server);
  const config = join(home.path, 'station.yaml');
  await writeFile(
    config,
    JSON.stringify({
      station: { id: 'east1', name: 'East', timezone: 'Asia/Shanghai' },
      archive: {
        kind: 's3',
        s3: {
          ...{ endpoint: rgw.endpoint, bucket: BUCKET, prefix: 'east', lockMode: 'COMPLIANCE', partSize: 5, lockHorizon: 90 },
          ...{ accessKeyId: made.server.accessKeyId, secretAccessKey: made.server.secretAccessKey },
        },
      },
      retention: { waiting: 1 },
      disposal: { waitDays: 1, keyFile: join(home.path, 'disposal-key.json') },
    }),
  );
  station = new ShiftedStation(join(home.path, 's'), { config });
  await makeQuickCard(join(home.path, 'card'));
}, 120_000);

afterAll(async () => {
  await station?.stop();
  owner?.destroy();
  thief?.destroy();
  await rgw?.stop();
  await home?.remove();
});

/** What is excluded from the list, and what goes: the log, which was uploaded in parts, and two photos of the same bytes. */
const kept = () => recordings.filter(({ originals }) => originals[0]?.cardPath.endsWith('_0002.JPG'));
const gone = () => recordings.filter((each) => !kept().includes(each));
const lists = { list: null as DisposalAnswer | null };
const list = () => lists.list ?? expect.fail('there is no list');
const isUnder = (key: string, { id }: { readonly id: string }) => key.includes(`/${id}/`);
/** Everything that the bucket has of these recordings: versions, markers and parts. */
async function inBucket(of: readonly { readonly id: string }[]): Promise<readonly string[]> {
  const versions = await owner.send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
  const { Uploads } = await owner.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
  const keys = [...(versions.Versions ?? []), ...(versions.DeleteMarkers ?? []), ...(Uploads ?? [])].map(({ Key }) => Key ?? '');
  return keys.filter((key) => of.some((recording) => isUnder(key, recording))).sort();
}
const inVault = (of: readonly { readonly id: string }[]) =>
  readdirSync(join(station.state, 'vault'), { recursive: true, encoding: 'utf8' }).filter((path) => of.some(({ id }) => path.includes(id)));
/** The newest version of the original of a recording. */
async function originalOf({
  id,
}: {
  readonly id: string;
}): Promise<{ readonly Bucket: string; readonly Key: string; readonly VersionId: string }> {
  const { Versions } = await owner.send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
  const found = Versions?.find(({ Key = '' }) => isUnder(Key, { id }) && /original-0001\.(?!manifest)\w+$/.test(Key));
  return { Bucket: BUCKET, Key: found?.Key ?? '', VersionId: found?.VersionId ?? '' };
}
const keyFile = () => join(home.path, 'disposal-key.json');
const putKey = (name: string) => writeFile(keyFile(), JSON.stringify({ AccessKeyId: name, SecretAccessKey: `${name}secret` }));
const DENIED = { name: 'AccessDenied' };
const CHINESE = { EVIDOCK_LANG: 'zh-CN' };
const both = async (...args: string[]) => {
  const outcomes = [await station.run(args), await station.run(args, CHINESE)];
  return outcomes.map(({ status, stdout, stderr }) => ({ status, text: stdout + stderr }));
};

describe.runIf(library)('a disposal over a locked bucket', () => {
  it('proposes nothing that the bucket will still have locked when the waiting period is over', async () => {
    await onDay(0);
    await station.say('unit', 'add', 'East');
    await station.addPerson('keeper', '--unit', 'East', '--role', 'custodian');
    await station.addPerson('head', '--unit', 'East', '--role', 'reviewer');
    await station.say('ingest', join(home.path, 'card'), '--slot', '1', '--serial', 'T000001', '--wait');
    recordings = await station.json<RecordingJson[]>('recordings');
    expect(recordings.map(({ state }) => state)).toEqual(['archived', 'archived', 'archived', 'archived']);
    await station.stop();
    await inForce(
      { file: join(station.state, 'ledger/ledger.sqlite'), stationId: 'east1', atMs: Date.now() },
      { days: { minimum: 'P10D' } },
    );
    await onDay(DUE);
    expect((await station.run(['disposal', 'propose'])).stderr).toContain('clock');
    await station.say('clock', 'confirm', '--words', 'it was in the store');
    // What is due by the schedule, the bucket has locked: rounded up to a generation.
    const answer = await (await station.signIn('keeper')).ask('POST', '/disposals', { body: {} });
    expect(answer.json(), answer.text).toMatchObject({ reason: { code: 'disposal-nothing-due' } });
    const disposal = clientOf({ ...rgw, accessKeyId: 'disposal', secretAccessKey: 'disposalsecret' });
    for (const recording of recordings) {
      const original = await originalOf(recording);
      for (const client of [thief, disposal, owner])
        await expect(client.send(new DeleteObjectCommand(original))).rejects.toMatchObject(DENIED);
    }
    disposal.destroy();
  }, 600_000);

  it('is proposed, read and approved by two persons, not at the machine itself', async () => {
    await onDay(UNLOCKED);
    await station.say('clock', 'confirm', '--words', 'it was in the store');
    const [keeper, head] = [await station.signIn('keeper'), await station.signIn('head')];
    lists.list = await asked<DisposalAnswer>(keeper, 'POST', '/disposals', {});
    expect(list().counts).toMatchObject({ recordings: 4, listed: 4 });
    const { id, digest } = list();
    const photo = kept()[0]?.id ?? '';
    expect(await station.say('disposal', 'review', id)).toContain(photo);
    const excluded = await station.say('disposal', 'exclude', id, photo, '--reason', 'An appeal is open.');
    lists.list = await station.json<DisposalAnswer>('disposal', 'show', id);
    expect(excluded).toContain(list().digest);
    expect(list().digest).not.toBe(digest);
    const machine = await both('disposal', 'approve', id, '--digest', list().digest);
    expect(machine.map(({ status }) => status)).toEqual([1, 1]);
    await asked(head, 'POST', `/disposals/${id}/approval`, { digest: list().digest });
    const early = await both('disposal', 'run', id);
    expect(early.map(({ status }) => status)).toEqual([1, 1]);
    expect(early.map(({ text }) => text)).toEqual([expect.stringContaining('waiting period'), expect.stringContaining('等待期')]);
  }, 600_000);

  it('destroys under the key of the run, and under no other', async () => {
    await onDay(UNLOCKED + 2);
    const { id } = list();
    const [first, second] = await Promise.all(gone().map(originalOf));
    if (!first || !second) throw new Error('no originals');
    // What a thief and a careless person have left: a version over one, a marker over the other, and a part of an upload.
    await thief.send(new PutObjectCommand({ Bucket: BUCKET, Key: first.Key, Body: 'forged' }));
    await owner.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: second.Key }));
    const { UploadId } = await thief.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: first.Key }));
    await thief.send(new UploadPartCommand({ Bucket: BUCKET, Key: first.Key, UploadId, PartNumber: 1, Body: 'part' }));
    const before = await inBucket(recordings);
    // No lock holds them any more; the station's key may not delete footage all the same.
    for (const at of [first, second]) {
      await expect(thief.send(new DeleteObjectCommand(at))).rejects.toMatchObject(DENIED);
      await expect(thief.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: at.Key }))).rejects.toMatchObject(DENIED);
    }
    const keyless = await station.run(['disposal', 'run', id], CHINESE);
    expect(keyless.status).toBe(1);
    await putKey('station');
    const refused = await both('disposal', 'run', id);
    expect(refused.map(({ status }) => status)).toEqual([1, 1]);
    expect(await inBucket(recordings)).toEqual(before);
    await putKey('disposal');
    const ran = await station.run(['disposal', 'run', id], CHINESE);
    await rm(keyFile());
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    expect(await inBucket(gone())).toEqual([]);
    expect(inVault(gone())).toEqual([]);
    expect(await inBucket(kept())).toEqual(before.filter((key) => kept().some((recording) => isUnder(key, recording))));
    expect(inVault(kept()).length).toBeGreaterThan(0);
    // By the bucket's own log: every deletion below footage is the destroyer's, and one for each object that was there.
    const deletions = (await rgw.requests()).filter(
      ({ method, status, bucket }) => method === 'DELETE' && status < 300 && bucket === BUCKET,
    );
    const ofFootage = deletions.filter(({ key }) => recordings.some((recording) => isUnder(key, recording)));
    expect(
      ofFootage
        .filter(({ user }) => user === 'disposal')
        .map(({ key }) => key)
        .sort(),
    ).toEqual(before.filter((key) => gone().some((recording) => isUnder(key, recording))));
    expect(ofFootage.filter(({ user }) => user !== 'disposal').map(({ user, key }) => [user, key])).toEqual([['test', second.Key]]);
    const own = deletions.filter(({ user }) => user === 'station').map(({ key }) => key.split('/').slice(0, 2).join('/'));
    expect(own.filter((prefix) => !['east/custody', 'east/evidock-probe'].includes(prefix))).toEqual([]);
  }, 600_000);

  it('leaves a certificate in both languages, and a log that tells the ledger row by row', async () => {
    const { id, digest } = list();
    const { waitsUntil, endedAt } = await station.json<DisposalAnswer>('disposal', 'show', id);
    const raw = new DatabaseSync(join(station.state, 'ledger/ledger.sqlite'), { readOnly: true });
    const stones = raw.prepare('SELECT id, recording_id, rule, originals FROM tombstones').all();
    raw.close();
    expect(stones.map(({ recording_id }) => recording_id).sort()).toEqual(
      gone()
        .map((each) => each.id)
        .sort(),
    );
    const buried = stones.flatMap(
      ({ originals }) => JSON.parse(String(originals)) as { sha256: string; sm3: string; manifestSha256: string }[],
    );
    const facts = [
      ...[id, digest, 'schedule-', 'Name of keeper', 'Name of head', waitsUntil ?? '', endedAt ?? ''],
      ...stones.flatMap((stone) => [stone['id'], stone['recording_id'], stone['rule']].map(String)),
      ...buried.flatMap(({ sha256, sm3, manifestSha256 }) => [`SHA-256 ${sha256}`, `SM3 ${sm3}`, manifestSha256]),
    ];
    const words = {
      en: [
        'Certificate of disposal',
        'Basis',
        'Proposed by',
        'custodian',
        'Approved by',
        'reviewer',
        'Waiting period until',
        'Tombstone',
        'Manifest',
      ],
      'zh-CN': ['销毁证明', '处置依据', '提出人', '证据管理员', '审批人', '等待期至', '留存凭证', '封存清单'],
    } as const;
    for (const lang of ['en', 'zh-CN'] as const) {
      const file = join(home.path, `${lang}.pdf`);
      const made = await station.run(['disposal', 'certificate', id, '--out', file], { EVIDOCK_LANG: lang });
      expect(made.status, made.stderr).toBe(0);
      const { stdout } = await runProgram('pdftotext', ['-raw', file, '-']);
      // Where a line is broken is of no matter.
      const text = stdout.replace(/\s+/g, '');
      const missing = [...facts, ...words[lang]].filter((each) => !text.includes(each.replace(/\s+/g, '')));
      expect([lang, missing]).toEqual([lang, []]);
      for (const each of kept()) expect(text).not.toContain(each.id);
      // Two of them were duplicates of each other, and both are gone.
      expect(text).not.toMatch(/Thesamebytesstay|相同内容仍保存/);
    }
    await station.say('verify');
    await station.stop();
    expect(contradictionsIn(join(station.state, 'ledger/ledger.sqlite'))).toEqual([]);
  }, 600_000);
});
