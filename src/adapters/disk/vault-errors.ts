import { EvidockError, errnoOf } from '#domain/errors';

/** What a failed read means in the vault's words; `path` is a key, or '' for the vault itself. */
export function readError(path: string, error: unknown): EvidockError {
  const key = path === '' ? 'the vault directory' : path;
  if (error instanceof EvidockError) return error;
  if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return new EvidockError('vault.missing', key, error);
  return new EvidockError('vault.read-failed', `${key} (${errnoOf(error) ?? String(error)})`, error);
}
