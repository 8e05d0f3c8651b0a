// Threads that only move bytes use this: it must import nothing, because each of them would load that too.

/** The `code` of a Node system error (`ENOSPC`, `EIO`, …), or undefined. */
export function errnoOf(thrown: unknown): string | undefined {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return undefined;
}
