import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Makes a self-signed certificate with its key in a directory. `days`: how long it holds. */
export async function makeTlsPair(
  directory: string,
  {
    stem = 'pair',
    days = 365,
    names = ['DNS:station.example', 'DNS:localhost', 'IP:127.0.0.1'],
  }: { stem?: string; days?: number; names?: string[] } = {},
): Promise<{ certificate: string; key: string; pem: string }> {
  const [certificate, key] = [join(directory, `${stem}.crt`), join(directory, `${stem}.key`)];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', certificate];
  const about = ['-subj', `/CN=${stem}`, '-days', String(days), '-addext', `subjectAltName=${names.join(',')}`];
  await promisify(execFile)('openssl', [...made, ...about], { timeout: 30_000 });
  return { certificate, key, pem: await readFile(certificate, 'utf8') };
}
