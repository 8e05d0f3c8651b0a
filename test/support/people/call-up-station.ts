import type { Caller } from '#desk/call-up/caller';
import type { Role } from '#domain/access/roles';
import type { User } from '#domain/people/user';
import { START_MS } from '#test/support/builders';
import { aCaseDraft } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { aGrantDraft } from './call-ups.ts';

const UNITS = { bureau: null, squad: 'bureau', other: 'bureau' } as const;
type UnitName = keyof typeof UNITS;

/** By name: number of the officer registry, unit, roles. */
const PEOPLE = {
  asker: { officer: '041234', unit: 'squad', roles: ['officer'] },
  colleague: { officer: '041235', unit: 'other', roles: ['officer'] },
  auditor: { officer: null, unit: 'bureau', roles: ['auditor'] },
  head: { officer: null, unit: 'squad', roles: ['reviewer'] },
  otherHead: { officer: null, unit: 'other', roles: ['reviewer'] },
  chief: { officer: null, unit: 'bureau', roles: ['reviewer'] },
  /** Asks and decides; nobody's own request is theirs to decide. */
  both: { officer: '041236', unit: 'squad', roles: ['officer', 'reviewer'] },
  administrator: { officer: null, unit: 'bureau', roles: ['security-administrator'] },
} as const satisfies Record<string, { officer: string | null; unit: UnitName; roles: readonly Role[] }>;
export type PersonName = keyof typeof PEOPLE;

export const CASE = 'A-2026-0001';
const unitId = (name: UnitName) => `unt-${name}`;
export const userId = (name: PersonName) => `usr-${name}`;

function userNamed(name: PersonName): User {
  const { officer, unit, roles } = PEOPLE[name];
  const account = name.toLowerCase();
  return { id: userId(name), account, name, officer, unit: unitId(unit), roles, state: 'active', createdAtMs: START_MS };
}

/** This person, as a route hands them to the desk. */
export function callerNamed(name: PersonName, user: User = userNamed(name)): Caller {
  const { id, roles, officer, unit } = user;
  return {
    asker: { id, roles, officer, unit },
    actor: { kind: 'user', id, via: 'network', session: 'ssn-1' },
    ...{ address: '10.0.0.7', breakGlass: false, decides: roles.includes('reviewer'), audits: roles.includes('auditor') },
  };
}

/** At the machine itself. */
export const ROOT: Caller = {
  asker: { id: 'cli:root', roles: [], officer: null, unit: null },
  actor: { kind: 'cli', id: 'root', via: 'socket', session: null },
  ...{ address: null, breakGlass: true, decides: false, audits: false },
};

export interface CallUpStation extends ServedStation {
  /** A recording of this officer, in the case unless that is left out. */
  film(officer: string | null, options?: { readonly inCase?: boolean; readonly startMs?: number }): Promise<string>;
  change(name: PersonName, fields: Partial<User>): Promise<void>;
}

/** A station with a bureau of two squads, its people, a case, and the policy that comes with the software. */
export async function callUpStation(overrides: Parameters<typeof servedStation>[0] = {}): Promise<CallUpStation> {
  const station = await servedStation(overrides);
  await station.ledger.transaction(async (writer) => {
    for (const [name, parent] of Object.entries(UNITS))
      await writer.people.upsertUnit({
        id: `unt-${name}`,
        name,
        parent: parent && `unt-${parent}`,
        createdAtMs: START_MS,
        closedAtMs: null,
      });
    for (const name of Object.keys(PEOPLE) as PersonName[]) await writer.people.upsertUser(userNamed(name));
    for (const { officer, unit } of Object.values(PEOPLE))
      if (officer !== null) await writer.registry.upsertOfficer({ id: officer, name: officer, unit: unitId(unit) });
    await writer.cases.upsert({
      number: CASE,
      title: 'secret title',
      stage: 'evidence',
      category: null,
      officerIds: [],
      openedOn: null,
      createdAtMs: START_MS,
    });
    await writer.custody.append(aCaseDraft(CASE));
  });
  return {
    ...station,
    film: async (officerId, { inCase = true, startMs = START_MS } = {}) => {
      const { id } = await station.addRecording(Buffer.from('footage'), {
        officerId,
        officerSource: officerId === null ? null : 'file-name',
        startMs,
      });
      if (inCase)
        await station.ledger.transaction(async (writer) => {
          await writer.recordings.addCase(id, CASE);
          await writer.custody.append(aCaseDraft(CASE));
        });
      return id;
    },
    change: async (name, fields) => {
      await station.ledger.transaction(async (writer) => {
        await writer.people.upsertUser({ ...((await writer.people.user(userId(name))) ?? userNamed(name)), ...fields });
        await writer.custody.append(aGrantDraft());
      });
    },
  };
}
