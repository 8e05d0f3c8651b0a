/*
 * Goal: notices reach a webhook and a mail server as they should, tell nothing secret, and nobody in between can change, read or misdirect them.
 * Method: a real HTTP server and a real SMTP server (smtp-server), with STARTTLS and sign-in; both as they should be, and as they should not.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noticeText } from '#domain/call-up/notice';
import type { OutgoingNotice } from '#ports/notice-sender';
import { fixedClock, START_MS } from '#test/support/builders';
import { temporaryDirectory } from '#test/support/evidock';
import { type MailServer, mailServer, mailText, type Received } from '#test/support/http/mail-server';
import { makeTlsPair } from '#test/support/http/tls-pair';
import { Mail } from './mail.ts';
import { signatureOf } from './signed-post.ts';
import { Webhook } from './webhook.ts';

const SECRET = 'a key of the tests';
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let secretFile: string;
let pair: { readonly key: Buffer; readonly pem: string };
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  home = await temporaryDirectory();
  secretFile = join(home.path, 'secret');
  await writeFile(secretFile, `${SECRET}\n`);
  const made = await makeTlsPair(home.path);
  pair = { key: await readFile(made.key), pem: made.pem };
});
afterAll(() => home.remove());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const notice: OutgoingNotice = {
  ...{ id: 'ntc-1', kind: 'request-waits', request: 'req-1', atMs: START_MS, account: 'wang' },
  ...{ link: 'https://station.example/requests/req-1', subject: noticeText('zh-CN', 'request-waits') },
  text: `${noticeText('zh-CN', 'request-waits')}\n\nhttps://station.example/requests/req-1\n`,
};
const never = () => new AbortController().signal;
const failure = (promise: Promise<unknown>) => expect(promise).rejects.toMatchObject({ code: 'notices.failed' });

interface Posted {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function hook(
  answer: { readonly status: number; readonly location?: string } | 'silent',
): Promise<{ url: string; posted: Posted[] }> {
  const posted: Posted[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    posted.push({ headers: request.headers, body });
    if (answer === 'silent') return;
    response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location });
    response.end('x'.repeat(100_000));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, posted };
}

describe('the webhook', () => {
  const webhook = (url: string, file = secretFile) => new Webhook({ url, secretFile: file, stationId: 'hz01', clock: fixedClock() });

  it('gets each notice as JSON with a signature that only the holder of the secret can make', async () => {
    const { url, posted } = await hook({ status: 204 });
    await webhook(url).send(notice, never());
    const [{ headers, body }] = posted as [Posted];
    expect(JSON.parse(body)).toEqual({
      ...{ id: 'ntc-1', kind: 'request-waits', request: 'req-1', account: 'wang', link: notice.link, station: 'hz01' },
      at: '2026-06-20T08:00:00.000Z',
    });
    const seconds = START_MS / 1000;
    expect(headers['x-evidock-signature']).toBe(`t=${seconds},v1=${signatureOf(SECRET, seconds, body)}`);
    expect(signatureOf(SECRET, seconds, `${body} `)).not.toBe(signatureOf(SECRET, seconds, body));
    expect(signatureOf(SECRET, seconds + 1, body)).not.toBe(signatureOf(SECRET, seconds, body));
  });

  it('has not taken it where it answers with a failure, sends elsewhere, is silent or is not there', async () => {
    const other = await hook({ status: 200 });
    for (const answer of [{ status: 500 }, { status: 404 }, { status: 302, location: other.url }, { status: 307, location: other.url }])
      await failure(webhook((await hook(answer)).url).send(notice, never()));
    expect(other.posted).toEqual([]);
    await failure(webhook((await hook('silent')).url).send(notice, AbortSignal.timeout(200)));
    await failure(webhook('http://127.0.0.1:9/').send(notice, never()));
  });

  it('is sent nothing without a secret', async () => {
    const { url, posted } = await hook({ status: 200 });
    const empty = join(home.path, 'empty');
    await writeFile(empty, '\n');
    for (const file of [join(home.path, 'none'), empty]) await failure(webhook(url, file).send(notice, never()));
    expect(posted).toEqual([]);
  });
});

async function smtp(options: SMTPServerOptions = {}): Promise<MailServer> {
  const server = await mailServer({
    ...{ key: pair.key, cert: pair.pem },
    onAuth: ({ username, password }, _session, done) =>
      username === 'station' && password === SECRET ? done(null, { user: username }) : done(new Error('wrong')),
    ...options,
  });
  closers.push(() => server.close());
  return server;
}

describe('mail', () => {
  const mail = (port: number, fields: Partial<ConstructorParameters<typeof Mail>[0]> = {}) =>
    new Mail({
      ...{ host: 'localhost', port, security: 'starttls', from: 'evidock@agency.example', domain: 'agency.example' },
      ...{ user: 'station', passwordFile: secretFile, stationName: '采集站 1', ca: pair.pem },
      ...fields,
    });

  it('goes to the account in the domain of the agency, encrypted and signed in, and says only that something waits', async () => {
    const { port, received } = await smtp();
    await mail(port).send(notice, never());
    const [{ to, secure, user, raw }] = received as [Received];
    expect({ to, secure, user }).toEqual({ to: ['wang@agency.example'], secure: true, user: 'station' });
    expect(raw).toMatch(/^Message-ID: <ntc-1@agency.example>\r$/m);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(raw).toMatch(/^Content-Transfer-Encoding: (base64|quoted-printable)\r$/im);
    expect(mailText(raw)).toBe(notice.text.trim());
  });

  it('is not sent where the server does not encrypt, does not let it in, or is another one', async () => {
    const plain = await smtp({ disabledCommands: ['STARTTLS'] });
    await failure(mail(plain.port).send(notice, never()));
    const known = await smtp();
    await failure(mail(known.port, { user: 'somebody' }).send(notice, never()));
    // A certificate that nobody issued whom the station trusts.
    await failure(
      new Mail({
        host: 'localhost',
        port: known.port,
        security: 'starttls',
        from: 'e@a.example',
        domain: 'a.example',
        user: '',
        passwordFile: '',
        stationName: 'x',
      }).send(notice, never()),
    );
    expect([...plain.received, ...known.received]).toEqual([]);
    await failure(mail(9).send(notice, never()));
  });

  it('cannot be given other headers or other receivers by names', async () => {
    const { port, received } = await smtp();
    const evil = 'Station\r\nBcc: spy@evil.example\u2028X-Other: 1';
    await mail(port, { stationName: evil }).send(notice, never());
    expect(received[0]?.to).toEqual(['wang@agency.example']);
    const head = received[0]?.raw.split('\r\n\r\n')[0] ?? '';
    expect(head).not.toMatch(/^(bcc|x-other):/im);
    for (const account of ['wang\r\nBcc: x', 'wang, spy@evil.example', '<spy@evil.example>', '', '"a b"', '../x'])
      await failure(mail(port).send({ ...notice, account }, never()));
    // An account that looks like an address of elsewhere stays within the domain.
    await mail(port).send({ ...notice, account: 'wang@evil.example' }, never());
    expect(received.at(-1)?.to).toEqual(['wang@agency.example']);
    expect(received).toHaveLength(2);
  });
});
