/**
 * Joins the many small modules of some packages into a few files, in place, after they were installed.
 * These packages come as some hundred ES modules each, and Node needs about a quarter of a millisecond for every one: half of the time
 * in which a command starts. What they export, and their types, stay as they are; without this step everything works, only slower.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const PACKAGES = ['typebox', 'kysely'];

type Target = string | { readonly [condition: string]: Target };

/** The module that Node takes for an entry of `exports`. */
function moduleOf(target: Target): string {
  if (typeof target === 'string') return target;
  const next = target['import'] ?? target['default'];
  if (next === undefined) throw new Error(`no module for ES imports in ${JSON.stringify(target)}`);
  return moduleOf(next);
}

for (const name of PACKAGES) {
  const directory = join(import.meta.dirname, '..', 'node_modules', name);
  const { exports } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { exports: Record<string, Target> };
  const entryPoints = Object.values(exports).map((target) => join(directory, moduleOf(target)));
  await build({
    entryPoints,
    bundle: true,
    // The entries of one package share what they have in common: a class is the same class by whichever way it is imported.
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outbase: directory,
    outdir: directory,
    allowOverwrite: true,
    outExtension: { '.js': entryPoints[0]?.endsWith('.mjs') ? '.mjs' : '.js' },
    logLevel: 'error',
  });
}
