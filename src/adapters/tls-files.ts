import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { EvidockError, errnoText, said } from '#domain/errors';
import { because, isSameReason, type Reason } from '#domain/reason';
import { type Log, tlsRefused, tlsRenewed } from '#events';
import type { Clock } from '#ports/clock';
import type { TlsPair, TlsSource, TlsState } from '#ports/tls-source';

const LOOK_EVERY_MS = 5000;
/** A certificate with all its issuers has some kilobytes. */
const FILE_BYTES_MAX = 256 * 1024;

interface Options {
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
  readonly clock: Clock;
  readonly log: Log;
}

interface Checked {
  readonly pair: TlsPair;
  readonly sha256: string;
  readonly notAfterMs: number;
}

/**
 * Certificate and key in two files. Looks every few seconds whether they have changed: programs that renew certificates move links or whole directories, which
 * notices of the file system miss. A new pair is in force once it is good; until then the old one stays.
 */
export class TlsFiles implements TlsSource {
  readonly #options: Options;
  readonly #listeners = new Set<(pair: TlsPair) => void>();
  #inForce: Checked;
  #seen: string;
  #refused: Reason | null = null;
  /** What could not be used when it was read first. Perhaps one of the two files was written and the other was not yet. */
  #doubted: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: Options, inForce: Checked, seen: string) {
    this.#options = options;
    this.#inForce = inForce;
    this.#seen = seen;
  }

  /** Throws config.invalid if the files hold no pair that can be used. One that has ended is used: footage must go on being taken in. */
  static async open(options: Options): Promise<TlsFiles> {
    const seen = await marksOf(options);
    const files = new TlsFiles(options, await readPair(options), seen);
    files.#timer = setInterval(() => void files.look(), LOOK_EVERY_MS).unref();
    return files;
  }

  pair(): TlsPair {
    return this.#inForce.pair;
  }

  state(): TlsState {
    const { sha256, notAfterMs } = this.#inForce;
    return { sha256, notAfterMs, refused: this.#refused };
  }

  onChange(listener: (pair: TlsPair) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes over a new pair if there is one. Never throws: what is wrong with it stands in `state`. */
  async look(): Promise<void> {
    const { log, clock } = this.#options;
    const seen = await marksOf(this.#options);
    if (seen === this.#seen) return;
    try {
      const found = await readPair(this.#options);
      if (found.notAfterMs <= clock.nowMs())
        throw unusable(this.#options.certificate, because('tls-ended', { at: atText(found.notAfterMs) }));
      for (const listener of this.#listeners) listener(found.pair);
      this.#inForce = found;
      this.#seen = seen;
      this.#refused = null;
      tlsRenewed(log, { sha256: found.sha256, notAfter: atText(found.notAfterMs) });
    } catch (error) {
      // `#seen` stays as it is, so the files are read again at the next look.
      if (this.#doubted !== seen) {
        this.#doubted = seen;
        return;
      }
      const reason = said(error);
      if (this.#refused === null || !isSameReason(this.#refused, reason)) tlsRefused(log, reason);
      this.#refused = reason;
    }
  }

  /** Somebody says that both files are written: what cannot be used now is told at once. */
  async reload(): Promise<void> {
    this.#doubted = await marksOf(this.#options);
    await this.look();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function atText(ms: number): string {
  return new Date(ms).toISOString();
}

/** What shows that a file is another one or was written: links are followed. */
async function marksOf({ certificate, key }: Options): Promise<string> {
  const mark = async (file: string) => {
    try {
      const { dev, ino, size, mtimeMs, ctimeMs } = await stat(file);
      return [dev, ino, size, mtimeMs, ctimeMs].join(':');
    } catch (error) {
      return errnoText(error);
    }
  };
  return `${await mark(certificate)} ${await mark(key)}`;
}

/** Reads both files and tries them as a server would use them. Throws config.invalid. */
export async function readPair({ certificate, key }: Pick<Options, 'certificate' | 'key'>): Promise<Checked> {
  const pair = { cert: await readSmall(certificate), key: await readSmall(key) };
  try {
    createSecureContext({ ...pair, minVersion: 'TLSv1.2' });
    const leaf = new X509Certificate(pair.cert);
    // A secure context without any key would be made too.
    if (!leaf.checkPrivateKey(createPrivateKey(pair.key))) throw new TypeError('key values mismatch');
    const sha256 = leaf.fingerprint256.replaceAll(':', '').toLowerCase();
    return { pair, sha256, notAfterMs: leaf.validToDate.getTime() };
  } catch (error) {
    throw unusable(certificate, because('tls-mismatch', { text: error instanceof Error ? error.message : String(error) }), error);
  }
}

async function readSmall(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > FILE_BYTES_MAX) throw unusable(file, because('tls-too-large', { file, bytes: FILE_BYTES_MAX }));
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof EvidockError) throw error;
    throw unusable(file, because('tls-not-found', { file, errno: errnoText(error) }), error);
  }
}

function unusable(file: string, why: Reason, cause?: unknown): EvidockError {
  return new EvidockError('config.invalid', because('tls-unusable', { file, why }), cause);
}
