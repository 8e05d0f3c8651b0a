/*
 * Goal: what a server answers is told in words, the cause first and the key last. A probe and the last real work tell whether the archive is well.
 * Method: s3rver behind an HTTP proxy that gives answers in its place, as servers and proxies in trouble do.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { s3Credentials } from '../../../src/station/s3-credentials.ts';
import { putOf } from '../../../test/contract/archive.ts';
import { archiveOn, type S3Server } from '../../../test/support/archive/s3-server.ts';
import { startS3rver } from '../../../test/support/archive/s3rver.ts';
import { ROOT, runProgram, temporaryDirectory } from '../../../test/support/evidock.ts';
import { AnsweringProxy, s3Error } from '../../../test/support/http/answering-proxy.ts';
import { ArchiveHealth } from '../../station/archive-health.ts';
import { openLedger, type SqliteLedger } from '../sqlite-ledger/ledger.ts';
import { WatchedArchive } from '../watched-archive.ts';
import type { S3Archive } from './s3-archive.ts';

const KEY = '2026/06/20/rec-a/original-0001.mp4';
const BIG = 6 * 1024 * 1024;

let server: S3Server;
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let ledger: SqliteLedger;
let proxy: AnsweringProxy;
let archive: S3Archive;

beforeAll(async () => {
  home = await temporaryDirectory();
  server = await startS3rver();
  ledger = await openLedger({ file: join(home.path, 'ledger.sqlite'), stationId: 'test1' });
  proxy = new AnsweringProxy({ target: new URL(server.endpoint) });
  await proxy.start();
  archive = archiveOn(server, ledger.uploads, { endpoint: proxy.endpoint });
});

beforeEach(() => {
  proxy.answering = () => null;
});

afterAll(async () => {
  await archive?.close();
  await proxy?.stop();
  await ledger?.close();
  await server?.stop();
  await home?.remove();
});

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error as { code: string; detail: string },
  );

describe('words', () => {
  it.each([
    [403, 'archive.refused', 'access denied (HTTP 403)'],
    [401, 'archive.refused', 'the keys are not accepted (HTTP 401)'],
    [405, 'archive.refused', 'the server does not allow this (HTTP 405)'],
    [429, 'archive.unreachable', 'the server asks for fewer requests (HTTP 429)'],
    [500, 'archive.unreachable', 'the server met a fault of its own (HTTP 500)'],
    [502, 'archive.unreachable', 'a proxy cannot reach the server (HTTP 502)'],
    [503, 'archive.unreachable', 'the server is not available (HTTP 503)'],
    [507, 'archive.full', 'no space left (HTTP 507)'],
    [418, 'archive.refused', 'the server refused (HTTP 418)'],
    [599, 'archive.unreachable', 'the server failed (HTTP 599)'],
  ])('of an answer to HEAD, which has none: %i', async (status, code, words) => {
    proxy.answering = () => ({ status });
    const failure = await failureOf(archive.head({ key: KEY }));
    expect(failure?.code).toBe(code);
    expect(failure?.detail).toBe(`${words}: ${KEY}`);
  });

  it.each([
    ['AccessDenied', 403, 'archive.refused', 'access denied (HTTP 403 AccessDenied)'],
    ['ExpiredToken', 400, 'archive.refused', 'the session token has expired (HTTP 400 ExpiredToken)'],
    ['RequestTimeTooSkewed', 403, 'archive.refused', 'its clock and the clock of the station differ too much'],
    ['QuotaExceeded', 403, 'archive.full', 'the quota is used up'],
    ['SlowDown', 503, 'archive.unreachable', 'the server asks for fewer requests'],
    ['SomethingNew', 409, 'archive.unreachable', 'the server is busy with the same object (HTTP 409 SomethingNew)'],
  ])('of an S3 error: %s', async (name, status, code, words) => {
    proxy.answering = () => s3Error(status, name);
    const failure = await failureOf(archive.read({ key: KEY }));
    expect(failure?.code).toBe(code);
    expect(failure?.detail.startsWith(words)).toBe(true);
    expect(failure?.detail.endsWith(`: ${KEY}`)).toBe(true);
    expect(failure?.detail).not.toMatch(/Unknown/);
  });

  it('of a proxy that answers with a page: none of the page', async () => {
    proxy.answering = () => ({ status: 502, body: '<html><h1>Bad Gateway</h1></html>' });
    const failure = await failureOf(archive.read({ key: KEY }));
    expect(failure?.detail).toBe(`a proxy cannot reach the server (HTTP 502): ${KEY}`);
  });

  it('of an ETag that is not accepted: an upload, not other bytes; and the next put begins anew', async () => {
    const request = putOf('2026/06/20/rec-etag/o', randomBytes(BIG));
    proxy.answering = ({ url, method }) => (method === 'POST' && url?.includes('uploadId=') ? s3Error(400, 'InvalidPart') : null);
    const failure = await failureOf(archive.put(request));
    expect(failure).toMatchObject({ code: 'archive.not-accepted', detail: expect.stringContaining('by another ETag') });
    expect(await ledger.uploads.load(request.key)).toBeNull();
    proxy.answering = () => null;
    await archive.put(request);
    expect(await archive.verify(request, { policy: 'readback' })).toBe('readback');
  });

  it('of a host that is not there', async () => {
    const nobody = archiveOn(server, ledger.uploads, { endpoint: 'http://127.0.0.1:9' });
    expect((await failureOf(nobody.head({ key: KEY })))?.detail).toBe(`nobody listens there (ECONNREFUSED): ${KEY}`);
    await nobody.close();
  });
});

describe('over TLS', () => {
  it('works as without, and says what is wrong with a certificate that is not trusted', async () => {
    const [key, certificate] = [join(home.path, 'key.pem'), join(home.path, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject];
    expect((await runProgram('openssl', args)).status).toBe(0);
    const secure = await startS3rver({ tls: { key, certificate } });
    try {
      const put = async (name: string, env: Record<string, string>) => {
        const directory = join(home.path, name);
        await mkdir(directory);
        const script = join(ROOT, 'test/support/http/tls-put.ts');
        const { stdout, stderr } = await runProgram(process.execPath, [script, secure.endpoint, secure.accessKeyId, directory], { env });
        expect(stdout, stderr).not.toBe('');
        return JSON.parse(stdout) as Record<string, unknown>;
      };
      const done = await put('trusting', { NODE_EXTRA_CA_CERTS: certificate });
      expect(done).toMatchObject({ how: 'readback', checked: { code: 'bucket-at', params: { bucket: 'evidence' } } });
      expect(done['moved']).toBeGreaterThan(2);
      const refused = await put('strict', { NODE_EXTRA_CA_CERTS: '' });
      expect(refused['failure']).toContain('its certificate is signed by itself (DEPTH_ZERO_SELF_SIGNED_CERT)');
    } finally {
      await secure.stop();
    }
  });
});

describe('whether the archive is well', () => {
  let watched: WatchedArchive;
  let nowMs: number;
  const fresh = () => new ArchiveHealth(watched).check({ fresh: true });

  beforeEach(() => {
    nowMs = Date.now();
    watched = new WatchedArchive(archive, { clock: { nowMs: () => nowMs } });
  });

  it('is told by a probe that is written, read and removed', async () => {
    expect(await fresh()).toEqual({ code: 'bucket-at', params: { bucket: 'evidence', host: expect.stringMatching(/^127\.0\.0\.1:\d+$/) } });
    const found = [];
    for await (const { key } of archive.list('evidock-probe')) found.push(key);
    expect(found).toEqual([]);
  });

  it.each([
    [
      'no multipart',
      ({ url }: { url?: string }) => url?.includes('uploads'),
      s3Error(501, 'NotImplemented'),
      'archive.refused',
      'the server cannot do this (HTTP 501 NotImplemented): writing a probe in parts',
    ],
    [
      'no reading',
      ({ method }: { method?: string }) => method === 'GET',
      s3Error(403, 'AccessDenied'),
      'archive.refused',
      'access denied (HTTP 403 AccessDenied): reading a probe',
    ],
    [
      'no removing',
      ({ method }: { method?: string }) => method === 'DELETE',
      s3Error(403, 'AccessDenied'),
      'archive.refused',
      'access denied (HTTP 403 AccessDenied): removing a probe',
    ],
    [
      'a quota',
      ({ method }: { method?: string }) => method === 'PUT',
      s3Error(403, 'QuotaExceeded'),
      'archive.full',
      'the quota is used up (HTTP 403 QuotaExceeded): writing a probe',
    ],
  ])('is not with %s', async (_, matches, answer, code, detail) => {
    proxy.answering = (asked) =>
      matches({ ...(asked.url ? { url: asked.url } : {}), ...(asked.method ? { method: asked.method } : {}) }) ? answer : null;
    await expect(fresh()).rejects.toMatchObject({ code, detail });
  });

  it('is not when nine of ten requests are refused, though the tenth is not', async () => {
    let asked = 0;
    proxy.answering = () => {
      asked += 1;
      return asked % 10 === 0 ? null : s3Error(503, 'SlowDown');
    };
    await expect(fresh()).rejects.toMatchObject({
      code: 'archive.unreachable',
      detail: expect.stringMatching(/^the server asks for fewer requests/),
    });
  });

  it('is told by the last of the real work, where a small probe goes through', async () => {
    const limit = { asked: 0 };
    proxy.answering = ({ method, headers }) => {
      limit.asked += 1;
      return method === 'PUT' && Number(headers['content-length']) > 1000 ? s3Error(403, 'QuotaExceeded') : null;
    };
    await expect(watched.put(putOf('2026/06/20/rec-q/o', randomBytes(5000)))).rejects.toMatchObject({ code: 'archive.full' });
    await expect(fresh()).rejects.toMatchObject({
      code: 'archive.full',
      detail: expect.stringMatching(/^the last transfer failed: the quota is used up/),
    });
    // The server is well again. After many failures one transfer that goes well is not enough; two are.
    proxy.answering = () => null;
    for (const name of ['b', 'c']) await watched.put(putOf(`2026/06/20/rec-q/${name}`, randomBytes(50)));
    expect(await fresh()).toMatchObject({ code: 'bucket-at' });
  });

  it('does not hold what happened long ago, nor what was not the archive, against it', async () => {
    proxy.answering = () => s3Error(403, 'AccessDenied');
    await failureOf(watched.head({ key: KEY }));
    expect(watched.trouble()).toMatchObject({ code: 'archive.refused' });
    nowMs += 21 * 60_000;
    expect(watched.trouble()).toBeNull();
    proxy.answering = () => null;
    const stop = AbortSignal.abort(new Error('enough'));
    await failureOf(watched.put({ ...putOf(KEY, randomBytes(10)), signal: stop }));
    expect(watched.trouble()).toBeNull();
  });

  it('is asked once for many who ask at the same time, and once a minute', async () => {
    let probes = 0;
    proxy.answering = ({ method }) => {
      if (method === 'DELETE') probes += 1;
      return null;
    };
    const health = new ArchiveHealth(watched);
    await Promise.all(Array.from({ length: 20 }, () => health.check({ fresh: false })));
    await health.check({ fresh: false });
    await health.check({ fresh: true });
    expect(probes).toBe(1);
  });
});

describe('keys', () => {
  it('are read from their files again whenever they are needed, with their session token', async () => {
    const directory = join(home.path, 'secrets');
    await mkdir(directory);
    const fields = { accessKeyId: 'from-the-config', secretAccessKey: 'x', sessionToken: '' };
    const reading = archiveOn(server, ledger.uploads, {
      endpoint: proxy.endpoint,
      credentials: s3Credentials({ directory, fields, env: {} }),
    });
    const used = async () => {
      proxy.answering = () => ({ status: 404 });
      await failureOf(reading.head({ key: KEY }));
      const { authorization, 'x-amz-security-token': token } = proxy.lastHeaders;
      return [/Credential=([^/]+)/.exec(authorization ?? '')?.[1], token];
    };
    expect((await failureOf(reading.head({ key: KEY })))?.detail).toContain('archive.s3.credentials holds neither');
    await writeFile(join(directory, 's3-access-key-id'), 'first\n');
    expect((await failureOf(reading.head({ key: KEY })))?.detail).toContain('no s3-secret-access-key');
    await writeFile(join(directory, 's3-secret-access-key'), 'hush\n');
    expect(await used()).toEqual(['first', undefined]);
    await writeFile(join(directory, 's3-session-token'), 'T'.repeat(6000));
    expect(await used()).toEqual(['first', 'T'.repeat(6000)]);
    // One file with all three, as credential processes and `aws sts` write it, counts before three files.
    const credentials = { AccessKeyId: 'second', SecretAccessKey: 'hush', SessionToken: 'token2', Expiration: '2026-01-01T00:00:00Z' };
    await writeFile(join(directory, 's3-credentials'), JSON.stringify({ Version: 1, ...credentials }));
    expect(await used()).toEqual(['second', 'token2']);
    await writeFile(join(directory, 's3-credentials'), JSON.stringify({ Credentials: { ...credentials, AccessKeyId: 'third' } }));
    expect(await used()).toEqual(['third', 'token2']);
    await writeFile(join(directory, 's3-credentials'), 'not json');
    expect((await failureOf(reading.head({ key: KEY })))?.detail).toContain('is not JSON');
    await rm(join(directory, 's3-credentials'));
    expect(await used()).toEqual(['first', 'T'.repeat(6000)]);
    await reading.close();
  });

  it('come from systemd where it hands them over, else from the configuration', async () => {
    const directory = join(home.path, 'credentials');
    await mkdir(directory);
    const fields = { accessKeyId: 'from-the-config', secretAccessKey: 'x', sessionToken: 'token' };
    const credentials = s3Credentials({ directory: '', fields, env: { CREDENTIALS_DIRECTORY: directory } });
    expect(await credentials()).toEqual(fields);
    await writeFile(join(directory, 'evidock_s3-access-key-id'), 'from-systemd');
    await writeFile(join(directory, 'evidock_s3-secret-access-key'), 'y');
    expect(await credentials()).toEqual({ accessKeyId: 'from-systemd', secretAccessKey: 'y' });
  });
});
