import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Actor } from '#domain/custody/actor';
import { LedgerBackedUp } from '#domain/custody/station-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import type { DeskDeps } from './deps.ts';

/** Refuses a file inside the station's own directories: they hold only what the station itself puts there. Throws request.forbidden. */
async function mustBeOthers(file: string, own: readonly string[]): Promise<void> {
  let real: string;
  try {
    real = join(await realpath(dirname(file)), basename(file));
  } catch (error) {
    throw new EvidockError('request.invalid', because('backup-errno', { file, errno: errnoText(error) }), error);
  }
  for (const place of own) {
    const there = await realpath(place).catch(() => place);
    if (real.startsWith(`${there}/`)) throw new EvidockError('request.forbidden', because('backup-own', { file, place }));
  }
}

/** A consistent copy of the ledger at `file`, or under the station's own name for it. Never replaces a file. */
export async function backupLedger(deps: DeskDeps, file: string | undefined, actor: Actor): Promise<{ file: string; bytes: number }> {
  const { ledger, upkeep, clock, facts } = deps;
  if (file !== undefined && !isAbsolute(file))
    throw new EvidockError('request.invalid', because('not-absolute', { field: 'file', thing: file }));
  const stamp = new Date(clock.nowMs()).toISOString().replace(/[-:]/g, '').slice(0, 15);
  const target = file ?? join(facts.backupDirectory, `ledger-${stamp}Z${upkeep.extension}`);
  if (file === undefined) await mkdir(dirname(target), { recursive: true, mode: 0o750 });
  else await mustBeOthers(target, facts.ownDirectories);
  const { bytes } = await upkeep.backup(target);
  await ledger.transaction(async (writer) => {
    const about = { atMs: clock.nowMs(), actor, subject: subject('station', facts.stationId) };
    await writer.custody.append(LedgerBackedUp.make({ ...about, data: { bytes }, personal: { file: target } }));
  });
  return { file: target, bytes };
}
