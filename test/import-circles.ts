import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a file imports or re-exports, types too. */
const FROM = /^(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

interface Aliases {
  readonly [alias: string]: string;
}

/** The file that a specifier names, below `root`; null: a package, or a module of Node. */
function fileOf(specifier: string, from: string, aliases: Aliases): string | null {
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  if (!specifier.startsWith('#')) return null;
  const [alias, target] = Object.entries(aliases).find(([each]) => specifier === each || specifier.startsWith(each.replace('*', ''))) ?? [];
  if (alias === undefined || target === undefined) return null;
  return join(target.replace('*', specifier.slice(alias.length - 1)));
}

/** Which of these files (paths below `root`) each of them imports. Types count: who needs the type of another cannot be read without it. */
export function importsOf(root: string, files: readonly string[], aliases: Aliases): ReadonlyMap<string, readonly string[]> {
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const named = Array.from(text.matchAll(FROM), ([, from, bare, lazy]) => fileOf(from ?? bare ?? lazy ?? '', file, aliases));
      return [file, named.filter((each): each is string => each !== null && known.has(each))];
    }),
  );
}

/** Groups of files of which each can be reached from each other, by Tarjan's algorithm; a file that imports itself is one too. */
export function circlesIn(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file) ?? 0);
    open.push(file);
    for (const other of imports.get(file) ?? []) {
      if (!index.has(other)) visit(other);
      if (open.includes(other)) low.set(file, Math.min(low.get(file) ?? 0, low.get(other) ?? 0));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1 || imports.get(file)?.includes(file)) circles.push(group.sort());
  };
  for (const file of imports.keys()) if (!index.has(file)) visit(file);
  return circles;
}
