import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Prints the packages of the lock file that a running station needs and this checkout has, one path a line: what scripts/install copies.
 * Packages inside packages come with them; the optional ones of other platforms are not there.
 */

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
}

const root = join(import.meta.dirname, '..');
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile;
for (const [path, { dev, devOptional }] of Object.entries(packages)) {
  const nested = path.indexOf('node_modules/', 1) > 0;
  if (path !== '' && !dev && !devOptional && !nested && existsSync(join(root, path, 'package.json'))) console.log(path);
}
