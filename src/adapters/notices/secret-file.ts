import { open } from 'node:fs/promises';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';

/** The largest secret, bytes. */
const BYTES_MAX = 4096;

/** A secret without its last line end. It is read anew each time, so that it may change. Throws notices.failed, also for an empty file. */
export async function secretIn(path: string): Promise<string> {
  let text: string;
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(BYTES_MAX), 0, BYTES_MAX, 0);
      text = buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '');
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new EvidockError('notices.failed', because('cannot-read', { thing: path, errno: errnoText(error) }), error);
  }
  if (text === '') throw new EvidockError('notices.failed', because('secret-empty', { file: path }));
  return text;
}
