import { ARCHIVE_ENTRIES } from './archive-entries.ts';
import { AUDIT_ENTRIES } from './audit-entries.ts';
import { CALL_UP_ENTRIES } from './call-up-entries.ts';
import { CASE_ENTRIES } from './case-entries.ts';
import { CLOCK_ENTRIES } from './clock-entries.ts';
import type { EntryType } from './define-entry.ts';
import { DESTRUCTION_ENTRIES } from './destruction-entries.ts';
import { DISPOSAL_ENTRIES } from './disposal-entries.ts';
import { DOCKING_ENTRIES } from './docking-entries.ts';
import { DOOR_ENTRIES } from './door-entries.ts';
import { DUTY_ENTRIES } from './duty-entries.ts';
import type { CustodyDraft } from './entry.ts';
import { HOLD_ENTRIES } from './hold-entries.ts';
import { HOLDING_ENTRIES } from './holding-entries.ts';
import { LOOK_ENTRIES } from './look-entries.ts';
import { ORIGINAL_ENTRIES } from './original-entries.ts';
import { PEOPLE_ENTRIES } from './people-entries.ts';
import { POLICY_ENTRIES } from './policy-entries.ts';
import { RECORDER_ENTRIES } from './recorder-entries.ts';
import { RECORDING_ENTRIES } from './recording-entries.ts';
import { REGISTRY_ENTRIES } from './registry-entries.ts';
import { RETENTION_ENTRIES } from './retention-entries.ts';
import { SAMPLE_ENTRIES } from './sample-entries.ts';
import { SCRUB_ENTRIES } from './scrub-entries.ts';
import { SHIFT_ENTRIES } from './shift-entries.ts';
import { SIGN_IN_ENTRIES } from './sign-in-entries.ts';
import { STATION_ENTRIES } from './station-entries.ts';
import { WORKER_ENTRIES } from './worker-entries.ts';

const ALL = [
  ...STATION_ENTRIES,
  ...CLOCK_ENTRIES,
  ...DOCKING_ENTRIES,
  ...RECORDER_ENTRIES,
  ...ORIGINAL_ENTRIES,
  ...RECORDING_ENTRIES,
  ...REGISTRY_ENTRIES,
  ...CASE_ENTRIES,
  ...HOLDING_ENTRIES,
  ...WORKER_ENTRIES,
  ...SIGN_IN_ENTRIES,
  ...POLICY_ENTRIES,
  ...PEOPLE_ENTRIES,
  ...LOOK_ENTRIES,
  ...AUDIT_ENTRIES,
  ...CALL_UP_ENTRIES,
  ...DOOR_ENTRIES,
  ...SAMPLE_ENTRIES,
  ...ARCHIVE_ENTRIES,
  ...HOLD_ENTRIES,
  ...DESTRUCTION_ENTRIES,
  ...DISPOSAL_ENTRIES,
  ...RETENTION_ENTRIES,
  ...SCRUB_ENTRIES,
  ...DUTY_ENTRIES,
  ...SHIFT_ENTRIES,
] as const;

/** The type of a custody entry. */
export type CustodyType = (typeof ALL)[number]['type'];

/** By type. */
const BY_TYPE: ReadonlyMap<string, EntryType> = new Map(ALL.map((each) => [each.type, each as unknown as EntryType]));

export const CUSTODY_TYPES: readonly CustodyType[] = ALL.map(({ type }) => type);

/** The declaration of a type; null if it is not known here, because a newer version wrote the entry. */
export function entryTypeOf(type: string): EntryType | null {
  return BY_TYPE.get(type) ?? null;
}

/** Why a draft may not be appended; null if it may. */
export function draftFault(draft: CustodyDraft): string | null {
  const type = entryTypeOf(draft.type);
  return type === null ? 'is of no known type' : type.fault(draft);
}
