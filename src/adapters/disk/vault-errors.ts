import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';

/** What a failed read means in the vault's words; `path` is a key, or '' for the vault itself. */
export function readError(path: string, error: unknown): EvidockError {
  const key = path === '' ? 'the vault directory' : path;
  if (error instanceof EvidockError) return error;
  if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return new EvidockError('vault.missing', because('key', { key }), error);
  return new EvidockError('vault.read-failed', because('thing-errno', { thing: key, errno: errnoText(error) }), error);
}
