import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArrayFiles } from '#domain/machine/array';

const ARRAYS_MAX = 64;
const FIELDS = ['level', 'array_state', 'raid_disks', 'degraded', 'sync_action', 'metadata_version'] as const;

/** What the kernel tells of its arrays; none: it has none. Throws what keeps it from naming them. */
export async function readArrays(sys: string): Promise<readonly ArrayFiles[]> {
  const arrays: ArrayFiles[] = [];
  const names = (await readdir(join(sys, 'block'))).filter((name) => /^md/.test(name)).toSorted();
  for (const name of names.slice(0, ARRAYS_MAX)) {
    const place = join(sys, 'block', name, 'md');
    const told = Object.fromEntries(await Promise.all(FIELDS.map(async (field) => [field, await textIn(join(place, field))] as const)));
    arrays.push({ name, ...(told as Record<(typeof FIELDS)[number], string | null>), members: await membersOf(place) });
  }
  return arrays;
}

async function membersOf(place: string): Promise<Record<string, string | null>> {
  const names = await readdir(place).catch(() => []);
  const members = names.filter((name) => name.startsWith('dev-'));
  return Object.fromEntries(await Promise.all(members.map(async (name) => [name.slice(4), await textIn(join(place, name, 'state'))])));
}

/** null: not there, or not to be read; the judge calls what it needs and does not have unread. */
async function textIn(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return null;
  }
}
