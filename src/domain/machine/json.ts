/* Reading what another program printed: whatever is not there, or is of another type, is left out. */

/** Longest text that is taken over. */
const TEXT_MAX = 200;

export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | null {
  const found = fieldOf(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

export function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = fieldOf(value, ...path);
  if (typeof found !== 'string') return null;
  const text = found.replaceAll(/\p{C}/gu, ' ').trim();
  return text === '' ? null : text.slice(0, TEXT_MAX);
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = fieldOf(value, ...path);
  return Array.isArray(found) ? found : [];
}
