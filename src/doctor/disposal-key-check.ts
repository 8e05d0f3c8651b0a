import { access } from 'node:fs/promises';
import type { DisposalAnswer } from '#api/retention/disposals';
import type { StationClient } from '#cli/client';
import type { DoctorCheck } from '#cli/context';
import type { Config } from '#config/schema';
import { errnoOf } from '#domain/errno';
import { because } from '#domain/reason';

/** States in which a list may be run, so that the key may be there. */
const WANTS_KEY: readonly DisposalAnswer['state'][] = ['approved', 'running', 'halted'];

/** The key that may delete in the archive is to be there for a run alone. Nothing where no file is named, or none is there. */
export async function disposalKeyCheck(client: StationClient, { keyFile }: Config['disposal']): Promise<DoctorCheck[]> {
  if (keyFile === '' || !(await isThere(keyFile))) return [];
  const name = 'disposal key';
  for (const state of WANTS_KEY) {
    const { json } = await client.request('GET', '/api/v1/disposals', { query: { state, limit: 1 } });
    const [list] = (json as { items: readonly DisposalAnswer[] }).items;
    if (list) return [{ name, ok: true, reason: because('disposal-key-for', { file: keyFile, id: list.id }), remedy: null }];
  }
  const remedy = because('mend-disposal-key', { file: keyFile });
  return [{ name, ok: true, warn: true, reason: because('disposal-key-left', { file: keyFile }), remedy }];
}

/** A file that may not be looked at is there. */
async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ENOENT';
  }
}
