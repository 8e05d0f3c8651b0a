import { Readable } from 'node:stream';
import { setTimeout as rest } from 'node:timers/promises';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import type { TransferOptions } from '#ports/archive';
import { archiveError } from './errors.ts';
import { wireOptions } from './wire-options.ts';

/** After so many requests in a row that deliver nothing the read fails. */
const FRUITLESS_MAX = 4;
const REST_MS = 200;

interface Target {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

interface Reading {
  readonly key: string;
  readonly target: Target;
  readonly range: ByteRange | undefined;
  readonly options: TransferOptions;
}

/** Reads objects. Where a connection breaks or stalls, the read goes on at its byte, as long as the object is still the same. */
export class ObjectReader {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  /** Resolves when the server has begun to answer. Errors: those of `archiveError`. */
  async read(reading: Reading): Promise<Readable> {
    const first = await this.#try(reading, () => this.#get(reading, reading.range, undefined));
    return Readable.from(this.#chunks(reading, first), { objectMode: false });
  }

  async *#chunks(reading: Reading, first: GetObjectCommandOutput): AsyncGenerator<Buffer> {
    let position = reading.range?.start ?? 0;
    const end = reading.range?.end ?? first.ContentLength ?? 0;
    let answer: GetObjectCommandOutput | undefined = first;
    for (let fruitless = 0; position < end; fruitless += 1) {
      try {
        answer ??= await this.#get(reading, { start: position, end }, first.ETag);
        for await (const chunk of bodyOf(reading.key, answer)) {
          position += chunk.length;
          fruitless = 0;
          yield chunk;
        }
        if (position < end)
          throw new EvidockError('archive.unreachable', because('body-ended', { found: position, bytes: end, key: reading.key }));
      } catch (error) {
        await this.#rest(reading, error, fruitless);
      }
      answer = undefined;
    }
  }

  async #try<T>(reading: Reading, call: () => Promise<T>): Promise<T> {
    for (let fruitless = 0; ; fruitless += 1) {
      try {
        return await call();
      } catch (error) {
        await this.#rest(reading, error, fruitless);
      }
    }
  }

  /** Waits before the next try. Throws an error that no try mends, and one that has come too often without a byte in between. */
  async #rest({ key, options }: Reading, error: unknown, fruitless: number): Promise<void> {
    const failure = archiveError(key, error, options.signal);
    if (!isFailure(failure, 'archive.unreachable') || fruitless + 1 >= FRUITLESS_MAX) throw failure;
    await rest(REST_MS * 2 ** fruitless, undefined, wireOptions(options).rest);
  }

  async #get({ key, target, options }: Reading, range: ByteRange | undefined, IfMatch: string | undefined) {
    try {
      const Range = range ? { Range: `bytes=${range.start}-${range.end - 1}` } : {};
      const same = IfMatch === undefined ? {} : { IfMatch };
      return await this.#client.send(new GetObjectCommand({ ...target, ...Range, ...same }), wireOptions(options).send);
    } catch (error) {
      throw archiveError(key, error, options.signal);
    }
  }
}

function bodyOf(key: string, { Body }: GetObjectCommandOutput): AsyncIterable<Buffer> {
  if (!(Body instanceof Readable)) throw new EvidockError('archive.unreachable', because('no-body', { key }));
  return Body;
}
