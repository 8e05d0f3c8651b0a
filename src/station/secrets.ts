import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '#domain/errno';
import { type ErrorCode, EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';

/** A name of a secret as drivers may use it: a plain file name. */
const SECRET_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** The largest secret, bytes: session tokens have thousands of characters. */
const SECRET_BYTES_MAX = 16_384;
/** The prefix that systemd adds to the names of a directory's files (`LoadCredential=evidock:` in systemd/evidock.service). */
const CREDENTIAL_PREFIX = 'evidock_';

/** The directory of the station's secrets: the configured one, or the one that systemd hands over; null if there is neither. */
export function secretsDirectory(configured: string, env: Readonly<Record<string, string | undefined>>): string | null {
  return configured || env['CREDENTIALS_DIRECTORY'] || null;
}

/**
 * One secret by name, without its last line end; null if there is none. It is read anew every time, so a change in a configured directory needs no restart.
 * What systemd hands over is a copy of the time of the start.
 */
export async function readSecret(
  directory: string | null,
  name: string,
  unreadable: ErrorCode = 'recorder.locked',
): Promise<string | null> {
  if (directory === null || !SECRET_NAME.test(name)) return null;
  const places = [join(directory, name), join(directory, `${CREDENTIAL_PREFIX}${name}`)];
  for (const place of places) {
    const text = await readText(place, name, unreadable);
    if (text !== null) return text;
  }
  return null;
}

async function readText(path: string, name: string, unreadable: ErrorCode): Promise<string | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(SECRET_BYTES_MAX), 0, SECRET_BYTES_MAX, 0);
      return buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw new EvidockError(unreadable, because('secret-unreadable', { name, errno: errnoText(error) }), error);
  }
}
