import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Shell, UsageError } from '#cli/command';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';

/** As much as a request may carry. */
const BYTES_MAX = 16 * 1024 * 1024;

/** Reads a file to import. Its text is UTF-8, or GB 18030 as spreadsheets in China save it. Throws request.too-large and request.invalid. */
export async function readImport(shell: Shell, file: string): Promise<{ format: 'csv' | 'json'; text: string }> {
  const path = shell.path(file);
  const extension = extname(path).toLowerCase();
  if (extension !== '.csv' && extension !== '.json') throw new UsageError(`${file}: .csv, .json`);
  return { format: extension === '.csv' ? 'csv' : 'json', text: decoded(await readBounded(path), path) };
}

/** Never reads more than the bound, whatever the size that the file system tells. */
async function readBounded(path: string): Promise<Buffer> {
  try {
    await using handle = await open(path);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of handle.createReadStream({ autoClose: false })) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > BYTES_MAX) throw new EvidockError('request.too-large', because('path', { path }));
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof EvidockError) throw error;
    throw new EvidockError('request.not-found', because('thing-errno', { thing: path, errno: errnoText(error) }), error);
  }
}

/** UTF-8 first: hardly any GB 18030 text is well-formed UTF-8. What is neither, such as the file of a spreadsheet program itself, is refused. */
function decoded(bytes: Uint8Array, path: string): string {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (!text.includes('\0')) return text;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  throw new EvidockError('request.invalid', because('no-text', { path }));
}
