import type { DeskDeps } from '#desk/deps';
import { changeOrTry } from '#desk/dry-run';
import type { Actor } from '#domain/custody/actor';
import { OfficerChanged } from '#domain/custody/registry-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import type { Unit } from '#domain/people/unit';
import type { User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { Officer } from '#domain/registry';
import type { LedgerWriter } from '#ports/ledger';
import type { PeopleWork } from './change-people.ts';
import { pathOfUnit, unitInRegistry } from './find-unit.ts';
import { type Keeping, mustBeOwnOfficer } from './own-people.ts';

const PAGE = 500;

interface Saving {
  readonly writer: LedgerWriter;
  readonly atMs: number;
  readonly actor: Actor;
}

/** Adds or changes officers; all of them or none. */
export async function addOfficers(
  { ledger, clock }: Pick<DeskDeps, 'ledger' | 'clock'>,
  officers: readonly Officer[],
  { actor, within }: Keeping,
  dryRun = false,
): Promise<{ added: number; updated: number; changed: boolean }> {
  return changeOrTry(ledger, dryRun, async (writer) => {
    const sum = { added: 0, updated: 0 };
    let changed = false;
    for (const officer of officers) {
      sum[(await writer.registry.officer(officer.id)) ? 'updated' : 'added'] += 1;
      if (await saveInRegistry({ writer, actor, atMs: clock.nowMs() }, officer, within)) changed = true;
    }
    return { ...sum, changed };
  });
}

/** Changes the fields of an officer that the request names. Returns false where all were so already. Throws request.not-found. */
export async function changeOfficer(
  { ledger, clock }: Pick<DeskDeps, 'ledger' | 'clock'>,
  id: string,
  change: { readonly name?: string; readonly unit?: string | null },
  { actor, within }: Keeping,
): Promise<boolean> {
  return ledger.transaction(async (writer) => {
    const old = await writer.registry.officer(id);
    if (!old) throw new EvidockError('request.not-found', because('officer-unknown', { officer: id }));
    const { name = old.name, unit = old.unit } = change;
    return saveInRegistry({ writer, actor, atMs: clock.nowMs() }, { id, name, unit }, within);
  });
}

/**
 * Saves an officer as somebody writes them into the registry. The unit of an officer with an account is the account's: only who keeps the accounts decides where
 * somebody belongs, because it decides what they see. Throws request.conflict where another unit is named, request.forbidden for an officer of another unit.
 */
async function saveInRegistry(saving: Saving, officer: Officer, within: string | null): Promise<boolean> {
  const { writer } = saving;
  await mustBeOwnOfficer(writer, officer.id, within);
  const unit = await unitInRegistry(writer, officer.unit);
  const account = await writer.people.userByOfficer(officer.id);
  if (!account || account.unit === null || unit === account.unit) return saveOfficer(saving, { ...officer, unit });
  if (unit !== null)
    throw new EvidockError('request.conflict', because('officer-has-account', { officer: officer.id, account: account.account }));
  return saveOfficer(saving, { ...officer, unit: account.unit });
}

async function saveOfficer({ writer, atMs, actor }: Saving, officer: Officer): Promise<boolean> {
  const old = await writer.registry.officer(officer.id);
  if (old && old.name === officer.name && old.unit === officer.unit) return false;
  await writer.registry.upsertOfficer(officer);
  const about = { atMs, actor, subject: subject('officer', officer.id) };
  const name = { old: old?.name ?? null, new: officer.name };
  const data = { unit: { old: old?.unit ?? null, new: officer.unit } };
  await writer.custody.append(OfficerChanged.make({ ...about, data, personal: old?.name === officer.name ? {} : { name } }));
  return true;
}

/** Keeps the registry in step with an account: its officer is there, and belongs to the unit of the account. Who left stays where they were. */
export async function keepInStep({ writer, atMs, by }: PeopleWork, { officer: id, name, unit, state }: User): Promise<void> {
  if (id === null || state === 'left') return;
  const known = await writer.registry.officer(id);
  const officer = known ? { ...known, unit: unit ?? known.unit } : { id, name, unit };
  await saveOfficer({ writer, atMs, actor: by.actor }, officer);
}

/** Officers whose unit was written before there was such a unit, by its name or its path, belong to it from now on. */
export async function adoptOfficers({ writer, atMs, by }: PeopleWork, unit: Unit): Promise<void> {
  for (const text of new Set([unit.name, await pathOfUnit(writer, unit.id)])) {
    for (;;) {
      const officers = await writer.registry.officersOf(text, { limit: PAGE });
      for (const officer of officers) await saveOfficer({ writer, atMs, actor: by.actor }, { ...officer, unit: unit.id });
      if (officers.length < PAGE) break;
    }
  }
}
