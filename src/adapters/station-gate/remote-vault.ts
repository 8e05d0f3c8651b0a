import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { isVaultKey } from '#domain/vault/vault-key';
import type { DerivativeVault, VaultReader } from '#ports/vault';
import type { StationConnection } from './station-connection.ts';

/** Largest small file (a manifest), as in every vault. */
const SMALL_BYTES_MAX = 1024 * 1024;
/** `…/<recordingId>/derived/<run>/<name>` */
const DERIVATIVE = /\/([^/]+)\/derived\/(\d+)\/([^/]+)$/;

/** The station's vault, as far as a worker needs it: originals come by ranges, derivatives go back under the key of their run. */
export class RemoteVault implements Pick<VaultReader, 'read' | 'readSmall' | 'localFiles'>, Pick<DerivativeVault, 'adoptDerivative'> {
  readonly #station: StationConnection;

  constructor(station: StationConnection) {
    this.#station = station;
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    return this.#station.read(key, range);
  }

  async readSmall(key: string): Promise<Uint8Array> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.#station.read(key) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > SMALL_BYTES_MAX)
        throw new EvidockError('vault.read-failed', because('larger-than', { thing: key, bytes: SMALL_BYTES_MAX }));
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async localFiles(
    keys: readonly string[],
    { scratch, onProgress }: { scratch: string; onProgress?: () => void },
  ): Promise<{ paths: readonly string[]; release(): Promise<void> }> {
    const room = await mkdtemp(join(scratch, 'originals-'));
    const release = () => rm(room, { recursive: true, force: true });
    try {
      const paths: string[] = [];
      for (const [place, key] of keys.entries()) {
        // The station chose the key. Only its extension goes into a path here.
        if (!isVaultKey(key)) throw new EvidockError('vault.key-invalid', because('key', { key }));
        const path = join(room, `${place}${extname(key)}`);
        await pipeline(telling(this.#station.read(key), onProgress), createWriteStream(path));
        paths.push(path);
      }
      return { paths, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  async adoptDerivative(path: string, key: string, onProgress?: () => void): Promise<{ bytes: number; sha256: string }> {
    const [, recordingId, run, name] = DERIVATIVE.exec(key) ?? [];
    if (!isVaultKey(key) || recordingId === undefined) throw new EvidockError('vault.key-invalid', because('not-derivative-key', { key }));
    const { size } = await stat(path);
    const hash = createHash('sha256');
    await pipeline(telling(createReadStream(path), onProgress), hash);
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(size),
      'x-evidock-sha256': hash.digest('hex'),
    };
    return this.#station.put(`derivatives/derive.${recordingId}/${run}/${name}`, headers, () =>
      telling(createReadStream(path), onProgress),
    );
  }
}

/** The same bytes, and a call for each chunk that the other side takes. */
function telling(stream: Readable, onProgress: (() => void) | undefined): Readable {
  return onProgress ? Readable.from(told(stream, onProgress), { objectMode: false }) : stream;
}

async function* told(stream: Readable, onProgress: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    onProgress();
    yield chunk;
  }
}
