import { statSync } from 'node:fs';
import { errnoOf } from '#domain/errno';

/**
 * On an installed station the state belongs to a user of its own. Root works on it as that user: a file of root's below it would stop the
 * station at its next start. Nothing happens for other users, and where there is no state yet.
 */
export function becomeOwnerOf(state: string): void {
  if (process.getuid?.() !== 0) return;
  const owner = ownerOf(state);
  if (owner === null || owner.uid === 0) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
}

function ownerOf(path: string): { uid: number; gid: number } | null {
  try {
    return statSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
