import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

/** More is no password. */
const BYTES_MAX = 64 * 1024;

interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly prompts: { write(text: string): unknown };
}

/** One line that a person types without its being shown; from a pipe all that comes, less the line end behind it. Throws request.invalid. */
export async function readSecret(prompt: string, { input, prompts }: Terminal): Promise<string> {
  return input.isTTY === true ? typed(prompt, { input, prompts }) : piped(input);
}

async function typed(prompt: string, { input, prompts }: Terminal): Promise<string> {
  prompts.write(prompt);
  // The terminal is told to show nothing, and what would be shown in its place goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: nowhere, terminal: true });
  const stopped = new AbortController();
  reader.once('SIGINT', () => stopped.abort());
  reader.once('close', () => stopped.abort());
  try {
    return await reader.question('', { signal: stopped.signal });
  } catch (error) {
    throw new EvidockError('request.invalid', because('nothing-typed', {}), error);
  } finally {
    reader.close();
    prompts.write('\n');
  }
}

async function piped(input: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const part = Buffer.from(chunk as Buffer | string);
    bytes += part.length;
    if (bytes > BYTES_MAX) throw new EvidockError('request.invalid', because('input-long', { limit: BYTES_MAX }));
    chunks.push(part);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
