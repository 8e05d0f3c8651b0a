/*
 * Goal: nobody without a good key is heard, and a worker is heard only about work that it holds. A refused request changes nothing.
 * Method: the real server over TLS on the real ledger and vault, called by the workers' own adapter, and by plain requests where the adapter would not call so.
 */

import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LocalScratch } from '#adapters/disk/local-scratch';
import { RemoteClaims, RemoteDeriveGate, RemoteUploads } from '#adapters/station-gate/remote-gate';
import { RemoteVault } from '#adapters/station-gate/remote-vault';
import { StationConnection } from '#adapters/station-gate/station-connection';
import { ArchiveRecords } from '#archive/archive-records';
import { DeriveRecords } from '#derive/derive-records';
import { WorkerGate } from '#desk/worker-gate';
import { inviteWorker, listWorkers, revokeWorker } from '#desk/worker-keys';
import { WorkerPresence } from '#desk/worker-presence';
import { actorText } from '#domain/custody/actor';
import { subject } from '#domain/custody/subject';
import type { Invitation } from '#domain/invitation';
import { because } from '#domain/reason';
import { derivativeKey } from '#domain/vault/vault-key';
import { workId } from '#domain/work';
import type { Vault } from '#ports/vault';
import type { DerivedResult } from '#ports/work-gate';
import { START_MS, someWork } from '../../../test/support/builders.ts';
import { type ServedStation, servedStation } from '../../../test/support/served-station.ts';
import { LedgerClaims } from '../../station/ledger-claims.ts';
import { buildWorkerServer } from './worker-server.ts';

const ACTOR = { kind: 'cli', id: 'wang', via: 'socket', session: null } as const;
const BYTES = Buffer.from('footage '.repeat(50_000));
const RESULT: DerivedResult = {
  ...{ kind: 'video', derivatives: [], durationMs: 1000, damage: null, notes: [] },
  ...{ inside: { creationTime: null, durationMs: null }, segmentsMs: [1000] },
};

let station: ServedStation;
let app: FastifyInstance;
let invitation: Invitation;
let url: string;
let presence: WorkerPresence;
let ids: string[];
let keys: string[];
const open: StationConnection[] = [];

beforeEach(async () => {
  station = await servedStation();
  const { ledger, directory, clock } = station;
  const files = [join(directory, 'key.pem'), join(directory, 'certificate.pem')] as const;
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=test'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', files[0], '-out', files[1]], { stdio: 'ignore' });
  const tls = { key: await readFile(files[0], 'utf8'), cert: await readFile(files[1], 'utf8') };
  const certificateSha256 = new X509Certificate(tls.cert).fingerprint256.replaceAll(':', '').toLowerCase();
  const vault = station.deps.vault as Vault;
  const faults = { reached: () => undefined };
  const place = { stationId: 'test', timezone: 'Asia/Shanghai' };
  const policy = { derivatives: true, verify: 'readback', hours: '' } as const;
  presence = new WorkerPresence();
  const gate = new WorkerGate({
    presence,
    ...{ ledger, vault, uploads: ledger.uploads, scratch: new LocalScratch(join(directory, 'scratch')), derivativeBytesMax: 1_000_000 },
    claims: (by) => new LedgerClaims(ledger, by),
    derive: new DeriveRecords({
      ...{ ledger, vault, clock, log: pino({ level: 'silent' }), faults, onDerived: () => undefined },
      settings: { ...place, drivers: [], archiveDerivatives: true },
    }),
    archive: new ArchiveRecords({
      ledger,
      clock,
      faults,
      onArchived: () => undefined,
      onHealed: () => undefined,
      lockWish: async () => null,
      settings: { ...place, derivatives: true },
    }),
    terms: { ...place, version: '1', archive: { name: 's3', bucket: 'evidence', prefix: '', ...policy } },
  });
  app = buildWorkerServer({ gate, ledger, log: pino({ level: 'silent' }), tls });
  url = (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http:', 'https:');
  const deps = { ...station.deps, workerDoor: async () => ({ address: new URL(url).host, certificateSha256 }) };
  invitation = await inviteWorker(deps, { name: 'render1', actor: ACTOR });
  const made = [await station.addRecording(BYTES), await station.addRecording(Buffer.from('another'), { recorderSerial: 'OTHER01' })];
  ids = made.map(({ id }) => id);
  keys = made.map(({ key }) => key);
  await ledger.transaction(async (writer) => {
    for (const id of ids)
      for (const stage of ['derive', 'archive'] as const) await writer.work.insert(someWork(stage, id, { dueAtMs: START_MS }));
  });
});

afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await app.close();
  await station.close();
});

function connection(change: Partial<Invitation> = {}): StationConnection {
  const made = new StationConnection({
    ...{ invitation: { ...invitation, ...change }, instance: 'one', signal: new AbortController().signal, patienceMs: 500 },
  });
  open.push(made);
  return made;
}

async function claim(on: StationConnection, stage: 'derive' | 'archive', which = 0) {
  const held = await new RemoteClaims(on).claim(workId(stage, ids[which] ?? ''), 60_000);
  return held?.claim ?? expect.fail('not to be had');
}

async function raw(method: string, path: string, headers: Record<string, string>, body: string | Buffer = ''): Promise<[number, string]> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method, rejectUnauthorized: false, agent: false } as const;
    const asked = request(new URL(path, url), { ...options, headers: { 'content-length': String(body.length), ...headers } });
    asked.once('response', resolve);
    asked.once('error', reject);
    asked.end(body);
  });
  return [answer.statusCode ?? 0, await text(answer)];
}

const authorised = () => ({ authorization: `Bearer ${invitation.key}`, 'x-evidock-instance': 'one', 'content-type': 'application/json' });
const head = () => station.ledger.custody.head();
const stateOf = async (stage: 'derive' | 'archive', which = 0) => (await station.ledger.work.get(workId(stage, ids[which] ?? '')))?.state;

it('a key that is wrong, of another station, revoked or missing is refused before anything is read, and changes nothing', async () => {
  const before = await head();
  const others = [createHash('sha256').update('x').digest('base64url'), 'short', `${invitation.key}A`];
  for (const key of others)
    await expect(new RemoteClaims(connection({ key })).claim(workId('derive', ids[0] ?? ''), 60_000)).rejects.toMatchObject({
      code: 'work.key-refused',
    });
  for (const headers of [{}, { authorization: 'Basic eDp5' }, { authorization: `Bearer ${invitation.key.toLowerCase()}` }])
    expect((await raw('POST', '/worker/v1/claim', headers, '{'))[0]).toBe(401);
  expect((await raw('GET', '/worker/v1/nothing-here', {}))[0]).toBe(401);
  expect(await head()).toEqual(before);

  const held = await claim(connection(), 'derive');
  expect(await revokeWorker(station.deps, { name: 'render1', actor: ACTOR })).toEqual({ name: 'render1', work: 1 });
  expect(await stateOf('derive')).toBe('waiting');
  await expect(new RemoteDeriveGate(connection()).record(held, RESULT)).rejects.toMatchObject({ code: 'work.key-refused' });
  const told = await station.ledger.custody.of(subject('worker', 'render1'));
  expect(told.map(({ type, data }) => [type, data['work']])).toEqual([
    ['worker.invited', undefined],
    ['worker.revoked', 1],
  ]);
  expect(JSON.stringify(told)).not.toContain(invitation.key);
});

it('a server with another certificate never sees the key', async () => {
  const seen: string[] = [];
  app.server.on('request', (incoming: IncomingMessage) => seen.push(incoming.url ?? ''));
  await expect(
    connection({ certificateSha256: 'ab'.repeat(32) }).call('look', { workId: workId('derive', ids[0] ?? '') }),
  ).rejects.toMatchObject({
    code: 'work.station-differs',
  });
  expect(seen).toEqual([]);
});

it('a claim of another worker, an old one and one of another stage are refused, whatever is asked', async () => {
  const { key } = await inviteWorker(station.deps, { name: 'render2', actor: ACTOR });
  const first = connection();
  const held = await claim(first, 'derive');
  const archiving = await claim(first, 'archive', 1);
  const before = await head();
  const lost = { code: 'work.lease-lost' };
  const stranger = connection({ key });
  await expect(new RemoteClaims(stranger).renew(held, { leaseMs: 1000, percent: 1 })).rejects.toMatchObject(lost);
  await expect(new RemoteDeriveGate(stranger).item(held)).rejects.toMatchObject(lost);
  await expect(new RemoteDeriveGate(stranger).record(held, RESULT)).rejects.toMatchObject(lost);
  await expect(new RemoteDeriveGate(stranger).discard(held)).rejects.toMatchObject(lost);
  await expect(new RemoteDeriveGate(first).record({ ...held, token: held.token + 1 }, RESULT)).rejects.toMatchObject(lost);
  // The station looks up a claim by work and number alone. The other words of the claim do not lead to a recording that is not held.
  const other = { ...held, workId: workId('derive', ids[1] ?? ''), recordingId: ids[1] ?? '' };
  await expect(new RemoteDeriveGate(first).record(other, RESULT)).rejects.toMatchObject(lost);
  await expect(new RemoteDeriveGate(first).record(archiving, RESULT)).rejects.toMatchObject(lost);
  await expect(
    new RemoteUploads(stranger).begin({ key: keys[1] ?? '', uploadId: 'u', partBytes: 5, startedAtMs: 1 }),
  ).rejects.toMatchObject(lost);
  // This worker holds an archive claim, but for another recording.
  await expect(new RemoteUploads(first).begin({ key: keys[0] ?? '', uploadId: 'u', partBytes: 5, startedAtMs: 1 })).rejects.toMatchObject(
    lost,
  );
  expect(await station.ledger.uploads.all()).toEqual([]);
  expect(await head()).toEqual(before);
  expect([await stateOf('derive'), await stateOf('derive', 1), await stateOf('archive', 1)]).toEqual(['running', 'waiting', 'running']);
});

it('originals are read by the one who holds their recording, from any byte, and nothing else is', async () => {
  const worker = connection();
  const [key = '', otherKey = ''] = keys;
  const vault = new RemoteVault(worker);
  const forbidden = { code: 'request.forbidden' };
  await expect(buffer(await vault.read(key))).rejects.toMatchObject(forbidden);
  await claim(worker, 'derive');
  expect(await buffer(await vault.read(key))).toEqual(BYTES);
  expect(await buffer(await vault.read(key, { start: 7, end: 300_001 }))).toEqual(BYTES.subarray(7, 300_001));
  await expect(buffer(await vault.read(otherKey))).rejects.toMatchObject(forbidden);
  for (const path of ['../ledger.sqlite', '/etc/passwd', `${key}/../../x`, `${key}%00`, '..%2fledger.sqlite'])
    await expect(buffer(await vault.read(path))).rejects.toMatchObject({ code: 'request.invalid' });
  // A lease is renewed by progress, so each piece must count and not only the end.
  const moved = vi.fn();
  const local = await vault.localFiles([key], { scratch: station.directory, onProgress: moved });
  expect(await readFile(local.paths[0] ?? '')).toEqual(BYTES);
  expect(moved.mock.calls.length).toBeGreaterThan(BYTES.length / 100_000);
  await local.release();
  expect((await station.ledger.custody.of(subject('recording', ids[0] ?? ''))).map(({ type }) => type)).not.toContain('recording.viewed');
});

it('a derivative comes in under the key of its run, whole, and only then counts as made', async () => {
  const worker = connection();
  const held = await claim(worker, 'derive');
  const vault = new RemoteVault(worker);
  const file = join(station.directory, 'playable.mp4');
  await writeFile(file, BYTES);
  const vaultKey = derivativeKey(held.recordingId, held.token, 'playable.mp4');
  const sha256 = createHash('sha256').update(BYTES).digest('hex');
  const made = { kind: 'playable', recipe: 'remux/1', vaultKey, mediaType: 'video/mp4', bytes: BYTES.length, sha256 } as const;
  const gate = new RemoteDeriveGate(worker);
  const invalid = { code: 'request.invalid' };
  await expect(gate.record(held, { ...RESULT, derivatives: [made] })).rejects.toMatchObject(invalid);
  const moved = vi.fn();
  expect(await vault.adoptDerivative(file, vaultKey, moved)).toEqual({ bytes: BYTES.length, sha256 });
  // The file is read once for its digest and once to be sent.
  expect(moved.mock.calls.length).toBeGreaterThanOrEqual(2 * Math.ceil(BYTES.length / 65_536));
  // The result must name what came, under this recording and this run.
  const elsewhere = derivativeKey(ids[1] ?? '', held.token, 'playable.mp4');
  // This file is there and truly described, but belongs to another recording.
  const theirs = { vaultKey: keys[1] ?? '', bytes: 7, sha256: createHash('sha256').update('another').digest('hex') };
  for (const wrong of [theirs, { sha256: 'ab'.repeat(32) }, { bytes: 1 }, { vaultKey: keys[1] ?? '' }, { vaultKey: elsewhere }])
    await expect(gate.record(held, { ...RESULT, derivatives: [{ ...made, ...wrong }] })).rejects.toMatchObject(invalid);
  expect(await stateOf('derive')).toBe('running');
  await gate.record(held, { ...RESULT, derivatives: [made] });
  expect(await stateOf('derive')).toBe('done');
  expect((await station.ledger.recordings.derivatives(held.recordingId)).map((each) => each.vaultKey)).toContain(vaultKey);
});

it('bytes that are not as announced, too many, or of a hostile name are not kept', async () => {
  const worker = connection();
  const held = await claim(worker, 'derive');
  const sha256 = createHash('sha256').update('abc').digest('hex');
  const octets = { ...authorised(), 'content-type': 'application/octet-stream' };
  const put = (name: string, headers: Record<string, string>, body: string | Buffer) =>
    raw('PUT', `/worker/v1/derivatives/${held.workId}/${held.token}/${name}`, { ...octets, ...headers }, body);
  expect((await put('a.mp4', { 'x-evidock-sha256': sha256 }, 'abd'))[0]).toBe(400);
  expect((await put('a.mp4', {}, 'abc'))[0]).toBe(400);
  expect((await put('a.mp4', { 'x-evidock-sha256': sha256, 'content-type': 'text/plain' }, 'abc'))[0]).toBe(400);
  for (const name of ['..', '%2e%2e', '..%2f..%2fx', '.hidden', 'A.MP4', 'a%00.mp4', 'a%2fb.mp4'])
    expect((await put(name, { 'x-evidock-sha256': sha256 }, 'abc'))[0]).toBeGreaterThanOrEqual(400);
  const big = Buffer.alloc(1_000_001);
  const tooLarge = await put('a.mp4', { 'x-evidock-sha256': createHash('sha256').update(big).digest('hex') }, big).catch(() => [413, '']);
  expect(tooLarge[0]).toBeGreaterThanOrEqual(400);
  const listed: string[] = [];
  for await (const { key } of station.deps.vault.list('')) listed.push(key);
  expect(listed.filter((key) => key.endsWith('/a.mp4'))).toEqual([]);
  expect((await put('a.mp4', { 'x-evidock-sha256': sha256 }, 'abc'))[0]).toBe(200);
});

it('a body over the limit, of another shape or with a name of a call that is none is refused', async () => {
  const held = await claim(connection(), 'derive');
  const before = await head();
  const ask = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    raw('POST', `/worker/v1/${path}`, { ...authorised(), ...headers }, JSON.stringify(body));
  const named = { workId: held.workId, token: held.token };
  expect(
    (
      await ask('fail', {
        claim: named,
        failure: { code: 'x', reason: { code: 'said', params: { text: 'y'.repeat(100_000) } }, retryInMs: 0 },
      })
    )[0],
  ).toBe(413);
  expect(
    (await ask('fail', { claim: named, failure: { code: 'no.such-code', reason: because('said', { text: '' }), retryInMs: 0 } }))[0],
  ).toBe(400);
  expect((await ask('renew', { claim: named, leaseMs: 1e15, percent: 1 }))[0]).toBe(400);
  expect((await ask('claim', { workId: "derive.x' OR 1=1", leaseMs: 1000 }))[0]).toBe(400);
  expect((await ask('claim', { workId: held.workId, leaseMs: 1000, host: 'station' }))[0]).toBe(400);
  expect((await ask('postpone', { claim: named, delayMs: 0 }, { 'idempotency-key': 'x' }))[0]).toBe(400);
  expect(await head()).toEqual(before);
  expect(await stateOf('derive')).toBe('running');
});

it('what is archived must be what is on record of the recording', async () => {
  const worker = connection();
  const held = await claim(worker, 'archive');
  const [own] = await station.ledger.originals.ofRecording(ids[0] ?? '');
  const [foreign] = await station.ledger.originals.ofRecording(ids[1] ?? '');
  if (!own || !foreign) expect.fail('no originals');
  const record = (items: object[], archive = 's3') =>
    worker.call('archive/record', {
      claim: { workId: held.workId, token: held.token },
      result: { archive, verifiedBy: 'readback', items },
    });
  const itemOf = ({ id, vaultKey, bytes, digests }: typeof own) => ({
    itemId: id,
    key: vaultKey,
    bytes,
    sha256: digests?.sha256 ?? '',
    counts: true,
    ...{ versionId: null, lock: null },
  });
  const before = await head();
  for (const item of [
    itemOf(foreign),
    { ...itemOf(own), sha256: 'ab'.repeat(32) },
    { ...itemOf(own), key: foreign.vaultKey },
    { ...itemOf(own), bytes: 1 },
  ])
    await expect(record([item])).rejects.toMatchObject({ code: 'request.invalid' });
  await expect(record([itemOf(own)], 'disk')).rejects.toMatchObject({ code: 'request.invalid' });
  expect(await head()).toEqual(before);
  expect(await record([itemOf(own)])).toEqual({ done: false });
});

it('the same call asked again for a lost answer gets that answer and changes nothing twice; a new start gives back what the last one held', async () => {
  const ask = () => raw('POST', '/worker/v1/claim', { ...authorised(), 'idempotency-key': crypto.randomUUID() }, body);
  const body = JSON.stringify({ workId: workId('derive', ids[0] ?? ''), leaseMs: 60_000 });
  const name = { ...authorised(), 'idempotency-key': '00000000-0000-4000-8000-000000000001' };
  const first = await raw('POST', '/worker/v1/claim', name, body);
  expect(await raw('POST', '/worker/v1/claim', name, body)).toEqual(first);
  expect(JSON.parse((await ask())[1])).toEqual({ answer: null });
  const begin = (instance: string, version = '1') =>
    raw('POST', '/worker/v1/begin', { ...authorised(), 'x-evidock-instance': instance }, JSON.stringify({ version }));
  expect((await begin('two', '2'))[0]).toBe(409);
  expect(JSON.parse((await begin('one'))[1])).toMatchObject({ answer: { givenBack: 0 } });
  expect(JSON.parse((await begin('two'))[1])).toMatchObject({ answer: { givenBack: 1 } });
  expect(await stateOf('derive')).toBe('waiting');
});

it('of two processes with one invitation the one that began last is heard; the other hears that it was replaced, whatever it asks', async () => {
  const post = (instance: string, path: string, body: object = {}) =>
    raw('POST', `/worker/v1/${path}`, { ...authorised(), 'x-evidock-instance': instance }, JSON.stringify(body));
  const heard = async () => (await listWorkers({ ...station.deps, workersHeard: presence })).map(({ heardSecondsAgo }) => heardSecondsAgo);
  expect(await heard()).toEqual([null]);
  // After a start of the station no process has begun: the first that is heard speaks for its worker.
  expect((await post('one', 'here'))[0]).toBe(200);
  expect(await heard()).toEqual([0]);
  expect((await post('two', 'here'))[0]).toBe(409);
  expect((await post('two', 'begin', { version: '1' }))[0]).toBe(200);
  for (const [path, body] of [
    ['here', {}],
    ['claim', { workId: workId('derive', ids[0] ?? ''), leaseMs: 60_000 }],
    ['uploads/all', {}],
  ] as const) {
    const [status, told] = await post('one', path, body);
    expect([status, JSON.parse(told)]).toEqual([409, expect.objectContaining({ code: 'work.replaced' })]);
  }
  expect((await raw('GET', `/worker/v1/bytes?key=${keys[0]}`, authorised()))[0]).toBe(409);
  expect(await stateOf('derive')).toBe('waiting');
  expect((await post('two', 'claim', { workId: workId('derive', ids[0] ?? ''), leaseMs: 60_000 }))[0]).toBe(200);
  expect(await stateOf('derive')).toBe('running');
});

it('what a worker made is on record with its name', async () => {
  const worker = connection();
  const held = await claim(worker, 'derive');
  await new RemoteDeriveGate(worker).record(held, RESULT);
  const told = await station.ledger.custody.of(subject('recording', ids[0] ?? ''));
  // The first entry is of the station that the test itself has built.
  expect(
    told
      .filter(({ type }) => type === 'recording.derived')
      .map(({ actor }) => actorText(actor))
      .slice(1),
  ).toEqual(['station (worker:render1)']);
});

it.each([
  ['the whole file in place of its rest', { status: 200, 'content-length': '10' }],
  ['a length that is not told', { status: 206, 'transfer-encoding': 'chunked' }],
])('a worker takes no answer that would spoil a file: %s', async (_, { status, ...headers }) => {
  const worker = connection();
  await claim(worker, 'derive');
  app.server.prependListener('request', (incoming: IncomingMessage, outgoing) => {
    if (!incoming.url?.startsWith('/worker/v1/bytes')) return;
    outgoing.writeHead(status, headers);
    outgoing.end('0123456789');
    outgoing.writeHead = (() => outgoing) as typeof outgoing.writeHead;
  });
  await expect(buffer(worker.read(keys[0] ?? '', { start: 5 }))).rejects.toMatchObject({ code: 'station.internal' });
});

it('a read that breaks off goes on at its byte', async () => {
  const worker = connection();
  await claim(worker, 'derive');
  let cuts = 0;
  const asked: (string | undefined)[] = [];
  app.server.on('request', (incoming: IncomingMessage, outgoing) => {
    if (!incoming.url?.startsWith('/worker/v1/bytes')) return;
    asked.push(incoming.headers.range);
    if (cuts === 2) return;
    const write = outgoing.write.bind(outgoing);
    let pieces = 0;
    // Only a piece of each of the first two answers gets through.
    outgoing.write = ((chunk: Buffer, ...rest: never[]) => {
      pieces += 1;
      if (pieces > 1) return false;
      cuts += 1;
      setTimeout(() => incoming.socket.destroy(), 50);
      return write(chunk.subarray(0, chunk.length / 2), ...rest);
    }) as typeof outgoing.write;
  });
  const chunks: Readable = await new RemoteVault(worker).read(keys[0] ?? '');
  expect(await buffer(chunks)).toEqual(BYTES);
  expect(cuts).toBe(2);
  expect(asked[0]).toBeUndefined();
  for (const range of asked.slice(1)) expect(range).toMatch(/^bytes=[1-9]\d*-/);
});
