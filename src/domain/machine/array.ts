import { because } from '#domain/reason';
import type { ArrayState } from './machine.ts';

/** What the kernel tells of one array (Documentation/admin-guide/md.rst): the files of /sys/block/md…/md. null: not there, or not to be read. */
export interface ArrayFiles {
  readonly name: string;
  readonly level: string | null;
  readonly array_state: string | null;
  readonly raid_disks: string | null;
  /** Disks that it lacks; RAID 0 and linear have no such file, because they live with none missing. */
  readonly degraded: string | null;
  readonly sync_action: string | null;
  readonly metadata_version: string | null;
  /** States of its disks by their names. */
  readonly members: Readonly<Record<string, string | null>>;
}

const RUNS = ['clean', 'active', 'active-idle', 'write-pending', 'readonly', 'read-auto'];
const REDUNDANT = /^raid(1|4|5|6|10)$/;

/** Judges one array; null: a container, which holds arrays and no data. */
export function arrayStateOf({ name, level, array_state: state, ...files }: ArrayFiles): ArrayState | null {
  if ((level === null || level === '' || level === 'container') && files.metadata_version?.startsWith('external:')) return null;
  const missing = count(files.degraded);
  const faulty = Object.entries(files.members).flatMap(([member, told]) => (told?.includes('faulty') ? [member] : []));
  const array = { name, level: level ?? '?' };
  const as = (health: ArrayState['health'], words: ArrayState['words']): ArrayState => ({ name, health, words, missing: missing ?? 0 });
  if (state === null || level === null) return as('unread', because('array-unread', { name }));
  if (!RUNS.includes(state)) return as('failing', because('array-stopped', { ...array, text: state }));
  if (missing === null && REDUNDANT.test(level)) return as('unread', because('array-unread', { name }));
  const told = { ...array, disks: files.raid_disks ?? '?' };
  if ((missing ?? 0) > 0 && files.sync_action === 'recover')
    return as('failing', because('array-rebuilding', { ...told, missing: missing ?? 0 }));
  if ((missing ?? 0) > 0) return as('failing', because('array-degraded', { ...told, missing: missing ?? 0 }));
  if (faulty.length > 0) return as('failing', because('array-faulty', { ...told, names: faulty }));
  return as('good', because('array-whole', told));
}

function count(text: string | null): number | null {
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) : null;
}
