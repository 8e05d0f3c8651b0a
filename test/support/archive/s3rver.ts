import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Server } from './s3-server.ts';

/** The only pair of keys that the server knows. */
const KEY = 'S3RVER';

interface Options {
  readonly tls?: { key: string; certificate: string };
  readonly address?: string;
}

/** Starts s3rver (npm), a second S3 server, with an empty bucket `evidence`: another implementation than Ceph's, in a process of its own. */
export async function startS3rver({ tls, address = '127.0.0.1' }: Options = {}): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'evd-s3rver-'));
  const script = createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js');
  const args = [script, '-d', directory, '-a', address, '-p', '0', '--no-vhost-buckets', '--configure-bucket', 'evidence'];
  if (tls) args.push('--key', tls.key, '--cert', tls.certificate);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const port = await new Promise<string>((resolve, reject) => {
    let told = '';
    child.once('error', reject);
    child.once('close', () => reject(new Error(`s3rver ended: ${told}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      told = (told + chunk.toString()).slice(-10_000);
      const found = /listening on \S+:(\d+)/.exec(told)?.[1];
      if (found) resolve(found);
    });
  });
  const stop = async () => {
    process.off('exit', kill);
    kill();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  return { endpoint: `${tls ? 'https' : 'http'}://${address}:${port}`, bucket: 'evidence', accessKeyId: KEY, secretAccessKey: KEY, stop };
}
