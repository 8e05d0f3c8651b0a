/** Declares columns with plain values. */
export function plain<const C extends readonly string[]>(...names: C): { readonly [N in C[number]]: 'plain' } {
  return Object.fromEntries(names.map((name) => [name, 'plain'])) as { readonly [N in C[number]]: 'plain' };
}

/** Declares columns whose values the ledger holds as JSON text. */
export function json<const C extends readonly string[]>(...names: C): { readonly [N in C[number]]: 'json' } {
  return Object.fromEntries(names.map((name) => [name, 'json'])) as { readonly [N in C[number]]: 'json' };
}
