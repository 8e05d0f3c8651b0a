import type { SentMessageInfo, Transporter } from 'nodemailer';
import { EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';
import type { NoticeSender, OutgoingNotice } from '#ports/notice-sender';
import { secretIn } from './secret-file.ts';

interface Options {
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte; `starttls`: the server must offer it, or nothing is sent; `none`: to this machine alone. */
  readonly security: 'starttls' | 'tls' | 'none';
  readonly from: string;
  /** Mail of an account goes to `account@domain`. */
  readonly domain: string;
  /** Empty: without signing in. */
  readonly user: string;
  readonly passwordFile: string;
  readonly stationName: string;
  /** Issuers that are trusted beside those of the system, PEM; for tests. */
  readonly ca?: string;
}

const TIMEOUT_MS = 20_000;
/** An address of one account: nothing in it can begin another header or another receiver. */
const LOCAL = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Sends each notice as plain text to the account's address in the agency's own domain. */
export class Mail implements NoticeSender {
  readonly way = 'mail';
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async send({ id, account, subject, text }: OutgoingNotice, signal: AbortSignal): Promise<void> {
    const { from, domain, stationName } = this.#options;
    // An account may be a whole address; only its name counts, and mail stays within the domain.
    const name = account.split('@')[0] ?? '';
    if (!LOCAL.test(name)) throw new EvidockError('notices.failed', because('no-address', { account }));
    const transport = await this.#transport();
    const stop = () => transport.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await transport.sendMail({
        from: { name: stationName.replace(CONTROL, ' '), address: from },
        to: { name: '', address: `${name}@${domain}` },
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        headers: { 'auto-submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    } catch (error) {
      throw new EvidockError('notices.failed', said(error instanceof Error ? error : new Error(String(error))), error);
    } finally {
      signal.removeEventListener('abort', stop);
      transport.close();
    }
  }

  async #transport(): Promise<Transporter<SentMessageInfo>> {
    const { host, port, security, user, passwordFile, ca } = this.#options;
    // Loaded when there is something to send: a command that only looks would wait for it.
    const { createTransport } = await import('nodemailer');
    return createTransport({
      ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
      ...(user === '' ? {} : { auth: { user, pass: await secretIn(passwordFile) } }),
      ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
      tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
    });
  }
}
