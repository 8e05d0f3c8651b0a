import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidockError, errnoOf } from '#domain/errors';

/** A name as drivers may use it: a plain file name. */
const SECRET_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const SECRET_BYTES_MAX = 4096;
/** What systemd puts before the names of a directory's files (`LoadCredential=evidock:` in systemd/evidock.service). */
const CREDENTIAL_PREFIX = 'evidock_';

/** Where the station's secrets lie: the configured directory, or what systemd hands over; null if there is neither. */
export function secretsDirectory(configured: string, env: Readonly<Record<string, string | undefined>>): string | null {
  return configured || env['CREDENTIALS_DIRECTORY'] || null;
}

/**
 * One secret by name, without its final line end; null if there is none of that name. It is read anew every time: a change in a directory of
 * one's own needs no restart (what systemd hands over is a copy made at the start).
 */
export async function readSecret(directory: string | null, name: string): Promise<string | null> {
  if (directory === null || !SECRET_NAME.test(name)) return null;
  return (await readText(join(directory, name), name)) ?? readText(join(directory, `${CREDENTIAL_PREFIX}${name}`), name);
}

async function readText(path: string, name: string): Promise<string | null> {
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
    throw new EvidockError('recorder.locked', `the secret ${name} cannot be read (${errnoOf(error)})`, error);
  }
}
