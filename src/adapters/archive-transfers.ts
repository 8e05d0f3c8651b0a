import type { ByteRange } from '#domain/byte-range';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import type { PutRequest } from '#ports/archive';

/** The bytes that are to be archived. A failure here is one of the vault's disk, and must not be told as one of the archive. */
export async function* sourceChunks(request: PutRequest, range: ByteRange): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of (await request.open(range)) as AsyncIterable<Buffer>) {
      request.onMoved?.();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof EvidockError || request.signal?.aborted) throw error;
    throw new EvidockError('vault.read-failed', because('thing-errno', { thing: request.key, errno: errnoText(error) }), error);
  }
}

/** Looks twice before it says that a copy is not what it should be. `look` throws archive.mismatch or archive.missing if it is not. */
export async function lookTwice<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof EvidockError) || !['archive.mismatch', 'archive.missing'].includes(error.code)) throw error;
    return look();
  }
}

/** Whether this is a piece of the custody log. */
export const isLogKey = (key: string): boolean => key.startsWith('custody/');

/** Nothing but pieces of the custody log is ever removed from an archive. Throws vault.key-invalid. */
export function mustBeLogKey(key: string): void {
  if (!isLogKey(key)) throw new EvidockError('vault.key-invalid', because('not-log-key', { key }));
}
