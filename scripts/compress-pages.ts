import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/*
 * Writes beside each file of a build its brotli and gzip forms, which the server sends instead (src/serve/console/pages.ts).
 * usage: node scripts/compress-pages.ts DIRECTORY
 */

const COMPRESSED = /\.(js|css|svg|json|webmanifest)$/;
/** What is smaller gains nothing. */
const BYTES_MIN = 512;

const [directory = ''] = process.argv.slice(2);
for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !COMPRESSED.test(entry.name)) continue;
  const bytes = readFileSync(file);
  if (bytes.length < BYTES_MIN) continue;
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  );
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}
