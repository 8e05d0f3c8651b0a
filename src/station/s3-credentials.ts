import type { S3Credentials } from '#adapters/s3-archive/s3-archive';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { readSecret, secretsDirectory } from './secrets.ts';

interface Given {
  /** The directory `archive.s3.credentials` of the configuration. */
  readonly directory: string;
  /** Credentials in the configuration itself. */
  readonly fields: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The archive's credentials, read anew at every call, so that whoever renews them only replaces files. A single file with all three is replaced in one step.
 * Three files belong for a moment to two different keys; a request at that moment fails and is made again. Throws archive.refused.
 */
export function s3Credentials({ directory, fields, env }: Given): () => Promise<S3Credentials> {
  const place = secretsDirectory(directory, env);
  return async () => {
    const json = await readSecret(place, 's3-credentials', 'archive.refused');
    const found = json === null ? await fromFiles(place) : credentialsIn(json);
    if (found) return found;
    if (directory !== '') throw new EvidockError('archive.refused', because('credentials-none', { directory }));
    return credentialsOf(fields.accessKeyId, fields.secretAccessKey, fields.sessionToken);
  };
}

async function fromFiles(place: string | null): Promise<S3Credentials | null> {
  const read = (name: string) => readSecret(place, name, 'archive.refused');
  const accessKeyId = await read('s3-access-key-id');
  if (accessKeyId === null) return null;
  const secretAccessKey = await read('s3-secret-access-key');
  if (secretAccessKey === null) throw new EvidockError('archive.refused', because('credentials-half', {}));
  return credentialsOf(accessKeyId, secretAccessKey, (await read('s3-session-token')) ?? '');
}

/** Reads the form that `aws sts` and credential processes write. Throws archive.refused. */
export function credentialsIn(json: string): S3Credentials {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new EvidockError('archive.refused', because('credentials-not-json', {}));
  }
  const fields = Object(parsed) as Record<string, unknown>;
  const inner = Object(fields['Credentials'] ?? fields) as Record<string, unknown>;
  const { AccessKeyId, SecretAccessKey, SessionToken } = inner;
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string')
    throw new EvidockError('archive.refused', because('credentials-fields', {}));
  return credentialsOf(AccessKeyId, SecretAccessKey, typeof SessionToken === 'string' ? SessionToken : '');
}

function credentialsOf(accessKeyId: string, secretAccessKey: string, sessionToken: string): S3Credentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) };
}
