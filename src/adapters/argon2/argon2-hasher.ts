import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';
import { ARGON2_TODAY, type Argon2Hash, type Argon2Parameters, isOutdated, parsePhc, phcOf } from '#domain/sign-in/phc';
import type { PasswordHasher, Verdict } from '#ports/password-hasher';
import type { HashRequest } from './argon2-worker.ts';

const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** At 30 ms each, the last of these waits for eight seconds. */
const WAITING_MAX = 256;
const SECONDS_FULL = 8;
/** A hash takes 30 ms, and seconds where intake has all processors. */
const HASH_MS_MAX = 60_000;
const HEAP = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 };

interface Options {
  readonly parameters?: Argon2Parameters;
  readonly waitingMax?: number;
}

/**
 * Hashes with argon2id, one at a time, in a thread of its own with a low priority. The asynchronous `argon2` of Node would take a thread of the pool in which
 * files are read: behind 20 hashes a read waits for more than a second.
 */
export class Argon2Hasher implements PasswordHasher {
  readonly #parameters: Argon2Parameters;
  readonly #waitingMax: number;
  /** What a secret of nobody is compared with. No secret has this tag, as far as anybody can tell. */
  readonly #nobody: Argon2Hash;
  #worker: Worker | undefined;
  #asked: PromiseWithResolvers<Uint8Array> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;
  #made = 0;

  constructor({ parameters = ARGON2_TODAY, waitingMax = WAITING_MAX }: Options = {}) {
    this.#parameters = parameters;
    this.#waitingMax = waitingMax;
    this.#nobody = { parameters, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) };
  }

  /** How many hashes were computed. */
  get made(): number {
    return this.#made;
  }

  async hash(secret: string): Promise<string> {
    const hash = { parameters: this.#parameters, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) };
    return phcOf({ ...hash, tag: await this.#inTurn(secret, hash) });
  }

  async verify(secret: string, phc: string | null, mayStart?: () => void): Promise<Verdict> {
    const known = phc === null ? this.#nobody : parsePhc(phc);
    if (known === null) throw new EvidockError('station.internal', because('hash-unreadable', {}));
    const tag = await this.#inTurn(secret, known, mayStart);
    const right = timingSafeEqual(tag, known.tag) && phc !== null;
    return { right, outdated: right && isOutdated(known, this.#parameters) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    await this.#last.catch(() => undefined);
  }

  #inTurn(secret: string, like: Argon2Hash, mayStart?: () => void): Promise<Uint8Array> {
    if (this.#waiting >= this.#waitingMax)
      return Promise.reject(new EvidockError('request.too-many', because('hashes-waiting', { seconds: SECONDS_FULL })));
    this.#waiting += 1;
    // Whoever waited for the hash before first counts its failure, so that the next one is judged by it.
    const counted = () => new Promise((resolve) => setImmediate(resolve));
    const turn = this.#last
      .then(counted, counted)
      .then(() => mayStart?.())
      .then(() => this.#compute({ secret, salt: like.salt, tagBytes: like.tag.byteLength, parameters: like.parameters }))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#last = turn;
    return turn;
  }

  #compute(request: HashRequest): Promise<Uint8Array> {
    if (this.#closed) return Promise.reject(new EvidockError('station.stopping', because('threads-closed', {})));
    this.#made += 1;
    const worker = this.#started();
    const answer = Promise.withResolvers<Uint8Array>();
    this.#asked = answer;
    const timer = setTimeout(() => void worker.terminate(), HASH_MS_MAX);
    worker.ref();
    worker.postMessage(request);
    return answer.promise.finally(() => {
      clearTimeout(timer);
      worker.unref();
    });
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('./argon2-worker.ts', import.meta.url), { resourceLimits: HEAP });
    const lose = (cause: unknown) => {
      if (this.#worker === worker) this.#worker = undefined;
      const failure = this.#closed ? 'station.stopping' : 'station.internal';
      this.#asked?.reject(new EvidockError(failure, this.#closed ? because('threads-closed', {}) : said(cause), cause));
    };
    worker.on('message', (tag: Uint8Array) => this.#asked?.resolve(tag));
    worker.on('error', lose);
    worker.on('exit', (code) => lose(new Error(`the thread of hashes ended with ${code}`)));
    this.#worker = worker;
    return worker;
  }
}
